"""What happens to one attribute: Table E.1-1 with our options, and a rule for all the rest."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pydicom.datadict import dictionary_has_tag, dictionary_keyword, dictionary_VR

from . import safe
from .report import Reason
from .table import row_for

DATE_VRS = frozenset({"DA", "DT", "TM"})
TEXT_VRS = frozenset({"LO", "SH", "ST", "LT", "UT", "UC"})
BYTE_VRS = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN"})
NUMBER_VRS = frozenset({"US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT", "IS", "DS"})


class Action(StrEnum):
    """What is done to a value."""

    REMOVE = "remove"
    EMPTY = "empty"
    DUMMY = "dummy"
    NEW_UID = "new-uid"
    SHIFT = "shift"
    AGE = "age"
    CLEAN = "clean"
    KEEP = "keep"
    PSEUDONYM = "pseudonym"
    DESCEND = "descend"


@dataclass(frozen=True)
class Rule:
    """An action and the reason for it."""

    action: Action
    reason: Reason


# Codes of De-identification Method (CID 7050, PS3.16).
BASIC = ("113100", "Basic Application Confidentiality Profile")
CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")
CLEAN_FEATURES = ("113102", "Clean Recognizable Visual Features Option")
CLEAN_DESCRIPTORS = ("113105", "Clean Descriptors Option")
MODIFIED_DATES = (
    "113107",
    "Retain Longitudinal Temporal Information Modified Dates Option",
)
PATIENT_CHARACTERISTICS = ("113108", "Retain Patient Characteristics Option")
SAFE_PRIVATE = ("113111", "Retain Safe Private Option")
ALWAYS_APPLIED = (BASIC, CLEAN_DESCRIPTORS, MODIFIED_DATES, PATIENT_CHARACTERISTICS)

_PSEUDONYM_TAGS = frozenset({0x00100010, 0x00100020})
_AGE_TAG = 0x00101010
_FIRST_DATA_GROUP = 0x0008


@cache
def rule_for(tag: int, vr: str) -> Rule:
    """The rule for the attribute `tag` (0xGGGGEEEE) met with `vr`.

    Private attributes are removed here; those on the safe list are asked about before.
    """
    group, element = tag >> 16, tag & 0xFFFF
    if group % 2:
        return Rule(Action.REMOVE, Reason.PRIVATE)
    if group < _FIRST_DATA_GROUP or element == 0:
        return Rule(Action.REMOVE, Reason.UNKNOWN)
    if group & 0xFF00 in (0x5000, 0x6000):
        return Rule(Action.REMOVE, Reason.GRAPHICS)
    if not _vr_is_right(tag, vr):
        return Rule(Action.REMOVE, Reason.FORM)
    return _by_table(tag, vr) or _beside_table(tag, vr)


def _vr_is_right(tag: int, vr: str) -> bool:
    """Whether the dictionary allows the VR; tags newer than the dictionary have only the table."""
    if not dictionary_has_tag(tag):
        return row_for(tag) is not None
    allowed = dictionary_VR(tag).split(" or ")
    return vr in allowed or {vr, *allowed} <= {"US", "SS", "OW", "OB"}


def _by_table(tag: int, vr: str) -> Rule | None:
    row = row_for(tag)
    if row is None:
        return None
    if tag in _PSEUDONYM_TAGS:
        return Rule(Action.PSEUDONYM, Reason.TABLE)
    if row.option("retain_patient") == "K":
        return _patient_rule(tag, vr)
    if row.option("modify_dates") and vr in DATE_VRS:
        return Rule(Action.SHIFT, Reason.DATES)
    if keyword_of(tag) in safe.CLEANED_DESCRIPTORS and row.option("clean_descriptors"):
        return Rule(Action.CLEAN, Reason.DESCRIPTOR)
    return _basic_rule(row.basic, vr)


def _patient_rule(tag: int, vr: str) -> Rule:
    if tag == _AGE_TAG:
        return Rule(Action.AGE, Reason.PATIENT)
    if vr == "SQ":
        return Rule(Action.DESCEND, Reason.PATIENT)
    if vr in TEXT_VRS:
        return Rule(Action.CLEAN, Reason.PATIENT)
    return Rule(Action.KEEP, Reason.PATIENT)


def _basic_rule(codes: str, vr: str) -> Rule:
    """Of alternatives (X/Z/D) the last: it keeps objects valid whichever type the IOD gives."""
    code = codes.rsplit("/", maxsplit=1)[-1]
    if code in ("U", "U*"):
        action = Action.DESCEND if vr == "SQ" else Action.NEW_UID
        return Rule(action, Reason.UID)
    if code == "D":
        return Rule(Action.DESCEND if vr == "SQ" else Action.DUMMY, Reason.TABLE)
    return Rule({"X": Action.REMOVE, "Z": Action.EMPTY}[code], Reason.TABLE)


def _beside_table(tag: int, vr: str) -> Rule:
    """Attributes that the table does not name: kept by kind, or by being on a list."""
    if not dictionary_has_tag(tag):
        return Rule(Action.REMOVE, Reason.UNKNOWN)
    keyword = keyword_of(tag)
    if vr == "SQ":
        return Rule(Action.DESCEND, Reason.CONTAINER)
    if vr == "UI":
        return Rule(Action.NEW_UID, Reason.UID)
    if vr in NUMBER_VRS or vr == "CS":
        return Rule(Action.KEEP, Reason.TECHNICAL)
    if vr in TEXT_VRS and keyword in safe.TEXT:
        words_only = keyword in safe.WORDS
        return Rule(Action.CLEAN if words_only else Action.KEEP, Reason.TECHNICAL)
    if vr in BYTE_VRS and keyword in safe.BYTES:
        return Rule(Action.KEEP, Reason.PIXELS)
    return Rule(Action.REMOVE, Reason.UNKNOWN)


def keyword_of(tag: int) -> str:
    """The standard's keyword; empty for tags outside the dictionary."""
    return dictionary_keyword(tag) if dictionary_has_tag(tag) else ""
