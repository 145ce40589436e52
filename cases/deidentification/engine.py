"""One dataset through the profile. A new dataset is built; nothing gets into it unasked."""

from dataclasses import dataclass
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import UID, UID_dictionary

from . import safe
from .codes import is_code_item, public_code
from .descriptors import cleaned
from .identifiers import Identifiers
from .profile import (
    ALWAYS_APPLIED,
    NUMBER_VRS,
    SAFE_PRIVATE,
    TEXT_VRS,
    Action,
    Rule,
    keyword_of,
    rule_for,
)
from .quiet import without_echo
from .refusals import Refusal, Refused
from .report import Outcome, Reason, Report
from .table import row_for
from .values import Keyed, capped_age, checked_time, dummy, shifted_date, shifted_datetime

METHOD = "Viewbox, PS3.15 2026c Annex E"
# Under UUID-derived roots (PS3.5, B.2); fixed, so that files of all sites name the same program.
IMPLEMENTATION_CLASS_UID = "2.25.209118346581940167522891763342870115473"
IMPLEMENTATION_VERSION = "VIEWBOX_1"
MAX_DEPTH = 12
_STANDARD_ROOT = "1.2.840.10008."
_NO_GUARD = frozenset({"Modality", "ImageType", "PhotometricInterpretation", "PatientSex"})
# Written anew rather than taken over.
_OURS = frozenset(
    {
        "SpecificCharacterSet",
        "PatientIdentityRemoved",
        "DeidentificationMethod",
        "DeidentificationMethodCodeSequence",
        "LongitudinalTemporalInformationModified",
        "ExtendedOffsetTable",
        "ExtendedOffsetTableLengths",
        "TimezoneOffsetFromUTC",
    }
)


@dataclass(frozen=True)
class Deidentified:
    """The dataset as it may be shown, what was done, and the patient's new name."""

    dataset: Dataset
    report: Report
    pseudonym: str


def deidentify(source: Dataset, *, keyed: Keyed) -> Deidentified:
    """A new dataset by Basic Profile, Clean Descriptors, Modified Dates, Patient Characteristics.

    Pixel data are taken over as they are: see `pixels`. Raises `Refused` for structures that no
    image has.
    """
    with without_echo():
        identity = _identity(source)
        work = _Pass(
            keyed=keyed,
            days=keyed.shift_days(*identity),
            pseudonym=keyed.pseudonym(*identity),
            identifiers=Identifiers(source),
            report=Report(),
        )
        try:
            made = work.dataset(source, path="", depth=0)
        except RecursionError as error:
            raise Refused(Refusal.TOO_COMPLEX) from error
        _state_what_was_done(made, work)
        _write_file_meta(made, source)
    return Deidentified(dataset=made, report=work.report, pseudonym=work.pseudonym)


def _identity(source: Dataset) -> tuple[str, ...]:
    """What tells patients apart: the number, else name and birth, else the study."""
    number = _text_of(source, "PatientID").casefold()
    if number:
        return ("id", number)
    name = _text_of(source, "PatientName").casefold()
    if name.strip("^= "):
        return ("name", name, _text_of(source, "PatientBirthDate"))
    return ("study", _text_of(source, "StudyInstanceUID"))


def _text_of(source: Dataset, keyword: str) -> str:
    try:
        return str(source.get(keyword, "") or "").strip(" \0")
    except Exception:  # noqa: BLE001  a damaged value identifies nobody
        return ""


