"""Bones and lung vessels of the chest radiograph as lengths of ray inside tubes and plates.

Every function returns attenuation to add to the soft-tissue line integral (no unit).
"""

from __future__ import annotations

import numpy as np

from . import vessel_trees
from .noise import Array, fractal, generator
from .radiograph_organs import BLOOD, LUNG, MUSCLE, cage_half_depth, cage_half_width
from .shapes import Shape, spline, tube

CORTICAL, CANCELLOUS = 0.0480 - MUSCLE, 0.0262 - MUSCLE


class _Sheet:
    """A picture of summed ray lengths with windowed access by mm."""

    def __init__(self, x: Array, z: Array, spacing_mm: float) -> None:
        self.x, self.z, self.spacing_mm = x, z, spacing_mm
        self.total = np.zeros(x.shape, dtype=np.float32)

    def window(self, x0: float, z0: float, x1: float, z1: float) -> tuple[slice, slice] | None:
        left, top = float(self.x[0, 0]), float(self.z[0, 0])
        columns = [int((v - left) / self.spacing_mm) + d for v, d in ((x0, -1), (x1, 2))]
        rows = [int((v - top) / self.spacing_mm) + d for v, d in ((z0, -1), (z1, 2))]
        c0, c1 = (min(max(v, 0), self.x.shape[1]) for v in columns)
        r0, r1 = (min(max(v, 0), self.x.shape[0]) for v in rows)
        return (slice(r0, r1), slice(c0, c1)) if r1 > r0 and c1 > c0 else None

    def arc(self, points: Array, half: Array, length: Array, weight: float) -> None:
        """Add a band whose ray length is ``length`` on its axis and falls to 0 at ``half``."""
        pad = float(half.max())
        window = self.window(points[:, 0].min() - pad, points[:, 1].min() - pad,
                             points[:, 0].max() + pad, points[:, 1].max() + pad)  # fmt: skip
        if window is None:
            return
        sheet = np.zeros_like(self.total[window])
        for i in range(len(points) - 1):
            (ax, az), (bx, bz) = points[i], points[i + 1]
            h = max(half[i], half[i + 1])
            part = self.window(min(ax, bx) - h, min(az, bz) - h, max(ax, bx) + h, max(az, bz) + h)
            if part is None:
                continue
            x, z = self.x[part], self.z[part]
            ex, ez = bx - ax, bz - az
            t = np.clip(((x - ax) * ex + (z - az) * ez) / (ex * ex + ez * ez + 1e-9), 0, 1)
            d2 = (x - ax - ex * t) ** 2 + (z - az - ez * t) ** 2
            span = half[i] + (half[i + 1] - half[i]) * t
            chord = (length[i] + (length[i + 1] - length[i]) * t) * np.sqrt(
                np.clip(1 - d2 / span**2, 0, 1)
            )
            inner = (
                slice(part[0].start - window[0].start, part[0].stop - window[0].start),
                slice(part[1].start - window[1].start, part[1].stop - window[1].start),
            )
            np.maximum(sheet[inner], chord, out=sheet[inner])
        self.total[window] += weight * sheet

    def rod(self, start: Array, end: Array, r0: float, r1: float) -> None:
        """Add one straight piece of vessel by the chord of its circular section."""
        h = max(r0, r1)
        x0, x1 = sorted((start[0], end[0]))
        z0, z1 = sorted((start[1], end[1]))
        part = self.window(x0 - h, z0 - h, x1 + h, z1 + h)
        if part is None:
            return
        x, z = self.x[part], self.z[part]
        ex, ez = end[0] - start[0], end[1] - start[1]
        square = ex * ex + ez * ez + 1e-6
        t = ((x - start[0]) * ex + (z - start[1]) * ez) / square
        inside = (t >= 0) & (t <= 1)
        radius = r0 + (r1 - r0) * np.clip(t, 0, 1)
        d2 = (x - start[0] - ex * t) ** 2 + (z - start[1] - ez * t) ** 2
        lean = min(float(np.linalg.norm(end - start)) / np.sqrt(square), 2.5)
        self.total[part] += inside * 2 * lean * np.sqrt(np.clip(radius**2 - d2, 0, None))

    def plate(self, shape: Shape, thickness_mm: float, weight: float, edge_mm: float = 1.0) -> None:
        """Add a plate of even thickness over ``shape`` (bounds in x and z)."""
        window = self.window(*shape.bounds)
        if window is None:
            return
        gap = shape.distance(self.x[window], self.z[window])
        self.total[window] += weight * thickness_mm * np.clip(0.5 - gap / edge_mm, 0, 1)


