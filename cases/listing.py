"""The list of cases with its facets. No field that gives an answer away is ever read here."""

from dataclasses import replace

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pages.listing import FacetSpec, Listing, build_listing, chosen_values
from pages.pictures import CARD, with_renditions
from pages.vocabulary import BodyRegionCode, Level, ModalityCode

from .covers import show_covers
from .models import SOLUTION_FIELDS, AgeGroup, BodySystem, CaseIndexPage, CasePage
from .queries import mark_solved
from .record_queries import without_withdrawn

FACETS = (
    FacetSpec("modality", _("Modality"), "modalities__code", ModalityCode.choices),
    FacetSpec("region", _("Body region"), "body_regions__code", BodyRegionCode.choices),
    FacetSpec("system", _("Organ system"), "system", BodySystem.choices),
    FacetSpec("age", _("Age group"), "age_group", AgeGroup.choices),
    FacetSpec("level", _("Difficulty"), "level", Level.choices),
)
LANGUAGE = FacetSpec("lang", _("Language"), "locale__language_code", settings.LANGUAGES)


def listed_cases(*, locale_id: int | None) -> QuerySet[CasePage]:
    """Live, public cases of a language (of all: None) for a list, latest first."""
    cases = CasePage.objects.live().public()
    if locale_id is not None:
        cases = cases.filter(locale_id=locale_id)
    return (
        without_withdrawn(cases)
        .defer(*SOLUTION_FIELDS)
        .prefetch_related(with_renditions(CARD), "modalities", "body_regions")
        .order_by("-first_published_at", "-pk")
    )


def case_listing(*, page: CaseIndexPage, request: HttpRequest) -> Listing:
    """The cases in the page's language, or in those the reader has chosen."""
    own = page.locale.language_code
    data = request.GET.copy()
    chosen = chosen_values(data, LANGUAGE)
    if not chosen:
        data.setlist(LANGUAGE.name, [own])
    listing = build_listing(listed_cases(locale_id=None), data=data, specs=(*FACETS, LANGUAGE))
    if chosen and chosen != [own]:
        return listing
    # The page's own language is where one is, not a filter to be taken off.
    label = str(dict(LANGUAGE.choices)[own])
    return replace(listing, active=[each for each in listing.active if each.label != label])


def case_list_context(*, page: CaseIndexPage, request: HttpRequest) -> dict:
    """Template context of the list of cases."""
    listing = case_listing(page=page, request=request)
    mark_solved(listing.results.object_list, request=request)
    show_covers(listing.results.object_list)
    return {"listing": listing, "results_template": "cases/results.html"}
