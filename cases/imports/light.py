"""The light stack: the same frames, lossy, at a tenth of the bytes. Not for measurement.

Every frame becomes a file of JPEG 2000 (ISO 15444-1) with all its rows and columns, so that places
in it mean the same, and with grey values rather than a window, so that windows still work.
"""

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from openjpeg.utils import decode, encode_array
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000, UID, SecondaryCaptureImageStorage

from cases.deidentification.engine import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION
from cases.deidentification.instance import write_instance
from cases.deidentification.pixels import decoded_frame
from cases.deidentification.quiet import without_echo

# Looked at on MR and CT: at half a bit fine noise goes and edges stay; at a quarter, texture goes.
BITS_PER_PIXEL = 0.5
# A stack that would not shrink to this is not worth a second copy.
WORTH_IT = 0.5
# Air; scanners pad outside the round field of view with values far below, which cost many bytes.
_CT_FLOOR_HU = -1024.0
_GREY = ("MONOCHROME1", "MONOCHROME2")
_MOST_BITS = 16
# Five halvings of the wavelet transform leave a pixel of it.
_LEAST_SIDE = 32
_KEPT = (
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "DeidentificationMethodCodeSequence",
    "LongitudinalTemporalInformationModified",
    "BurnedInAnnotation",
    "SpecificCharacterSet",
    "Modality",
    "PatientID",
    "PatientName",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "InstanceNumber",
    "RescaleType",
)

# Tells how far one is (0-1); raises to stop.
OnProgress = Callable[[float], None]


class NotWorthIt(Exception):
    """A light stack would save little, or the pictures are of a kind that has none."""


@dataclass(frozen=True)
class Light:
    """A light stack made: its files, bytes beside those of the true stack, and how far it is off.

    `error` is the root mean square difference of the values, in the stack's unit; `digest` is of
    all files.
    """

    files: int
    bytes: int
    full_bytes: int
    error: float
    digest: str


def file_name(number: int) -> str:
    """The file of a frame, counted from 0."""
    return f"{number + 1:04d}.dcm"


def make_light(
    index: Mapping[str, Any],
    source: Path,
    *,
    into: Path,
    on_progress: OnProgress = lambda _fraction: None,
) -> Light:
    """Write a light file for every frame of a published stack's `index`.

    Raises `NotWorthIt`, and `Refused` where a picture can't be decoded.
    """
    frames: list[dict[str, Any]] = index["frames"]
    full_bytes = sum((source / name).stat().st_size for name in {f["file"] for f in frames})
    if min(index["rows"], index["columns"]) < _LEAST_SIDE:
        raise NotWorthIt
    if full_bytes * WORTH_IT * 8 < len(frames) * index["rows"] * index["columns"] * BITS_PER_PIXEL:
        raise NotWorthIt
    into.mkdir(parents=True)
    digest, written, squares, values = hashlib.sha256(), 0, 0.0, 0
    opened, dataset = "", Dataset()
    for number, frame in enumerate(frames):
        on_progress(number / len(frames))
        if frame["file"] != opened:
            with without_echo():
                opened, dataset = frame["file"], dcmread(source / frame["file"])
        made, off = _light_frame(dataset, frame)
        path = into / file_name(number)
        write_instance(made, path)
        data = path.read_bytes()
        digest.update(hashlib.sha256(data).digest())
        written += len(data)
        squares += float((off**2).sum())
        values += off.size
    if written > full_bytes * WORTH_IT:
        raise NotWorthIt
    return Light(
        files=len(frames),
        bytes=written,
        full_bytes=full_bytes,
        error=math.sqrt(squares / values),
        digest=digest.hexdigest(),
    )


