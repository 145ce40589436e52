"""News."""

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index

from pages.blocks import BodyBlock
from pages.fields import StreamField
from pages.models import BasePage


class NewsIndexPage(BasePage):
    """All news of one language, latest first."""

    parent_page_types = ["hub.HomePage"]
    subpage_types = ["hub.NewsPage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("list of news")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from hub.listing import news_list_context  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | news_list_context(
            page=self, data=request.GET
        )


class NewsPage(BasePage):
    """One piece of news."""

    date = models.DateField(_("date"), default=timezone.localdate)
    body = StreamField(BodyBlock(), verbose_name=_("text"))

    parent_page_types = ["hub.NewsIndexPage", "pages.DepartmentPage"]
    subpage_types: list[str] = []
    schema_type = "NewsArticle"
    share_type = "article"

    content_panels = [
        *Page.content_panels,
        FieldPanel("date"),
        *BasePage.introduction_panels,
        FieldPanel("body"),
    ]
    search_fields = [*Page.search_fields, index.FilterField("date")]

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
