"""What was done, attribute by attribute. Holds names of attributes and counts, never a value."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of an attribute."""

    KEPT = "kept"
    CHANGED = "changed"
    REMOVED = "removed"


class Reason(StrEnum):
    """Why. Stored in reports; names never change once released."""

    TABLE = "table"  # the basic profile's action
    DATES = "dates"  # moved by the patient's number of days
    PATIENT = "patient"  # characteristic of the patient, kept
    DESCRIPTOR = "descriptor"  # words that say nothing about a person
    UID = "uid"  # replaced by a keyed one
    STANDARD_UID = "standard-uid"  # defined by the standard
    TECHNICAL = "technical"  # number, code or technical term
    CODE = "code"  # code of a public scheme
    CONTAINER = "container"  # sequence, its items treated one by one
    PRIVATE = "private"
    SAFE_PRIVATE = "safe-private"
    GRAPHICS = "graphics"  # overlay or curve
    UNKNOWN = "unknown"  # not on any list
    IDENTIFIER = "identifier"  # repeated what identifies the patient
    FORM = "form"  # not of the form its type has
    PIXELS = "pixels"
    ADDED = "added"  # states what was done


def _(sentence: str) -> str:
    """Mark a sentence for ``makemessages``; whoever shows it translates it."""
    return sentence


OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.REMOVED: _("Removed"),
    Outcome.CHANGED: _("Changed"),
    Outcome.KEPT: _("Kept"),
}

REASON_LABELS: dict[Reason, str] = {
    Reason.TABLE: _("named in the standard's table"),
    Reason.DATES: _("date moved, time of day kept"),
    Reason.PATIENT: _("characteristic of the patient that may stay"),
    Reason.DESCRIPTOR: _("only words that say nothing about a person stay"),
    Reason.UID: _("identifier replaced by one of this site"),
    Reason.STANDARD_UID: _("identifier defined by the standard"),
    Reason.TECHNICAL: _("number or technical term"),
    Reason.CODE: _("code that is not of a public scheme"),
    Reason.CONTAINER: _("list whose entries were treated one by one"),
    Reason.PRIVATE: _("private to a manufacturer"),
    Reason.SAFE_PRIVATE: _("private, on the list of safe ones"),
    Reason.GRAPHICS: _("overlay or curve"),
    Reason.UNKNOWN: _("on no list of what may stay"),
    Reason.IDENTIFIER: _("repeats what identifies the patient"),
    Reason.FORM: _("not of the form that it must have"),
    Reason.PIXELS: _("the picture"),
    Reason.ADDED: _("says what was done"),
}


@dataclass(frozen=True, order=True)
class Line:
    """One kind of attribute: where (sequence names joined by " > "), what, why."""

    path: str
    tag: str
    outcome: Outcome
    reason: Reason


@dataclass
class Report:
    """Counts by line, over one instance or many."""

    counts: Counter[Line] = field(default_factory=Counter)

    def note(self, *, path: str, tag: str, outcome: Outcome, reason: Reason) -> None:
        """Count one attribute."""
        self.counts[Line(path, tag, outcome, reason)] += 1

    def add(self, other: "Report") -> None:
        """Count all that `other` counted."""
        self.counts.update(other.counts)

    def total(self, outcome: Outcome) -> int:
        """How many attributes had this outcome."""
        return sum(count for line, count in self.counts.items() if line.outcome == outcome)

    def to_data(self) -> list[dict[str, Any]]:
        """For JSON: one object per line, sorted by tag and path."""
        return [
            {
                "attribute": line.path,
                "tag": line.tag,
                "outcome": line.outcome.value,
                "reason": line.reason.value,
                "count": count,
            }
            for line, count in sorted(
                self.counts.items(), key=lambda pair: (pair[0].tag, pair[0].path, pair[0].outcome)
            )
        ]

    @classmethod
    def from_data(cls, data: list[dict[str, Any]]) -> "Report":
        """The report that `to_data` wrote."""
        return cls(
            Counter(
                {
                    Line(
                        entry["attribute"],
                        entry["tag"],
                        Outcome(entry["outcome"]),
                        Reason(entry["reason"]),
                    ): entry["count"]
                    for entry in data
                }
            )
        )
