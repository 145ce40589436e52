"""The bank of questions in the editing desk."""

from django.http import HttpRequest
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from people.access import may

from . import desk_urls
from .desk_views import desk_url, upload_url
from .viewsets import BankViewSetGroup

register_snippet(BankViewSetGroup)


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
