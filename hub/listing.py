"""The lists of news, events and resources."""

from django.db.models import Case, When
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pages.listing import FacetSpec, build_listing
from pages.pictures import CARD, with_renditions
from pages.queries import name_departments
from pages.vocabulary import BodyRegionCode

from .models import (
    EventIndexPage,
    EventKind,
    EventPage,
    NewsIndexPage,
    NewsPage,
    ResourceIndexPage,
    ResourceKind,
    ResourcePage,
)

EVENT_FACETS = (FacetSpec("kind", _("Kind"), "kind", EventKind.choices),)
RESOURCE_FACETS = (
    FacetSpec("kind", _("Kind"), "kind", ResourceKind.choices),
    FacetSpec("region", _("Body region"), "body_regions__code", BodyRegionCode.choices),
)


def news_list_context(*, page: NewsIndexPage, data: QueryDict) -> dict:
    """Template context of the list of news."""
    news = (
        NewsPage.objects.live()
        .public()
        .filter(locale_id=page.locale_id)
        .defer("body")
        .prefetch_related(with_renditions(CARD))
        .order_by("-date", "-pk")
    )
    listing = build_listing(news, data=data, specs=())
    return {"listing": listing, "results_template": "hub/news_results.html"}


def event_list_context(*, page: EventIndexPage, data: QueryDict) -> dict:
    """Template context of the calendar: what is to come, soonest first, then what was."""
    now = timezone.now()
    events = (
        EventPage.objects.live()
        .public()
        .filter(locale_id=page.locale_id)
        .defer("body")
        .annotate(
            past=Case(When(ends_at__lt=now, then=True), default=False),
            to_come=Case(When(ends_at__gte=now, then="starts_at")),
        )
        .order_by("past", "to_come", "-starts_at", "-pk")
    )
    listing = build_listing(events, data=data, specs=EVENT_FACETS)
    return {"listing": listing, "results_template": "hub/event_results.html"}


def resource_list_context(*, page: ResourceIndexPage, data: QueryDict) -> dict:
    """Template context of the list of guidelines and algorithms."""
    resources = (
        ResourcePage.objects.live()
        .public()
        .filter(locale_id=page.locale_id)
        .defer("body")
        .order_by("title", "pk")
    )
    listing = build_listing(resources, data=data, specs=RESOURCE_FACETS)
    name_departments(listing.results.object_list, locale_id=page.locale_id)
    return {"listing": listing, "results_template": "hub/resource_results.html"}
