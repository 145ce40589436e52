"""The editing desk: its first page and its look."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.ui.components import Component

from .dashboard import BeginPanel, LecturesPanel, OutboxPanel


@hooks.register("construct_homepage_panels")
def open_with_our_panels(request: HttpRequest, panels: list[Component]) -> None:
    panels.extend([BeginPanel(), OutboxPanel(), LecturesPanel()])


@hooks.register("insert_global_admin_css")
def style_the_desk() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("hub/admin.css"))
