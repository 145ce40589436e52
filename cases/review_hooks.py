"""Peer review and publication as citizens of the Wagtail admin."""

from typing import Any

from django.contrib import messages
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets.button import Button

from people.access import may

from . import review_admin
from .domain.publication import may_go_live, record_of
from .domain.review import last_round
from .models import CasePage
from .review_queries import reviews_waiting_for, rounds_waiting

_URLS = (
    [
        path("", review_admin.desk, name="desk"),
        path("round/<int:round_id>/", review_admin.round_, name="round"),
        path("round/<int:round_id>/invite/", review_admin.invite_reviewers, name="invite"),
        path("round/<int:round_id>/decide/", review_admin.decide_round, name="decide"),
        path("review/<int:review_id>/", review_admin.change_review, name="change_review"),
        path("case/<int:page_id>/", review_admin.publication, name="publication"),
        path("begin/<int:parent_id>/", review_admin.begin, name="begin"),
    ],
    "cases_review",
)


@hooks.register("register_admin_urls")
def register_review_urls() -> list:
    return [path("peer-review/", include(_URLS))]


class ReviewMenuItem(MenuItem):
    """For editors: the rounds."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may(request.user, "cases.manage_review")


class OwnReviewsMenuItem(MenuItem):
    """For reviewers and authors: what waits for them, on the site's own pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may(request.user, "cases.has_review_desk")


@hooks.register("register_admin_menu_item")
def review_menu_item() -> MenuItem:
    return ReviewMenuItem(
        gettext_lazy("Peer review"),
        reverse("cases_review:desk"),
        icon_name="clipboard-list",
        order=240,
    )


@hooks.register("register_admin_menu_item")
def own_reviews_menu_item() -> MenuItem:
    return OwnReviewsMenuItem(
        gettext_lazy("Review desk"),
        reverse("case_reviews:desk"),
        icon_name="tasks",
        order=241,
        name="own-reviews",
    )


@hooks.register("register_page_header_buttons")
def review_buttons(page: Any, user: Any, **_view: Any) -> Any:
    """From a case's editor to its round of review and to its publication."""
    case = page.specific_deferred
    if not isinstance(case, CasePage) or not may(user, "cases.manage_review", case):
        return
    round_ = last_round(case=case)
    if round_ is not None:
        yield Button(
            _("Peer review"),
            reverse("cases_review:round", args=[round_.pk]),
            icon_name="clipboard-list",
            priority=13,
        )
    if record_of(case=case) is not None:
        yield Button(
            _("Publication"),
            reverse("cases_review:publication", args=[case.pk]),
            icon_name="history",
            priority=14,
        )


@hooks.register("construct_page_action_menu")
def no_publish_button(menu_items: list, request: HttpRequest, context: dict) -> None:
    """A new case has no “Publish”: Wagtail shows it by the right to the parent page."""
    place = request.resolver_match.kwargs if request.resolver_match else {}
    if context["view"] == "create" and place.get("content_type_model_name") == "casepage":
        menu_items[:] = [item for item in menu_items if item.name != "action-publish"]


@hooks.register("before_publish_page")
def publish_only_what_is_cleared(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Answer a request to publish with a sentence; the draft is kept."""
    case = page.specific_deferred
    if not isinstance(case, CasePage):
        return None
    revision = page.get_latest_revision()
    if revision is not None and may_go_live(case=case, revision=revision):
        return None
    if record_of(case=case) is not None and may(request.user, "cases.correct_case", case):
        messages.info(request, _("Say what you corrected, then publish it."))
        return redirect("cases_review:publication", case.pk)
    messages.warning(
        request, _("Your draft is kept. Cases are published by peer review: submit it, please.")
    )
    return redirect("wagtailadmin_pages:edit", case.pk)


class ReviewPanel(Component):
    """What waits for this person in peer review."""

    name = "peer_review"
    template_name = "cases/admin/review_panel.html"
    order = 60

    @property
    def media(self) -> Media:
        return Media()

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        return {
            "own": reviews_waiting_for(user=user),
            "rounds": rounds_waiting() if may(user, "cases.manage_review") else 0,
        }


@hooks.register("construct_homepage_panels")
def show_review_panel(_request: HttpRequest, panels: list[Component]) -> None:
    panels.append(ReviewPanel())
