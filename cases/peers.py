"""How others answered a question, told only where nobody can be recognised in it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from django.db.models import Q

from cases.item_types.parts import NotAPlace, StackItemType, read_place
from cases.models import CaseAnswer, StepAnswer
from quizzes import item_types
from quizzes.models import ItemVersion

# A group has to be so large before it is shown; also each field of the map of marks (k-anonymity:
# Sweeney, Int J Uncertain Fuzz 2002;10:557–570).
FEWEST = 5
# Of the latest answers; more would change nothing to be seen.
_MOST = 2000
_FINEST, _COARSEST = 32, 4


@dataclass(frozen=True)
class Share:
    """An answer and how many per cent of the others gave it."""

    text: str
    percent: int
    is_key: bool


@dataclass(frozen=True)
class Cell:
    """A field of an image where at least `FEWEST` others set their marks; in per cent of it."""

    x: float
    y: float
    size: float
    count: int


@dataclass(frozen=True)
class Peers:
    """What the others did: how many, how many right, and what the type of question allows."""

    count: int
    right_percent: int
    shares: list[Share] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    elsewhere: int = 0
    middle: tuple[float, float, float] | None = None


def peers_of(*, version: ItemVersion, user: Any = None) -> Peers | None:
    """How others answered this version within cases; None while they are too few.

    Answers given after reading the solution are left out, and the reader's own.
    """
    asked = Q(version=version, after_reading=False, share__isnull=False)
    if getattr(user, "is_authenticated", False):
        asked &= ~Q(user=user)
    rows = [
        row
        for model in (CaseAnswer, StepAnswer)
        for row in model.objects.filter(asked)
        .order_by("-answered_at")
        .values_list("response", "share")[:_MOST]
    ]
    if len(rows) < FEWEST:
        return None
    responses = [response for response, _share in rows]
    right = sum((share or 0.0) >= 1 for _response, share in rows)
    return Peers(
        count=len(rows),
        right_percent=round(100 * right / len(rows)),
        **_details(version, responses),
    )


def _details(version: ItemVersion, responses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    item_type, content = item_types.get(version.item_type), version.content
    if isinstance(item_type, StackItemType):
        return _on_stack(item_type, content, responses)
    chosen = Counter(
        choice for response in responses for choice in item_type.chosen(content, dict(response))
    )
    return {
        "shares": [
            Share(
                text=choice.text,
                percent=round(100 * chosen[choice.id] / len(responses)),
                is_key=choice.is_key,
            )
            for choice in item_type.choices(content)
        ]
    }


def _on_stack(
    item_type: StackItemType, content: dict[str, Any], responses: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    if item_type.code == "mark_lesion":
        cells, elsewhere = crowded([(one["x"], one["y"]) for one in responses])
        return {"cells": cells, "elsewhere": elsewhere}
    try:
        read_place(content)
        if item_type.code == "measure":
            values = [item_type.explained(content, dict(one))["given_length"] for one in responses]
        else:
            values = [float(one["image"]) for one in responses]
    except NotAPlace:
        return {}
    low, middle, high = (round(value, 1) for value in quantiles(values, n=4, method="inclusive"))
    return {"middle": (low, middle, high)}


def crowded(points: Iterable[tuple[float, float]], *, k: int = FEWEST) -> tuple[list[Cell], int]:
    """Fields that hold at least `k` points each, as fine as that allows, and how many points are
    in none. Pure.

    From a grid of 32 × 32 down to 4 × 4; whoever is counted in a fine field is in no coarse one.
    """
    left, cells = list(points), []
    grid = _FINEST
    while grid >= _COARSEST:
        size = 100 / grid
        at = [(min(grid - 1, int(x / size)), min(grid - 1, int(y / size))) for x, y in left]
        counts = Counter(at)
        full = {place for place, count in counts.items() if count >= k}
        cells += [
            Cell(x=column * size, y=row * size, size=size, count=counts[column, row])
            for column, row in sorted(full)
        ]
        left = [point for point, place in zip(left, at, strict=True) if place not in full]
        grid //= 2
    return cells, len(left)


def as_marks(peers: Peers | None, *, view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields as marks for the viewer, on the image where the author's region lies."""
    if peers is None or not view.get("key_image"):
        return []
    return [
        {
            "kind": "peers",
            "shape": "cell",
            "series": view["series"],
            "at": view["key_image"] - 1,
            # Per cent of the image, from its upper left corner.
            "points": [[cell.x, cell.y]],
            "radii": [cell.size, cell.size],
            "label": str(cell.count),
        }
        for cell in peers.cells
    ]
