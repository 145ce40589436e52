"""Pixel data: exactly the picture's bytes and bits, and rectangles that are truly overwritten."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames, get_frame
from pydicom.pixels import iter_pixels, pixel_array
from pydicom.pixels.utils import get_expected_length
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from .codestreams import Codestream, stripped
from .decoding import decode
from .engine import method_code
from .profile import CLEAN_FEATURES, CLEAN_PIXELS
from .quiet import without_echo
from .refusals import Refusal, Refused

HTJ2K = UID("1.2.840.10008.1.2.4.203")
_NATIVE = {ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian}
_KEPT_COMPRESSED = {
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    JPEG2000,
    JPEG2000Lossless,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    HTJ2K,
}
_REWRITTEN = {RLELossless, ExplicitVRBigEndian}
PALETTE = "PALETTE COLOR"
_VIDEO = "1.2.840.10008.1.2.4.10"


@dataclass(frozen=True)
class Limits:
    """How large a picture may say it is."""

    frame_pixels: int = 64 * 1024**2
    frames: int = 20_000
    bytes_decoded: int = 2 * 1024**3


@dataclass(frozen=True)
class Rectangle:
    """A part of a picture, in pixels from its upper left corner."""

    column: int
    row: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.column < 0 or self.row < 0 or self.width < 1 or self.height < 1:
            raise ValueError("a rectangle begins inside the picture and is not empty")

    def to_data(self) -> list[int]:
        """For JSON."""
        return [self.column, self.row, self.width, self.height]

    @classmethod
    def from_data(cls, data: list[int]) -> "Rectangle":
        """The rectangle that `to_data` wrote."""
        column, row, width, height = (int(number) for number in data)
        return cls(column, row, width, height)


def frame_count(dataset: Dataset) -> int:
    """How many frames the dataset says it has; at least one."""
    try:
        return max(1, int(dataset.get("NumberOfFrames") or 1))
    except (TypeError, ValueError):
        return 1


def check_size(dataset: Dataset, limits: Limits) -> None:
    """Raise `Refused` for pictures without pixels or of a size that none has."""
    if "PixelData" not in dataset:
        raise Refused(Refusal.NO_PIXELS)
    if not dataset.get("PixelData"):
        raise Refused(Refusal.TRUNCATED)
    rows, columns, samples, bits = (
        _positive(dataset.get(keyword, 1 if keyword == "SamplesPerPixel" else None))
        for keyword in ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated")
    )
    stored = _positive(dataset.get("BitsStored", bits))
    if bits not in (1, 8, 16, 32) or samples not in (1, 3) or stored > bits:
        raise Refused(Refusal.ABSURD_SIZE)
    frames = frame_count(dataset)
    # A palette's numbers become the three bytes of their colours.
    pixel_bytes = 3 if dataset.get("PhotometricInterpretation") == PALETTE else samples
    decoded = rows * columns * pixel_bytes * frames * max(1, bits // 8)
    if (
        rows * columns > limits.frame_pixels
        or frames > limits.frames
        or decoded > limits.bytes_decoded
    ):
        raise Refused(Refusal.ABSURD_SIZE)


def _positive(value: Any) -> int:
    if isinstance(value, int) and value > 0:
        return value
    raise Refused(Refusal.ABSURD_SIZE)


def clean_pixels(dataset: Dataset, *, limits: Limits) -> None:
    """Leave in `dataset`, in place, no byte beside or behind the picture and no bit above it.

    Raises `Refused` where the picture is cut off or its compression is not one we know.
    """
    with without_echo():
        check_size(dataset, limits)
        syntax = dataset.file_meta.TransferSyntaxUID
        if syntax in _NATIVE:
            _clean_native(dataset)
        elif syntax in _KEPT_COMPRESSED:
            _clean_compressed(dataset)
            # What can't be decoded can't be shown: found out now, by the frame in the middle.
            decoded_frame(dataset, frame_count(dataset) // 2)
        elif syntax in _REWRITTEN:
            write_native(dataset, decoded_frames(dataset))
        else:
            raise Refused(Refusal.VIDEO if str(syntax).startswith(_VIDEO) else Refusal.UNDECODABLE)


def _clean_native(dataset: Dataset) -> None:
    expected = get_expected_length(dataset, unit="bytes")
    data = bytes(dataset.PixelData)[:expected]
    if len(data) < expected:
        raise Refused(Refusal.TRUNCATED)
    if dataset.BitsAllocated in (16, 32):
        data = _without_high_bits(dataset, data)
    _set_native(dataset, data)


def _without_high_bits(dataset: Dataset, data: bytes) -> bytes:
    """The stored bits only: old overlays lived in the unused ones (PS3.5, 8.1.2)."""
    allocated, stored = dataset.BitsAllocated, int(dataset.get("BitsStored", 0) or 0)
    high = int(dataset.get("HighBit", stored - 1))
    if not 0 < stored <= allocated or not stored - 1 <= high < allocated:
        raise Refused(Refusal.ABSURD_SIZE)
    if stored == allocated:
        return data
    width = allocated // 8
    signed = bool(dataset.get("PixelRepresentation", 0))
    values = np.frombuffer(data, dtype=f"<u{width}") << (allocated - 1 - high)
    if signed:
        values = values.view(f"<i{width}")
    dataset.HighBit = stored - 1
    return (values >> (allocated - stored)).tobytes()


def _clean_compressed(dataset: Dataset) -> None:
    frames = frame_count(dataset)
    streams: list[Codestream] = []
    try:
        for frame in generate_frames(dataset.PixelData, number_of_frames=frames):
            if len(streams) == frames:
                break
            stream = stripped(frame)
            if (stream.rows, stream.columns) != (dataset.Rows, dataset.Columns) or (
                stream.samples != dataset.get("SamplesPerPixel", 1)
            ):
                raise Refused(Refusal.ABSURD_SIZE)
            streams.append(stream)
    except Refused:
        raise
    except Exception:  # noqa: BLE001  pydicom and its codecs raise anything
        raise Refused(Refusal.TRUNCATED) from None
    if len(streams) < frames:
        raise Refused(Refusal.TRUNCATED)
    dataset.PixelData = encapsulate([stream.data for stream in streams])
    dataset["PixelData"].VR = "OB"
    is_signed = bool(dataset.get("PixelRepresentation", 0))
    if any(
        # Bits above the picture's can hide an overlay in a lossless codestream.
        stream.precision_bits > dataset.get("BitsStored", 8)
        # Browsers believe the codestream where both differ on the sign, others the dataset.
        or stream.is_signed not in (None, is_signed)
        for stream in streams
    ):
        write_native(dataset, decoded_frames(dataset))
        _clean_native(dataset)


def decoded_frames(dataset: Dataset) -> Iterator[np.ndarray]:
    """The frames as arrays of stored values, colours as RGB. Raises `Refused` where it can't."""
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        yield from (decode(dataset, stream) for stream in _codestreams(dataset))
        return
    with without_echo():
        try:
            yield from iter_pixels(dataset)
        except Exception:  # noqa: BLE001  pydicom raises anything
            raise Refused(Refusal.UNDECODABLE) from None


