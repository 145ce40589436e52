"""Importing for good: rows, files, held instances, crashes; and nothing of the patient anywhere."""

import io
import json
import logging
import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django.db import connection
from django.utils import timezone
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.uid import UltrasoundImageStorage

from cases.deidentification.pixels import Rectangle
from cases.domain import attempts as attempts_module
from cases.domain import imports as imports_module
from cases.domain.imports import NO_CASE, import_path, open_import, sweep_imports, work_off
from cases.domain.quarantine import (
    FramesUnseen,
    NotHeld,
    delete_study,
    note_seen,
    reject,
    sign_off,
)
from cases.imports.places import held_root, sweep_import_files, uploads_root, work_root
from cases.models import ImportJob, Instance, InstanceState, Series, Study
from jobs.domain.leases import LeaseLost
from jobs.domain.stopping import forget_stop, request_stop
from jobs.models import WorkState
from jobs.registry import sweeps
from tests.cases.deidentification.planted import FAMILY, SECRETS, leaks, planted_slice, to_bytes
from tests.factories import UserFactory, make_case

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::UserWarning")]
SHARED = Path(
    os.environ.get("VIEWBOX_DICOM_SAMPLES", Path(__file__).parents[4] / "shared/data/dicom")
)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.WORK_ROOT = tmp_path / "work"
    settings.PRIVATE_ROOT = tmp_path / "private"
    yield tmp_path
    forget_stop()


def series_zip(*datasets: Dataset) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, dataset in enumerate(datasets):
            archive.writestr(f"{FAMILY}/{FAMILY} {number}.dcm", to_bytes(dataset))
    return buffer.getvalue()


def ultrasound() -> Dataset:
    dataset = planted_slice(7, series=5)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UltrasoundImageStorage
    dataset.Modality = "US"
    return dataset


def upload(*datasets: Dataset, case_key=None) -> ImportJob:
    file = ContentFile(series_zip(*datasets), name=f"{FAMILY}.zip")
    return open_import(files=[file], case_key=case_key, uploaded_by=None)


def files_below(*roots: Path) -> list[Path]:
    return sorted(path for root in roots for path in root.rglob("*") if path.is_file())


def bytes_of_everything(tmp_path: Path) -> bytes:
    """All files that were written, their names, and every row of the app as JSON."""
    files = files_below(tmp_path)
    rows = "".join(serialize("json", m.objects.all()) for m in (ImportJob, Study, Series, Instance))
    return b"".join(f.read_bytes() for f in files) + (rows + " ".join(map(str, files))).encode()


def test_nothing_of_the_patient_is_in_files_rows_names_or_logs(folders, caplog):
    caplog.set_level(logging.DEBUG)
    job = upload(*(planted_slice(n) for n in range(4)), ultrasound())
    assert leaks(bytes_of_everything(folders)) != []  # the original waits
    caplog.clear()  # of what making such files had pydicom say
    assert work_off(job_id=job.pk) == WorkState.DONE
    assert Instance.objects.count() == 5
    assert leaks(bytes_of_everything(folders)) == []
    assert leaks(caplog.text.encode()) == []
    assert files_below(uploads_root(), work_root()) == []


def test_a_study_is_stored_with_its_stack_index_and_pictures(folders, settings):
    work_off(job_id=upload(*(planted_slice(n) for n in (2, 0, 3, 1))).pk)
    series = Series.objects.get()
    assert (series.kind, series.frame_count, series.spacing_mm) == ("volume", 4, 2.5)
    assert (series.modality, series.description, series.body_part) == ("CT", "Lung 2.5mm", "CHEST")
    folder = settings.MEDIA_ROOT / series.directory
    places = []
    for frame in series.index["frames"]:
        dataset = dcmread(folder / frame["file"])
        places.append(float(dataset.ImagePositionPatient[2]))
        assert dataset.SOPInstanceUID == frame["sop"]
    assert places == [0, 2.5, 5, 7.5]
    assert len(series.index["previews"]) == 4
    for preview in series.index["previews"]:
        with Image.open(folder / preview["file"]) as image:
            assert image.size == (preview["width"], preview["height"])
            assert not image.info.get("exif")
    study = series.study
    assert study.patient.startswith("VB-")
    assert study.description == "CT chest with contrast"
    assert study.date.strftime("%Y%m%d") != "20210305"


def test_the_address_of_a_stack_can_be_kept_for_ever(client, folders):
    work_off(job_id=upload(planted_slice(0), planted_slice(1)).pk)
    series = Series.objects.get()
    response = client.get(f"/uploads/{series.directory}/0001.dcm")
    assert "immutable" in response["Cache-Control"]
    assert leaks(b"".join(response.streaming_content)) == []


