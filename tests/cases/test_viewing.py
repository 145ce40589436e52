"""What the viewer is told of a case, and what a page shows before any script runs."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from cases.covers import show_covers
from cases.domain.imports import import_path
from cases.imports.geometry import usual_window
from cases.models import CasePage, Series, Study
from cases.viewing import plane, viewing_of
from jobs.models import WorkState
from tests.cases.water_phantom import water_slice, write_run, write_study
from tests.factories import make_case

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
SLICES = (3, 6)


@pytest.fixture
def case(tmp_path: Path, settings) -> CasePage:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.WORK_ROOT = tmp_path / "work"
    case = make_case(slug="phantom")
    job = import_path(
        path=write_study(tmp_path / "study", slices=SLICES), case_key=case.translation_key
    )
    assert job.state == WorkState.DONE
    return case


def test_a_case_without_series_has_nothing_to_view():
    case = make_case()
    assert viewing_of(case_key=case.translation_key) is None
    assert b"data-dicom" not in Client().get(case.url).content


def test_frames_come_in_the_order_of_the_stack_and_exist_where_they_are_said_to(
    case: CasePage, settings
):
    viewing = viewing_of(case_key=case.translation_key)
    for stack, count in zip(viewing.data["stacks"], SLICES, strict=True):
        places = [position[2] for position in stack["positions"]]
        assert places == sorted(places)
        assert len(stack["frames"]) == count
        for file, frame in stack["frames"]:
            assert frame == 0
            name = (stack["base"] + file).removeprefix(settings.MEDIA_URL)
            assert (Path(settings.MEDIA_ROOT) / name).is_file()


def test_a_loop_says_how_fast_it_is_to_be_shown_and_a_stack_says_nothing(
    case: CasePage, tmp_path: Path
):
    run = write_run(tmp_path / "run.dcm", frames=12, CineRate=15)
    import_path(path=run, case_key=case.translation_key)
    told = viewing_of(case_key=case.translation_key).data["stacks"]
    assert [(stack["isLoop"], stack["rate"]) for stack in told] == [
        *[(False, None)] * len(SLICES),
        (True, 15),
    ]


def test_a_ct_that_records_no_window_opens_with_that_of_its_pictures(
    case: CasePage, tmp_path: Path
):
    bare = water_slice(5)
    del bare.WindowCenter, bare.WindowWidth
    bare.save_as(tmp_path / "bare.dcm", enforce_file_format=True)
    import_path(path=tmp_path / "bare.dcm", case_key=case.translation_key)
    told = viewing_of(case_key=case.translation_key).data["stacks"]
    assert tuple(told[-1]["window"]) == usual_window("CT")


def test_hounsfield_units_are_said_of_computed_tomography_only(case: CasePage):
    def units() -> set[str]:
        viewing = viewing_of(case_key=case.translation_key)
        return {stack["unit"] for stack in viewing.data["stacks"]}

    assert units() == {"HU"}
    Series.objects.update(modality="MR")
    assert units() == {""}


def test_lists_show_the_poster_of_a_case_without_a_picture_in_one_query(
    case: CasePage, django_assert_num_queries
):
    poster = viewing_of(case_key=case.translation_key).poster
    bare, other = CasePage.objects.get(pk=case.pk), make_case(slug="pictured")
    bare.picture = None
    with django_assert_num_queries(1):
        show_covers([bare, other])
    assert (bare.cover.url, bare.cover.width) == (poster.url, poster.width)
    with django_assert_num_queries(0):
        show_covers([other] if other.picture_id else [])


def test_the_poster_shows_the_image_that_the_viewer_opens_with(case: CasePage):
    viewing = viewing_of(case_key=case.translation_key)
    for stack, count in zip(viewing.stacks, SLICES, strict=True):
        assert stack.data["start"] == count // 2
        assert stack.poster.number == stack.data["start"] + 1


def test_descriptions_of_series_do_not_reach_the_page(case: CasePage):
    Series.objects.update(description="Telltale sign")
    assert b"Telltale" not in Client().get(case.url).content


def test_the_page_holds_poster_stills_and_data_without_inline_script_or_style(case: CasePage):
    response = Client().get(case.url)
    page = response.content.decode()
    assert re.search(r'class="dicom__poster">\s*<img src="/uploads/dicom/', page)
    assert page.count('loading="lazy" decoding="async"></a></li>') == sum(SLICES)
    inside = page[page.index("data-dicom ") :]
    scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", inside, re.DOTALL)
    assert [attributes.strip() for attributes, _ in scripts] == ['type="application/json"']
    assert len(json.loads(scripts[0][1])["stacks"]) == len(SLICES)
    assert "style=" not in inside
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy


def test_the_series_are_named_in_the_readers_language(case: CasePage):
    with translation.override("en"):
        labels = [stack.label for stack in viewing_of(case_key=case.translation_key).stacks]
    assert labels == ["1 · CT · axial · 3 images", "2 · CT · axial · 6 images"]


def _labels(case: CasePage, language: str = "en") -> list[str]:
    with translation.override(language):
        return [stack.label for stack in viewing_of(case_key=case.translation_key).stacks]


@pytest.mark.parametrize(
    ("earlier", "interval"),
    [(1, "1 day"), (59, "59 days"), (61, "2 months"), (700, "23 months"), (1096, "3 years")],
)
def test_a_prior_study_comes_after_the_present_one_and_is_named_by_its_distance(
    case: CasePage, earlier: int, interval: str
):
    present = Study.objects.get(case_key=case.translation_key)
    prior = Study.objects.create(
        case_key=case.translation_key,
        uid="1.2.3",
        date=present.date - dt.timedelta(days=earlier),
    )
    Series.objects.filter(place=1).update(study=prior)
    assert _labels(case) == [
        "Present study · 1 · CT · axial · 3 images",
        f"Prior, {interval} earlier · 2 · CT · axial · 6 images",
    ]
    viewing = viewing_of(case_key=case.translation_key)
    assert [stack["study"] for stack in viewing.data["stacks"]] == [0, 1]
    # A list shows the present study too.
    bare = CasePage.objects.get(pk=case.pk)
    bare.picture = None
    show_covers([bare])
    assert bare.cover.url == viewing.poster.url


def test_studies_without_dates_are_numbered(case: CasePage):
    Study.objects.update(date=None)
    other = Study.objects.create(case_key=case.translation_key, uid="1.2.3")
    Series.objects.filter(place=1).update(study=other)
    assert _labels(case) == [
        "Study 1 · 1 · CT · axial · 3 images",
        "Study 2 · 2 · CT · axial · 6 images",
    ]


def test_a_missing_slice_is_told(case: CasePage):
    Series.objects.filter(place=0).update(missing=2)
    first, second = viewing_of(case_key=case.translation_key).stacks
    assert "2 slices" in first.note
    assert first.data["note"] == first.note
    assert second.note == ""


def test_series_are_read_in_one_query(case: CasePage, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert viewing_of(case_key=case.translation_key).image_count == sum(SLICES)


@pytest.mark.parametrize(
    ("orientation", "name"),
    [
        ([1, 0, 0, 0, 1, 0], "axial"),
        ([1, 0, 0, 0, 0, -1], "coronal"),
        ([0, 1, 0, 0, 0, -1], "sagittal"),
        ([0.8, 0.6, 0, 0, 0, -1], "oblique"),
        ([1, 0, 0, 0, 0.99, 0.14], "axial"),
    ],
)
def test_planes_are_named_by_the_axis_the_normal_lies_nearest_to(orientation, name):
    with translation.override("en"):
        assert plane(orientation) == name
