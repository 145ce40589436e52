"""Reading for the home page."""

from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from cases.covers import show_covers
from cases.listing import listed_cases
from cases.models import CaseIndexPage, CasePage
from cases.queries import mark_solved
from courses.listing import listed_courses, measure_courses
from courses.models import CourseIndexPage, CoursePage
from pages.models import BasePage
from pages.pictures import CARD, with_renditions

from .models import (
    EventIndexPage,
    EventKind,
    EventPage,
    HomePage,
    NewsIndexPage,
    NewsPage,
)

LATEST_CASES = 4
LATEST_NEWS = 3
MORE_COURSES = 2
UPCOMING_EVENTS = 3
INDEX_PAGES = {
    "courses": CourseIndexPage,
    "cases": CaseIndexPage,
    "events": EventIndexPage,
    "news": NewsIndexPage,
}

P = TypeVar("P", bound=BasePage)


@dataclass(frozen=True)
class Highlights:
    """What the home page shows; any part may be missing on a young site.

    `urls` leads to the whole lists: courses, cases, events, news.
    """

    course: CoursePage | None
    courses: list[CoursePage]
    case: CasePage | None
    cases: list[CasePage]
    webinar: EventPage | None
    events: list[EventPage]
    news: list[NewsPage]
    urls: dict[str, str] = field(default_factory=dict)


def home_highlights(*, home: HomePage, request: HttpRequest) -> Highlights:
    """The editor's choice, filled up with the latest where the editor chose nothing."""
    course, courses = _chosen_and_others(
        listed_courses(locale_id=home.locale_id), home.featured_course_id, MORE_COURSES
    )
    case, cases = _chosen_and_others(
        listed_cases(locale_id=home.locale_id), home.case_of_the_week_id, LATEST_CASES
    )
    measure_courses([course, *courses] if course else [])
    mark_solved([case, *cases] if case else [], request=request)
    show_covers(cases)
    webinar, events = _events_to_come(home)
    return Highlights(
        course=course,
        courses=courses,
        case=case,
        cases=cases,
        webinar=webinar,
        events=events,
        news=_latest_news(home),
        urls=_section_urls(home),
    )


def _chosen_and_others(
    pages: QuerySet[P], chosen_id: int | None, number: int
) -> tuple[P | None, list[P]]:
    """The chosen page, or else the latest, and the `number` latest others."""
    latest = list(pages[: number + 1])
    chosen = next((page for page in latest if page.pk == chosen_id), None)
    if chosen is None and chosen_id:
        chosen = pages.filter(pk=chosen_id).first()
    chosen = chosen or next(iter(latest), None)
    return chosen, [page for page in latest if page != chosen][:number]


def _events_to_come(home: HomePage) -> tuple[EventPage | None, list[EventPage]]:
    """The webinar put first (the editor's while it lasts, else the next one), and what else is."""
    coming = (
        EventPage.objects.live()
        .public()
        .filter(locale_id=home.locale_id, ends_at__gte=timezone.now())
        .defer("body")
        .order_by("starts_at", "pk")
    )
    webinar = coming.filter(pk=home.next_webinar_id).first() if home.next_webinar_id else None
    webinar = webinar or coming.filter(kind=EventKind.WEBINAR).first()
    others = coming.exclude(pk=webinar.pk) if webinar else coming
    return webinar, list(others[:UPCOMING_EVENTS])


def _latest_news(home: HomePage) -> list[NewsPage]:
    return list(
        NewsPage.objects.live()
        .public()
        .filter(locale_id=home.locale_id)
        .defer("body")
        .prefetch_related(with_renditions(CARD))
        .order_by("-date", "-pk")[:LATEST_NEWS]
    )


def _section_urls(home: HomePage) -> dict[str, str]:
    pages = list(home.get_children().live().select_related("content_type"))
    return {
        name: url
        for name, model in INDEX_PAGES.items()
        for page in pages
        if page.content_type.model_class() is model and (url := page.get_url())
    }
