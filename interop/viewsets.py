"""Connections in the editing desk: platforms, what was sent to them, statements for a store."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies.base import BasePermissionPolicy

from jobs.domain.leases import reopen
from jobs.models import LeasedWork, WorkState
from people.access import fetch, may, require
from people.addresses import full_address

from .models import Grade, Launch, Platform, Statement
from .refusals import explanation
from .roster_admin import invite_platform, show_links, show_members

PLATFORMS, GRADES, STATEMENTS = "platforms_admin", "grades_admin", "statements_admin"
_SHOWN_REFUSALS = 20


class QueuePolicy(BasePermissionPolicy):
    """Rows that are looked at; they come and go by themselves."""

    def user_has_permission(self, user, action):
        return action == "view" and may(user, "interop.see_queues")

    def user_has_any_permission(self, user, actions):
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions):
        raise NotImplementedError


class PlatformIndexView(generic.IndexView):
    @property
    def header_more_buttons(self) -> list:
        invitation = HeaderButton(
            _("Invite a platform"), reverse(f"{PLATFORMS}:invite"), icon_name="link"
        )
        values = HeaderButton(
            _("Values for the platform"), reverse(f"{PLATFORMS}:values"), icon_name="info-circle"
        )
        return [*super().header_more_buttons, invitation, values]

    def get_base_queryset(self):
        return Platform.objects.annotate(
            people=Count("identities", distinct=True), link_count=Count("links", distinct=True)
        )


class PlatformEditView(generic.EditView):
    @property
    def header_more_buttons(self) -> list:
        values = HeaderButton(
            _("Values and refused launches"),
            reverse(f"{PLATFORMS}:values_of", args=[self.object.pk]),
            icon_name="info-circle",
        )
        links = HeaderButton(
            _("Links and members"),
            reverse(f"{PLATFORMS}:links", args=[self.object.pk]),
            icon_name="group",
        )
        return [*super().header_more_buttons, values, links]


class PlatformViewSet(ModelViewSet):
    """Which learning platforms may launch courses here, and sign their people in."""

    model = Platform
    name = PLATFORMS
    url_prefix = "connections/platforms"
    icon = "link"
    menu_label = gettext_lazy("Learning platforms")
    copy_view_enabled = False
    index_view_class = PlatformIndexView
    edit_view_class = PlatformEditView
    list_display = [
        "name",
        "issuer",
        BooleanColumn("is_active", label=gettext_lazy("Active")),
        Column("people", label=gettext_lazy("People")),
        Column("link_count", label=gettext_lazy("Links")),
    ]
    search_fields = ["name", "issuer", "client_id"]
    ordering = ["name"]
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("is_active"),
            MultiFieldPanel(
                [
                    FieldPanel("issuer"),
                    FieldPanel("client_id"),
                    FieldPanel("deployment_ids"),
                    FieldPanel("login_url"),
                    FieldPanel("token_url"),
                    FieldPanel("token_audience"),
                    FieldPanel("key_set_url"),
                ],
                heading=gettext_lazy("As the platform's administrator tells you"),
            ),
            FieldPanel("frame_origins"),
        ]
    )

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("values/", show_values, name="values"),
            path("invite/", invite_platform, name="invite"),
            path("<int:platform_id>/links/", show_links, name="links"),
            path("links/<int:link_id>/members/", show_members, name="members"),
            path("<int:platform_id>/values/", show_values, name="values_of"),
        ]


@require_safe
def show_values(request: HttpRequest, platform_id: int | None = None) -> HttpResponse:
    """What a platform's administrator types in there, and why its last launches were refused."""
    require(request.user, "interop.view_platform")
    platform = None
    if platform_id is not None:
        platform = fetch(
            request.user, "interop.view_platform", Platform.objects.all(), pk=platform_id
        )
    title = platform.name if platform else _("Values for the platform")
    refused = Launch.objects.filter(platform=platform).exclude(refusal="")[:_SHOWN_REFUSALS]
    context = {
        "platform": platform,
        "values": [
            (label, full_address(reverse(f"lti:{name}")))
            for label, name in (
                (_("Tool address (Moodle: Tool URL; Canvas: Target Link URI)"), "launch"),
                (_("Address that begins a launch (Initiate login URL; OpenID Connect)"), "login"),
                (_("Redirect address"), "launch"),
                (_("Address of our key set (Public keyset URL; JWK URL)"), "keys"),
                (_("Address for choosing content (Content selection URL)"), "launch"),
            )
        ],
        "refused": [(launch, explanation(launch.refusal)) for launch in refused],
        "header_icon": "link",
        "header_title": title,
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse(f"{PLATFORMS}:index"), "label": _("Learning platforms")},
            {"url": "", "label": title},
        ],
    }
    return render(request, "interop/admin/platform_values.html", context)


