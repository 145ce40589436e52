"""Light stacks: what they keep of the true ones, when they are made, and that they go with them."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client
from pydicom import Dataset, dcmread
from pydicom.uid import JPEG2000

from cases.domain import light as light_module
from cases.domain.imports import import_path
from cases.domain.light import sweep_light_stacks, work_off_light
from cases.domain.quarantine import delete_study
from cases.imports.light import NotWorthIt, make_light
from cases.imports.places import sweep_import_files
from cases.models import CasePage, LightStack, Series, Study
from cases.viewing import viewing_of
from jobs.domain.leases import LeaseLost
from jobs.domain.stopping import forget_stop, request_stop
from jobs.models import WorkState
from tests.cases.imports.test_import import files_below, folders  # noqa: F401  fixture
from tests.cases.water_phantom import water_slice, write_study
from tests.factories import make_case

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.usefixtures("folders"),
]


@pytest.fixture
def case(tmp_path: Path) -> CasePage:
    case = make_case(slug="phantom")
    job = import_path(
        path=write_study(tmp_path / "study", slices=(3, 6)), case_key=case.translation_key
    )
    assert job.state == WorkState.DONE
    return case


def make_all() -> list[str]:
    return [work_off_light(light_id=light.pk) for light in LightStack.objects.order_by("pk")]


def modality_values(dataset: Dataset) -> np.ndarray:
    slope = float(dataset.get("RescaleSlope", 1))
    return dataset.pixel_array * slope + float(dataset.get("RescaleIntercept", 0))


def test_an_import_opens_light_stacks_and_readers_get_them_once_they_are_whole(case, settings):
    def light() -> list:
        stacks = viewing_of(case_key=case.translation_key).data["stacks"]
        return [stack["light"] for stack in stacks]

    assert light() == [None, None]
    assert make_all() == [WorkState.DONE, WorkState.DONE]
    first, second = light()
    assert (first["files"], second["files"]) == (3, 6)
    assert first["measurable"] is False
    root, base = Path(settings.MEDIA_ROOT), second["base"].removeprefix(settings.MEDIA_URL)
    files = files_below(root / base)
    assert [path.name for path in files] == [f"{number:04d}.dcm" for number in range(1, 7)]
    assert sum(path.stat().st_size for path in files) == second["bytes"]
    assert second["bytes"] < second["fullBytes"] / 4
    response = Client().get(second["base"] + "0001.dcm")
    assert "immutable" in response["Cache-Control"]


def test_a_light_frame_has_the_places_and_nearly_the_values_of_the_true_one(case, settings):
    make_all()
    series = Series.objects.select_related("light").get(frame_count=6)
    root = Path(settings.MEDIA_ROOT)
    for number, frame in enumerate(series.index["frames"]):
        true = dcmread(root / series.directory / frame["file"])
        light = dcmread(root / series.light.directory / f"{number + 1:04d}.dcm")
        assert light.file_meta.TransferSyntaxUID == JPEG2000
        assert list(light.ImagePositionPatient) == pytest.approx(list(true.ImagePositionPatient))
        assert light.PixelSpacing == true.PixelSpacing
        assert light.FrameOfReferenceUID == true.FrameOfReferenceUID
        assert light.PatientIdentityRemoved == "YES"
        assert light.LossyImageCompression == "01"
        assert light.SOPInstanceUID != true.SOPInstanceUID
        difference = modality_values(light) - modality_values(true)
        assert difference.shape == (true.Rows, true.Columns)
        # Water measures as water, save at its edge.
        inside = modality_values(true) == 0
        assert abs(np.median(difference[inside])) < 5
        assert np.sqrt((difference**2).mean()) == pytest.approx(series.light.error, rel=0.3)


def image(values: np.ndarray, **attributes) -> Dataset:
    dataset = water_slice()
    dataset.Rows, dataset.Columns = values.shape
    dataset.PixelData = values.tobytes()
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 1 if values.dtype.kind == "i" else 0
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def light_of(dataset: Dataset, tmp_path: Path, *, rescale=(1.0, 0.0)) -> Dataset:
    dataset.save_as(tmp_path / "0001.dcm", enforce_file_format=True)
    frame = {
        "file": "0001.dcm", "frame": 0, "sop": "1.2", "position": None, "orientation": None,
        "spacing": None, "thickness": None, "window": None, "rescale": rescale,
    }  # fmt: skip
    index = {"rows": dataset.Rows, "columns": dataset.Columns, "frames": [frame]}
    make_light(index, tmp_path, into=tmp_path / "light")
    return dcmread(tmp_path / "light" / "0001.dcm")


def test_negative_values_keep_their_sign(tmp_path):
    ramp = np.repeat(np.arange(-128, 128, dtype="<i2")[None], 256, axis=0)
    dataset = image(ramp, Modality="MR")
    del dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType
    light = light_of(dataset, tmp_path)
    assert light.PixelRepresentation == 0
    assert np.abs(modality_values(light) - ramp).max() < 8


def test_padding_far_below_air_is_air(tmp_path):
    values = np.full((256, 256), -3024, dtype="<i2")
    values[64:192, 64:192] = 40
    light = light_of(image(values), tmp_path)
    shown = modality_values(light)
    assert np.median(shown[:32]) == pytest.approx(-1024, abs=8)
    assert np.median(shown[100:150, 100:150]) == pytest.approx(40, abs=8)


def test_a_frame_of_colours_keeps_them(tmp_path):
    colours = np.zeros((256, 256, 3), dtype=np.uint8)
    colours[:128, :, 0], colours[128:, :, 2] = 200, 120
    dataset = image(np.zeros((256, 256), dtype="<u2"), Modality="US")
    dataset.SamplesPerPixel, dataset.PlanarConfiguration = 3, 0
    dataset.PhotometricInterpretation = "RGB"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelData = colours.tobytes()
    shown = light_of(dataset, tmp_path)
    assert shown.PhotometricInterpretation == "YBR_ICT"
    assert np.abs(shown.pixel_array.astype(int) - colours).mean() < 4


def test_what_would_not_shrink_has_no_light_stack(tmp_path):
    with pytest.raises(NotWorthIt):
        light_of(image(np.zeros((8, 8), dtype="<u2")), tmp_path)


def test_a_stack_that_comes_again_unchanged_keeps_its_light_stack(case, tmp_path):
    make_all()
    before = {s.directory: s.light_id for s in Series.objects.all()}
    more = write_study(tmp_path / "more", slices=(3, 6, 4))
    job = import_path(path=more, case_key=case.translation_key)
    assert job.state == WorkState.DONE
    after = {s.directory: s.light_id for s in Series.objects.all()}
    assert before.items() <= after.items()
    assert LightStack.objects.filter(state=WorkState.DONE).count() == 2
    assert LightStack.objects.filter(state=WorkState.WAITING).count() == 1


def test_series_of_older_imports_get_theirs_by_the_sweep(case):
    LightStack.objects.all().delete()
    assert set(Series.objects.values_list("light", flat=True)) == {None}
    assert sweep_light_stacks() >= 2
    assert make_all() == [WorkState.DONE, WorkState.DONE]
    assert sweep_light_stacks() == 0


def test_light_stacks_go_with_their_study(case, settings, django_capture_on_commit_callbacks):
    make_all()
    with django_capture_on_commit_callbacks(execute=True):
        delete_study(study=Study.objects.get())
    assert not LightStack.objects.exists()
    assert files_below(Path(settings.MEDIA_ROOT) / "dicom") == []


def test_a_worker_asked_to_stop_hands_the_light_stack_over(case):
    request_stop()
    assert make_all() == [WorkState.WAITING, WorkState.WAITING]
    forget_stop()
    assert make_all() == [WorkState.DONE, WorkState.DONE]


def test_a_worker_that_lost_its_lease_shows_nothing(case, settings, monkeypatch):
    def lost(*_args, **_kwargs):
        raise LeaseLost

    before = files_below(Path(settings.MEDIA_ROOT))
    with monkeypatch.context() as patched:
        patched.setattr("jobs.domain.leases.Lease.check", lost)
        make_all()
    assert files_below(Path(settings.MEDIA_ROOT)) == before
    assert set(LightStack.objects.values_list("directory", flat=True)) == {""}


def test_an_unforeseen_error_is_told_by_its_kind_only(case, monkeypatch, caplog):
    def fail(*_args, **_kwargs):
        raise RuntimeError("a secret")

    monkeypatch.setattr(light_module, "make_light", fail)
    assert set(make_all()) == {WorkState.FAILED}
    assert "a secret" not in caplog.text


def test_the_sweep_of_files_leaves_light_stacks_alone(case, settings, monkeypatch):
    make_all()
    before = files_below(Path(settings.MEDIA_ROOT))
    monkeypatch.setattr("cases.imports.places._UNKNOWN_KEPT_S", -1.0)
    sweep_import_files()
    assert files_below(Path(settings.MEDIA_ROOT)) == before


def test_the_command_makes_what_is_missing_and_tells_what_it_costs(case):
    out = io.StringIO()
    call_command("make_light_stacks", "--wait", "--json", stdout=out)
    told = json.loads(out.getvalue())
    lights = LightStack.objects.all()
    assert told == {
        "made": 2,
        "without": 0,
        "waiting": 0,
        "failed": 0,
        "bytes": sum(light.byte_count for light in lights),
        "full_bytes": sum(light.full_byte_count for light in lights),
    }
