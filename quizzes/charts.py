"""Plots as shapes for an SVG template: numbers in, coordinates out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 320, 160, 28
# A lone bar is no wall.
LEAST_PLACES = 6


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    label: str
    value: str

    @property
    def middle(self) -> float:
        """Where its label goes, across."""
        return round(self.x + self.width / 2, 2)

    @property
    def top(self) -> float:
        """Where its value goes: just above it."""
        return round(self.y - 3, 2)


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    label: str


def _y(share: float) -> float:
    """From a share (0 to 1) to the drawing, whose top is 0."""
    return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 2)


def bars(values: Sequence[float], labels: Sequence[str]) -> list[Bar]:
    """Upright bars, the highest as high as the drawing."""
    top = max(values, default=0) or 1
    step = (WIDTH - 2 * MARGIN) / max(LEAST_PLACES, len(values))
    return [
        Bar(
            x=round(MARGIN + place * step + step * 0.1, 2),
            y=_y(value / top),
            width=round(step * 0.8, 2),
            height=round(_y(0) - _y(value / top), 2),
            label=label,
            value=f"{value:g}",
        )
        for place, (value, label) in enumerate(zip(values, labels, strict=True))
    ]


def line(shares: Sequence[float]) -> str:
    """The points of a line through shares (0 to 1), set evenly from left to right."""
    step = (WIDTH - 2 * MARGIN) / max(1, len(shares) - 1)
    return " ".join(
        f"{round(MARGIN + place * step, 2)},{_y(share)}" for place, share in enumerate(shares)
    )


def dots(points: Sequence[tuple[float, float, str]]) -> list[Dot]:
    """Dots at (x, y) in shares (0 to 1)."""
    return [
        Dot(x=round(MARGIN + x * (WIDTH - 2 * MARGIN), 2), y=_y(y), label=label)
        for x, y, label in points
    ]
