"""De-facing: the face goes, the brain stays, the author decides, and nothing of it is left."""

import os
from pathlib import Path

import numpy as np
import pytest
from django.urls import reverse
from pydicom import dcmread

from cases.domain import defacing as defacing_module
from cases.domain.defacing import (
    NotReady,
    ask_for_preview,
    confirm,
    dismiss,
    sweep_defacings,
    view_path,
    work_off_defacing,
)
from cases.domain.imports import import_path
from cases.imports.places import previews_root, sweep_import_files
from cases.models import Defacing, Series, Study
from jobs.domain.stopping import forget_stop, request_stop
from jobs.models import WorkState
from tests.cases import head_phantom as head
from tests.cases.imports.test_import import SHARED, files_below, folders  # noqa: F401  fixture
from tests.cases.water_phantom import write_study
from tests.factories import UserFactory, make_author, make_case, make_department, section_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.usefixtures("folders"),
]


def head_series(tmp_path: Path, *, case_key=None, **how) -> Series:
    job = import_path(path=head.write_head(tmp_path / "head", **how), case_key=case_key)
    assert job.state == WorkState.DONE
    return Series.objects.get()


def worked_out(series: Series, *, advance_mm: int = 0) -> Defacing:
    row = ask_for_preview(series=series, user=UserFactory(), advance_mm=advance_mm)
    work_off_defacing(defacing_id=row.pk)
    row.refresh_from_db()
    return row


def overwrite(row: Defacing) -> Series:
    confirm(defacing=row, user=UserFactory())
    assert work_off_defacing(defacing_id=row.pk) == WorkState.DONE
    return Series.objects.get()


def values_of(series: Series, root: Path) -> np.ndarray:
    files = [frame["file"] for frame in series.index["frames"]]
    return np.stack([dcmread(root / series.directory / file).pixel_array for file in files])


@pytest.mark.parametrize("modality", ["CT", "MR"])
def test_face_and_jaw_are_overwritten_and_every_voxel_of_the_brain_stays(
    modality, tmp_path, settings
):
    series = head_series(tmp_path, modality=modality)
    assert series.may_show_face
    root = Path(settings.MEDIA_ROOT)
    before = values_of(series, root)
    after = values_of(overwrite(worked_out(series)), root)
    kinds = head.tissues()
    brain = kinds == head.BRAIN
    assert np.array_equal(after[brain], before[brain])
    _x, y, z = head.coordinates()
    nose = (kinds != head.AIR) & (y < -100) & (z > -60) & (z < -10)
    mouth = (kinds != head.AIR) & (y < -60) & (z < -60) & (z > -110)
    assert nose.sum() > 30
    assert mouth.sum() > 200
    assert set(np.unique(after[nose | mouth])) == {before.min()}
    behind = np.broadcast_to(y > 0, kinds.shape)
    assert np.array_equal(after[behind], before[behind])


def test_the_published_files_say_what_was_done_and_the_old_ones_are_gone(
    tmp_path, settings, django_capture_on_commit_callbacks
):
    series = head_series(tmp_path)
    root = Path(settings.MEDIA_ROOT)
    row = worked_out(series)
    with django_capture_on_commit_callbacks(execute=False) as later:
        after = overwrite(row)
    for callback in later:
        if "enqueue" not in callback.__qualname__:
            callback()
    assert not (root / series.directory).exists()
    assert after.is_defaced
    assert not after.may_show_face
    assert after.frame_count == series.frame_count
    made = dcmread(root / after.directory / after.index["frames"][0]["file"])
    assert made.RecognizableVisualFeatures == "NO"
    assert "113102" in [item.CodeValue for item in made.DeidentificationMethodCodeSequence]
    assert [f["sop"] for f in after.index["frames"]] == [f["sop"] for f in series.index["frames"]]
    assert after.light_id != series.light_id
    row.refresh_from_db()
    assert row.confirmed_by is not None
    assert files_below(previews_root()) == []


