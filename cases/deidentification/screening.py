"""Which pictures a person has to look at before anybody else may, and which may show a face."""

import re
from enum import StrEnum
from typing import Any

from pydicom.dataset import Dataset

from .pixels import frame_count
from .sop_classes import Disposition, disposition, is_secondary_capture


def _(sentence: str) -> str:
    """Mark a sentence for ``makemessages``; whoever shows it translates it."""
    return sentence


class Hold(StrEnum):
    """Why an instance is held back; stored, so names never change once released."""

    ULTRASOUND = "ULTRASOUND"
    SECONDARY_CAPTURE = "SECONDARY_CAPTURE"
    VISIBLE_LIGHT = "VISIBLE_LIGHT"
    BURNED_IN = "BURNED_IN"
    BURNED_IN_UNKNOWN = "BURNED_IN_UNKNOWN"
    SCREEN = "SCREEN"


HOLD_SENTENCES: dict[Hold, str] = {
    Hold.ULTRASOUND: _("Ultrasound pictures usually show the patient's name."),
    Hold.SECONDARY_CAPTURE: _("Screen shots and scanned pages can show anything."),
    Hold.VISIBLE_LIGHT: _("Photographs can show a face, a tattoo or a label."),
    Hold.BURNED_IN: _("The file says that text is burned into the picture."),
    Hold.BURNED_IN_UNKNOWN: _("The file does not say whether text is burned into the picture."),
    Hold.SCREEN: _("This looks like a page of results rather than an image of the body."),
}

_ULTRASOUND = {"US", "IVUS"}
_CROSS_SECTIONS = {"CT", "MR", "PT"}
_GREY = {"MONOCHROME1", "MONOCHROME2"}
_SCREEN_WORDS = re.compile(r"SCREEN|DOSE|REPORT|CSA|SUMMARY|PASTED|RESULT", re.IGNORECASE)
# Short words stand in others that are no heads: cardiac, surface, incidental, femoral head.
_FACE_WORDS = re.compile(
    r"(?<!FEMORAL )(?<!HUMERAL )(?<!RADIAL )HEAD(?! FIRST)|BRAIN|SKULL|(?<![A-Z])FACE|FACIAL|SINUS"
    r"|ORBIT|NEURO|CEREB|(?<![A-Z])IACS?(?![A-Z])|PITUIT|SELLA|MAXILL|MANDIB|(?<![A-Z])DENTAL"
    r"|T1W?\b.*ANAT|ANAT.*T1|MPRAGE|BRAVO|ГОЛОВ|МОЗГ",
    re.IGNORECASE,
)
_FACE_SLICES = 20


def hold_for(dataset: Dataset) -> Hold | None:
    """Why the instance must be looked at; None when nothing suggests text in the picture.

    Raises `Refused` for classes that are not taken at all.
    """
    sop_class = str(dataset.get("SOPClassUID", ""))
    if disposition(sop_class) == Disposition.HELD:
        if is_secondary_capture(sop_class):
            return Hold.SECONDARY_CAPTURE
        if dataset.get("Modality") in _ULTRASOUND or ".6" in sop_class or ".3" in sop_class:
            return Hold.ULTRASOUND
        return Hold.VISIBLE_LIGHT
    if dataset.get("Modality") in _ULTRASOUND:
        return Hold.ULTRASOUND
    said = str(dataset.get("BurnedInAnnotation", "")).strip().upper()
    if said == "YES":
        return Hold.BURNED_IN
    if _looks_like_screen(dataset):
        return Hold.SCREEN
    if said == "NO" or _is_cross_section(dataset):
        return None
    return Hold.BURNED_IN_UNKNOWN


def _looks_like_screen(dataset: Dataset) -> bool:
    kinds = "\\".join(_entries(dataset.get("ImageType")))
    colour = str(dataset.get("PhotometricInterpretation", "")) not in _GREY
    return bool(_SCREEN_WORDS.search(kinds)) or (
        colour and dataset.get("Modality") in _CROSS_SECTIONS
    )


def _is_cross_section(dataset: Dataset) -> bool:
    """Grey CT, MR or PET with a place in space: scanners burn nothing into these."""
    if dataset.get("Modality") not in _CROSS_SECTIONS or dataset.get("BitsAllocated", 0) < 16:
        return False
    if frame_count(dataset) > 1:
        return "SharedFunctionalGroupsSequence" in dataset
    return all(
        dataset.get(keyword)
        for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
    )


def may_show_face(texts: list[str], *, modality: str, slices: int) -> bool:
    """Whether a CT or MR series of the head has enough slices to compute a face from.

    `texts` are body part, descriptions and protocol; a series that tells no body part at all
    counts as a head.
    """
    if modality not in _CROSS_SECTIONS or slices < _FACE_SLICES:
        return False
    told = " ".join(texts).strip()
    return not told or bool(_FACE_WORDS.search(told))


def _entries(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(value)] if isinstance(value, str) else [str(entry) for entry in value]
