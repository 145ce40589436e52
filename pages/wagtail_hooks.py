"""Keeps departments' rights in step with the page tree, wherever in the admin it is changed."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page

from .domain.sections import open_as_saved, settle
from .models import DepartmentPage


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def open_edited_section(request: HttpRequest, page: Page) -> None:
    """A section is its department's as soon as it is saved, so that it can be filled first."""
    if isinstance(page.specific, DepartmentPage):
        open_as_saved(page=page)


@hooks.register("after_move_page")
def settle_moved_page(request: HttpRequest, page: Page) -> None:
    settle(page=Page.objects.get(pk=page.pk))


@hooks.register("after_copy_page")
def settle_copied_page(request: HttpRequest, page: Page, new_page: Page) -> None:
    settle(page=Page.objects.get(pk=new_page.pk))
