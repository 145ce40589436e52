"""An author's marks on stacks: reading them from a form, keeping them, giving them to readers.

A mark is JSON: `id`, `shape`, the image it lies on (SOP Instance UID and frame, so that it stays
where it is when the stack grows), `points` and `radii` in pixels from the centre of the first, a
`window` to be set, and by language its `label` and the `phrase` of the findings it belongs to.
"""

import json
import math
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from cases.models import SeriesMarks
from cases.phrases import Phrase
from cases.viewing import Stack, Viewing

# Points each shape has. An arrow points from its second point at its first; "key" marks the whole
# image as one that tells.
SHAPES = {"point": 1, "ellipse": 1, "arrow": 2, "line": 2, "key": 0}
MOST_MARKS = 100
_LONGEST_WORDS = 200
_ID = re.compile(r"[a-z0-9]{4,16}")
_LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2,4})?")


class InvalidMarks(ValueError):
    """What was sent is no list of marks; the message (translated) says so."""


@dataclass(frozen=True)
class TiedMarks:
    """What a reader of one language gets: marks for the stack, phrases for the text."""

    marks: list[dict[str, Any]]
    phrases: list[Phrase]


def marks_of(*, case_key: uuid.UUID, viewing: Viewing | None) -> list[dict[str, Any]]:
    """All marks of a case on the stacks it shows now, with `series` and `at`; one query."""
    if viewing is None:
        return []
    stored = {row.series: row.marks for row in SeriesMarks.objects.filter(case_key=case_key)}
    found = []
    for stack in viewing.stacks:
        places = {image: at for at, image in enumerate(stack.images)}
        for mark in stored.get(stack.key, []):
            at = places.get((mark["image"]["sop"], mark["image"]["frame"]))
            if at is not None:
                found.append(mark | {"series": stack.key, "at": at})
    return found


def tied_marks(marks: Iterable[Mapping[str, Any]], *, language: str) -> TiedMarks:
    """The marks as a reader of `language` sees them."""
    shown, phrases = [], []
    for mark in marks:
        shown.append(
            {
                "id": mark["id"],
                "kind": "author",
                "series": mark["series"],
                "at": mark["at"],
                "shape": mark["shape"],
                "points": mark["points"],
                "radii": mark.get("radii"),
                "window": mark.get("window"),
                "label": mark["label"].get(language, ""),
            }
        )
        if text := mark["phrase"].get(language, ""):
            phrases.append(Phrase(text=text, mark=mark["id"]))
    return TiedMarks(marks=shown, phrases=phrases)


@transaction.atomic
def keep_marks(*, case_key: uuid.UUID, viewing: Viewing, text: str) -> int:
    """Make the JSON `text` the marks of the case's stacks; returns how many there are now.

    Marks on stacks that are not shown at the moment stay. Raises `InvalidMarks`.
    """
    try:
        sent = json.loads(text)
    except ValueError:
        raise InvalidMarks(gettext("The marks could not be read. Draw them again.")) from None
    if not isinstance(sent, list) or len(sent) > MOST_MARKS:
        raise InvalidMarks(gettext("The marks could not be read. Draw them again."))
    stacks = {stack.key: stack for stack in viewing.stacks}
    by_stack: dict[str, list[dict[str, Any]]] = {key: [] for key in stacks}
    for mark in sent:
        stack = stacks.get(str(mark.get("series"))) if isinstance(mark, dict) else None
        if stack is None:
            raise InvalidMarks(gettext("A mark lies on a series that is not there any more."))
        by_stack[stack.key].append(_clean(mark, stack))
    for key, marks in by_stack.items():
        SeriesMarks.objects.update_or_create(
            case_key=case_key, series=key, defaults={"marks": marks}
        )
    return len(sent)


def _clean(mark: Mapping[str, Any], stack: Stack) -> dict[str, Any]:
    try:
        at = int(mark["at"])
        sop, frame = stack.images[at] if 0 <= at < len(stack.images) else _refuse()
        shape = str(mark["shape"])
        points = [_numbers(point, 2) for point in mark["points"]]
        if SHAPES.get(shape) != len(points) or not _ID.fullmatch(str(mark["id"])):
            _refuse()
        radii = _numbers(mark["radii"], 2) if shape == "ellipse" else None
        window = _numbers(mark["window"], 2) if mark.get("window") else None
    except (KeyError, TypeError, ValueError):
        _refuse()
    return {
        "id": str(mark["id"]),
        "shape": shape,
        "image": {"sop": sop, "frame": frame},
        "points": points,
        "radii": radii,
        "window": window,
        "label": _words(mark.get("label")),
        "phrase": _words(mark.get("phrase")),
    }


def _refuse() -> Any:
    raise InvalidMarks(gettext("A mark could not be read. Draw it again."))


def _numbers(value: Any, size: int) -> list[float]:
    numbers = [round(float(one), 2) for one in value]
    if len(numbers) != size or not all(math.isfinite(one) for one in numbers):
        raise ValueError(value)
    return numbers


def _words(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {
        language: " ".join(text.split())[:_LONGEST_WORDS]
        for language, text in value.items()
        if _LANGUAGE.fullmatch(str(language)) and isinstance(text, str) and text.strip()
    }
