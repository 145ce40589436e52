"""The editing desk's first page."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from .dashboard import BeginPanel, LecturesPanel


@hooks.register("construct_homepage_panels")
def open_with_our_panels(request: HttpRequest, panels: list[Component]) -> None:
    panels.extend([BeginPanel(), LecturesPanel()])
