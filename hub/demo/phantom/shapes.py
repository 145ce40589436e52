"""Shapes as signed distances in millimetres, and the canvas on which tissues are painted.

Coordinates are those of an axial picture in radiological convention: x grows to the right of the
picture (to the patient's left), y grows downwards (to the patient's back). A distance is negative
inside. Edges are anti-aliased from the distance, which gives the partial-volume effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from .noise import Array, fractal, resize

FAR_MM = 1e3
Point = tuple[float, float]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shape:
    """A region of the plane: its bounding box (x0, y0, x1, y1) and its signed distance."""

    bounds: Bounds
    distance: Callable[[Array, Array], Array]

    def grown(self, by_mm: float) -> Shape:
        """The region widened (or, when negative, narrowed) by ``by_mm``."""
        x0, y0, x1, y1 = self.bounds
        grow = max(by_mm, 0)
        return Shape(
            (x0 - grow, y0 - grow, x1 + grow, y1 + grow),
            lambda x, y: self.distance(x, y) - by_mm,
        )

    def minus(self, other: Shape) -> Shape:
        """The part of this region outside ``other``."""
        return Shape(
            self.bounds, lambda x, y: np.maximum(self.distance(x, y), -other.distance(x, y))
        )

    def within(self, other: Shape) -> Shape:
        """The part of this region inside ``other``."""
        return Shape(
            self.bounds, lambda x, y: np.maximum(self.distance(x, y), other.distance(x, y))
        )

    def mirrored(self) -> Shape:
        """The same region on the other side of the midline."""
        x0, y0, x1, y1 = self.bounds
        return Shape((-x1, y0, -x0, y1), lambda x, y: self.distance(-x, y))


def blob(
    x: float,
    y: float,
    rx: float,
    ry: float | None = None,
    *,
    angle_deg: float = 0,
    power: float = 2,
    wobble: float = 0,
    seed: int = 0,
) -> Shape:
    """A superellipse, its outline perturbed by five Fourier terms of relative size ``wobble``."""
    ry = rx if ry is None else ry
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    rng = np.random.default_rng(seed)
    phases = rng.uniform(0, 2 * np.pi, 5)
    sizes = wobble * rng.uniform(0.3, 1, 5) / np.arange(2, 7) ** 0.6

    def distance(px: Array, py: Array) -> Array:
        u = ((px - x) * cos + (py - y) * sin) / rx
        v = (-(px - x) * sin + (py - y) * cos) / ry
        au, av = np.abs(u) + 1e-6, np.abs(v) + 1e-6
        rho = (au**power + av**power) ** (1 / power)
        slope = np.hypot((au / rho) ** (power - 1) / rx, (av / rho) ** (power - 1) / ry)
        edge = 1.0
        if wobble:
            theta = np.arctan2(v, u)
            terms = zip(range(2, 7), sizes, phases, strict=True)
            edge = 1 + sum(size * np.cos(k * theta + phase) for k, size, phase in terms)
        return (rho - edge) / slope

    reach = max(rx, ry) * (1 + 2 * wobble)
    if angle_deg == 0:
        grow = 1 + 2 * wobble
        bounds = (x - rx * grow, y - ry * grow, x + rx * grow, y + ry * grow)
    else:
        bounds = (x - reach, y - reach, x + reach, y + reach)
    return Shape(bounds, distance)


def smooth_line(
    points: Sequence[Point] | Array, *, closed: bool = False, per_span: int = 7
) -> Array:
    """Points along the Catmull-Rom curve through ``points``; shape (n, 2)."""
    p = np.asarray(points, dtype=np.float64)
    if closed:
        p = np.vstack([p[-1], p, p[:2]])
    else:
        p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, per_span, endpoint=False)[:, None]
    spans = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        spans.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2)
            + 0.5 * (3 * b - a - 3 * c + d) * t**3
        )
    line = np.vstack(spans)
    return line if closed else np.vstack([line, p[-2]])


def _coarsely(function: Callable[[Array, Array], Array], limit: int) -> Callable:
    """Evaluate a smooth costly distance on a coarser raster and interpolate it."""

    def distance(x: Array, y: Array) -> Array:
        step = int(np.sqrt(x.size / limit)) | 1
        if step < 3 or min(x.shape) < 4 * step:
            return function(x, y)
        rows = np.arange(-(-x.shape[0] // step)) * step + step // 2
        columns = np.arange(-(-x.shape[1] // step)) * step + step // 2
        picked = np.ix_(np.minimum(rows, x.shape[0] - 1), np.minimum(columns, x.shape[1] - 1))
        coarse = function(x[picked], y[picked])
        full = resize(coarse, len(columns) * step, len(rows) * step)
        return full[: x.shape[0], : x.shape[1]]

    return distance


def spline(points: Sequence[Point], *, limit: int = 40_000) -> Shape:
    """The region inside the closed smooth curve through ``points``."""
    line = smooth_line(points, closed=True).astype(np.float32)
    start, end = line, np.roll(line, -1, axis=0)

    def distance(x: Array, y: Array) -> Array:
        nearest = np.full(x.shape, FAR_MM**2, dtype=np.float32)
        inside = np.zeros(x.shape, dtype=bool)
        for (ax, ay), (bx, by) in zip(start, end, strict=True):
            ex, ey = bx - ax, by - ay
            wx, wy = x - ax, y - ay
            t = np.clip((wx * ex + wy * ey) / (ex * ex + ey * ey + 1e-9), 0, 1)
            np.minimum(nearest, (wx - ex * t) ** 2 + (wy - ey * t) ** 2, out=nearest)
            crosses = (ay > y) != (by > y)
            inside ^= crosses & ((wx * ey - wy * ex < 0) == (by > ay))
        return np.where(inside, -1, 1).astype(np.float32) * np.sqrt(nearest)

    x0, y0 = line.min(axis=0)
    x1, y1 = line.max(axis=0)
    return Shape((float(x0), float(y0), float(x1), float(y1)), _coarsely(distance, limit))


def tube(
    points: Sequence[Point] | Array,
    radius_mm: float | Sequence[float],
    *,
    smooth: bool = True,
    per_span: int = 6,
) -> Shape:
    """A band around a line; ``radius_mm`` may be given per point and is interpolated."""
    control = np.asarray(points, dtype=np.float64)
    line = smooth_line(points, per_span=per_span) if smooth and len(points) > 2 else control
    radii = np.broadcast_to(np.asarray(radius_mm, dtype=np.float64), (len(control),))
    place = np.linspace(0, len(control) - 1, len(line))
    along = np.interp(place, np.arange(len(control)), radii)

    def distance(x: Array, y: Array) -> Array:
        nearest = np.full(x.shape, FAR_MM, dtype=np.float32)
        for (ax, ay), (bx, by), ra, rb in zip(line, line[1:], along, along[1:], strict=False):
            ex, ey = bx - ax, by - ay
            wx, wy = x - ax, y - ay
            t = np.clip((wx * ex + wy * ey) / (ex * ex + ey * ey + 1e-9), 0, 1)
            gap = np.sqrt((wx - ex * t) ** 2 + (wy - ey * t) ** 2) - (ra + (rb - ra) * t)
            np.minimum(nearest, gap, out=nearest)
        return nearest

    reach = float(along.max())
    x0, y0 = line.min(axis=0) - reach
    x1, y1 = line.max(axis=0) + reach
    return Shape((float(x0), float(y0), float(x1), float(y1)), distance)


def coverage(distance: Array, edge_mm: float) -> Array:
    """Share of each pixel inside, for an edge that is ``edge_mm`` wide."""
    return np.clip(0.5 - distance / edge_mm, 0, 1).astype(np.float32)


class Canvas:
    """A slice under construction: a value per pixel and the coordinates of every pixel.

    ``values`` maps tissue names to the value painted for them (HU for CT, signal for MR), so that
    the same anatomy serves several modalities. ``x``/``y`` may be replaced by warped coordinates;
    everything painted afterwards follows the warp. ``marks`` records named circles
    (x_mm, y_mm, radius_mm) in which a reader of the picture can measure.
    """

    def __init__(
        self,
        width_px: int,
        height_px: int,
        spacing_mm: float,
        values: Mapping[str, float],
        *,
        background: str = "air",
        centre_mm: Point = (0, 0),
    ) -> None:
        self.spacing_mm = spacing_mm
        self.values = values
        self.origin_mm = (
            centre_mm[0] - (width_px - 1) / 2 * spacing_mm,
            centre_mm[1] - (height_px - 1) / 2 * spacing_mm,
        )
        columns = self.origin_mm[0] + spacing_mm * np.arange(width_px, dtype=np.float32)
        rows = self.origin_mm[1] + spacing_mm * np.arange(height_px, dtype=np.float32)
        grid = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
        self.x: Array = grid[0]
        self.y: Array = grid[1]
        self.true_x, self.true_y = grid
        self.image: Array = np.full(self.x.shape, values[background], dtype=np.float32)
        self.slack_mm = (0.0, 0.0)
        self.marks: dict[str, tuple[float, float, float]] = {}

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.image.shape

    def with_image(self, image: Array) -> Canvas:
        """The same slice with other values in its pixels."""
        other = copy(self)
        other.image = image
        return other

    def mark(self, name: str, x_mm: float, y_mm: float, radius_mm: float) -> None:
        """Record where ``name`` can be measured."""
        self.marks[name] = (x_mm, y_mm, radius_mm)

    def fractal(self, rng: np.random.Generator, cell_mm: float, octaves: int = 3) -> Array:
        """Smooth unit noise over the canvas with lumps of ``cell_mm``."""
        return fractal(rng, self.shape, cell_px=cell_mm / self.spacing_mm, octaves=octaves)

    def warp(self, rng: np.random.Generator, amplitude_mm: float, cell_mm: float) -> None:
        """Bend the coordinates smoothly, so that drawn outlines become irregular."""
        self.x = self.x + amplitude_mm * self.fractal(rng, cell_mm, 2)
        self.y = self.y + amplitude_mm * self.fractal(rng, cell_mm, 2)
        slack_mm = 3.2 * amplitude_mm
        self.slack_mm = (self.slack_mm[0] + slack_mm, self.slack_mm[1] + slack_mm)

    def shift(self, dx_mm: Array, dy_mm: Array | float = 0.0) -> None:
        """Displace what is painted next: the tissue seen at p was at p + (dx, dy) before."""
        self.x = self.x + dx_mm
        self.y = self.y + dy_mm
        self.slack_mm = (
            self.slack_mm[0] + float(np.abs(dx_mm).max()),
            self.slack_mm[1] + float(np.abs(dy_mm).max()),
        )

    def straighten(self) -> None:
        """Return to true coordinates."""
        self.x, self.y, self.slack_mm = self.true_x, self.true_y, (0.0, 0.0)

    def window(self, bounds: Bounds, margin_mm: float = 2.0) -> tuple[slice, slice] | None:
        """The slices of rows and columns that cover ``bounds``; None when outside the canvas."""
        margin = [margin_mm + slack for slack in self.slack_mm]
        low = [bounds[i] - margin[i] - self.origin_mm[i] for i in (0, 1)]
        high = [bounds[i + 2] + margin[i] - self.origin_mm[i] for i in (0, 1)]
        columns = slice(*self._clip(low[0], high[0], self.shape[1]))
        rows = slice(*self._clip(low[1], high[1], self.shape[0]))
        if rows.stop <= rows.start or columns.stop <= columns.start:
            return None
        return rows, columns

    def _clip(self, low_mm: float, high_mm: float, size: int) -> tuple[int, int]:
        low = int(np.floor(low_mm / self.spacing_mm))
        high = int(np.ceil(high_mm / self.spacing_mm)) + 1
        return min(max(low, 0), size), min(max(high, 0), size)

    def mask(self, shape: Shape, *, soft_mm: float = 0.0) -> Array:
        """Coverage of ``shape`` over the whole canvas."""
        full = np.zeros(self.shape, dtype=np.float32)
        window = self.window(shape.bounds, 2 + soft_mm)
        if window is not None:
            gap = shape.distance(self.x[window], self.y[window])
            full[window] = coverage(gap, self.spacing_mm + soft_mm)
        return full

    def paint(
        self,
        shape: Shape,
        tissue: str | float | Array,
        *,
        opacity: float | Array = 1.0,
        soft_mm: float = 0.0,
    ) -> None:
        """Lay ``tissue`` (a name, a value or a full-size array of values) over ``shape``."""
        window = self.window(shape.bounds, 2 + soft_mm)
        if window is None:
            return
        gap = shape.distance(self.x[window], self.y[window])
        share = coverage(gap, self.spacing_mm + soft_mm)
        if isinstance(opacity, np.ndarray):
            share = share * opacity[window]
        else:
            share = share * opacity
        self._lay(window, share, tissue)

    def fill(self, share: Array, tissue: str | float | Array) -> None:
        """Lay ``tissue`` with a full-size array of shares."""
        self._lay((slice(None), slice(None)), share, tissue)

    def _lay(self, window: tuple, share: Array, tissue: str | float | Array) -> None:
        if isinstance(tissue, str):
            value = self.values[tissue]
        elif isinstance(tissue, np.ndarray):
            value = tissue[window]
        else:
            value = tissue
        self.image[window] += share * (value - self.image[window])
