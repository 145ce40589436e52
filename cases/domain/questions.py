"""Questions made of an author's mark: the mark becomes the key."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import escape

from cases.item_types.parts import NotAPlace, read_place
from cases.item_types.space import StackSpace, space_of
from cases.models import CasePage
from cases.viewing import Stack
from quizzes import item_types
from quizzes.models import Item

# What can be asked of a mark, by its shape.
KINDS = {
    "ellipse": ("mark_lesion", "choose_slice"),
    "point": ("mark_lesion", "choose_slice"),
    "line": ("measure",),
    "arrow": (),
    "key": ("choose_slice",),
}


class CannotBeAsked(Exception):
    """A mark of this shape cannot be the key of such a question."""


def place_json(*, case_key: uuid.UUID, stack: Stack, mark: Mapping[str, Any], kind: str) -> str:
    """The place of a question as its content keeps it. Raises `CannotBeAsked`."""
    if kind not in KINDS.get(mark["shape"], ()):
        raise CannotBeAsked(kind)
    space = space_of(stack.data)
    return json.dumps(
        {
            "case": str(case_key),
            "series": stack.key,
            "stack": space.as_json(),
            "mark": _key(mark, space, kind),
        }
    )


def _key(mark: Mapping[str, Any], space: StackSpace, kind: str) -> dict[str, Any]:
    if kind == "choose_slice":
        return {"first": mark["at"], "last": mark["at"]}
    if kind == "measure":
        return {"at": mark["at"], "points": mark["points"]}
    (x, y), (rx, ry) = mark["points"][0], mark.get("radii") or (0, 0)
    wide, high = space.pixel
    # As deep as it is wide and high on average, unless the author says otherwise.
    depth = rx * wide + ry * high if space.has_depth else 0
    return {"at": mark["at"], "x": x, "y": y, "rx": rx, "ry": ry, "depth_mm": round(depth, 1)}


FEWEST_TO_ORDER, MOST_TO_ORDER = 3, 10


def ask_for_order(*, case: CasePage, stem: str) -> Item:
    """Make a question that has the differential diagnosis put in order, in the department's bank.

    The right order is the author's: what they put first comes first. Raises `CannotBeAsked` with
    fewer than three diagnoses or more than ten.
    """
    names = [entry.value["diagnosis"] for entry in case.differential]
    if not FEWEST_TO_ORDER <= len(names) <= MOST_TO_ORDER:
        raise CannotBeAsked("ordering")
    content = {
        "stem": f"<p>{escape(stem)}</p>",
        "image": None,
        "image_alt": "",
        "elements": names,
        "scoring": "each",
        "explanation": "",
        "references": [],
    }
    item = Item(
        title=f"{case.title}: {stem}"[:200],
        locale=case.locale,
        department=case.department,
        body=[("ordering", content)],
    )
    item.save()
    return item


def ask_about(
    *, case: CasePage, stack: Stack, mark: Mapping[str, Any], kind: str, stem: str
) -> Item:
    """Make a question about a mark, in the bank of the case's department.

    Raises `CannotBeAsked` where mark and kind do not fit.
    """
    place = place_json(case_key=case.translation_key, stack=stack, mark=mark, kind=kind)
    try:
        read_place({"place": place})
    except NotAPlace:
        raise CannotBeAsked(kind) from None
    content = {
        "stem": f"<p>{escape(stem)}</p>",
        "place": place,
        "tolerance_mm": 2.0,
        "reach_mm": 20.0,
        "explanation": "",
        "references": [],
    }
    item = Item(
        title=f"{case.title}: {stem}"[:200],
        locale=case.locale,
        department=case.department,
        body=[(kind, content)],
    )
    block = item_types.get(kind).block()
    try:
        block.clean(block.normalize(content))
    except ValidationError:
        raise CannotBeAsked(kind) from None
    item.save()
    return item
