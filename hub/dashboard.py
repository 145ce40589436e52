"""What the editing desk opens with: ways to begin, lectures at work, is a worker there."""

from dataclasses import dataclass
from typing import Any

from django.forms import Media
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component
from wagtail.permission_policies.pages import PagePermissionPolicy

from cases.models import CaseIndexPage
from courses.models import CourseIndexPage, CoursePage
from jobs.domain.queue import living_workers
from media.models import LectureState
from media.queries import lectures_for, status, with_progress
from outbox.queries import recent_failures
from pages.models import BasePage, DepartmentPage
from pages.queries import in_language
from people.access import may
from people.rules import is_editor

MOST_LECTURES = 8
UNFINISHED = (LectureState.FAILED, LectureState.PROCESSING, LectureState.QUEUED)


@dataclass(frozen=True)
class Beginning:
    """A way to begin something new: where it leads, and Wagtail's icon for it."""

    label: str
    url: str
    icon: str


def beginnings(user: Any) -> list[Beginning]:
    """What this person may begin, in the order most people want it."""
    below = _where_to_write(user)
    found = []
    if below["case"]:
        begin_url = reverse("cases_review:begin", args=[below["case"].pk])
        found.append(Beginning(_("New case"), begin_url, "image"))
    if may(user, "media.add_lecture"):
        found.append(Beginning(_("Upload a lecture"), reverse("lectures_admin:add"), "media"))
    if below["course"]:
        found.append(Beginning(_("New course"), _add_url(CoursePage, below["course"]), "list-ol"))
    if may(user, "quizzes.add_item"):
        found.append(
            Beginning(_("New question"), reverse("wagtailsnippets_quizzes_item:add"), "help")
        )
    return found


def _where_to_write(user: Any) -> dict[str, BasePage | None]:
    """The page below which a person's next case and course belong.

    For members of a department its own section, in their language where there is one; for
    editors the site's lists.
    """
    if is_editor(user):
        return {
            "case": _in_language(CaseIndexPage.objects.live(), user),
            "course": _in_language(CourseIndexPage.objects.live(), user),
        }
    sections = DepartmentPage.objects.filter(of_department__in=user.department_ids)
    writable = PagePermissionPolicy().instances_user_has_permission_for(user, "add")
    own = _in_language(sections.filter(pk__in=writable.values("pk")), user)
    return {"case": own, "course": own}


def _in_language(pages: Any, user: Any) -> BasePage | None:
    return in_language(pages.select_related("locale").order_by("path")[:20], user.language)


def _add_url(model: type[BasePage], parent: BasePage) -> str:
    options = model._meta
    return reverse(
        "wagtailadmin_pages:add", args=[options.app_label, options.model_name, parent.pk]
    )


class BeginPanel(Component):
    """Buttons to what one does most."""

    name = "begin"
    template_name = "hub/admin/begin_panel.html"
    order = 50

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        request: HttpRequest = parent_context["request"]
        return {"beginnings": beginnings(request.user)}


class LecturesPanel(Component):
    """Lectures that failed or are at work, among those the person may see; live."""

    name = "lectures_at_work"
    template_name = "hub/admin/lectures_panel.html"
    order = 205

    @property
    def media(self) -> Media:
        return Media(css={"all": ["media/admin.css"]})

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        mine = lectures_for(user, "add", "change", "delete").filter(state__in=UNFINISHED)
        # "failed" sorts before "processing" and "queued": what needs a person comes first.
        lectures = list(with_progress(mine).order_by("state", "-created_at")[: MOST_LECTURES + 1])
        return {
            "rows": [(lecture, status(lecture)) for lecture in lectures[:MOST_LECTURES]],
            "has_more": len(lectures) > MOST_LECTURES,
            "is_shown": may(user, "media.see_lectures"),
            "no_worker": is_editor(user) and living_workers() == 0,
        }


class OutboxPanel(Component):
    """Says that letters could not be sent, to those who can do something about it."""

    name = "letters_failed"
    template_name = "hub/admin/outbox_panel.html"
    order = 60

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        return {"failed": recent_failures(parent_context["request"].user)}