def skeleton(x: Array, z: Array, spacing_mm: float) -> Array:
    """Ribs, clavicles, scapulae, spine."""
    sheet = _Sheet(x, z, spacing_mm)
    rng = generator("dx-chest skeleton")
    for number in range(12):
        for side in (-1, 1):
            _rib(sheet, number, side, rng)
    for side in (-1, 1):
        _clavicle(sheet, side)
        _scapula(sheet, side)
    _spine(sheet)
    trabeculae = 1 + 0.07 * fractal(rng, x.shape, cell_px=5, octaves=2)
    return sheet.total * trabeculae


def _rib(sheet: _Sheet, number: int, side: int, rng: np.random.Generator) -> None:
    """A flattened shell along a helix from spine to the costal cartilage."""
    z0 = -172 + 24.0 * number + (4 if number == 0 else 0)
    drop = np.interp(number, [0, 1, 2, 4, 7, 9, 11], [40, 62, 78, 92, 98, 84, 46])
    ends = [2.55, 2.5, 2.42, 2.3, 2.15, 1.9, 1.6, 1.2]
    last = np.interp(number, [0, 1, 3, 6, 8, 9, 10, 11], ends)
    drop, z0 = drop + rng.normal(0, 1.0), z0 + rng.normal(0, 0.8)
    phi = np.linspace(0.10, last, 44)
    lateral_z = z0 + 0.42 * drop
    width = float(cage_half_width(lateral_z)) + 4.5
    depth = float(cage_half_depth(lateral_z)) * 0.97
    if number == 0:
        width, depth = 54.0, 46.0
    rise = 7 * np.sin(np.clip(phi / 0.9, 0, np.pi))
    px = side * (width * np.sin(phi) ** 0.86 + 8 * np.exp(-phi * 3))
    pz = z0 - rise + drop * np.clip((phi - 0.25) / 2.15, 0, None) ** 1.12
    nx, ny = np.sin(phi) * depth, np.cos(phi) * width
    facing = np.abs(ny) / np.hypot(nx, ny)
    run = np.hypot(np.gradient(px), np.gradient(pz))
    flat = np.abs(np.gradient(px)) / (run + 1e-9)
    tall, thick = (7.4, 3.6) if number else (9.0, 3.2)
    taper = np.interp(phi, [0.1, 0.35, 1.6, last], [0.80, 0.92, 1.0, 1.1])
    points = np.stack([px, pz], axis=1)
    turn = int(np.searchsorted(phi, np.pi / 2))
    for outer in (True, False):
        a = (tall if outer else tall - 1.5) * taper
        b = thick if outer else thick - 1.25
        half = np.sqrt((a * flat) ** 2 + (b * 1.35 * (1 - flat)) ** 2) + 0.2
        length = 2 * b / (facing + 0.30) * np.clip(np.abs(phi - np.pi / 2) / 0.45, 0.22, 1)
        weight = CORTICAL if outer else CANCELLOUS - CORTICAL
        for part in (slice(0, turn + 1), slice(turn, None)):
            if len(points[part]) > 1:
                sheet.arc(points[part], half[part], length[part], weight)


def _shaft(sheet: _Sheet, points: list, radii: list, shell_mm: float, stretch: float = 1) -> None:
    line = np.asarray(points, dtype=np.float64)
    place = np.linspace(0, len(points) - 1, 40)
    index = np.arange(len(points))
    smooth = np.stack([_cubic(place, index, line[:, k]) for k in (0, 1)], axis=1)
    radius = np.interp(place, index, radii)
    sheet.arc(smooth, radius, 2 * radius * stretch, CORTICAL)
    core = np.clip(radius - shell_mm, 0.3, None)
    sheet.arc(smooth, core, 2 * core * stretch, CANCELLOUS - CORTICAL)


