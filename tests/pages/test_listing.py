"""Lists with facets: counts say what a choice would leave, bad input is no error."""

from itertools import pairwise

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.listing import FACETS, listed_cases
from cases.models import CasePage
from pages.listing import build_listing
from pages.models import BodyRegion, Modality
from tests.factories import make_case, make_course

CASES = (
    ("CT", "HEAD", "core"),
    ("CT", "CHEST", "core"),
    ("CT", "CHEST", "advanced"),
    ("MR", "HEAD", "foundation"),
    ("MR", "SPINE", "core"),
    ("DX", "CHEST", "foundation"),
    ("US", "ABDOMEN", "core"),
)
LOOKUPS = {"modality": "modalities__code", "region": "body_regions__code", "level": "level"}


@pytest.fixture
def cases(db):
    made = [make_case(modality=m, region=r, level=level) for m, r, level in CASES]
    # One with several terms: it must be counted once for each, and once in all.
    both = made[0]
    both.modalities = Modality.objects.filter(code__in=["CT", "MR"])
    both.body_regions = BodyRegion.objects.filter(code__in=["HEAD", "SPINE"])
    both.save()
    return made


def listing_of(query: str, **kwargs):
    cases = listed_cases(locale_id=CasePage.objects.first().locale_id)
    return build_listing(cases, data=QueryDict(query), specs=FACETS, **kwargs)


def matching(chosen: dict[str, list[str]]) -> set[int]:
    """The plain meaning of the filters: OR within a facet, AND between facets."""
    found = CasePage.objects.live()
    for name, values in chosen.items():
        if values:
            found = found.filter(
                pk__in=CasePage.objects.filter(**{f"{LOOKUPS[name]}__in": values}).values("pk")
            )
    return set(found.values_list("pk", flat=True))


CHOICES = st.fixed_dictionaries(
    {
        "modality": st.lists(st.sampled_from(["CT", "MR", "DX", "US", "NM"]), unique=True),
        "region": st.lists(st.sampled_from(["HEAD", "CHEST", "SPINE", "PELVIS"]), unique=True),
        "level": st.lists(st.sampled_from(["foundation", "core", "advanced"]), unique=True),
    }
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CHOICES)
def test_counts_say_what_each_further_choice_would_leave(cases, chosen):
    query = "&".join(f"{name}={value}" for name, values in chosen.items() for value in values)
    listing = listing_of(query)
    assert {case.pk for case in listing.results} == matching(chosen)
    assert listing.total == len(matching(chosen))
    for facet in listing.facets:
        for option in facet.options:
            alone = matching(chosen | {facet.name: [option.value]})
            assert (option.value, option.count) == (option.value, len(alone))
            assert option.selected is (option.value in chosen[facet.name])


def test_facets_offer_only_what_exists_in_the_vocabularys_order(cases):
    offered = {facet.name: [o.value for o in facet.options] for facet in listing_of("").facets}
    assert offered == {
        "modality": ["CT", "MR", "DX", "US"],
        "region": ["HEAD", "CHEST", "ABDOMEN", "SPINE"],
        "level": ["foundation", "core", "advanced"],
    }


def test_choice_without_results_stays_to_be_taken_back(cases):
    listing = listing_of("modality=US&region=HEAD")
    assert listing.total == 0
    modality = next(facet for facet in listing.facets if facet.name == "modality")
    assert [(o.value, o.count) for o in modality.options if o.selected] == [("US", 0)]
    assert [(a.label, a.remove_url) for a in listing.active] == [
        ("Ultrasound", "?region=HEAD"),
        ("Head", "?modality=US"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "modality=XX",
        "modality=",
        "modality=%00",
        "modality=CT%27%20OR%201=1",
        "nonsense=1",
        "region=0",
    ],
)
def test_unknown_values_are_ignored(cases, query):
    listing = listing_of(query)
    assert (listing.total, listing.active) == (len(CASES), [])


def test_value_named_twice_counts_once(cases):
    listing = listing_of("modality=DX&modality=DX&modality=XX")
    assert (listing.total, [a.remove_url for a in listing.active]) == (1, ["?"])


@pytest.mark.parametrize(
    ("page", "number"), [("1", 1), ("2", 2), ("99", 3), ("0", 3), ("-3", 3), ("x", 1), ("", 1)]
)
def test_page_out_of_range_is_the_nearest(cases, page, number):
    assert listing_of(f"page={page}", per_page=3).results.number == number


def test_taking_a_filter_back_starts_at_the_first_page(cases):
    listing = listing_of("modality=CT&level=core&page=2", per_page=1)
    assert [active.remove_url for active in listing.active] == ["?level=core", "?modality=CT"]


def test_latest_comes_first_and_pages_do_not_overlap(cases):
    pages = [list(listing_of(f"page={n}", per_page=3).results) for n in (1, 2, 3)]
    pks = [case.pk for each in pages for case in each]
    assert len(set(pks)) == len(CASES)
    dates = [case.first_published_at for each in pages for case in each]
    assert all(later >= earlier for later, earlier in pairwise(dates))


def test_draft_and_foreign_cases_are_not_listed_nor_counted(cases):
    make_case(live=False, modality="NM")
    assert "NM" not in [o.value for o in listing_of("").facets[0].options]


def test_list_page_shows_filters_results_and_a_way_back(client, cases):
    page = client.get("/en/cases/?modality=DX").content.decode()
    assert page.count('class="card"') == 1
    assert "Remove filter:" in page
    assert 'value="DX" checked' in page
    nothing = client.get("/en/cases/?modality=US&region=HEAD").content.decode()
    assert "Nothing matches these filters" in nothing


def test_pages_of_a_list_keep_the_filters(client, db):
    for _ in range(13):
        make_course(level="core")
    page = client.get("/en/courses/?level=core").content.decode()
    assert 'href="?level=core&amp;page=2"' in page
    assert client.get("/en/courses/?level=core&page=2").content.decode().count("<article") == 1
