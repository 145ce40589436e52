"""The lists of news, events and resources."""

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
    name_departments(listing.results.object_list, locale_id=page.locale_id)
    return {"listing": listing, "results_template": "hub/news_results.html"}


def event_list_context(*, page: EventIndexPage, data: QueryDict) -> dict:
    """Template context of the calendar: events to come, soonest first, and a page of past ones."""
    now = timezone.now()
    events = (
        EventPage.objects.live()
        .public()
        .filter(locale_id=page.locale_id)
        .prefetch_related(with_renditions(CARD))
    )
    past = build_listing(
        events.filter(ends_at__lt=now).order_by("-starts_at"), data=data, specs=EVENT_FACETS
    )
    kinds = [value for value in data.getlist("kind") if value in EventKind.values]
    upcoming = events.filter(ends_at__gte=now).order_by("starts_at")
    return {
        "listing": past,
        "results_template": "hub/past_event_results.html",
        "upcoming": list(upcoming.filter(kind__in=kinds) if kinds else upcoming),
    }


def resource_list_context(*, page: ResourceIndexPage, data: QueryDict) -> dict:
    """Template context of the list of guidelines and algorithms."""
    resources = (
        ResourcePage.objects.live()
        .public()
        .filter(locale_id=page.locale_id)
        .defer("body")
        .prefetch_related(with_renditions(CARD), "body_regions")
        .order_by("title")
    )
    listing = build_listing(resources, data=data, specs=RESOURCE_FACETS)
    name_departments(listing.results.object_list, locale_id=page.locale_id)
    return {"listing": listing, "results_template": "hub/resource_results.html"}