def _cubic(place: Array, index: Array, values: Array) -> Array:
    slopes = np.gradient(values)
    i = np.clip(place.astype(int), 0, len(index) - 2)
    t = place - i
    return (
        values[i] * (1 + 2 * t) * (1 - t) ** 2 + slopes[i] * t * (1 - t) ** 2
        + values[i + 1] * t * t * (3 - 2 * t) + slopes[i + 1] * t * t * (t - 1)
    )  # fmt: skip


def _clavicle(sheet: _Sheet, side: int) -> None:
    points = [(side * 15, -137), (side * 40, -147), (side * 76, -160), (side * 112, -168),
              (side * 146, -172), (side * 172, -168)]  # fmt: skip
    _shaft(sheet, points, [9.0, 6.8, 5.6, 5.8, 7.2, 7.5], 1.7)


def _scapula(sheet: _Sheet, side: int) -> None:
    blade = spline([(side * a, b) for a, b in (
        (140, -150), (164, -158), (186, -148), (180, -118), (166, -72), (152, -26), (145, -22),
        (141, -60), (138, -110))])  # fmt: skip
    sheet.plate(blade, 3.0, CORTICAL * 0.8, 2.5)
    lateral = [(side * 183, -134), (side * 170, -80), (side * 149, -24)]
    medial = [(side * 138, -140), (side * 140, -80), (side * 147, -26)]
    spine = [(side * 140, -142), (side * 168, -158), (side * 198, -170)]
    _shaft(sheet, lateral, [6.0, 4.6, 3.2], 1.2, 0.75)
    _shaft(sheet, medial, [2.2, 2.0, 2.6], 0.7, 0.7)
    _shaft(sheet, spine, [3.0, 5, 6.5], 1.2, 0.8)
    _shaft(sheet, [(side * 202, -140), (side * 206, -128), (side * 210, -80)], [22, 20, 13], 2.4)


def _spine(sheet: _Sheet) -> None:
    for number in range(18):
        zc = -205 + 24.0 * number
        wide = np.interp(number, [0, 3, 12, 18], [13, 14.5, 18, 21])
        body = spline(
            [(-wide, zc - 9), (0, zc - 8.2), (wide, zc - 9), (wide - 1.8, zc),
             (wide, zc + 9), (0, zc + 8.2), (-wide, zc + 9), (-wide + 1.8, zc)]
        )  # fmt: skip
        sheet.plate(body, 22, CANCELLOUS, 1.4)
        rim = body.minus(body.grown(-1.3))
        sheet.plate(rim, 4, CORTICAL, 0.8)
        for side in (-1, 1):
            pedicle = tube([(side * (wide - 5.2), zc - 4.4), (side * (wide - 5.0), zc - 1)], 3.6)
            sheet.plate(pedicle.minus(pedicle.grown(-1.1)), 5, CORTICAL, 0.7)
            _shaft(sheet, [(side * (wide - 2), zc - 3), (side * (wide + 10), zc - 6),
                           (side * (wide + 17), zc - 6)], [4.2, 3.4, 3.8], 1.2)  # fmt: skip
        _shaft(sheet, [(0, zc + 8), (0.3, zc + 13), (0.5, zc + 17)], [1.6, 2.6, 3.4], 0.9, 1.3)


def lung_vessels(x: Array, z: Array, spacing_mm: float, aerated_mm: Array) -> Array:
    """Vessel trees of both lungs, seen only where a ray crosses vascular lung."""
    sheet = _Sheet(x, z, spacing_mm)
    rng = generator("dx-chest vessels")
    for side in (-1, 1):
        for dx, dz, radii in ((36, -26, (2.2, 4.0)), (40, 2, (3.0, 5.2))):
            branches = vessel_trees.grow(
                rng,
                (side * dx, dz, 0.0),
                side,
                stems=9,
                radii_mm=radii,
                spread=0.5,
                stop_mm=0.7,
                reach=1.55,
            )
            for start, end, r0, r1 in branches:
                sheet.rod(start, end, r0, r1)
    return sheet.total * (BLOOD - LUNG) * np.clip(aerated_mm / 45, 0, 1)