def test_the_plane_moves_by_what_the_author_says(tmp_path):
    series = head_series(tmp_path)
    usual = worked_out(series).facts["overwritten_ml"]
    less = worked_out(series, advance_mm=15).facts["overwritten_ml"]
    more = worked_out(series, advance_mm=-15).facts["overwritten_ml"]
    assert 0 < less < usual < more


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"top": 16}, "TOP_MISSING"),
        ({"lowest": 45}, "FACE_OUTSIDE"),
    ],
)
def test_where_no_face_can_be_found_nothing_is_overwritten_and_the_reason_told(
    how, reason, tmp_path
):
    row = worked_out(head_series(tmp_path, **how))
    assert (row.state, row.failure_code, row.preview) == (WorkState.FAILED, reason, "")
    with pytest.raises(NotReady):
        confirm(defacing=row, user=UserFactory())


def test_a_cylinder_of_water_is_left_alone(tmp_path):
    import_path(path=write_study(tmp_path / "water", slices=(30,)), case_key=None)
    assert worked_out(Series.objects.get()).failure_code == "TOP_MISSING"


def test_a_face_is_overwritten_once(tmp_path):
    after = overwrite(worked_out(head_series(tmp_path)))
    assert worked_out(after).failure_code == "FACE_GONE"


def test_nothing_is_overwritten_before_somebody_confirms(tmp_path, settings):
    series = head_series(tmp_path)
    row = worked_out(series)
    assert Series.objects.get().directory == series.directory
    pictures = [path.name for path in files_below(previews_root())]
    assert pictures == [
        f"{moment}-{view}.webp"
        for moment in ("after", "before")
        for view in ("front", "middle", "side")
    ]
    assert view_path(defacing=row, name="../../etc/passwd") is None
    with pytest.raises(NotReady):
        for _attempt in range(2):
            ask_for_preview(series=series, user=UserFactory())


def test_an_author_may_leave_the_stack_as_it_is(tmp_path, django_capture_on_commit_callbacks):
    row = worked_out(head_series(tmp_path))
    with django_capture_on_commit_callbacks(execute=True):
        dismiss(defacing=row)
    assert not Defacing.objects.exists()
    assert files_below(previews_root()) == []


def test_a_confirmed_face_is_neither_dismissed_nor_confirmed_twice(tmp_path):
    row = worked_out(head_series(tmp_path))
    confirm(defacing=row, user=UserFactory())
    with pytest.raises(NotReady):
        confirm(defacing=row, user=UserFactory())
    with pytest.raises(NotReady):
        dismiss(defacing=row)


def test_a_worker_that_stops_hands_over_and_another_finishes(tmp_path):
    row = ask_for_preview(series=head_series(tmp_path), user=UserFactory())
    request_stop()
    assert work_off_defacing(defacing_id=row.pk) == WorkState.WAITING
    forget_stop()
    Defacing.objects.update(not_before=None)
    assert sweep_defacings() in (0, 1)
    assert work_off_defacing(defacing_id=row.pk) == WorkState.DONE


def test_a_study_imported_anew_meanwhile_is_not_replaced(tmp_path, monkeypatch):
    series = head_series(tmp_path)
    row = worked_out(series)
    confirm(defacing=row, user=UserFactory())
    real = defacing_module.overwritten_files

    def and_meanwhile(*args, **kwargs):
        Series.objects.update(directory="dicom/another")
        return real(*args, **kwargs)

    monkeypatch.setattr(defacing_module, "overwritten_files", and_meanwhile)
    work_off_defacing(defacing_id=row.pk)
    assert Series.objects.get().directory == "dicom/another"


def test_previews_that_no_row_knows_are_swept(tmp_path):
    row = worked_out(head_series(tmp_path))
    os.utime(previews_root() / row.preview, (0, 0))
    sweep_import_files()
    assert len(files_below(previews_root())) == 6
    Defacing.objects.filter(pk=row.pk).update(preview="")
    sweep_import_files()
    assert files_below(previews_root()) == []


