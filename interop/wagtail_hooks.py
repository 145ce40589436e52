"""Connections in the editing desk."""

from django.urls import path, reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.permissions import register_permission_policy

from courses.models import CoursePage
from people.access import may
from people.policies import RulesPermissionPolicy

from .models import Grade, Platform, Statement
from .scorm_views import download_package
from .viewsets import ConnectionsGroup, QueuePolicy

register_permission_policy(Platform, RulesPermissionPolicy(Platform))
register_permission_policy(Grade, QueuePolicy(Grade))
register_permission_policy(Statement, QueuePolicy(Statement))


@hooks.register("register_admin_viewset")
def register_connections() -> ConnectionsGroup:
    return ConnectionsGroup()


@hooks.register("register_admin_urls")
def register_package_url() -> list:
    return [path("connections/scorm/<int:course_id>/", download_package, name="scorm_package")]


@hooks.register("register_page_header_buttons")
def offer_package(page, user, next_url=None, view_name=None):
    """A published course can be taken away as a SCORM package."""
    if isinstance(page, CoursePage) and page.live and may(user, "interop.export_course"):
        yield Button(
            _("SCORM package"),
            reverse("scorm_package", args=[page.pk]),
            icon_name="download",
            priority=80,
        )
