"""Events: webinars, congresses, meetings."""

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Page
from wagtail.search import index

from pages.blocks import BodyBlock
from pages.fields import StreamField
from pages.models import BasePage


class EventKind(models.TextChoices):
    WEBINAR = "webinar", _("Webinar")
    CONGRESS = "congress", _("Congress")
    COURSE = "course", _("Live course")
    DEADLINE = "deadline", _("Deadline")


class EventIndexPage(BasePage):
    """The calendar of one language: what is to come, then what was."""

    parent_page_types = ["hub.HomePage"]
    subpage_types = ["hub.EventPage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("calendar")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from hub.listing import event_list_context  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | event_list_context(
            page=self, data=request.GET
        )


class EventPage(BasePage):
    """Something that happens at a time."""

    kind = models.CharField(
        _("kind"), max_length=10, choices=EventKind.choices, default=EventKind.WEBINAR
    )
    starts_at = models.DateTimeField(
        _("starts"), db_index=True, help_text=_("In your own time zone; readers see it in theirs.")
    )
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(
        _("place"), max_length=200, blank=True, help_text=_("Empty for online events.")
    )
    link = models.URLField(_("link"), blank=True, help_text=_("Where to register or to join."))
    speaker = models.CharField(_("speaker"), max_length=200, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))

    parent_page_types = ["hub.EventIndexPage"]
    subpage_types: list[str] = []
    schema_type = "EducationEvent"

    content_panels = [
        *Page.content_panels,
        FieldPanel("kind"),
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
        FieldPanel("speaker"),
        FieldPanel("place"),
        FieldPanel("link"),
        *BasePage.introduction_panels,
        FieldPanel("body"),
    ]
    search_fields = [*Page.search_fields, index.FilterField("starts_at")]

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")),
                name="hub_event_ends_after_it_starts",
            )
        ]

    @property
    def place_words(self) -> str:
        return self.place or gettext("Online")

    @property
    def is_over(self) -> bool:
        return self.ends_at < timezone.now()

    def clean(self) -> None:
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("The event ends before it starts.")})

    def structured_data(self, request: HttpRequest) -> dict:
        online = not self.place
        mode = "OnlineEventAttendanceMode" if online else "OfflineEventAttendanceMode"
        return super().structured_data(request) | {
            "startDate": self.starts_at.isoformat(),
            "endDate": self.ends_at.isoformat(),
            "eventAttendanceMode": f"https://schema.org/{mode}",
            "location": (
                {"@type": "VirtualLocation", "url": self.link or self.get_full_url(request)}
                if online
                else {"@type": "Place", "name": self.place}
            ),
        }