def test_a_later_upload_joins_its_study_and_series(folders, settings):
    key = make_case().translation_key
    work_off(job_id=upload(planted_slice(0), planted_slice(2), case_key=key).pk)
    first = Series.objects.get().directory
    job = upload(planted_slice(1), planted_slice(2), case_key=key)
    work_off(job_id=job.pk)
    series = Series.objects.get()
    assert series.study.case_key == key
    assert (series.frame_count, series.spacing_mm, series.missing) == (3, 2.5, 0)
    assert series.directory != first
    job.refresh_from_db()
    assert (job.result["accepted"], job.result["doubles"]) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_the_old_folder_goes_when_the_series_grows(folders, settings):
    work_off(job_id=upload(planted_slice(0)).pk)
    first = Series.objects.get().directory
    work_off(job_id=upload(planted_slice(1)).pk)
    assert not (settings.MEDIA_ROOT / first).exists()
    assert (settings.MEDIA_ROOT / Series.objects.get().directory).is_dir()


def test_the_same_upload_again_changes_nothing(folders):
    for _time in range(2):
        work_off(job_id=upload(planted_slice(0), planted_slice(1)).pk)
    assert Study.objects.get().case_key == NO_CASE
    assert (Instance.objects.count(), Series.objects.count()) == (2, 1)


# --- Held instances -------------------------------------------------------------------------------


@pytest.fixture
def held(folders) -> Instance:
    work_off(job_id=upload(ultrasound()).pk)
    return Instance.objects.get()


def test_a_held_instance_has_no_address(held, settings):
    assert (held.state, held.hold) == (InstanceState.HELD, "ULTRASOUND")
    assert not Series.objects.exists()
    assert files_below(settings.MEDIA_ROOT) == []
    assert [f.name for f in files_below(held_root())] == [held.held_file]


def test_nobody_can_sign_without_having_seen_every_frame(held):
    with pytest.raises(FramesUnseen):
        sign_off(instance=held, rectangles=[], user=UserFactory())
    held.refresh_from_db()
    assert held.state == InstanceState.HELD


@pytest.mark.django_db(transaction=True)
def test_signing_masks_shows_and_records_who_and_when(held, settings):
    user = UserFactory()
    note_seen(instance=held, frame=0)
    held.refresh_from_db()
    sign_off(instance=held, rectangles=[Rectangle(2, 3, 8, 4)], user=user)
    assert (held.state, held.reviewed_by, held.masks) == (InstanceState.SHOWN, user, [[2, 3, 8, 4]])
    assert timezone.now() - held.reviewed_at < timedelta(minutes=1)
    assert files_below(held_root(), work_root()) == []
    series = Series.objects.get()
    after = dcmread(settings.MEDIA_ROOT / series.directory / "0001.dcm")
    picture = after.pixel_array
    assert picture[3:7, 2:10].std() == 0
    assert picture[8:, :].std() > 0
    assert after.BurnedInAnnotation == "NO"
    with pytest.raises(NotHeld):
        sign_off(instance=held, rectangles=[], user=user)


@pytest.mark.django_db(transaction=True)
def test_a_rejected_instance_is_deleted_and_stays_on_record(held):
    user = UserFactory()
    reject(instance=held, user=user)
    assert (held.state, held.reviewed_by) == (InstanceState.REJECTED, user)
    assert files_below(held_root()) == []


@pytest.mark.django_db(transaction=True)
def test_a_deleted_study_leaves_no_file(held, folders):
    work_off(job_id=upload(planted_slice(0)).pk)
    delete_study(study=Study.objects.get())
    assert files_below(folders) == []
    assert not Instance.objects.exists()


# --- Failures -------------------------------------------------------------------------------------


def test_an_upload_with_nothing_usable_fails_with_its_reasons_and_leaves_nothing(folders):
    job = open_import(
        files=[ContentFile(b"a letter about " + FAMILY.encode(), name="x")],
        case_key=None,
        uploaded_by=None,
    )
    assert work_off(job_id=job.pk) == WorkState.FAILED
    job.refresh_from_db()
    assert job.failure_code == "NOTHING_USABLE"
    assert job.failure_sentence
    assert job.result["skipped"] == [{"file": "1", "reason": "NOT_DICOM"}]
    assert files_below(folders) == []


def test_a_failure_on_the_way_leaves_no_row_no_file_and_no_quotation(folders, monkeypatch, caplog):
    def fail(*_args, **_kwargs):
        raise RuntimeError(f"could not do {FAMILY}")

    monkeypatch.setattr(imports_module, "_store", fail)
    job = upload(planted_slice(0), ultrasound())
    caplog.clear()
    assert work_off(job_id=job.pk) == WorkState.FAILED
    assert not Study.objects.exists()
    assert files_below(folders) == []
    job.refresh_from_db()
    assert leaks((caplog.text + job.failure_detail).encode()) == []


@pytest.mark.parametrize("step", ["stage", "prepare", "put_in_place", "_store"])
def test_a_killed_worker_leaves_nothing_half_imported_and_the_next_one_finishes(
    step, folders, monkeypatch
):
    class Killed(BaseException):
        pass

    def die(*_args, **_kwargs):
        raise Killed

    job = upload(planted_slice(0), planted_slice(1))
    with monkeypatch.context() as patched:
        patched.setattr(imports_module, step, die)
        patched.setattr(attempts_module.shutil, "rmtree", lambda *_a, **_k: None)
        with pytest.raises(Killed):
            work_off(job_id=job.pk)
    assert not Study.objects.exists()
    assert sweep_imports() == 0  # its lease has not run out
    ImportJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep_imports() == 1
    assert work_off(job_id=job.pk) == WorkState.DONE
    assert Series.objects.get().frame_count == 2
    sweep_import_files()
    assert files_below(uploads_root(), work_root()) == []


