"""The bank of questions in the editing desk."""

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from pages.templatetags.viewbox_assets import asset_css, asset_js
from people.access import may

from . import desk_urls
from .desk_views import desk_url, upload_url
from .viewsets import BankViewSetGroup

register_snippet(BankViewSetGroup)


@hooks.register("insert_editor_js")
def draw_regions() -> SafeString:
    """The script that draws regions of picture questions, with the words it needs."""
    told = {
        "address": reverse("quizzes_desk:picture", args=[0]),
        "words": {
            "title": gettext("Draw on the picture"),
            "help": gettext(
                "Ellipse: drag a box around it. Polygon: click its corners one by one. Drag the "
                "white handles to adjust. With the keyboard: arrow keys move a cross (Shift: "
                "farther, Alt: finer), Enter sets, Backspace takes the last corner back."
            ),
            "ellipse": gettext("Ellipse"),
            "polygon": gettext("Polygon"),
            "add": gettext("Another region"),
            "undo": gettext("Undo"),
            "clear": gettext("Draw anew"),
            "region": gettext("Region"),
            "picture": gettext("Picture with its regions"),
            "none": gettext("Choose a picture to draw on it."),
        },
    }
    return SafeString(
        json_script(told, "regions-words") + asset_css("regions") + asset_js("regions")
    )


@hooks.register("register_admin_urls")
def register_desk_urls() -> list:
    return [path("quizzes/", include(desk_urls))]


class BankMenuItem(MenuItem):
    """Shown to who writes questions."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may(request.user, "quizzes.import_items")


@hooks.register("register_reports_menu_item")
def register_analysis() -> MenuItem:
    return BankMenuItem(_("Quiz results"), desk_url(), icon_name="view", order=300)


@hooks.register("register_admin_menu_item")
def register_import() -> MenuItem:
    return BankMenuItem(_("Question files"), upload_url(), icon_name="download", order=221)
