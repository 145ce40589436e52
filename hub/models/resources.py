"""Guidelines, algorithms and other things to consult."""

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from pages.blocks import BodyBlock
from pages.fields import StreamField
from pages.models import BasePage


class ResourceKind(models.TextChoices):
    GUIDELINE = "guideline", _("Guideline")
    ALGORITHM = "algorithm", _("Algorithm")
    PROTOCOL = "protocol", _("Protocol")


class ResourceIndexPage(BasePage):
    """All guidelines and algorithms of one language."""

    parent_page_types = ["hub.HomePage"]
    subpage_types = ["hub.ResourcePage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("list of guidelines")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from hub.listing import resource_list_context  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | resource_list_context(
            page=self, data=request.GET
        )


class ResourcePage(BasePage):
    """A guideline, algorithm or protocol."""

    kind = models.CharField(
        _("kind"), max_length=12, choices=ResourceKind.choices, default=ResourceKind.GUIDELINE
    )
    body_regions = ParentalManyToManyField(
        "pages.BodyRegion", blank=True, related_name="resources", verbose_name=_("body regions")
    )
    document = models.ForeignKey(
        settings.WAGTAILDOCS_DOCUMENT_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("document"),
    )
    body = StreamField(BodyBlock(), verbose_name=_("text"))

    parent_page_types = ["hub.ResourceIndexPage", "pages.DepartmentPage"]
    subpage_types: list[str] = []
    schema_type = "MedicalGuideline"
    share_type = "article"

    content_panels = [
        *Page.content_panels,
        FieldPanel("kind"),
        FieldPanel("body_regions"),
        *BasePage.introduction_panels,
        FieldPanel("body"),
        FieldPanel("document"),
    ]

    class Meta:
        verbose_name = _("guideline or algorithm")
        verbose_name_plural = _("guidelines and algorithms")

    @property
    def facts(self) -> list[str]:
        """What the page's head says in a line."""
        regions = ", ".join(region.name for region in self.body_regions.all())
        return [self.get_kind_display(), regions]
