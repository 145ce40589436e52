"""The catalogue of courses with its facets."""

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from pages.listing import FacetSpec, build_listing
from pages.pictures import CARD, with_renditions
from pages.queries import name_departments
from pages.vocabulary import BodyRegionCode, Level, ModalityCode

from .models import CourseIndexPage, CoursePage

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
        .annotate(lesson_count=F("numchild"))
        .prefetch_related(with_renditions(CARD), "modalities", "body_regions")
        .order_by("-first_published_at", "-pk")
    )


def course_list_context(*, page: CourseIndexPage, data: QueryDict) -> dict:
    """Template context of the catalogue."""
    listing = build_listing(listed_courses(locale_id=page.locale_id), data=data, specs=FACETS)
    name_departments(listing.results.object_list, locale_id=page.locale_id)
    return {"listing": listing, "results_template": "courses/results.html"}
