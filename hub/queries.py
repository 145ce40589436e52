"""Reading for the home page."""

from dataclasses import dataclass

from django.utils import timezone

from cases.listing import listed_cases
from cases.models import CasePage
from courses.listing import listed_courses
from courses.models import CoursePage
from pages.pictures import CARD, with_renditions
from pages.queries import name_departments

from .models import EventKind, EventPage, HomePage, NewsPage

LATEST_CASES = 4
LATEST_NEWS = 3
MORE_COURSES = 3
UPCOMING_EVENTS = 3


@dataclass(frozen=True)
class Highlights:
    """What the home page shows; any part may be missing on a young site."""

    course: CoursePage | None
    courses: list[CoursePage]
    case: CasePage | None
    cases: list[CasePage]
    webinar: EventPage | None
    events: list[EventPage]
    news: list[NewsPage]


def home_highlights(*, home: HomePage) -> Highlights:
    """The editor's choice, filled up with the latest where the editor chose nothing."""
    locale_id = home.locale_id
    courses = list(listed_courses(locale_id=locale_id)[: MORE_COURSES + 1])
    featured = next((c for c in courses if c.pk == home.featured_course_id), None)
    if featured is None and home.featured_course_id:
        featured = listed_courses(locale_id=locale_id).filter(pk=home.featured_course_id).first()
    featured = featured or (courses[0] if courses else None)

    cases = list(listed_cases(locale_id=locale_id)[: LATEST_CASES + 1])
    weekly = next((c for c in cases if c.pk == home.case_of_the_week_id), None)
    if weekly is None and home.case_of_the_week_id:
        weekly = listed_cases(locale_id=locale_id).filter(pk=home.case_of_the_week_id).first()
    weekly = weekly or (cases[0] if cases else None)

    events = list(
        EventPage.objects.live()
        .public()
        .filter(locale_id=locale_id, ends_at__gte=timezone.now())
        .order_by("starts_at")[: UPCOMING_EVENTS + 3]
    )
    webinar = next((e for e in events if e.pk == home.next_webinar_id), None) or next(
        (e for e in events if e.kind == EventKind.WEBINAR), None
    )
    news = list(
        NewsPage.objects.live()
        .public()
        .filter(locale_id=locale_id)
        .defer("body")
        .prefetch_related(with_renditions(CARD))
        .order_by("-date", "-pk")[:LATEST_NEWS]
    )
    name_departments([*courses, *cases, *(p for p in (featured, weekly) if p)], locale_id=locale_id)
    return Highlights(
        course=featured,
        courses=[course for course in courses if course != featured][:MORE_COURSES],
        case=weekly,
        cases=[case for case in cases if case != weekly][:LATEST_CASES],
        webinar=webinar,
        events=[event for event in events if event != webinar][:UPCOMING_EVENTS],
        news=news,
    )
