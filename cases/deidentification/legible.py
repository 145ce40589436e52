"""Pictures in forms that browsers show wrongly, rewritten into ones that they show rightly.

Everybody reads one picture then: the island, the still beside it, the person who signs it off.
"""

from collections.abc import Iterator

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import apply_color_lut
from pydicom.uid import JPEGBaseline8Bit

from .pixels import PALETTE, decoded_frames, frame_count, write_native
from .quiet import without_echo
from .refusals import Refusal, Refused

_LUT_KEYWORDS = tuple(
    form.format(colour)
    for colour in ("Red", "Green", "Blue")
    for form in (
        "{}PaletteColorLookupTableDescriptor",
        "{}PaletteColorLookupTableData",
        "Segmented{}PaletteColorLookupTableData",
    )
)
# Adobe's segment (ISO 10918-6, 6.5.3) that says: these are red, green and blue as they are.
_NO_TRANSFORM = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
_SOI = b"\xff\xd8"
_JFIF = b"\xff\xe0\x00\x10JFIF\x00"


def make_legible(dataset: Dataset) -> None:
    """Rewrite pixel data, in place, that a browser would show in other colours or not at all.

    Palettes and colours of 16 bits become RGB of 8, uncompressed luminance and chrominance RGB;
    JPEG that holds RGB is marked as such. Raises `Refused` where a palette can't be applied.
    """
    photometric = dataset.get("PhotometricInterpretation")
    is_native = not dataset.file_meta.TransferSyntaxUID.is_encapsulated
    if photometric == PALETTE:
        _expand_palette(dataset)
    elif dataset.get("SamplesPerPixel", 1) == 3 and dataset.BitsAllocated > 8:
        write_native(dataset, _in_bytes(dataset))
    elif is_native and str(photometric).startswith("YBR"):
        write_native(dataset, decoded_frames(dataset))
    elif photometric == "RGB" and dataset.file_meta.TransferSyntaxUID == JPEGBaseline8Bit:
        _mark_as_rgb(dataset)


def _expand_palette(dataset: Dataset) -> None:
    """Each value replaced by its colour (PS3.3, C.7.6.3.1.5 and C.7.6.3.1.6)."""
    write_native(dataset, _colours(dataset))
    dataset.SamplesPerPixel = 3
    for keyword in _LUT_KEYWORDS:
        if keyword in dataset:
            delattr(dataset, keyword)


def _colours(dataset: Dataset) -> Iterator[np.ndarray]:
    for frame in decoded_frames(dataset):
        with without_echo():
            try:
                colours = apply_color_lut(frame, dataset)
            except Exception:  # noqa: BLE001  pydicom raises anything at a damaged table
                raise Refused(Refusal.UNDECODABLE) from None
        # Tables of 16 bits, which nearly all are, fill them.
        yield (colours >> 8 if colours.dtype.itemsize > 1 else colours).astype(np.uint8)


def _in_bytes(dataset: Dataset) -> Iterator[np.ndarray]:
    surplus = max(0, int(dataset.get("BitsStored", 8)) - 8)
    for frame in decoded_frames(dataset):
        yield (frame >> surplus).astype(np.uint8)


def _mark_as_rgb(dataset: Dataset) -> None:
    """Decoders take three unmarked components for luminance and chrominance."""
    frames = list(generate_frames(dataset.PixelData, number_of_frames=frame_count(dataset)))
    if any(b"Adobe" in frame[:512] or frame.startswith(_SOI + _JFIF) for frame in frames):
        return
    dataset.PixelData = encapsulate([_SOI + _NO_TRANSFORM + frame[2:] for frame in frames])
    dataset["PixelData"].VR = "OB"
