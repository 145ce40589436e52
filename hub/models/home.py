"""The front page."""

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page

from pages.blocks import BodyBlock
from pages.fields import StreamField
from pages.models import BasePage


class HomePage(BasePage):
    """What the editor puts before everybody: a course, a case, the next webinar, news."""

    headline = models.CharField(
        _("headline"),
        max_length=120,
        blank=True,
        help_text=_("The first words a visitor reads. Empty: the page's title."),
    )
    lead = models.CharField(
        _("lead"), max_length=300, help_text=_("One or two sentences on what this site is for.")
    )
    featured_course = models.ForeignKey(
        "courses.CoursePage",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("featured course"),
    )
    case_of_the_week = models.ForeignKey(
        "cases.CasePage",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("case of the week"),
        help_text=_("Empty: the latest published case."),
    )
    next_webinar = models.ForeignKey(
        "hub.EventPage",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("next webinar"),
        help_text=_("Empty, or over: the next webinar in the calendar."),
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))

    subpage_types = [
        "courses.CourseIndexPage",
        "cases.CaseIndexPage",
        "hub.EventIndexPage",
        "hub.NewsIndexPage",
        "hub.ResourceIndexPage",
        "pages.DepartmentIndexPage",
        "hub.PlainPage",
    ]
    parent_page_types = ["wagtailcore.Page"]
    schema_type = "WebSite"

    content_panels = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lead"),
        MultiFieldPanel(
            [
                FieldPanel("featured_course"),
                FieldPanel("case_of_the_week"),
                FieldPanel("next_webinar"),
            ],
            heading=_("Featured"),
        ),
        *BasePage.introduction_panels,
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from hub.queries import home_highlights  # noqa: PLC0415

        context = super().get_context(request, *args, **kwargs)
        context["highlights"] = home_highlights(home=self, request=request)
        return context
