"""Keeps departments' rights in step with the page tree, wherever in the admin it is changed."""

from django.dispatch import receiver
from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page
from wagtail.signals import page_published

from .domain.sections import open_section, settle
from .models import DepartmentPage


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def open_edited_section(request: HttpRequest, page: Page) -> None:
    """A section is its department's as soon as it is saved, so that it can be filled first."""
    if isinstance(page.specific, DepartmentPage):
        _open_as_saved(page)


# Wagtail's one notice of publication that an approval, the schedule and a translation give too.
@receiver(page_published, sender=DepartmentPage)
def open_published_section(instance: DepartmentPage, **kwargs) -> None:
    _open_as_saved(instance)


@hooks.register("after_move_page")
def settle_moved_page(request: HttpRequest, page: Page) -> None:
    settle(page=Page.objects.get(pk=page.pk))


@hooks.register("after_copy_page")
def settle_copied_page(request: HttpRequest, page: Page, new_page: Page) -> None:
    settle(page=Page.objects.get(pk=new_page.pk))


def _open_as_saved(page: Page) -> None:
    """By what the database says: a draft that names another department changes nothing yet."""
    section = DepartmentPage.objects.select_related("of_department__group").get(pk=page.pk)
    open_section(department=section.of_department, section=section)
