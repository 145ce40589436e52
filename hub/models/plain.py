"""Pages that are just read."""

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from pages.blocks import BodyBlock
from pages.fields import StreamField
from pages.models import BasePage


class PlainPage(BasePage):
    """A page of text: about, privacy, accessibility."""

    body = StreamField(BodyBlock(), verbose_name=_("text"))
    in_footer = models.BooleanField(_("link in the footer"), default=False)

    parent_page_types = ["hub.HomePage", "hub.PlainPage", "pages.DepartmentPage"]
    subpage_types = ["hub.PlainPage"]

    content_panels = [
        *Page.content_panels,
        *BasePage.introduction_panels,
        FieldPanel("body"),
        FieldPanel("in_footer"),
    ]

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from hub.navigation import section_navigation  # noqa: PLC0415

        context = super().get_context(request, *args, **kwargs)
        context["section_navigation"] = section_navigation(request, page=self)
        return context

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")