def test_a_worker_that_lost_its_lease_stores_nothing(folders, monkeypatch):
    def lost(*_args, **_kwargs):
        raise LeaseLost

    job = upload(planted_slice(0))
    monkeypatch.setattr("jobs.domain.leases.Lease.check", lost)
    work_off(job_id=job.pk)
    assert not Study.objects.exists()
    assert files_below(folders / "uploads") == []


def test_a_worker_asked_to_stop_hands_the_import_over(folders):
    job = upload(planted_slice(0))
    request_stop()
    assert work_off(job_id=job.pk) == WorkState.WAITING
    forget_stop()
    assert work_off(job_id=job.pk) == WorkState.DONE


def test_originals_of_a_job_that_ended_are_swept_even_if_nobody_was_there_to_delete_them(folders):
    job = upload(planted_slice(0))
    ImportJob.objects.filter(pk=job.pk).update(state=WorkState.FAILED)
    assert files_below(uploads_root())
    assert sweep_import_files() == 1
    assert files_below(uploads_root()) == []
    assert {"DICOM imports", "files of DICOM imports"} <= set(sweeps())


# --- Commands -------------------------------------------------------------------------------------


def run(*arguments: str) -> dict:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_import_dicom_answers_in_the_agreed_form(folders):
    case = make_case()
    path = folders / f"{FAMILY}.zip"
    path.write_bytes(series_zip(*(planted_slice(n) for n in range(3)), ultrasound()))
    result = run("import_dicom", str(path), "--case", case.slug)
    assert result["study"] == Study.objects.get().uid
    assert [
        (s["modality"], s["instances"], s["spacing"]) for s in result["series"]
    ] == [("CT", 3, 2.5)]  # fmt: skip
    assert result["accepted"] == 3
    assert result["quarantined"] == [{"file": "4", "reason": "ULTRASOUND"}]
    assert result["removed"] > 100
    assert leaks(json.dumps(result).encode()) == []
    assert Study.objects.get().case_key == case.translation_key
    assert path.exists()


def test_import_dicom_refuses_with_a_sentence(folders):
    with pytest.raises(CommandError, match="no file or folder"):
        call_command("import_dicom", str(folders / "none"))
    with pytest.raises(CommandError, match="no case"):
        call_command("import_dicom", str(folders), "--case", "unknown")


def test_deidentify_writes_clean_files_and_the_report(folders):
    source = folders / "in"
    source.mkdir()
    for number in range(2):
        (source / f"{FAMILY}{number}").write_bytes(to_bytes(planted_slice(number)))
    result = run("deidentify", str(source), "--out", str(folders / "out"))
    assert result["accepted"] == 2
    outcomes = {line["attribute"]: line["outcome"] for line in result["report"]}
    assert outcomes["PatientName"] == "changed"
    assert outcomes["InstitutionAddress"] == "removed"
    written = files_below(folders / "out")
    assert len(written) == 2
    assert leaks(b"".join(path.read_bytes() for path in written)) == []
    with pytest.raises(CommandError, match="not empty"):
        call_command("deidentify", str(source), "--out", str(folders / "out"))


def test_deidentify_leaves_nothing_where_nothing_could_be_used(folders):
    (folders / "x").write_text(f"a letter about {FAMILY}")
    with pytest.raises(CommandError, match="Nothing in this upload"):
        call_command("deidentify", str(folders / "x"), "--out", str(folders / "out"))
    assert not (folders / "out").exists()


@pytest.mark.parametrize(
    ("name", "frames", "spacing", "planted"),
    [
        ("mr-synthetic-pacsman-128.zip", 128, 1.0, [b"PACSMAN", b"CHUV", b"Bugnon", b"20231016"]),
        ("mr-t1-head-384.zip", 384, 0.6667, [b"Jane_Doe", b"Hanke", b"20130717", b"gdcmanon"]),
    ],
)
def test_public_series_come_in_whole_and_clean(name, frames, spacing, planted, folders):
    if not (SHARED / name).exists():
        pytest.skip(f"{name} is not on this machine")
    job = import_path(path=SHARED / name, case_key=None)
    assert job.state == WorkState.DONE
    series = Series.objects.get()
    assert (series.frame_count, series.spacing_mm, series.missing) == (frames, spacing, 0)
    assert series.may_show_face
    written = b"".join(path.read_bytes() for path in files_below(folders / "uploads"))
    assert not [word for word in planted if word.lower() in written.lower()]


def test_the_secrets_are_looked_for_in_the_database_too(folders):
    """The check itself: a name in a row would be found."""
    study = Study.objects.create(uid="1.2", patient=SECRETS[0])
    assert FAMILY in leaks(bytes_of_everything(folders))
    study.delete()
    assert connection.vendor in {"sqlite", "postgresql"}
