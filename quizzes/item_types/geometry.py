"""Regions of a picture: which points lie in them. Pure.

Coordinates are per cent of the picture's width (from the left) and height (from the top), so
that they hold at every size; `aspect` is height divided by width. Distances are per cent of the
width.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
ELLIPSE, POLYGON = "ellipse", "polygon"
_PAIR = re.compile(r"(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)")


class NotARegion(ValueError):
    """The coordinates describe no region."""


@dataclass(frozen=True)
class Region:
    """An ellipse (centre, radii) or a polygon (three corners or more)."""

    shape: str
    points: tuple[Point, ...]

    def contains(self, point: Point, *, tolerance: float = 0.0, aspect: float = 1.0) -> bool:
        """Whether a point lies in the region or within `tolerance` of it."""
        if self.shape == ELLIPSE:
            return self._in_ellipse(point, tolerance, aspect)
        corners = [(x, y * aspect) for x, y in self.points]
        place = (point[0], point[1] * aspect)
        return _inside(place, corners) or _distance(place, corners) <= tolerance

    def _in_ellipse(self, point: Point, tolerance: float, aspect: float) -> bool:
        # Radii grown by the tolerance: a little more than the true distance allows at the slant.
        (cx, cy), (rx, ry) = self.points
        dx = (point[0] - cx) / (rx + tolerance)
        dy = (point[1] - cy) * aspect / (ry * aspect + tolerance)
        return dx * dx + dy * dy <= 1.0

    @property
    def inner_point(self) -> Point:
        """Some point of the region, for the key."""
        if self.shape == ELLIPSE:
            return self.points[0]
        centre = (
            round(sum(x for x, _y in self.points) / len(self.points), 2),
            round(sum(y for _x, y in self.points) / len(self.points), 2),
        )
        return centre if self.contains(centre) else self.points[0]


def parse_region(shape: str, text: str) -> Region:
    """The region that "x,y x,y …" says; raises `NotARegion`."""
    if _PAIR.sub("", text).strip(" ;\n\r\t"):
        raise NotARegion(text)
    points = tuple((float(x), float(y)) for x, y in _PAIR.findall(text))
    if shape == ELLIPSE and (len(points) != 2 or min(points[1]) <= 0):
        raise NotARegion(text)
    if shape == POLYGON and len(points) < 3:
        raise NotARegion(text)
    place = points[:1] if shape == ELLIPSE else points
    if not all(0 <= x <= 100 and 0 <= y <= 100 for x, y in place):
        raise NotARegion(text)
    return Region(shape=shape, points=points)


def _inside(point: Point, corners: Sequence[Point]) -> bool:
    """Even–odd rule: a ray to the right crosses the outline an odd number of times."""
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd


def _distance(point: Point, corners: Sequence[Point]) -> float:
    """From a point to the nearest side."""
    return min(
        _to_side(point, start, end)
        for start, end in zip(corners, [*corners[1:], corners[0]], strict=True)
    )


def _to_side(point: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)


def most_hits(points: Sequence[Point], hits: Sequence[Sequence[bool]]) -> int:
    """How many regions can be given a point of their own; `hits[p][r]`: point p lies in region r.

    Maximum matching by augmenting paths (Kuhn): one point in two overlapping regions counts once.
    """
    owner: dict[int, int] = {}

    def place(point: int, seen: set[int]) -> bool:
        for region, hit in enumerate(hits[point]):
            if hit and region not in seen:
                seen.add(region)
                if region not in owner or place(owner[region], seen):
                    owner[region] = point
                    return True
        return False

    return sum(place(point, set()) for point in range(len(points)))
