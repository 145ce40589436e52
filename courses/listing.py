"""The catalogue of courses with its facets."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from pages.listing import FacetSpec, build_listing
from pages.pictures import CARD, with_renditions
from pages.vocabulary import BodyRegionCode, Level, ModalityCode

from .models import CourseIndexPage, CoursePage
from .outline import syllabuses

HALF_HOUR_S, TWO_HOURS_S, DAY_S = 30 * 60, 2 * 3600, 8 * 3600

LENGTHS = (
    ("short", _("Up to half an hour")),
    ("medium", _("Half an hour to two hours")),
    ("long", _("Two to eight hours")),
    ("longest", _("More than eight hours")),
)
CREDITS = (
    ("none", _("Without credits")),
    ("one", _("Up to one")),
    ("more", _("More than one")),
)
FACETS = (
    FacetSpec("level", _("Level"), "level", Level.choices),
    FacetSpec("modality", _("Modality"), "modalities__code", ModalityCode.choices),
    FacetSpec("region", _("Body region"), "body_regions__code", BodyRegionCode.choices),
    FacetSpec("length", _("Length"), "length_code", LENGTHS),
    FacetSpec("language", _("Language"), "language_code", settings.LANGUAGES),
    FacetSpec("credits", _("Credits"), "credits_code", CREDITS),
)


def listed_courses(*, locale_id: int) -> QuerySet[CoursePage]:
    """Live, public courses of a language for a list, latest first."""
    return _listed(CoursePage.objects.live().public().filter(locale_id=locale_id))


def catalogue(*, locale_id: int) -> QuerySet[CoursePage]:
    """Courses of a language and those that don't exist in it, each once, latest first.

    With the annotations of the facets: `length_code`, `language_code`, `credits_code`.
    """
    same = CoursePage.objects.live().public().filter(translation_key=OuterRef("translation_key"))
    elsewhere = ~Exists(same.filter(locale_id=locale_id)) & ~Exists(
        same.filter(locale_id__lt=OuterRef("locale_id"))
    )
    courses = CoursePage.objects.live().public().filter(Q(locale_id=locale_id) | elsewhere)
    return _listed(courses).annotate(
        language_code=F("locale__language_code"),
        length_code=Case(
            # Not measured yet, or without lessons: no length to choose by.
            When(estimated_s=0, then=Value("")),
            When(estimated_s__lte=HALF_HOUR_S, then=Value("short")),
            When(estimated_s__lte=TWO_HOURS_S, then=Value("medium")),
            When(estimated_s__lte=DAY_S, then=Value("long")),
            default=Value("longest"),
            output_field=CharField(),
        ),
        credits_code=Case(
            When(credits=0, then=Value("none")),
            When(credits__lte=1, then=Value("one")),
            default=Value("more"),
            output_field=CharField(),
        ),
    )


def _listed(courses: QuerySet[CoursePage]) -> QuerySet[CoursePage]:
    return courses.prefetch_related(with_renditions(CARD)).order_by("-first_published_at", "-pk")


def measure_courses(courses: Iterable[CoursePage]) -> None:
    """Give each course `lesson_count` and `duration_s`, as learners need them; two queries."""
    courses = list(courses)
    found = syllabuses(courses, with_prerequisites=False)
    for course in courses:
        syllabus = found[course.path]
        course.lesson_count = len(syllabus.lessons)  # type: ignore[attr-defined]
        course.duration_s = syllabus.estimated_s  # type: ignore[attr-defined]


def course_list_context(*, page: CourseIndexPage, data: QueryDict) -> dict:
    """Template context of the catalogue."""
    listing = build_listing(catalogue(locale_id=page.locale_id), data=data, specs=FACETS)
    measure_courses(listing.results.object_list)
    return {"listing": listing, "results_template": "courses/results.html"}
