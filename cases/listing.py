"""The list of cases with its facets. No field that gives an answer away is ever read here."""

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from pages.listing import FacetSpec, build_listing
from pages.pictures import CARD, with_renditions
from pages.queries import name_departments
from pages.vocabulary import BodyRegionCode, Level, ModalityCode

from .models import CaseIndexPage, CasePage

FACETS = (
    FacetSpec("modality", _("Modality"), "modalities__code", ModalityCode.choices),
    FacetSpec("region", _("Body region"), "body_regions__code", BodyRegionCode.choices),
    FacetSpec("level", _("Difficulty"), "level", Level.choices),
)


def listed_cases(*, locale_id: int):
    """Live, public cases of a language for a list, latest first."""
    return (
        CasePage.objects.live()
        .public()
        .filter(locale_id=locale_id)
        .defer("findings", "final_diagnosis", "discussion", "differential", "teaching_points")
        .prefetch_related(with_renditions(CARD), "modalities", "body_regions")
        .order_by("-first_published_at", "-pk")
    )


def case_list_context(*, page: CaseIndexPage, data: QueryDict) -> dict:
    """Template context of the list of cases."""
    listing = build_listing(listed_cases(locale_id=page.locale_id), data=data, specs=FACETS)
    name_departments(listing.results.object_list, locale_id=page.locale_id)
    return {"listing": listing, "results_template": "cases/results.html"}
