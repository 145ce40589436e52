"""Opening a department's section and giving its members their rights there, and only there."""

from django.contrib.auth.models import Permission
from django.db import transaction
from wagtail.models import GroupPagePermission, Page

from pages.models import DepartmentPage
from people.models import Department

# Create and edit below the section; submitting for moderation follows from editing.
# No "publish": that is the editors' part.
MEMBER_PAGE_PERMISSIONS = ("add_page", "change_page")


@transaction.atomic
def open_section(*, department: Department, section: DepartmentPage) -> None:
    """Let the department's members write below `section`. Idempotent."""
    for codename in MEMBER_PAGE_PERMISSIONS:
        GroupPagePermission.objects.get_or_create(
            group=department.group,
            page=Page.objects.get(pk=section.pk),
            permission=Permission.objects.get(
                content_type__app_label="wagtailcore", codename=codename
            ),
        )
