"""The list of cases with its facets. No field that gives an answer away is ever read here."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pages.listing import FacetSpec, build_listing
from pages.pictures import CARD, with_renditions
from pages.vocabulary import BodyRegionCode, Level, ModalityCode

from .models import SOLUTION_FIELDS, CaseIndexPage, CasePage
from .queries import mark_solved

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
        .defer(*SOLUTION_FIELDS)
        .prefetch_related(with_renditions(CARD), "modalities", "body_regions")
        .order_by("-first_published_at", "-pk")
    )


def case_list_context(*, page: CaseIndexPage, request: HttpRequest) -> dict:
    """Template context of the list of cases."""
    cases = listed_cases(locale_id=page.locale_id)
    listing = build_listing(cases, data=request.GET, specs=FACETS)
    mark_solved(listing.results.object_list, request=request)
    return {"listing": listing, "results_template": "cases/results.html"}