class _Unfit(Exception):
    """A value that can't stay."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)


@dataclass
class _Pass:
    keyed: Keyed
    days: int
    pseudonym: str
    identifiers: Identifiers
    report: Report
    kept_private: bool = False

    def dataset(self, source: Dataset, *, path: str, depth: int) -> Dataset:
        """A new dataset of what may stay of `source`."""
        if depth > MAX_DEPTH:
            raise Refused(Refusal.TOO_COMPLEX)
        made = Dataset()
        for tag in sorted(source.keys()):
            keyword = keyword_of(tag)
            if keyword in _OURS:
                continue
            if tag.is_private:
                self._private(source, tag, made, path)
                continue
            name = f"{path} > {keyword or tag}" if path else keyword or str(tag)
            try:
                element = source[tag]
            except Exception:  # noqa: BLE001  whatever a damaged value raises, it does not stay
                self._note(name, tag, Outcome.REMOVED, Reason.FORM)
                continue
            self._element(element, made, name=name, depth=depth)
        return made

    def _element(self, element: DataElement, made: Dataset, *, name: str, depth: int) -> None:
        vr = _definite(str(element.VR))
        rule = rule_for(int(element.tag), vr)
        if rule.action == Action.DESCEND:
            self._sequence(element, made, name=name, depth=depth, rule=rule)
            return
        try:
            value, outcome = self._value(element, vr, rule)
        except _Unfit as unfit:
            self._note(name, element.tag, Outcome.REMOVED, unfit.reason)
            return
        if outcome != Outcome.REMOVED:
            made.add(DataElement(element.tag, vr, value, already_converted=vr == "UI"))
        stays = rule.reason == Reason.UID and outcome == Outcome.KEPT
        self._note(name, element.tag, outcome, Reason.STANDARD_UID if stays else rule.reason)

    def _sequence(
        self, element: DataElement, made: Dataset, *, name: str, depth: int, rule: Rule
    ) -> None:
        if not isinstance(element.value, Sequence):
            self._note(name, element.tag, Outcome.REMOVED, Reason.FORM)
            return
        items = []
        for item in element.value:
            if is_code_item(item):
                code = public_code(item)
                if code is not None and not self.identifiers.repeated_in(str(code.CodeMeaning)):
                    items.append(code)
            else:
                items.append(self.dataset(item, path=name, depth=depth + 1))
        if element.value and not items:
            self._note(name, element.tag, Outcome.REMOVED, Reason.CODE)
            return
        made.add(DataElement(element.tag, "SQ", Sequence(items)))
        self._note(name, element.tag, Outcome.KEPT, rule.reason)

    def _value(self, element: DataElement, vr: str, rule: Rule) -> tuple[Any, Outcome]:
        if rule.action == Action.REMOVE:
            return None, Outcome.REMOVED
        if rule.action == Action.EMPTY:
            return ([] if vr == "SQ" else ""), Outcome.CHANGED
        if rule.action == Action.PSEUDONYM:
            return self.pseudonym, Outcome.CHANGED
        if rule.action == Action.DUMMY:
            return self._dummy(vr)
        if element.is_empty:
            return ([] if vr == "SQ" else ""), Outcome.KEPT
        if rule.action == Action.KEEP and vr not in TEXT_VRS | {"CS", "IS", "DS"}:
            return self._numbers(element, vr), Outcome.KEPT
        before = _values(element.value)
        after = [
            self._one_or_none(text, element, vr, rule, alone=len(before) == 1) for text in before
        ]
        if not any(after):
            raise _Unfit(rule.reason if rule.action != Action.KEEP else Reason.FORM)
        outcome = Outcome.KEPT if after == before else Outcome.CHANGED
        return (after if len(after) > 1 else after[0]), outcome

    def _dummy(self, vr: str) -> tuple[Any, Outcome]:
        if vr == "UI":
            return self.keyed.uid(""), Outcome.CHANGED
        value = dummy(vr)
        return value, Outcome.REMOVED if value is None else Outcome.CHANGED

    def _numbers(self, element: DataElement, vr: str) -> Any:
        value = element.value
        if vr in NUMBER_VRS:
            entries = value if isinstance(value, MultiValue | list) else [value]
            if not all(isinstance(entry, int | float) for entry in entries):
                raise _Unfit(Reason.FORM)
        elif not isinstance(value, bytes):
            raise _Unfit(Reason.FORM)
        return value

    def _one_or_none(
        self, text: str, element: DataElement, vr: str, rule: Rule, *, alone: bool
    ) -> str:
        """One value; where one of several coded strings is unfit, its place stays empty."""
        try:
            return self._one(text, element, vr, rule)
        except _Unfit:
            if alone or vr != "CS":
                raise
            return ""

    def _one(self, text: str, element: DataElement, vr: str, rule: Rule) -> str:
        """One of possibly several values of a string, by the rule. Raises `_Unfit`."""
        match rule.action:
            case Action.NEW_UID:
                return self._uid(text, element)
            case Action.SHIFT:
                return self._shifted(text, vr)
            case Action.AGE:
                return _or_unfit(capped_age(text))
            case Action.CLEAN:
                return self._guarded(cleaned(text), element)
        return self._guarded(_checked(text, element, vr), element)

    def _uid(self, text: str, element: DataElement) -> str:
        if not text.strip(" \0"):
            return ""
        is_standard = text.startswith(_STANDARD_ROOT) and text in UID_dictionary
        if is_standard and "U" not in _table_code(element):
            return text
        return self.keyed.uid(text)

    def _shifted(self, text: str, vr: str) -> str:
        if not text.strip():
            return ""
        if vr == "TM":
            return _or_unfit(checked_time(text))
        shift = shifted_date if vr == "DA" else shifted_datetime
        return _or_unfit(shift(text, days=self.days))

    def _guarded(self, text: str, element: DataElement) -> str:
        if element.keyword in _NO_GUARD or element.VR in NUMBER_VRS:
            return text
        if text and self.identifiers.repeated_in(text):
            raise _Unfit(Reason.IDENTIFIER)
        return text

    def _private(self, source: Dataset, tag: BaseTag, made: Dataset, path: str) -> None:
        """Keep a private number from the safe list; remove everything else private."""
        name = f"{path} > private" if path else "private"
        shown = f"({tag.group:04X},xx{tag.element & 0xFF:02X})"
        try:
            kept = self._safe_private(source, tag, made)
        except Exception:  # noqa: BLE001  whatever a damaged value raises, it does not stay
            kept = False
        if kept:
            self.kept_private = True
            self.report.note(path=name, tag=shown, outcome=Outcome.KEPT, reason=Reason.SAFE_PRIVATE)
        elif not tag.is_private_creator:
            self.report.note(path=name, tag=shown, outcome=Outcome.REMOVED, reason=Reason.PRIVATE)

    def _safe_private(self, source: Dataset, tag: BaseTag, made: Dataset) -> bool:
        if tag.is_private_creator:
            return False
        creator = str(source[tag.group << 16 | tag.element >> 8].value).strip()
        offset = tag.element & 0xFF
        entry = safe.safe_private(group=tag.group, creator=creator, element=offset)
        if entry is None:
            return False
        element = source[tag]
        vr = str(element.VR)
        if vr not in entry.vrs or element.is_empty:
            return False
        texts = _values(element.value)
        if vr in {"IS", "DS"} and not all(safe.is_number(text, vr=vr) for text in texts):
            return False
        block = made.private_block(tag.group, entry.creator, create=True)
        block.add_new(offset, vr, element.value)
        return True

    def _note(self, name: str, tag: BaseTag, outcome: Outcome, reason: Reason) -> None:
        self.report.note(path=name, tag=str(tag).upper(), outcome=outcome, reason=reason)


def _definite(vr: str) -> str:
    """One VR for those that pydicom leaves open until it writes."""
    return ("OW" if "OW" in vr else vr.split(" ", maxsplit=1)[0]) if " or " in vr else vr


def _table_code(element: DataElement) -> str:
    row = row_for(int(element.tag))
    return row.basic if row else ""


def _values(value: Any) -> list[str]:
    entries = list(value) if isinstance(value, MultiValue | list) else [value]
    return ["" if entry is None else _original(entry) for entry in entries]


def _original(entry: Any) -> str:
    """A number as it was written, a string as it is, without padding."""
    return str(getattr(entry, "original_string", entry)).strip(" \0")


def _or_unfit(value: str | None) -> str:
    if value is None:
        raise _Unfit(Reason.FORM)
    return value


def _checked(text: str, element: DataElement, vr: str) -> str:
    """The text if it has the form that its kind has."""
    if not text:
        return text
    if vr in {"IS", "DS"}:
        fits = safe.is_number(text, vr=vr)
    elif element.keyword in safe.PATIENT_CODES:
        fits = safe.is_one_of(element.keyword, text)
    elif vr == "CS":
        fits = safe.is_coded_string(text)
    elif element.keyword == "Manufacturer":
        fits = safe.is_manufacturer(text)
    else:
        fits = safe.is_technical(text)
    if not fits:
        raise _Unfit(Reason.FORM)
    return text


def _state_what_was_done(made: Dataset, work: _Pass) -> None:
    """Attributes that PS3.15 E.1.1 asks for, and UTF-8 as the one character set."""
    made.SpecificCharacterSet = "ISO_IR 192"
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = METHOD
    made.LongitudinalTemporalInformationModified = "MODIFIED"
    codes = [*ALWAYS_APPLIED, *([SAFE_PRIVATE] if work.kept_private else [])]
    made.DeidentificationMethodCodeSequence = Sequence(method_code(*code) for code in codes)
    for keyword in (
        "SpecificCharacterSet",
        "PatientIdentityRemoved",
        "DeidentificationMethod",
        "DeidentificationMethodCodeSequence",
        "LongitudinalTemporalInformationModified",
    ):
        work.report.note(
            path=keyword,
            tag=str(made[keyword].tag).upper(),
            outcome=Outcome.CHANGED,
            reason=Reason.ADDED,
        )


def method_code(value: str, meaning: str) -> Dataset:
    """One item of De-identification Method Code Sequence."""
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = "DCM"
    item.CodeMeaning = meaning[:64]
    return item


def _write_file_meta(made: Dataset, source: Dataset) -> None:
    """File meta information of our own: nothing of the sender's, an empty preamble."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(made.get("SOPClassUID", ""))
    meta.MediaStorageSOPInstanceUID = UID(made.get("SOPInstanceUID", ""))
    old = getattr(source, "file_meta", None)
    syntax = old.get("TransferSyntaxUID") if old else None
    meta.TransferSyntaxUID = UID(syntax or "1.2.840.10008.1.2")
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    made.file_meta = meta
    made.preamble = b"\0" * 128
