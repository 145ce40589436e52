"""Courses as citizens of the Wagtail admin."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button

from people.access import may

from .models import CoursePage


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
