"""Uploads: what is opened, what is refused, and that nothing is written where it should not be."""

import io
import os
import resource
import stat
import struct
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset, Sequence, dcmwrite

from cases.deidentification.refusals import Refusal, Refused
from cases.deidentification.values import Keyed
from cases.imports.archives import UploadLimits, entries
from cases.imports.parsing import ParseLimits, read_dataset
from cases.imports.staging import StagingLimits, stage
from tests.cases.deidentification.planted import FAMILY, leaks, planted_slice, to_bytes

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
KEY = Keyed(b"a key that only these tests use !")


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def read_all(path: Path, tmp_path: Path, **limits) -> list[tuple[str, bytes | Refusal]]:
    return [
        (entry.label, entry.path.read_bytes() if entry.path else entry.refusal)
        for entry in entries(path, scratch=tmp_path / "scratch", limits=UploadLimits(**limits))
    ]


def refused_for(path: Path, tmp_path: Path, **limits) -> Refusal:
    with pytest.raises(Refused) as refused:
        read_all(path, tmp_path, **limits)
    return refused.value.code


def test_files_of_a_zip_come_one_by_one_and_are_known_by_their_place(tmp_path):
    archive = zipped(
        tmp_path / "a.zip", {f"{FAMILY}/2.dcm": b"two", f"{FAMILY}/1.dcm": b"one", ".DS_Store": b""}
    )
    assert read_all(archive, tmp_path) == [("1", b"one"), ("2", b"two")]
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../../outside", "/etc/outside", "a/../../outside", "C:/outside", "a\\..\\outside"]
)
def test_names_that_lead_out_of_the_archive_are_refused(name, tmp_path):
    archive = zipped(tmp_path / "a.zip", {"x": b"1"})
    with zipfile.ZipFile(archive, "a") as opened:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        opened.writestr(info, b"evil")
    assert ("1", b"evil") not in read_all(archive, tmp_path)
    assert Refusal.UNSAFE_NAME in [what for _label, what in read_all(archive, tmp_path)]
    assert not list(tmp_path.rglob("outside"))


def test_links_are_not_followed(tmp_path):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(info, "/etc/passwd")
    assert read_all(archive, tmp_path) == [("1", Refusal.LINK)]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "1").symlink_to("/etc/passwd")
    (folder / "2").symlink_to("/etc", target_is_directory=True)
    os.mkfifo(folder / "3")
    assert read_all(folder, tmp_path) == [
        ("1", Refusal.LINK),
        ("2", Refusal.LINK),
        ("3", Refusal.NOT_DICOM),
    ]


def test_a_zip_bomb_is_refused_before_it_fills_the_disk(tmp_path):
    archive = zipped(tmp_path / "a.zip", {"bomb": b"\0" * 30_000_000})
    assert archive.stat().st_size < 50_000
    assert refused_for(archive, tmp_path, total_bytes=1_000_000) == Refusal.ZIP_BOMB


def test_a_zip_that_lies_about_its_size_is_stopped_while_unpacking(tmp_path):
    archive = zipped(tmp_path / "a.zip", {"bomb": b"\0" * 5_000_000})
    raw = bytearray(archive.read_bytes())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 10)
    archive.write_bytes(raw)
    found = read_all(archive, tmp_path, total_bytes=100_000)
    assert found == [("1", Refusal.BAD_ARCHIVE)]
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_hundred_thousand_files_are_refused_at_once(tmp_path):
    archive = zipped(tmp_path / "a.zip", {"name": b""})
    raw = archive.read_bytes()
    at, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**5, 10**5,
                         (end - at) * 10**5, at)  # fmt: skip
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at + (end - at) * 10**5, 1)
    last = raw[end : end + 8] + b"\xff" * 12 + raw[end + 20 :]
    archive.write_bytes(raw[:at] + raw[at:end] * 10**5 + record + locator + last)
    with zipfile.ZipFile(archive) as opened:
        assert len(opened.infolist()) == 100_000
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert refused_for(archive, tmp_path) == Refusal.TOO_MANY_FILES
    assert time.monotonic() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB


def test_locked_damaged_and_nested_archives_are_told_apart(tmp_path):
    archive = zipped(tmp_path / "a.zip", {"inner.zip": zipped(tmp_path / "b.zip", {}).read_bytes()})
    assert read_all(archive, tmp_path) == [("1", b"PK\x05\x06" + bytes(18))]
    inner = zipped(tmp_path / "c.zip", {"x": b"y"}).read_bytes()
    assert read_all(zipped(archive, {"inner": inner}), tmp_path) == [("1", Refusal.NESTED_ARCHIVE)]
    (tmp_path / "cut.zip").write_bytes(inner[: len(inner) // 2])
    assert refused_for(tmp_path / "cut.zip", tmp_path) == Refusal.BAD_ARCHIVE
    locked = bytearray(inner)
    at = locked.rindex(b"PK\x01\x02")
    locked[at + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    assert refused_for(tmp_path / "locked.zip", tmp_path) == Refusal.ENCRYPTED


def test_missing_empty_and_linked_uploads_are_refused(tmp_path):
    assert refused_for(tmp_path / "none", tmp_path) == Refusal.NOT_FOUND
    (tmp_path / "empty").touch()
    assert refused_for(tmp_path / "empty", tmp_path) == Refusal.EMPTY_FILE
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    assert refused_for(tmp_path / "link", tmp_path) == Refusal.LINK


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_zip_is_read_or_refused(data, tmp_path):
    raw = bytearray(zipped(tmp_path / "w.zip", {"a/1": b"one" * 50, "b": b"two"}).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(4, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "d.zip"
    path.write_bytes(raw)
    try:
        read_all(path, tmp_path)
    except Refused:
        return


# --- Parsing --------------------------------------------------------------------------------------


def written(tmp_path: Path, dataset: Dataset) -> Path:
    path = tmp_path / "one.dcm"
    path.write_bytes(to_bytes(dataset))
    return path


def test_sequences_nested_without_end_are_refused_without_recursion(tmp_path):
    level = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    path = tmp_path / "deep.dcm"
    meta = b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\0"
    path.write_bytes(b"\0" * 128 + b"DICM" + meta + level * 100_000)
    started = time.monotonic()
    with pytest.raises(Refused) as refused:
        read_dataset(path)
    assert refused.value.code == Refusal.TOO_COMPLEX
    assert time.monotonic() - started < 5


def test_sequences_of_defined_length_are_counted_too(tmp_path):
    inner = Dataset()
    for _level in range(20):
        outer = Dataset()
        outer.EnergyWindowInformationSequence = Sequence([inner])
        inner = outer
    dataset = planted_slice(0)
    dataset.EnergyWindowInformationSequence = Sequence([inner])
    for implicit in (False, True):
        buffer = io.BytesIO()
        dataset.file_meta.TransferSyntaxUID = f"1.2.840.10008.1.2{'' if implicit else '.1'}"
        dcmwrite(buffer, dataset, enforce_file_format=True)
        (tmp_path / "n.dcm").write_bytes(buffer.getvalue())
        with pytest.raises(Refused) as refused:
            read_dataset(tmp_path / "n.dcm")
        assert refused.value.code == Refusal.TOO_COMPLEX


def test_millions_of_elements_are_refused_before_objects_are_made_of_them(tmp_path):
    meta = b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\0"
    path = tmp_path / "many.dcm"
    path.write_bytes(b"\0" * 128 + b"DICM" + meta + b"\x08\x00\x60\x00CS\x00\x00" * 1_000_000)
    started = time.monotonic()
    with pytest.raises(Refused) as refused:
        read_dataset(path, limits=ParseLimits(elements=100_000))
    assert refused.value.code == Refusal.TOO_COMPLEX
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Refusal.EMPTY_FILE),
        (b"hello, this is a letter and no picture at all", Refusal.NOT_DICOM),
        (b"%PDF-1.7 " + b"x" * 300, Refusal.NOT_DICOM),
        (b"\0" * 500, Refusal.NOT_DICOM),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 300, Refusal.NOT_DICOM),
    ],
)
def test_what_is_no_dicom_is_told(data, code, tmp_path):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(Refused) as refused:
        read_dataset(tmp_path / "x")
    assert refused.value.code == code


# --- Staging --------------------------------------------------------------------------------------


def test_a_zip_full_of_names_is_staged_without_one(tmp_path):
    archive = zipped(
        tmp_path / f"{FAMILY}.zip",
        {f"{FAMILY}/{FAMILY}_{n}.dcm": to_bytes(planted_slice(n)) for n in range(3)}
        | {f"{FAMILY}/letter.txt": b"Dear Mrs. " + FAMILY.encode(), "DICOMDIR": b"x" * 200},
    )
    staged = stage(archive, into=tmp_path / "out", keyed=KEY)
    assert [instance.facts.number for instance in staged.instances] == [1, 2, 3]
    assert [entry.reason for entry in staged.skipped] == [Refusal.NOT_DICOM] * 2
    written = b"".join(p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file())
    names = " ".join(str(p) for p in (tmp_path / "out").rglob("*"))
    assert leaks(written + names.encode() + repr(staged.skipped).encode()) == []


def test_the_same_instance_twice_is_counted_once(tmp_path):
    data = to_bytes(planted_slice(0))
    staged = stage(
        zipped(tmp_path / "a.zip", {"1": data, "2": data}), into=tmp_path / "o", keyed=KEY
    )
    assert (len(staged.instances), staged.doubles) == (1, 1)


def test_two_patients_in_one_upload_are_refused(tmp_path):
    other = planted_slice(1)
    other.PatientID = "someone else"
    archive = zipped(tmp_path / "a.zip", {"1": to_bytes(planted_slice(0)), "2": to_bytes(other)})
    with pytest.raises(Refused) as refused:
        stage(archive, into=tmp_path / "o", keyed=KEY)
    assert refused.value.code == Refusal.MIXED_PATIENTS


def test_work_ends_when_asked_or_out_of_time(tmp_path):
    class Stop(Exception):
        pass

    def stop(_fraction: float) -> None:
        raise Stop

    path = written(tmp_path, planted_slice(0))
    with pytest.raises(Stop):
        stage(path, into=tmp_path / "o", keyed=KEY, on_progress=stop)
    with pytest.raises(Refused) as refused:
        stage(path, into=tmp_path / "o", keyed=KEY, limits=StagingLimits(seconds=-1))
    assert refused.value.code == Refusal.TIMED_OUT