def test_the_author_asks_compares_and_confirms_and_nobody_else_sees_it(tmp_path, client):
    department = make_department()
    case = make_case(parent=section_of(department))
    client.force_login(make_author(department))
    series = head_series(tmp_path, case_key=case.translation_key)
    url = reverse("cases_dicom:deface", args=[series.pk])
    assert url in client.get(reverse("cases_dicom:studies", args=[case.pk])).content.decode()
    assert client.post(url, {})["Location"] == url
    assert client.get(url)["Refresh"] == "3"
    row = Defacing.objects.get()
    work_off_defacing(defacing_id=row.pk)
    page = client.get(url).content.decode()
    picture = reverse("cases_dicom:face_view", args=[series.pk, "before-front"])
    assert picture in page
    answer = client.get(picture)
    assert answer["Content-Type"] == "image/webp"
    assert "no-store" in answer["Cache-Control"]
    assert client.post(url, {"advance_mm": "99"}).status_code == 422
    client.post(url, {"confirm": "1"})
    row.refresh_from_db()
    assert row.step == Defacing.Step.APPLY
    client.force_login(make_author(make_department("Another"), email="other@example.com"))
    assert client.get(picture).status_code in (302, 403)
    assert client.get(url).status_code in (302, 403)


def test_who_waits_on_the_page_until_the_face_is_gone_is_led_back_to_the_studies(tmp_path, client):
    department = make_department()
    case = make_case(parent=section_of(department))
    client.force_login(make_author(department))
    series = head_series(tmp_path, case_key=case.translation_key)
    url = reverse("cases_dicom:deface", args=[series.pk])
    studies = reverse("cases_dicom:studies", args=[case.pk])
    assert "A face could be computed" in client.get(studies).content.decode()
    worked_out(series)
    assert "compare before and after" in client.get(studies).content.decode()
    assert client.post(url, {"confirm": "1"})["Location"] == studies
    page = client.get(studies).content.decode()
    assert "The stack is replaced when it is done." in page
    assert url in page
    assert client.get(url)["Refresh"] == "3"
    work_off_defacing(defacing_id=Defacing.objects.get().pk)
    answer = client.get(url, follow=True)
    assert answer.redirect_chain == [(studies, 302)]
    page = answer.content.decode()
    assert page.count("The face is overwritten.") == 2  # the message, and the series' remark
    assert url not in page


def test_slices_that_turn_out_to_be_no_face_are_no_longer_said_to_show_one(tmp_path, client):
    department = make_department()
    case = make_case(parent=section_of(department))
    client.force_login(make_author(department))
    worked_out(head_series(tmp_path, case_key=case.translation_key, lowest=45))
    page = client.get(reverse("cases_dicom:studies", args=[case.pk])).content.decode()
    assert "The face is not on these slices." in page
    assert "A face could be computed" not in page


@pytest.mark.parametrize(
    ("region", "description", "warned"),
    [("CHEST", "", False), ("HEAD", "", True), ("NECK", "", True), ("CHEST", "Brain", True)],
)
def test_a_stack_that_names_no_part_counts_as_a_head_unless_its_case_is_about_another(
    region, description, warned, client
):
    department = make_department()
    case = make_case(parent=section_of(department), region=region)
    client.force_login(make_author(department))
    study = Study.objects.create(case_key=case.translation_key, uid="1.2", patient="P")
    Series.objects.create(
        study=study, uid="1.2.3", kind="volume", modality="CT", frame_count=60,
        description=description, directory="dicom/x", may_show_face=True,
    )  # fmt: skip
    page = client.get(reverse("cases_dicom:studies", args=[case.pk])).content.decode()
    assert ("A face could be computed" in page) is warned


def test_a_real_head_keeps_its_brain_though_its_face_was_overwritten_before(settings):
    path = SHARED / "mr-t1-head-384.zip"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine")
    assert import_path(path=path, case_key=None).state == WorkState.DONE
    facts = worked_out(Series.objects.get()).facts
    # No nose: the page says that the face was overwritten before.
    assert facts["nose_mm"] < 5
    assert 150 < facts["length_mm"] < 190
    assert facts["spared_ml"] < 20
