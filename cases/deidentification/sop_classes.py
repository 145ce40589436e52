"""Which storage SOP classes are taken. What is not named here is refused: it fails closed."""

from enum import StrEnum

from pydicom.uid import UID, UID_dictionary

from .refusals import Refusal, Refused

_STORAGE = "1.2.840.10008.5.1.4.1.1."


class Disposition(StrEnum):
    """What happens to an instance of a class."""

    TAKEN = "taken"
    HELD = "held"


TAKEN = {
    f"{_STORAGE}{suffix}"
    for suffix in (
        "1",  # CR
        "1.1",  # DX for presentation
        "1.1.1",  # DX for processing
        "1.2",  # mammography for presentation
        "1.2.1",  # mammography for processing
        "1.3",  # intra-oral for presentation
        "1.3.1",  # intra-oral for processing
        "2",  # CT
        "2.1",  # enhanced CT
        "2.2",  # legacy converted enhanced CT
        "4",  # MR
        "4.1",  # enhanced MR
        "4.3",  # enhanced MR colour
        "4.4",  # legacy converted enhanced MR
        "12.1",  # X-ray angiography
        "12.1.1",  # enhanced angiography
        "12.2",  # radiofluoroscopy
        "12.2.1",  # enhanced radiofluoroscopy
        "13.1.1",  # X-ray 3-D angiography
        "13.1.2",  # X-ray 3-D craniofacial
        "13.1.3",  # breast tomosynthesis
        "13.1.4",  # breast projection for presentation
        "13.1.5",  # breast projection for processing
        "20",  # nuclear medicine
        "128",  # PET
        "128.1",  # legacy converted enhanced PET
        "130",  # enhanced PET
    )
}
# Text is usually part of these pictures, or a face: a person looks at every frame.
HELD = {
    f"{_STORAGE}{suffix}"
    for suffix in (
        "3",  # ultrasound multi-frame, retired
        "3.1",  # ultrasound multi-frame
        "6",  # ultrasound, retired
        "6.1",  # ultrasound
        "6.2",  # enhanced ultrasound volume
        "7",  # secondary capture
        "7.1",  # multi-frame single bit
        "7.2",  # multi-frame grey byte
        "7.3",  # multi-frame grey word
        "7.4",  # multi-frame true colour
        "77.1.1",  # visible light endoscopy
        "77.1.2",  # microscopy
        "77.1.4",  # photography
        "77.1.5.1",  # ophthalmic photography 8 bit
        "77.1.5.2",  # ophthalmic photography 16 bit
        "77.1.5.4",  # ophthalmic tomography
    )
}
_SECONDARY_CAPTURE = {f"{_STORAGE}7{suffix}" for suffix in ("", ".1", ".2", ".3", ".4")}
_DIRECTORY = "1.2.840.10008.1.3.10"
_DOCUMENTS = f"{_STORAGE}104."
_REPORTS = (f"{_STORAGE}88.", f"{_STORAGE}11.")
_VIDEO = {f"{_STORAGE}77.1.{n}.1" for n in (1, 2, 4)}


def disposition(sop_class_uid: str) -> Disposition:
    """Whether instances of the class are taken or held. Raises `Refused` for all others."""
    if sop_class_uid in TAKEN:
        return Disposition.TAKEN
    if sop_class_uid in HELD:
        return Disposition.HELD
    raise Refused(_why_not(sop_class_uid))


def is_secondary_capture(sop_class_uid: str) -> bool:
    """Whether the class is one of the screen shots and scanned papers."""
    return sop_class_uid in _SECONDARY_CAPTURE


def _why_not(sop_class_uid: str) -> Refusal:
    if not sop_class_uid:
        return Refusal.NO_CLASS
    if sop_class_uid == _DIRECTORY:
        return Refusal.DICOMDIR
    if sop_class_uid.startswith(_DOCUMENTS):
        return Refusal.DOCUMENT
    if sop_class_uid.startswith(_REPORTS):
        return Refusal.REPORT
    return Refusal.VIDEO if sop_class_uid in _VIDEO else Refusal.CLASS_REFUSED


def class_name(sop_class_uid: str) -> str:
    """The standard's name of a class; empty for one it does not know."""
    return UID(sop_class_uid).name if sop_class_uid in UID_dictionary else ""