def _light_frame(dataset: Dataset, frame: Mapping[str, Any]) -> tuple[Dataset, np.ndarray]:
    """One frame's light dataset, and by how much each of its values is off."""
    values = decoded_frame(dataset, frame["frame"])
    slope, intercept = frame["rescale"]
    is_colour = values.ndim == 3
    if is_colour:
        if values.dtype != np.uint8 or values.shape[2] != 3:
            raise NotWorthIt
        stored, base = values, 0
    elif str(dataset.PhotometricInterpretation) in _GREY and values.dtype.kind in "iu":
        floor = (_CT_FLOOR_HU - intercept) / slope if dataset.get("Modality") == "CT" else None
        stored, base = _unsigned(values, None if floor is None else math.ceil(floor))
    else:
        raise NotWorthIt
    bits = 8 if is_colour else max(8, int(stored.max()).bit_length())
    if bits > _MOST_BITS:
        raise NotWorthIt
    ratio = bits * (3 if is_colour else 1) / BITS_PER_PIXEL
    codestream = encode_array(
        stored,
        bits_stored=bits,
        photometric_interpretation=1 if is_colour else 2,
        compression_ratios=[ratio],
        codec_format=0,
    )
    off = (decode(codestream).astype(np.float64) - stored) * (1.0 if is_colour else slope)
    made = _header(dataset, frame)
    _describe_pixels(made, stored, bits=bits, photometric=str(dataset.PhotometricInterpretation))
    if not is_colour and (base or (slope, intercept) != (1.0, 0.0)):
        made.RescaleSlope, made.RescaleIntercept = _short(slope), _short(intercept + slope * base)
    made.LossyImageCompression = "01"
    made.LossyImageCompressionRatio = _short(stored.nbytes / max(1, len(codestream)))
    made.LossyImageCompressionMethod = "ISO_15444_1"
    made.PixelData = encapsulate([codestream])
    made["PixelData"].VR = "OB"
    return made, off


def _unsigned(values: np.ndarray, floor: int | None) -> tuple[np.ndarray, int]:
    """The values moved so that the least is 0 where some are negative; by how much."""
    wide = values.astype(np.int64)
    if floor is not None:
        wide = np.maximum(wide, floor)
    base = min(0, int(wide.min()))
    moved = wide - base
    return moved.astype(np.uint16 if int(moved.max()) < 1 << 16 else np.uint32), base


def _header(dataset: Dataset, frame: Mapping[str, Any]) -> Dataset:
    """What drawing the frame needs, and what says that it is de-identified."""
    made = Dataset()
    for keyword in _KEPT:
        if keyword in dataset:
            made[keyword] = dataset[keyword]
    one_frame = "NumberOfFrames" not in dataset and "SharedFunctionalGroupsSequence" not in dataset
    # Several frames in one object have classes of their own, which a single one does not fit.
    made.SOPClassUID = dataset.SOPClassUID if one_frame else SecondaryCaptureImageStorage
    # PS3.3, C.7.6.1.1.5: pictures compressed with loss are other instances than their source.
    named = hashlib.sha256(f"light/{frame['sop']}/{frame['frame']}".encode()).digest()
    made.SOPInstanceUID = f"2.25.{int.from_bytes(named[:16])}"
    made.ImageType = ["DERIVED", "SECONDARY"]
    for keyword, value in (
        ("ImagePositionPatient", frame["position"]),
        ("ImageOrientationPatient", frame["orientation"]),
        ("PixelSpacing", frame["spacing"]),
        ("SliceThickness", frame["thickness"] and [frame["thickness"]]),
        ("WindowCenter", frame["window"] and frame["window"][:1]),
        ("WindowWidth", frame["window"] and frame["window"][1:]),
    ):
        if value:
            setattr(made, keyword, [_short(number) for number in value])
    made.file_meta = FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID = UID(made.SOPClassUID)
    made.file_meta.MediaStorageSOPInstanceUID = UID(made.SOPInstanceUID)
    made.file_meta.TransferSyntaxUID = JPEG2000
    made.file_meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    made.file_meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    made.preamble = b"\0" * 128
    return made


def _describe_pixels(made: Dataset, stored: np.ndarray, *, bits: int, photometric: str) -> None:
    is_colour = stored.ndim == 3
    made.Rows, made.Columns = stored.shape[:2]
    made.SamplesPerPixel = 3 if is_colour else 1
    made.PhotometricInterpretation = "YBR_ICT" if is_colour else photometric
    if is_colour:
        made.PlanarConfiguration = 0
    made.BitsAllocated = stored.dtype.itemsize * 8
    made.BitsStored, made.HighBit = bits, bits - 1
    made.PixelRepresentation = 0


def _short(number: float) -> str:
    """A number as a decimal string of at most sixteen characters (PS3.5, 6.2)."""
    text = repr(float(number))
    digits = 16
    while len(text) > 16:
        digits -= 1
        text = f"{number:.{digits}g}"
    return text