class QueueIndexView(generic.IndexView):
    """What was sent and what waits; a button that tries failed rows again."""

    default_ordering = "-created_at"
    retry_url_name = ""

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return []

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        counts = dict(
            self.model.objects.order_by().values_list("state").annotate(number=Count("pk"))
        )
        return super().get_context_data(*args, **kwargs) | {
            "counts": [(state.label, counts.get(state, 0)) for state in WorkState],
            "failed": counts.get(WorkState.FAILED, 0),
            "retry_url": reverse(self.retry_url_name),
            "destination": self.destination(),
        }

    def destination(self) -> str:
        """Where this queue leads to, in a sentence."""
        return ""


class StateColumn(Column):
    def get_value(self, instance: LeasedWork) -> str:
        return instance.get_state_display()


class DetailColumn(Column):
    """Why it failed, or why it waits for another attempt; short."""

    def get_value(self, instance: LeasedWork) -> str:
        return instance.failure_detail[:160]


QUEUE_COLUMNS = [
    StateColumn("state", label=gettext_lazy("State"), sort_key="state"),
    Column("attempts", label=gettext_lazy("Attempts")),
    DetailColumn("failure_detail", label=gettext_lazy("Last trouble"), width="35%"),
    DateColumn("created_at", label=gettext_lazy("Queued"), sort_key="created_at"),
]


class GradeIndexView(QueueIndexView):
    page_title = gettext_lazy("Grades sent")
    retry_url_name = f"{GRADES}:retry"
    columns = [
        Column("learner", label=gettext_lazy("Learner"), accessor="placement.identity.user"),
        Column("link", label=gettext_lazy("Link"), accessor="placement.link"),
        Column("given", label=gettext_lazy("Points")),
        *QUEUE_COLUMNS,
    ]

    def get_base_queryset(self):
        return Grade.objects.select_related(
            "placement__identity__user",
            "placement__identity__platform",
            "placement__link__platform",
        )


class StatementIndexView(QueueIndexView):
    page_title = gettext_lazy("Statements (xAPI)")
    retry_url_name = f"{STATEMENTS}:retry"
    columns = [
        Column("verb", label=gettext_lazy("Verb"), sort_key="verb"),
        Column("statement_id", label=gettext_lazy("Id")),
        *QUEUE_COLUMNS,
    ]

    def destination(self) -> str:
        if not settings.LRS_ENDPOINT:
            return _("No record store is set (VIEWBOX_LRS_ENDPOINT): no statements are made.")
        return _("Statements go to %(address)s.") % {"address": settings.LRS_ENDPOINT}


class QueueViewSet(ModelViewSet):
    """A queue to look at: no adding, no changing."""

    copy_view_enabled = False
    form_fields = ["state"]
    list_filter = ["state"]
    is_searchable = False
    index_template_name = "interop/admin/queue.html"
    add_to_reference_index = False

    @property
    def permission_policy(self):
        return QueuePolicy(self.model)

    def get_urlpatterns(self):
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("retry/", _retrying(self.model, f"{self.name}:index"), name="retry"),
        ]


def _retrying(model: type[LeasedWork], index: str):
    """The view behind the button: failed rows get all their attempts again."""

    @require_POST
    def retry(request: HttpRequest) -> HttpResponse:
        require(request.user, "interop.see_queues")
        failed = model._default_manager.filter(state=WorkState.FAILED)
        number = reopen(model=model, pks=list(failed.values_list("pk", flat=True)))
        told = ngettext(
            "%(number)d is tried again within a minute.",
            "%(number)d are tried again within a minute.",
            number,
        )
        messages.success(request, told % {"number": number})
        return redirect(index)

    return retry


class GradeViewSet(QueueViewSet):
    model = Grade
    name = GRADES
    url_prefix = "connections/grades"
    icon = "check"
    menu_label = gettext_lazy("Grades sent")
    index_view_class = GradeIndexView


class StatementViewSet(QueueViewSet):
    model = Statement
    name = STATEMENTS
    url_prefix = "connections/statements"
    icon = "history"
    menu_label = gettext_lazy("Statements (xAPI)")
    index_view_class = StatementIndexView


class ConnectionsGroup(ViewSetGroup):
    menu_label = gettext_lazy("Connections")
    menu_icon = "link"
    menu_order = 370
    items = (PlatformViewSet, GradeViewSet, StatementViewSet)
