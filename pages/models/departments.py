"""The departments' own corners of the site."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from .base import BasePage


class DepartmentIndexPage(BasePage):
    """The list of teaching departments."""

    parent_page_types = ["hub.HomePage"]
    subpage_types = ["pages.DepartmentPage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("list of departments")

    def get_context(self, request, *args, **kwargs):
        from pages.queries import department_sections  # noqa: PLC0415

        context = super().get_context(request, *args, **kwargs)
        context["departments"] = department_sections(locale=self.locale)
        return context


class DepartmentPage(BasePage):
    """A department's section: its authors may write below here and nowhere else."""

    of_department = models.ForeignKey(
        "people.Department",
        models.PROTECT,
        related_name="sections",
        verbose_name=_("department"),
        help_text=_("Whose section this is."),
    )
    about = RichTextField(_("about the department"), blank=True)

    parent_page_types = ["pages.DepartmentIndexPage"]
    subpage_types = [
        "cases.CasePage",
        "courses.CoursePage",
        "hub.ResourcePage",
        "hub.NewsPage",
        "hub.PlainPage",
    ]
    schema_type = "MedicalOrganization"

    content_panels = [
        *Page.content_panels,
        # Whose section it is decides who may write in it: not a matter for its members.
        FieldPanel("of_department", permission="pages.curate"),
        *BasePage.introduction_panels,
        FieldPanel("about"),
    ]

    class Meta:
        verbose_name = _("department section")

    def get_context(self, request, *args, **kwargs):
        from pages.queries import section_contents  # noqa: PLC0415

        context = super().get_context(request, *args, **kwargs)
        context["contents"] = section_contents(section=self)
        return context
