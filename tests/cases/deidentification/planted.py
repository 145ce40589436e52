"""A CT series with a made-up patient hidden everywhere a DICOM file has room, and how to score.

Used by the tests and by `bench/deidentify.py`; needs pydicom and numpy only. The categories follow
those of the MIDI-B challenge (2024): removal of identifiers, dates, UIDs, retention.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from pydicom import Dataset, Sequence, dcmwrite
from pydicom.dataelem import DataElement
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

FAMILY, GIVEN, DOCTOR, SITE = "Zebrowska", "Quirina", "Ottokarsen", "Klinikum Wolkenstein"
KANJI, KANA = "山田^太郎", "やまだ^たろう"
CYRILLIC = "Зебровская^Квирина"
MRN, ACCESSION, PHONE, STREET = "MRN7788992", "ACC5544332", "0555012345", "Lindwurmgasse"
BIRTH, STUDY, FOLLOW_UP = "19610423", "20210305", "20210412"
BIRTH_TEXT = "23.04.1961"
ROOT = "1.2.826.0.1.3680043.9999.77"
SECRETS = (
    FAMILY,
    GIVEN,
    DOCTOR,
    "Wolkenstein",
    MRN,
    ACCESSION,
    PHONE,
    STREET,
    BIRTH,
    BIRTH_TEXT,
    STUDY,
    FOLLOW_UP,
    ROOT,
    *KANJI.split("^"),
    *KANA.split("^"),
    *CYRILLIC.split("^"),
)
_ENCODINGS = ("utf-8", "iso2022_jp", "shift_jis", "iso8859_5", "cp1251", "utf-16-le", "koi8-r")
SIZE = 16


def leaks(blob: bytes) -> list[str]:
    """Which of the planted secrets the bytes contain, in any usual encoding and either case."""
    folded = blob.lower()
    found = []
    for secret in SECRETS:
        for text in (secret, secret.upper(), secret.lower()):
            for encoding in _ENCODINGS:
                try:
                    needle = text.encode(encoding)
                except UnicodeEncodeError:
                    continue
                if encoding == "iso2022_jp":
                    needle = needle[3:-3] if needle.startswith(b"\x1b") else needle
                if needle in blob or (text.isascii() and needle.lower() in folded):
                    found.append(secret)
    return sorted(set(found))


def planted_slice(index: int, *, study_date: str = STUDY, series: int = 1) -> Dataset:
    """One slice of the series with secrets in every kind of place."""
    dataset = Dataset()
    dataset.file_meta = _meta(index, series)
    dataset.preamble = f"{FAMILY} {MRN}".encode().ljust(128, b"\0")
    _place(dataset, index, study_date, series)
    _people(dataset)
    _texts(dataset)
    _sequences(dataset, study_date)
    _private(dataset)
    _graphics(dataset)
    _malformed(dataset)
    _picture(dataset, index)
    return dataset


def _meta(index: int, series: int) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = f"{ROOT}.3.{series}.{index}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.SourceApplicationEntityTitle = FAMILY.upper()
    meta.PrivateInformationCreatorUID = f"{ROOT}.99"
    meta.PrivateInformation = MRN.encode()
    return meta


def _place(dataset: Dataset, index: int, study_date: str, series: int) -> None:
    dataset.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = f"{ROOT}.3.{series}.{index}"
    dataset.StudyInstanceUID = f"{ROOT}.1"
    dataset.SeriesInstanceUID = f"{ROOT}.2.{series}"
    dataset.FrameOfReferenceUID = f"{ROOT}.4"
    dataset.InstanceCreatorUID = f"{ROOT}.5"
    for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
        setattr(dataset, keyword, study_date)
    dataset.StudyTime = dataset.SeriesTime = "101500"
    dataset.AcquisitionTime = dataset.ContentTime = "102030.500"
    dataset.AcquisitionDateTime = f"{study_date}102030.500000+0100"
    dataset.Modality = "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.InstanceNumber = index + 1
    dataset.SeriesNumber = series
    dataset.ImagePositionPatient = [-80, -90, 2.5 * index]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [0.7, 0.7]
    dataset.SliceThickness = 2.5
    dataset.KVP = 120
    dataset.Manufacturer = "SIEMENS"
    dataset.ConvolutionKernel = "B30f"
    dataset.BodyPartExamined = "CHEST"
    dataset.PatientPosition = "HFS"
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, -1024, "HU"
    dataset.WindowCenter, dataset.WindowWidth = 40, 400


def _people(dataset: Dataset) -> None:
    dataset.PatientName = f"{FAMILY}^{GIVEN}={KANJI}={KANA}"
    dataset.PatientID = MRN
    dataset.IssuerOfPatientID = SITE
    dataset.PatientBirthDate = BIRTH
    dataset.PatientSex = "F"
    dataset.PatientAge = "093Y"
    dataset.PatientSize, dataset.PatientWeight = 1.66, 61
    dataset.OtherPatientIDs = [MRN + "A", MRN + "B"]
    dataset.PatientAddress = f"{STREET} 7"
    dataset.PatientTelephoneNumbers = PHONE
    dataset.PatientMotherBirthName = f"{FAMILY}^Mother"
    dataset.AccessionNumber = ACCESSION
    dataset.StudyID = ACCESSION[-5:] + "X"
    dataset.ReferringPhysicianName = f"{DOCTOR}^Hjalmar"
    dataset.OperatorsName = DOCTOR
    dataset.PerformingPhysicianName = DOCTOR
    dataset.InstitutionName = SITE
    dataset.InstitutionAddress = f"{STREET} 1"
    dataset.StationName = "WOLKENSTEIN1"
    dataset.DeviceSerialNumber = MRN


def _texts(dataset: Dataset) -> None:
    dataset.StudyDescription = f"CT chest with contrast {FAMILY} {BIRTH_TEXT}"
    dataset.SeriesDescription = f"Lung 2.5mm {GIVEN}"
    dataset.ProtocolName = f"Chest routine for Dr. {DOCTOR}"
    dataset.ImageComments = f"{GIVEN} {FAMILY}, born {BIRTH_TEXT}, call {PHONE}"
    dataset.PatientComments = f"lives in {STREET}"
    dataset.AdditionalPatientHistory = f"{FAMILY} fell in {STREET}"
    dataset.RequestedProcedureDescription = f"for {DOCTOR}"
    dataset.ContrastBolusAgent = f"Iohexol {MRN}"
    dataset.FilterType = FAMILY
    dataset.SequenceName = GIVEN
    dataset.ScanOptions = FAMILY.upper()
    dataset.AcquisitionMode = FAMILY
    dataset.DocumentTitle = f"Letter to {FAMILY}"
    dataset.RetrieveURL = f"https://pacs.example/{MRN}"
    dataset.EvaluatorName = DOCTOR


def _sequences(dataset: Dataset, study_date: str) -> None:
    request = Dataset()
    request.RequestedProcedureID = ACCESSION
    request.ScheduledProcedureStepDescription = f"chest {FAMILY}"
    request.ReasonForTheRequestedProcedure = f"{FAMILY} coughs"
    dataset.RequestAttributesSequence = Sequence([request])
    referenced = Dataset()
    referenced.ReferencedSOPClassUID = CTImageStorage
    referenced.ReferencedSOPInstanceUID = f"{ROOT}.3.1.0"
    referenced.PurposeOfReferenceCodeSequence = Sequence([_code("121311", "DCM", FAMILY)])
    dataset.ReferencedImageSequence = Sequence([referenced])
    region = _code("51185008", "SCT", f"Chest of {FAMILY}")
    dataset.AnatomicRegionSequence = Sequence([region])
    dataset.ViewCodeSequence = Sequence([_code("99-1", "99WOLKE", f"view {FAMILY}")])
    deep = Dataset()
    deep.PatientName = f"{FAMILY}^{GIVEN}"
    deep.PersonName = DOCTOR
    deep.DateTime = f"{study_date}1200"
    for _level in range(5):
        around = Dataset()
        around.PatientID = MRN
        around.TextValue = f"{GIVEN} again"
        around.EnergyWindowInformationSequence = Sequence([deep])
        deep = around
    dataset.EnergyWindowInformationSequence = Sequence([deep])


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _private(dataset: Dataset) -> None:
    block = dataset.private_block(0x0009, f"{FAMILY} PRIVATE", create=True)
    block.add_new(0x01, "LO", f"{FAMILY}^{GIVEN}")
    block.add_new(0x02, "UN", MRN.encode())
    nested = Dataset()
    nested.PatientName = FAMILY
    block.add_new(0x03, "SQ", Sequence([nested]))
    siemens = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    siemens.add_new(0x0C, "IS", "1000")
    siemens.add_new(0x0D, "LO", FAMILY)
    csa = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    csa.add_new(0x10, "OB", f"SV10 tPatientName = {FAMILY}".encode())


def _graphics(dataset: Dataset) -> None:
    dataset.add_new(0x60000010, "US", SIZE)
    dataset.add_new(0x60000011, "US", SIZE)
    dataset.add_new(0x60000022, "LO", f"overlay of {FAMILY}")
    dataset.add_new(0x60000040, "CS", "G")
    dataset.add_new(0x60004000, "LT", f"{FAMILY}")
    dataset.add_new(0x60003000, "OW", FAMILY.encode().ljust(32, b"\0"))
    dataset.add_new(0x60020102, "US", 12)
    dataset.add_new(0x50000010, "US", 2)
    dataset.add_new(0x50003000, "OW", FAMILY.encode().ljust(20, b"\0"))
    icon = Dataset()
    icon.Rows = icon.Columns = 4
    icon.PixelData = FAMILY.encode().ljust(16, b"\0")
    icon["PixelData"].VR = "OB"
    dataset.IconImageSequence = Sequence([icon])


def _malformed(dataset: Dataset) -> None:
    dataset.IrradiationEventUID = f"{FAMILY}.{MRN}"
    dataset.add_new(0x00220FF0, "UN", f"{FAMILY}".encode().ljust(10, b"\0"))
    dataset.add(DataElement(0x00181152, "LO", FAMILY))  # an integer string in name's clothes
    dataset.add(DataElement(0x00400244, "LO", f"{STUDY}"))
    dataset.add_new(0x00282000, "OB", f"desc {FAMILY}".encode().ljust(20, b"\0"))
    dataset.add_new(0xFFFCFFFC, "OB", FAMILY.encode().ljust(16, b"\0"))


def _picture(dataset: Dataset, index: int) -> None:
    dataset.Rows = dataset.Columns = SIZE
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    values = np.arange(SIZE * SIZE, dtype="<u2").reshape(SIZE, SIZE) + index
    values[::3, ::2] |= 0xA000  # an overlay in the bits above the picture's
    dataset.PixelData = values.tobytes() + f"{FAMILY} {MRN}".encode().ljust(40, b"\0")


def cyrillic_slice() -> Dataset:
    """The same patient as a Russian scanner writes her, without the Latin name."""
    dataset = planted_slice(0, series=2)
    dataset.SpecificCharacterSet = "ISO_IR 144"
    dataset.PatientName = CYRILLIC
    dataset.StudyDescription = f"КТ грудной клетки {CYRILLIC.split('^', maxsplit=1)[0]}"
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = MRImageStorage
    dataset.Modality = "MR"
    return dataset


def to_bytes(dataset: Dataset) -> bytes:
    """The dataset as a file, with a name behind its end."""
    buffer = io.BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue() + f"{FAMILY} {MRN}".encode()


# --- Scoring --------------------------------------------------------------------------------------

RETAINED = (
    "SOPClassUID",
    "Modality",
    "ImageType",
    "Rows",
    "Columns",
    "BitsAllocated",
    "PixelSpacing",
    "SliceThickness",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "InstanceNumber",
    "SeriesNumber",
    "KVP",
    "Manufacturer",
    "ConvolutionKernel",
    "BodyPartExamined",
    "PatientPosition",
    "RescaleSlope",
    "RescaleIntercept",
    "RescaleType",
    "WindowCenter",
    "WindowWidth",
    "PatientSex",
    "PatientSize",
    "PatientWeight",
)
DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")


@dataclass
class Score:
    """Passed and tried checks by category."""

    passed: dict[str, int] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def check(self, category: str, holds: bool, what: str) -> None:
        """Count one check."""
        self.tried[category] = self.tried.get(category, 0) + 1
        self.passed[category] = self.passed.get(category, 0) + bool(holds)
        if not holds:
            self.failures.append(f"{category}: {what}")

    def lines(self) -> list[str]:
        """The score as a table."""
        rows = [
            f"{category:<22}{self.passed[category]:>5} of {self.tried[category]:>5}"
            f"{100 * self.passed[category] / self.tried[category]:>8.1f} %"
            for category in self.tried
        ]
        passed, tried = sum(self.passed.values()), sum(self.tried.values())
        return [*rows, f"{'all':<22}{passed:>5} of {tried:>5}{100 * passed / tried:>8.1f} %"]


def score(pairs: list[tuple[Dataset, Dataset, bytes]]) -> Score:
    """Score outputs: (planted dataset, its output, the output file's bytes) each."""
    result = Score()
    for before, after, blob in pairs:
        _score_removal(result, before, after, blob)
        _score_dates(result, before, after)
        _score_retention(result, before, after)
        _score_statement(result, after)
    _score_uids(result, pairs)
    return result


def _walk(dataset: Dataset, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for tag in dataset.keys():  # noqa: SIM118  a dataset's own iterator reads every value
        element = dataset[tag]
        here = (*path, int(element.tag))
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from _walk(item, (*here, number))
        else:
            yield here, element.value


def _bytes_of(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8")


def _score_removal(result: Score, before: Dataset, after: Dataset, blob: bytes) -> None:
    made = dict(_walk(after))
    for path, value in _walk(before):
        if leaks(_bytes_of(value)):
            what = " ".join(f"{part:08X}" for part in path)
            result.check("removal", not leaks(_bytes_of(made.get(path, ""))), what)
    result.check("removal", not leaks(blob), f"bytes of the file: {', '.join(leaks(blob))}")
    overlay = any(int(tag) >> 24 in (0x50, 0x60) for tag in after.keys())  # noqa: SIM118
    result.check("removal", not overlay, "overlays and curves")
    values = np.frombuffer(after.PixelData[: SIZE * SIZE * 2], "<u2")
    result.check("removal", int(values.max()) < 4096, "overlay in unused bits")


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(str(text)[:8], "%Y%m%d")  # noqa: DTZ007  DICOM dates have no zone
    except ValueError:
        return None


def _score_dates(result: Score, before: Dataset, after: Dataset) -> None:
    shifts = set()
    for keyword in DATES:
        old, new = _day(before[keyword].value), _day(after.get(keyword, ""))
        result.check("dates", new is not None and old != new, f"{keyword} moved")
        if old and new:
            shifts.add((new - old).days)
    result.check("dates", len(shifts) == 1, "all by the same number of days")
    result.check("dates", not after.get("PatientBirthDate"), "birth date gone")
    result.check("dates", after.get("PatientAge", "") in ("", "090Y"), "age above 89 not told")


def _score_retention(result: Score, before: Dataset, after: Dataset) -> None:
    for keyword in RETAINED:
        result.check("retention", before[keyword].value == after.get(keyword), keyword)
    old = np.frombuffer(before.PixelData[: SIZE * SIZE * 2], "<u2") & 0x0FFF
    new = np.frombuffer(after.PixelData[: SIZE * SIZE * 2], "<u2") & 0x0FFF
    result.check("retention", bool((old == new).all()), "the picture")
    words = str(after.get("StudyDescription", "")).casefold()
    kept = "chest" in words or "грудной" in words
    result.check("retention", kept, "words of the study's description")
    block = [entry for entry in after if entry.tag.is_private and entry.tag.group == 0x0019]
    result.check("retention", any(str(entry.value) == "1000" for entry in block), "b value")


def _score_statement(result: Score, after: Dataset) -> None:
    result.check("statement", after.get("PatientIdentityRemoved") == "YES", "(0012,0062)")
    result.check("statement", bool(after.get("DeidentificationMethod")), "(0012,0063)")
    codes = after.get("DeidentificationMethodCodeSequence") or []
    result.check("statement", "113100" in [code.CodeValue for code in codes], "(0012,0064)")
    said = after.get("LongitudinalTemporalInformationModified")
    moved = bool(after.get("StudyDate"))
    result.check("statement", said == ("MODIFIED" if moved else "REMOVED"), "(0028,0303)")


def _score_uids(result: Score, pairs: list[tuple[Dataset, Dataset, bytes]]) -> None:
    mapped: dict[str, set[str]] = {}
    for before, after, _blob in pairs:
        made = dict(_walk(after))
        for path, value in _walk(before):
            text = str(value)
            if text.startswith(ROOT) and path in made:
                mapped.setdefault(text, set()).add(str(made[path]))
        meta = getattr(after, "file_meta", None)
        same = meta is not None and meta.get("MediaStorageSOPInstanceUID") == after.get(
            "SOPInstanceUID"
        )
        result.check("UIDs", same, "file meta names the instance")
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            new = str(after.get(keyword, ""))
            valid = 0 < len(new) <= 64 and set(new) <= set("0123456789.")
            result.check("UIDs", valid and new != str(before[keyword].value), f"{keyword} new")
    for old, new in mapped.items():
        result.check("UIDs", len(new) == 1, f"one new UID for {old}: {new}")
    result.check("UIDs", len(set().union(*mapped.values())) == len(mapped), "none shared")
