"""Departments' sections: whose a section is, what its members may do, whose the pages in it are."""

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import GroupPagePermission, Page

from pages.models import BasePage, DepartmentPage
from people.models import Department

# Create and edit below the section; submitting for moderation follows from editing.
# No "publish": that is the editors' part.
MEMBER_PAGE_PERMISSIONS = ("add_page", "change_page")


@transaction.atomic
def open_section(*, department: Department, section: DepartmentPage) -> None:
    """Let the members of `department`, and of no other, write below `section`. Idempotent.

    The section is the department's from then on, and so are the pages in it.
    """
    if section.of_department_id != department.pk:
        section.of_department = department
        DepartmentPage.objects.filter(pk=section.pk).update(of_department=department)
    _give_section_to(group=department.group, section=section)
    _own_pages_below(section)


def open_as_saved(*, page: Page) -> None:
    """Open the section `page` to the department the database names.

    A draft on top of a live section, naming another department, changes nothing yet.
    """
    section = DepartmentPage.objects.select_related("of_department__group").get(pk=page.pk)
    open_section(department=section.of_department, section=section)


def _give_section_to(*, group: Group, section: DepartmentPage) -> None:
    permissions = Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=MEMBER_PAGE_PERMISSIONS
    )
    rights = GroupPagePermission.objects.filter(page_id=section.pk)
    rights.filter(group__department__isnull=False).exclude(group=group).delete()
    for permission in permissions:
        GroupPagePermission.objects.get_or_create(
            group=group, page_id=section.pk, permission=permission
        )


def _own_pages_below(section: DepartmentPage) -> None:
    _set_department(section.of_department_id, below=section.path, itself=False)


@transaction.atomic
def settle(*, page: Page) -> None:
    """Make `page` and all below it belong to the department whose section they are in, if any.

    For pages that came to another place in the tree, by being moved or copied.
    """
    here = page.specific
    if isinstance(here, DepartmentPage):
        open_section(department=here.of_department, section=here)
        return
    section = DepartmentPage.objects.ancestor_of(page).order_by("-depth").first()
    department_id = section.of_department_id if section else None
    _set_department(department_id, below=page.path, itself=True)


def _set_department(department_id: int | None, *, below: str, itself: bool) -> None:
    for model in apps.get_models():
        if issubclass(model, BasePage) and not issubclass(model, DepartmentPage):
            pages = model.objects.filter(path__startswith=below)
            if not itself:
                pages = pages.exclude(path=below)
            pages.update(department_id=department_id)
