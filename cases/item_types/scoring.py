"""What a mark on a stack is worth: distances and overlaps in millimetres. Pure.

Full credit lies within a tolerance of the author's region; from there it falls evenly to nothing
at a reach that the author sets.
"""

import math
from dataclasses import dataclass

from .space import StackSpace, Vector, apart, components

# Dice coefficient from which two outlines count as the same: "excellent agreement" (Zijdenbos et
# al., IEEE Trans Med Imaging 1994;13:716–724).
SAME_OUTLINE = 0.7
_STEPS = 64
_THINNEST_MM = 0.001


@dataclass(frozen=True)
class Ellipse:
    """An ellipse on an image, its axes along rows and columns: centre and radii in pixels."""

    at: int
    x: float
    y: float
    rx: float
    ry: float


@dataclass(frozen=True)
class Region:
    """What an author outlined: an ellipse that reaches `depth_mm` through the stack."""

    outline: Ellipse
    depth_mm: float

    def semi_axes(self, space: StackSpace) -> Vector:
        wide, high = space.pixel
        return (
            max(self.outline.rx * wide, _THINNEST_MM),
            max(self.outline.ry * high, _THINNEST_MM),
            max(self.depth_mm / 2, _THINNEST_MM),
        )


def falling(distance: float, *, tolerance: float, reach: float) -> float:
    """1 up to the tolerance, then evenly down to 0 at the reach; nothing beyond."""
    if distance <= tolerance:
        return 1.0
    if reach <= tolerance or distance >= reach:
        return 0.0
    return (reach - distance) / (reach - tolerance)


def distance_to_region(space: StackSpace, region: Region, *, at: int, x: float, y: float) -> float:
    """Millimetres from a pixel to the region in three dimensions; 0 inside."""
    outline = region.outline
    centre = space.place(outline.at, outline.x, outline.y)
    place = space.place(at, x, y)
    offset = [p - c for p, c in zip(place, centre, strict=True)]
    return distance_to_ellipsoid(components(offset, space.axes()), region.semi_axes(space))


def distance_to_ellipsoid(point: Vector, axes: Vector) -> float:
    """From a point to an ellipsoid about the origin with these semi-axes; 0 inside.

    The nearest point has coordinates a²p/(a²+t); t is found by bisection (Eberly, Distance from a
    Point to an Ellipse, an Ellipsoid, or a Hyperellipsoid, 2013).
    """
    p = [abs(value) for value in point]

    def level(t: float) -> float:
        return sum((a * v / (a * a + t)) ** 2 for a, v in zip(axes, p, strict=True)) - 1

    if level(0.0) <= 0:
        return 0.0
    low, high = 0.0, max(axes) * math.hypot(*p)
    while level(high) > 0:
        high *= 2
    for _step in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if level(middle) > 0 else (low, middle)
    nearest = [a * a * v / (a * a + high) for a, v in zip(axes, p, strict=True)]
    return math.dist(p, nearest)


def outline_share(
    space: StackSpace, region: Region, given: Ellipse, *, tolerance: float, reach: float
) -> float:
    """What an outline is worth: overlap in the plane, less for what it lies off the region's."""
    wide, high = space.pixel
    wanted = region.outline
    offset = [
        g - c
        for g, c in zip(
            space.place(given.at, given.x, given.y),
            space.place(wanted.at, wanted.x, wanted.y),
            strict=True,
        )
    ]
    right, down, across = components(offset, space.axes())
    overlap = dice(
        (0.0, 0.0, wanted.rx * wide, wanted.ry * high),
        (right, down, given.rx * wide, given.ry * high),
    )
    off_plane = max(0.0, abs(across) - region.depth_mm / 2)
    depth = falling(off_plane, tolerance=tolerance, reach=reach)
    return min(1.0, overlap / SAME_OUTLINE) * depth


def dice(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Dice coefficient of two upright ellipses (x, y, rx, ry), 0 to 1, counted on a fine grid."""
    if one == other:
        return 1.0
    both = (one, other)
    left, right = min(x - rx for x, _y, rx, _ in both), max(x + rx for x, _y, rx, _ in both)
    top, bottom = min(y - ry for _x, y, _, ry in both), max(y + ry for _x, y, _, ry in both)
    counts = [0, 0, 0]
    for row in range(_STEPS):
        y = top + (row + 0.5) * (bottom - top) / _STEPS
        for column in range(_STEPS):
            x = left + (column + 0.5) * (right - left) / _STEPS
            inside = [_within(x, y, ellipse) for ellipse in both]
            counts[0] += inside[0]
            counts[1] += inside[1]
            counts[2] += all(inside)
    total = counts[0] + counts[1]
    return 2 * counts[2] / total if total else 0.0


def _within(x: float, y: float, ellipse: tuple[float, ...]) -> bool:
    cx, cy, rx, ry = ellipse
    return ((x - cx) / max(rx, _THINNEST_MM)) ** 2 + ((y - cy) / max(ry, _THINNEST_MM)) ** 2 <= 1


def distance_of_images(space: StackSpace, at: int, *, first: int, last: int) -> float:
    """How far an image lies outside a range of images, across the stack: in millimetres, or in
    images where their places are not known."""
    if first <= at <= last:
        return 0.0
    if not space.has_depth or space.positions is None:
        return float(min(abs(at - first), abs(at - last)))
    across = space.axes()[2]

    def height(image: int) -> float:
        return components(space.place(image, 0, 0), (across,) * 3)[0]

    return min(abs(height(at) - height(first)), abs(height(at) - height(last)))


@dataclass(frozen=True)
class Line:
    """A straight line on an image, its ends in pixels."""

    at: int
    start: tuple[float, float]
    end: tuple[float, float]

    def length(self, space: StackSpace) -> float:
        return apart(space.place(self.at, *self.start), space.place(self.at, *self.end))

    def middle(self, space: StackSpace) -> Vector:
        x, y = ((a + b) / 2 for a, b in zip(self.start, self.end, strict=True))
        return space.place(self.at, x, y)


def measures_the_same(space: StackSpace, wanted: Line, given: Line, *, slack: float) -> bool:
    """Whether a line was drawn where the author's is: its middle no farther from the author's
    than half the author's length and `slack`."""
    return apart(wanted.middle(space), given.middle(space)) <= wanted.length(space) / 2 + slack
