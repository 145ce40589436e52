"""Courses as citizens of the Wagtail admin."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button

from people.access import may, require

from .models import CoursePage


@hooks.register("before_serve_document")
def keep_shut_lessons_files(document, request) -> None:
    """A file that only lessons have is fetched once one of them is open."""
    require(request.user, "courses.fetch_document", document)


@hooks.register("register_page_header_buttons")
def teaching_button(page, user, view_name, next_url=None):
    """From a course's editor to how the course goes."""
    course = page.specific_deferred
    if isinstance(course, CoursePage) and may(user, "courses.teach_course", course):
        yield Button(
            _("How the course goes"),
            reverse("courses:teach", args=[page.pk]),
            icon_name="group",
            priority=12,
        )
