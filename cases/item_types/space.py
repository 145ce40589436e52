"""Where a pixel of a stack lies, in millimetres. Pure; frozen into a question with its key.

Columns and rows count from zero at the centre of the first pixel. A pixel's place follows from
PS3.3, C.7.6.2.1.1: position of the image + column × spacing of columns × direction of rows + row ×
spacing of rows × direction of columns.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Vector = tuple[float, float, float]
# Images without a place in the patient lie so far apart that no mark on one counts on another.
_APART_MM = 100_000.0
_STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


class NotASpace(ValueError):
    """The description says no stack."""


@dataclass(frozen=True)
class StackSpace:
    """A stack's images in space. `positions` is None where the images' places are not known;
    without `spacing` lengths are in pixels."""

    count: int
    rows: int
    columns: int
    spacing: tuple[float, float] | None = None
    orientation: tuple[float, ...] | None = None
    positions: tuple[Vector, ...] | None = None

    @property
    def has_depth(self) -> bool:
        """Whether distances between images are known."""
        return self.positions is not None and self.orientation is not None

    @property
    def unit(self) -> str:
        return "mm" if self.spacing else "px"

    @property
    def pixel(self) -> tuple[float, float]:
        """Width and height of a pixel."""
        return (self.spacing[1], self.spacing[0]) if self.spacing else (1.0, 1.0)

    def axes(self) -> tuple[Vector, Vector, Vector]:
        """Unit vectors along the rows, along the columns and across the images."""
        cosines = self.orientation if self.has_depth and self.orientation else _STRAIGHT
        along, down = _unit(cosines[:3]), _unit(cosines[3:])
        return along, down, _unit(_cross(along, down))

    def place(self, at: int, x: float, y: float) -> Vector:
        """Millimetres of a pixel of image `at`, in the patient where that is known."""
        wide, high = self.pixel
        if not self.has_depth or self.positions is None:
            return (x * wide, y * high, at * _APART_MM)
        along, down, _across = self.axes()
        start = self.positions[min(max(at, 0), self.count - 1)]
        return _vector(
            s + x * wide * a + y * high * d for s, a, d in zip(start, along, down, strict=True)
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "rows": self.rows,
            "columns": self.columns,
            "spacing": list(self.spacing) if self.spacing else None,
            "orientation": list(self.orientation) if self.orientation else None,
            "positions": [list(one) for one in self.positions] if self.positions else None,
        }


def space_of(data: Mapping[str, Any]) -> StackSpace:
    """The stack that JSON describes (`as_json`, or a stack of the viewer); raises `NotASpace`."""
    try:
        count = int(data.get("count") or len(data["frames"]))
        rows, columns = int(data["rows"]), int(data["columns"])
        spacing = _numbers(data.get("spacing"), 2)
        orientation = _numbers(data.get("orientation"), 6)
        places = data.get("positions")
        positions = tuple(_vector(one) for one in places) if places else None
    except (KeyError, TypeError, ValueError) as error:
        raise NotASpace(str(error)) from None
    if min(count, rows, columns) < 1 or (positions is not None and len(positions) != count):
        raise NotASpace("sizes")
    if spacing and min(spacing) <= 0:
        raise NotASpace("spacing")
    if orientation and _length(_cross(_vector(orientation[:3]), _vector(orientation[3:]))) < 0.5:
        raise NotASpace("orientation")
    return StackSpace(
        count=count,
        rows=rows,
        columns=columns,
        spacing=(spacing[0], spacing[1]) if spacing else None,
        orientation=orientation,
        positions=positions,
    )


def _numbers(value: Any, size: int) -> tuple[float, ...] | None:
    if value is None:
        return None
    numbers = tuple(float(one) for one in value)
    if len(numbers) != size or not all(math.isfinite(one) for one in numbers):
        raise ValueError(value)
    return numbers


def _vector(values: Any) -> Vector:
    x, y, z = (float(one) for one in values)
    if not all(math.isfinite(one) for one in (x, y, z)):
        raise ValueError(values)
    return x, y, z


def _cross(one: Sequence[float], other: Sequence[float]) -> Vector:
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )


def _length(vector: Sequence[float]) -> float:
    return math.sqrt(sum(value * value for value in vector))


def _unit(vector: Sequence[float]) -> Vector:
    length = _length(vector) or 1.0
    return _vector(value / length for value in vector)


def apart(one: Vector, other: Vector) -> float:
    """Distance of two places."""
    return math.dist(one, other)


def components(vector: Sequence[float], axes: Sequence[Vector]) -> Vector:
    """A vector seen along three unit axes."""
    return _vector(sum(v * a for v, a in zip(vector, axis, strict=True)) for axis in axes)