def decoded_frame(dataset: Dataset, index: int) -> np.ndarray:
    """One frame as `decoded_frames` gives it."""
    with without_echo():
        try:
            if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
                count = frame_count(dataset)
                stream = get_frame(dataset.PixelData, index, number_of_frames=count)
                return decode(dataset, stream)
            return pixel_array(dataset, index=index)
        except Refused:
            raise
        except Exception:  # noqa: BLE001  pydicom raises anything
            raise Refused(Refusal.UNDECODABLE) from None


def _codestreams(dataset: Dataset) -> Iterator[bytes]:
    try:
        count = frame_count(dataset)
        for number, stream in enumerate(generate_frames(dataset.PixelData, number_of_frames=count)):
            if number < count:
                yield stream
    except Refused:
        raise
    except Exception:  # noqa: BLE001  pydicom raises anything
        raise Refused(Refusal.UNDECODABLE) from None


def mask(dataset: Dataset, rectangles: list[Rectangle]) -> None:
    """Overwrite the rectangles in every frame, in place; compressed pictures become uncompressed.

    The value written is the darkest one stored (the brightest for MONOCHROME1).
    """
    frames = (_masked(frame, rectangles, dataset) for frame in decoded_frames(dataset))
    write_native(dataset, frames)


def overwrite(dataset: Dataset, mask_of: Callable[[int], np.ndarray]) -> None:
    """Overwrite the pixels that `mask_of` tells for each frame, in place, as `mask` does."""
    frames = (
        _filled(frame, mask_of(number), dataset)
        for number, frame in enumerate(decoded_frames(dataset))
    )
    write_native(dataset, frames)


def _filled(frame: np.ndarray, where: np.ndarray, dataset: Dataset) -> np.ndarray:
    frame = frame.copy()
    frame[where] = _blank(frame, dataset)
    return frame


def _blank(frame: np.ndarray, dataset: Dataset) -> Any:
    if frame.ndim == 3:
        return 0
    inverted = dataset.get("PhotometricInterpretation") == "MONOCHROME1"
    return frame.max() if inverted else frame.min()


def state_faceless(dataset: Dataset) -> None:
    """Note in the dataset that a face was overwritten, as PS3.15 E.3.2 wants it said."""
    dataset.RecognizableVisualFeatures = "NO"
    _add_method(dataset, CLEAN_FEATURES)


def state_cleaned(dataset: Dataset) -> None:
    """Note in the dataset that a person looked at the picture and nothing is burned in now."""
    dataset.BurnedInAnnotation = "NO"
    _add_method(dataset, CLEAN_PIXELS)


def _add_method(dataset: Dataset, code: tuple[str, str]) -> None:
    codes = dataset.DeidentificationMethodCodeSequence
    if code[0] not in [item.CodeValue for item in codes]:
        codes.append(method_code(*code))


def _masked(frame: np.ndarray, rectangles: list[Rectangle], dataset: Dataset) -> np.ndarray:
    frame = frame.copy()
    value = _blank(frame, dataset)
    for part in rectangles:
        frame[part.row : part.row + part.height, part.column : part.column + part.width] = value
    return frame


def write_native(dataset: Dataset, frames: Iterator[np.ndarray]) -> None:
    """Store decoded frames uncompressed, and say so."""
    pieces = []
    shape: tuple[int, ...] = ()
    for frame in frames:
        shape = frame.shape
        pieces.append(np.ascontiguousarray(frame.astype(frame.dtype.newbyteorder("<"))).tobytes())
        width = frame.dtype.itemsize
    if not pieces:
        raise Refused(Refusal.UNDECODABLE)
    if len(shape) == 3:
        dataset.PhotometricInterpretation = "RGB"
        dataset.PlanarConfiguration = 0
    if dataset.BitsAllocated != width * 8:
        dataset.BitsAllocated = width * 8
        dataset.BitsStored = min(dataset.BitsStored, width * 8) if width > 1 else 8
        dataset.HighBit = dataset.BitsStored - 1
    dataset.Rows, dataset.Columns = shape[:2]
    _set_native(dataset, b"".join(pieces))


def _set_native(dataset: Dataset, data: bytes) -> None:
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OW" if dataset.BitsAllocated > 8 else "OB"
    dataset["PixelData"].is_undefined_length = False
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
