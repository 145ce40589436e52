"""The catalogue of courses with its facets."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from pages.listing import FacetSpec, build_listing
from pages.pictures import CARD, with_renditions
from pages.vocabulary import BodyRegionCode, Level, ModalityCode

from .models import CourseIndexPage, CoursePage
from .queries import lessons_by_course

FACETS = (
    FacetSpec("level", _("Level"), "level", Level.choices),
    FacetSpec("modality", _("Modality"), "modalities__code", ModalityCode.choices),
    FacetSpec("region", _("Body region"), "body_regions__code", BodyRegionCode.choices),
)


def listed_courses(*, locale_id: int) -> QuerySet[CoursePage]:
    """Live, public courses of a language for a list, latest first."""
    return (
        CoursePage.objects.live()
        .public()
        .filter(locale_id=locale_id)
        .prefetch_related(with_renditions(CARD))
        .order_by("-first_published_at", "-pk")
    )


def measure_courses(courses: Iterable[CoursePage]) -> None:
    """Give each course `lesson_count` and `duration_s` (of its lectures); one query for a list."""
    courses = list(courses)
    lessons = lessons_by_course(courses)
    for course in courses:
        lectures = [lesson.lecture for lesson in lessons[course.path] if lesson.lecture]
        course.lesson_count = len(lessons[course.path])  # type: ignore[attr-defined]
        course.duration_s = sum(  # type: ignore[attr-defined]
            lecture.duration_s or 0.0 for lecture in lectures
        )


def course_list_context(*, page: CourseIndexPage, data: QueryDict) -> dict:
    """Template context of the catalogue."""
    listing = build_listing(listed_courses(locale_id=page.locale_id), data=data, specs=FACETS)
    measure_courses(listing.results.object_list)
    return {"listing": listing, "results_template": "courses/results.html"}
