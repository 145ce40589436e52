"""Voxel phantom of the chest for projection: body, lungs, heart, great vessels, diaphragm.

The volume is evaluated one coronal slab at a time and summed along the rays, so that memory stays
that of a few pictures. Units: mm; attenuation per mm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .noise import Array, fractal, generator

MUSCLE, FAT, LUNG, BLOOD, CONSOLIDATED = 0.0200, 0.0172, 0.0046, 0.0204, 0.0178
SLAB_MM = 4.0
DEPTH_MM = 128.0

# Inner half-width and half-depth of the rib cage by height z.
CAGE_Z = (-200, -188, -176, -160, -130, -95, -50, 0, 50, 100, 150, 220)
CAGE_WIDTH = (8, 42, 60, 78, 99, 114, 126, 133, 137, 139, 139, 136)
CAGE_DEPTH = (8, 26, 38, 50, 64, 74, 83, 88, 91, 93, 92, 90)
# Outer half-width of the body: neck, shoulders, trunk.
BODY_Z = (-230, -212, -200, -188, -175, -150, -120, -60, 0, 60, 140, 230)
BODY_WIDTH = (60, 64, 82, 124, 172, 212, 212, 200, 193, 189, 186, 184)
BODY_DEPTH = (62, 66, 72, 80, 88, 98, 104, 110, 114, 116, 114, 110)


class Projection(NamedTuple):
    """Line integral of attenuation, and the millimetres of vascular lung each ray crosses."""

    attenuation: Array
    aerated_mm: Array


def cage_half_width(z: Array | float) -> Array:
    """Inner half-width of the rib cage at height ``z``, mm."""
    return np.asarray(np.interp(z, CAGE_Z, CAGE_WIDTH))


def cage_half_depth(z: Array | float) -> Array:
    """Inner half-depth of the rib cage at height ``z``, mm."""
    return np.asarray(np.interp(z, CAGE_Z, CAGE_DEPTH))


def _half_chord(x: Array, width: Array, depth: Array, power: float) -> Array:
    """Half the length along y inside a superelliptic cross-section; negative outside (mm)."""
    inside = 1 - (np.abs(x) / np.maximum(width, 1)) ** power
    return np.where(
        inside > 0, depth * np.maximum(inside, 0) ** (1 / power), np.maximum(inside * width, -60)
    )


def _soft(distance: Array, edge: float) -> Array:
    return np.clip(0.5 - distance / edge, 0, 1)


def _ellipsoid(
    x: Array,
    y: Array | float,
    z: Array,
    centre: Sequence[float],
    axes: Sequence[float],
    turn_deg: float = 0.0,
) -> Array:
    cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    dx, dz = x - centre[0], z - centre[2]
    u, w = (dx * cos + dz * sin) / axes[0], (-dx * sin + dz * cos) / axes[2]
    v = (y - centre[1]) / axes[1]
    return (np.sqrt(u * u + v * v + w * w + 1e-9) - 1) * min(axes)


def _dig(nearest: Array, x: Array, y: float, z: Array, points: list, radii: list) -> None:
    """Lower ``nearest`` to the distance from a bent tube where the slab at ``y`` cuts it."""
    for a, b, ra, rb in zip(points, points[1:], radii, radii[1:], strict=False):
        reach = max(ra, rb) + 6
        if not min(a[1], b[1]) - reach < y < max(a[1], b[1]) + reach:
            continue
        pixel = float(x[0, 1] - x[0, 0])
        columns, rows = (
            slice(*(max(int((v - first) / pixel), 0) for v in (low - reach, high + reach)))
            for first, (low, high) in (
                (float(x[0, 0]), sorted((a[0], b[0]))), (float(z[0, 0]), sorted((a[2], b[2])))
            )
        )  # fmt: skip
        px, pz = x[rows, columns], z[rows, columns]
        e = np.subtract(b, a, dtype=np.float32)
        wx, wy, wz = px - a[0], y - a[1], pz - a[2]
        t = np.clip((wx * e[0] + wy * e[1] + wz * e[2]) / float(e @ e), 0, 1)
        gap = np.sqrt((wx - e[0] * t) ** 2 + (wy - e[1] * t) ** 2 + (wz - e[2] * t) ** 2)
        part = nearest[rows, columns]
        np.minimum(part, gap - (ra + (rb - ra) * t), out=part)


ASCENDING = [(-4, -22, 20), (-13, -26, -20), (-14, -24, -60), (-2, -8, -84), (16, 14, -93),
             (26, 32, -86)]  # fmt: skip
DESCENDING = [(26, 32, -86), (27, 40, -50), (25, 44, 0), (18, 47, 70), (8, 48, 130), (2, 48, 220)]
CAVA = [(-24, -14, -110), (-26, -14, -60), (-27, -12, 0)]
ARTERIES = [
    ([(8, -20, 0), (24, -18, -38), (34, 2, -50), (42, 18, -40)], [16, 15, 12.5, 9]),
    ([(24, -18, -40), (4, -2, -30), (-26, 4, -28), (-40, 8, -20)], [13, 11, 10, 8.5]),
    ([(-38, 8, -24), (-46, 12, -2), (-49, 18, 24)], [8.0, 7.2, 5.0]),
    ([(42, 18, -42), (47, 24, -16), (47, 28, 10)], [8.6, 7.0, 4.8]),
    ([(-36, 4, -30), (-50, 0, -58)], [6.0, 3.5]), ([(42, 10, -48), (54, 4, -72)], [6.0, 3.5]),
    ([(-24, 14, 8), (-44, 8, 14)], [6.0, 3.8]), ([(26, 18, 4), (48, 12, 2)], [6.0, 3.8]),
]  # fmt: skip
TRACHEA = [(0, 6, -240), (-1, 14, -140), (-2, 20, -62)]
BRONCHI = [([(-2, 20, -62), (-22, 22, -38), (-34, 22, -22)], [8.5, 7.0, 5.0]),
           ([(-2, 20, -62), (22, 22, -38), (40, 24, -24)], [7.5, 6.2, 4.4])]  # fmt: skip


HEART_BOX = (-62.0, -96.0, -50.0, 104.0, 42.0, 124.0)


def _heart(nearest: Array, x: Array, y: float, z: Array) -> None:
    """Lower ``nearest`` to the distance from the heart within its box."""
    x0, y0, z0, x1, y1, z1 = HEART_BOX
    if not y0 < y < y1:
        return
    pixel = float(x[0, 1] - x[0, 0])
    columns = slice(int((x0 - x[0, 0]) / pixel), int((x1 - x[0, 0]) / pixel))
    rows = slice(int((z0 - z[0, 0]) / pixel), int((z1 - z[0, 0]) / pixel))
    px, pz = x[rows, columns], z[rows, columns]
    parts = (
        _ellipsoid(px, y, pz, (28, -32, 60), (68, 46, 50), turn_deg=28),
        _ellipsoid(px, y, pz, (-15, -18, 50), (34, 36, 52), turn_deg=-6),
        _ellipsoid(px, y, pz, (12, -14, 12), (38, 34, 44)),
        _ellipsoid(px, y, pz, (34, -4, 2), (24, 22, 34), turn_deg=-30),
    )
    joined = sum(np.exp(-np.clip(part, -60, 60) / 7) for part in parts)
    part = nearest[rows, columns]
    np.minimum(part, 3 - 7 * np.log(joined), out=part)


def _level(z: Array, heights: Sequence[float], widths: Sequence[float]) -> Array:
    return np.interp(z, heights, widths).astype(np.float32)


def project(finding: str, *, width_px: int, height_px: int, spacing_mm: float) -> Projection:
    """Sum the volume along y for the chest with ``finding``."""
    columns = (np.arange(width_px, dtype=np.float32) - (width_px - 1) / 2) * spacing_mm
    rows = (np.arange(height_px, dtype=np.float32) - (height_px - 1) / 2) * spacing_mm
    x, z = np.meshgrid(columns, rows)
    volume = _Volume(finding, x, z, spacing_mm)
    total = volume.shell()
    aerated = np.zeros(x.shape, dtype=np.float32)
    for y in np.arange(-DEPTH_MM + SLAB_MM / 2, DEPTH_MM, SLAB_MM):
        mu, vascular = volume.slab(float(y))
        total += mu * SLAB_MM
        aerated += vascular * SLAB_MM
    return Projection(total, aerated)


class _Volume:
    """Attenuation of one coronal slab after another."""

    def __init__(self, finding: str, x: Array, z: Array, spacing_mm: float) -> None:
        self.finding, self.z = finding, z
        self.edge = 1.5 * spacing_mm
        rng = generator(f"dx-chest/{finding} organs")
        bend = fractal(generator("dx-chest bend"), x.shape, cell_px=60 / spacing_mm, octaves=2)
        self.straight_x = x
        self.x = x + 1.1 * bend
        self.width = np.interp(z, CAGE_Z, CAGE_WIDTH).astype(np.float32) * (1 + 0.02 * (x < 0))
        depth = _level(z, CAGE_Z, CAGE_DEPTH)
        self.cage = _half_chord(self.x, self.width, depth, 2.25)
        self.rim = self.width - np.abs(self.x)
        self.bundle = np.where(
            x < 0,
            _level(z, [-210, -150, -100, -50, -15, 60, 130], [17, 21, 24, 20, 9, 8, 12]),
            _level(z, [-210, -150, -110, -60, -15, 60, 130], [18, 22, 22, 22, 20, 14, 12]),
        )
        self.apart = np.abs(self.x)
        self.ligament = _level(z, [50, 88, 110], [-3, 10, 18])
        right, left = np.abs((self.x + 64) / 76), np.abs((self.x - 66) / 73)
        arch = np.where(x < 0, right, left)
        self.dome = np.where(x < 0, 97, 104).astype(np.float32) + arch**2 * (12 + 34 * arch**3)
        self.patch = fractal(rng, x.shape, cell_px=26 / spacing_mm, octaves=3)

    def shell(self) -> Array:
        """Line integral of the body as if it had no lungs; the lungs are taken away later."""
        width = np.interp(self.z, BODY_Z, BODY_WIDTH).astype(np.float32)
        depth = np.interp(self.z, BODY_Z, BODY_DEPTH).astype(np.float32)
        skin = np.maximum(_half_chord(self.x, width, depth, 2.5), 0)
        flesh = np.maximum(_half_chord(self.x, width - 12, depth - 12, 2.4), 0)
        low = ((self.z - 52) / 46) ** 2
        chest = [np.exp(-(((self.x - cx) / 48) ** 2) - low) for cx in (-84, 84)]
        return 2 * (skin * FAT + flesh * (MUSCLE - FAT)) + 15 * FAT * (chest[0] + chest[1])

    def slab(self, y: float) -> tuple[Array, Array]:
        """Change of attenuation per mm against muscle, and share of vascular lung, at ``y``."""
        x, z = self.x, self.z
        round_edge = 0.9 * SLAB_MM
        dome = self.dome + 30 * ((y + 22) / 88) ** 2
        solid = self._mediastinum(y)
        _heart(solid, self.straight_x, y, z)
        _dig(solid, self.straight_x, y, z, ASCENDING, [15, 15, 14.5, 14, 13.5, 13])
        _dig(solid, self.straight_x, y, z, DESCENDING, [13, 12.5, 12, 11.5, 11, 10.5])
        _dig(solid, self.straight_x, y, z, CAVA, [9.5, 9.5, 9.5])
        for points, radii in ARTERIES:
            _dig(solid, self.straight_x, y, z, points, radii)
        within = np.clip((self.cage - abs(y)) / SLAB_MM + 0.5, 0, 1)
        lung = within * _soft(-solid, round_edge) * _soft(z - dome, round_edge)
        content, vascular = self._content(y)
        change = lung * (content - MUSCLE)
        air = np.full(x.shape, 1e3, dtype=np.float32)
        _dig(air, self.straight_x, y, z, TRACHEA, [9.5, 9.5, 9.0])
        for points, radii in BRONCHI:
            _dig(air, self.straight_x, y, z, points, radii)
        change -= _soft(air, round_edge) * (1 - lung) * MUSCLE
        stomach = _ellipsoid(x, y, z, (58, -22, 136), (33, 34, 17), turn_deg=8)
        bubble = _soft(stomach, round_edge) * _soft(z - 142, self.edge) * (1 - lung)
        return change - bubble * MUSCLE, lung * vascular

    def _mediastinum(self, y: float) -> Array:
        """Great-vessel bundle above, oesophagus and recesses below, spine behind."""
        front = float(np.clip((4 - y) / 52, 0, 1))
        spine = float(np.clip((y - 40) / 16, 0, 1))
        waist = 1 - 0.35 * float(np.exp(-(((y - 34) / 10) ** 2)))
        half = self.bundle * (1 - 1.1 * front) * waist * (1 - spine) + 18 * spine
        return self.apart - np.maximum(half, self.ligament)

    def _content(self, y: float) -> tuple[Array, Array]:
        """What fills the pleural space at each point, and how much of it carries vessels."""
        x, z = self.x, self.z
        content = LUNG * (1 + 0.0016 * (z + 20))
        vascular = np.ones_like(x)
        wall = np.minimum(self.rim, np.maximum(self.cage - abs(y), -9))
        if self.finding == "pneumothorax":
            content, vascular = self._pneumothorax(y, content, vascular)
        elif self.finding == "pneumonia":
            share = self._middle_lobe(y)
            content = content + share * (CONSOLIDATED - content)
            vascular = 1 - 0.85 * share
        elif self.finding == "effusion":
            climb = 58 * np.exp(-np.clip(wall, 0, 80) / 15)
            fluid = _soft(74 - climb - z, 5 * self.edge) * (x > 0)
            content = content + fluid * (MUSCLE - content)
            vascular = 1 - fluid
        return content, vascular

    def _pneumothorax(self, y: float, content: Array, vascular: Array) -> tuple[Array, Array]:
        retreat = _level(self.z, [-200, -170, -120, -40, 40, 110, 150], [34, 32, 28, 24, 19, 12, 8])
        above = self.z - 24 * np.clip((-40 - self.z) / 110, 0, 1)
        width = _level(above, CAGE_Z, CAGE_WIDTH) - retreat
        depth = _level(above, CAGE_Z, CAGE_DEPTH) - 0.2 * retreat
        chord = _half_chord(self.x + 0.8 * self.patch, width, np.maximum(depth, 2), 2.2)
        right = self.x < 0
        kept = np.clip((chord - abs(y)) / SLAB_MM + 0.5, 0, 1)
        kept = np.where(right, kept, 1)
        wider = _half_chord(self.x + 0.8 * self.patch, width + 1.5, np.maximum(depth + 1.5, 2), 2.2)
        skin = np.clip((wider - abs(y)) / SLAB_MM + 0.5, 0, 1)
        skin = np.clip(skin - kept, 0, 1) * right
        content = content * np.where(right, 1.15, 1) * kept + skin * 0.9 * MUSCLE
        return content, vascular * kept

    def _middle_lobe(self, y: float) -> Array:
        x, z = self.x, self.z
        ragged = 7 * self.patch
        horizontal = z - (8 - 0.05 * (x + 60) + 0.05 * y) + 0.6 * self.patch
        oblique = (y - 16) + 0.55 * (z - 58) + 0.4 * ragged
        lateral = -x - 104 + 0.5 * np.clip(z - 20, 0, 90) + ragged
        share = _soft(-horizontal, 3) * _soft(oblique, 16) * _soft(lateral, 26) * _soft(x + 10, 6)
        return share * np.clip(0.80 + 0.20 * self.patch, 0.25, 1)
