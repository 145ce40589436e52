"""Axial CT of the chest: wall, lungs with their vessel trees, and the mediastinum at three levels.

Levels, from above: ``arch`` (aortic arch), ``pulmonary`` (bifurcation of the pulmonary trunk) and
``cardiac`` (left atrium and ventricles).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import chest_mediastinum, vessel_trees
from .noise import Array, generator
from .shapes import Canvas, Shape, blob, coverage, smooth_line, spline, tube

WIDTH_PX, HEIGHT_PX, SPACING_MM = 1024, 768, 0.355

BODY = [
    (0, -101), (26, -106), (62, -109), (98, -101), (130, -82), (156, -48), (166, -6), (164, 36),
    (150, 72), (122, 96), (84, 106), (44, 109), (14, 105), (0, 101),
]  # fmt: skip
CAVITY = {
    "arch": [
        (0, -74), (28, -78), (58, -76), (88, -60), (108, -34), (117, -4), (116, 28), (104, 54),
        (80, 72), (52, 79), (28, 76), (16, 58), (0, 54),
    ],
    "pulmonary": [
        (0, -76), (32, -81), (66, -79), (98, -62), (120, -34), (130, -2), (129, 32), (116, 58),
        (90, 77), (58, 85), (30, 81), (17, 62), (0, 56),
    ],
    "cardiac": [
        (0, -78), (34, -84), (70, -82), (104, -64), (127, -36), (137, -2), (136, 34), (122, 62),
        (94, 81), (60, 88), (30, 83), (17, 64), (0, 58),
    ],
}  # fmt: skip


@dataclass
class Lungs:
    """Both lungs: coverage per pixel and distance to the pleura (mm, negative inside)."""

    share: Array
    depth: Array


def _mirror(points: list, scale: float = 1.0) -> list:
    return [*points, *[(-x * scale, y) for x, y in reversed(points) if x > 0]]


def build(canvas: Canvas, level: str, name: str, **options: Any) -> Lungs:
    """Paint a whole chest; ``options`` name the blood of each bed: ``aorta``,
    ``pulmonary``, ``veins`` (see :func:`chest_mediastinum.paint`) and lung ``vessels``."""
    canvas.warp(generator(f"{name} bend"), 1.1, 70)
    cavity = spline(_mirror(CAVITY[level], 1.02))
    inner = cavity.distance(canvas.x, canvas.y)
    _paint_wall(canvas, inner, level, name)
    mediastinum = chest_mediastinum.outline(level)
    core = mediastinum.distance(canvas.x, canvas.y)
    depth = np.maximum(inner, -core)
    lungs = Lungs(coverage(depth, canvas.spacing_mm), depth)
    canvas.fill(coverage(inner, canvas.spacing_mm), "mediastinal fat")
    _paint_lungs(canvas, lungs, level, name, options.get("vessels", "blood"))
    beds = {bed: tissue for bed, tissue in options.items() if bed != "vessels"}
    chest_mediastinum.paint(canvas, level, name, lungs=lungs.share, **beds)
    _paint_spine(canvas, name)
    canvas.straighten()
    return lungs


def _paint_wall(canvas: Canvas, inner: Array, level: str, name: str) -> None:
    rng = generator(f"{name} wall")
    body = spline(_mirror(BODY))
    skin = body.distance(canvas.x, canvas.y)
    edge = canvas.spacing_mm
    canvas.fill(coverage(skin, edge), "skin")
    fat = canvas.values["fat"] * (1 + 0.05 * canvas.fractal(rng, 9))
    canvas.fill(coverage(skin + 1.7, edge), fat)
    septa = np.abs(canvas.fractal(rng, 16, 2)) - 0.035
    canvas.fill(coverage(septa * 8, 0.5) * coverage(skin + 2.5, 1) * 0.35, "muscle")
    strands = canvas.values["muscle"] * (1 + 0.06 * canvas.fractal(rng, 4, 2))
    for muscle in _muscles(level):
        for shape in (muscle, muscle.mirrored()):
            inside = shape.within(Shape(shape.bounds, lambda x, y: body.distance(x, y) + 5))
            canvas.paint(inside, strands, soft_mm=0.8)
    intercostal = coverage(inner - 8.5, 1)
    canvas.fill(intercostal, strands)
    canvas.fill(coverage(np.abs(inner - 9.6) - 0.7, 0.8) * (np.abs(canvas.x) > 30), fat)
    canvas.fill(coverage(inner - 1.2, 0.8) * coverage(-inner - 0.2, 0.8) * 0.7, fat)
    _paint_ribs(canvas, level, name)
    _paint_scapulae(canvas, level)
    _paint_sternum(canvas, level)


def _muscles(level: str) -> list[Shape]:
    pectoral = {"arch": 12, "pulmonary": 9, "cardiac": 5}[level]
    return [
        tube([(16, -93), (48, -96), (82, -89), (112, -68), (128, -46)],
             [3, pectoral * 0.7, pectoral, pectoral * 0.8, 3]),
        tube([(60, -86), (88, -76), (110, -55)], [2, pectoral * 0.45, 2]),
        tube([(143, -22), (148, 12), (142, 44), (128, 66)], [3, 6, 8.5, 6]),
        tube([(134, -34), (140, 0), (136, 32), (122, 58)], [2, 4.5, 5, 3]),
        tube([(8, 92), (22, 92), (38, 92)], [6, 10.5, 8]),
        tube([(8, 101), (40, 103), (74, 98), (100, 88)], [1.5, 3.2, 3.2, 2]),
        tube([(56, 92), (84, 86), (106, 74)], [2, 5, 3]),
    ]  # fmt: skip


def _bone(canvas: Canvas, shape: Shape, *, cortex_mm: float, cancellous: float = 1.0) -> None:
    canvas.paint(shape, "cortical bone", soft_mm=0.3)
    inside = canvas.values["cancellous bone"] * cancellous
    canvas.paint(shape.grown(-cortex_mm), inside, soft_mm=0.5)


def _paint_ribs(canvas: Canvas, level: str, name: str) -> None:
    """Each rib crosses the slice obliquely and shows as a short arc along the wall."""
    rng = generator(f"{name} ribs")
    line = smooth_line(_mirror(CAVITY[level], 1.02), closed=True, per_span=24)
    ahead = np.roll(line, -3, axis=0) - np.roll(line, 3, axis=0)
    normal = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    normal *= np.sign(np.sum(normal * line, axis=1))[:, None]
    wall = line + 5.0 * normal
    for side in (-1, 1):
        mask = (wall[:, 0] * side > 36) & ((wall[:, 1] < 60) | (np.abs(wall[:, 0]) > 40))
        arc = wall[mask]
        arc = arc[np.argsort(np.arctan2(arc[:, 1], np.abs(arc[:, 0])))]
        along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(arc, axis=0), axis=1))])
        place = rng.uniform(8, 14)
        while place < along[-1] - 12:
            length = rng.uniform(18, 34)
            stations = np.linspace(place, min(place + length, along[-1] - 2), 7)
            tilt = np.linspace(-1.4, 1.4, 7) * rng.choice([-1, 1])
            xs = np.interp(stations, along, arc[:, 0])
            ys = np.interp(stations, along, arc[:, 1])
            out = np.stack([xs, ys * 1.4], axis=1)
            out /= np.linalg.norm(out, axis=1, keepdims=True)
            points = list(zip(xs + out[:, 0] * tilt, ys + out[:, 1] * tilt, strict=True))
            thick = rng.uniform(3.0, 3.9)
            rib = tube(points, [thick * 0.55, thick * 0.9, thick, thick, thick, thick * 0.9,
                                thick * 0.55])  # fmt: skip
            _bone(canvas, rib, cortex_mm=1.0, cancellous=0.75)
            place += length + rng.uniform(13, 21)
        posterior = tube([(side * 24, 70), (side * 34, 82), (side * 46, 88)], [3.2, 3.6, 2.6])
        _bone(canvas, posterior, cortex_mm=1.0, cancellous=0.75)


def _paint_scapulae(canvas: Canvas, level: str) -> None:
    if level == "cardiac":
        return
    blade = [(94, 87), (112, 78), (128, 66), (140, 52)]
    if level == "pulmonary":
        blade = [(102, 86), (116, 79), (128, 69), (135, 61)]
    for side in (-1, 1):
        shape = tube([(side * x, y) for x, y in blade], [1.6, 2.2, 2.6, 3.6])
        _bone(canvas, shape, cortex_mm=1.1)


def _paint_sternum(canvas: Canvas, level: str) -> None:
    y = {"arch": -84, "pulmonary": -87, "cardiac": -89}[level]
    sternum = blob(0, y, 17, 5.8, power=2.6, wobble=0.05, seed=8)
    _bone(canvas, sternum, cortex_mm=1.0, cancellous=0.55)
    for side in (-1, 1):
        line = [(side * 20, y + 0.5), (side * 32, y + 1), (side * 46, y + 4)]
        cartilage = tube(line, [4.4, 4, 3])
        canvas.paint(cartilage, "cartilage", soft_mm=0.6)


def _paint_spine(canvas: Canvas, name: str) -> None:
    rng = generator(f"{name} spine")
    y0 = 52
    trabeculae = canvas.values["vertebral cancellous"] * (1 + 0.13 * canvas.fractal(rng, 3.2, 2))
    cortex = "cortical bone"
    for side in (-1, 1):
        canvas.paint(tube([(side * 12, y0 + 18), (side * 30, y0 + 17), (side * 40, y0 + 20)],
                          [3.2, 3.6, 3.0]), cortex, opacity=0.85)  # fmt: skip
        canvas.paint(tube([(side * 12, y0 + 18), (side * 30, y0 + 17), (side * 39, y0 + 20)],
                          [2.0, 2.4, 1.8]), "cancellous bone")  # fmt: skip
        canvas.paint(tube([(side * 11, y0 + 8), (side * 12, y0 + 20)], 3.6), cortex, opacity=0.8)
        canvas.paint(tube([(side * 11, y0 + 8), (side * 12, y0 + 20)], 2.4), "cancellous bone")
        canvas.paint(tube([(side * 12, y0 + 21), (0, y0 + 31)], [3.2, 3]), cortex, opacity=0.85)
        canvas.paint(tube([(side * 12, y0 + 21), (0, y0 + 31)], [1.9, 1.8]), "cancellous bone")
    canvas.paint(tube([(0, y0 + 29), (0.6, y0 + 42)], [3.6, 2.6]), cortex, opacity=0.85)
    canvas.paint(tube([(0, y0 + 29), (0.6, y0 + 41)], [2.3, 1.4]), "cancellous bone")
    canal = blob(0, y0 + 19.5, 9, 8)
    canvas.paint(canal, "csf")
    canvas.paint(blob(0, y0 + 19, 5.2, 4), "cord", soft_mm=0.6)
    body = spline([(-16, y0 - 6), (-11, y0 - 12.5), (0, y0 - 14.5), (11, y0 - 12.5), (16, y0 - 6),
                   (16.5, y0 + 5), (12, y0 + 12), (0, y0 + 11), (-12, y0 + 12),
                   (-16.5, y0 + 5)])  # fmt: skip
    canvas.paint(body, cortex, opacity=0.75, soft_mm=0.4)
    canvas.paint(body.grown(-1.2), trabeculae, soft_mm=0.6)
    canvas.paint(tube([(0, y0 + 4), (0, y0 + 11)], 0.9), "blood", soft_mm=0.6)
    canvas.mark("vertebra", 6, y0 - 3, 4)


def _paint_lungs(canvas: Canvas, lungs: Lungs, level: str, name: str, vessels: str) -> None:
    rng = generator(f"{name} lungs")
    parenchyma = canvas.values["lung"] + 0.32 * (canvas.y - 10) + 9 * canvas.fractal(rng, 26, 3)
    parenchyma += 11 * canvas.fractal(rng, 2.6, 2)
    canvas.fill(lungs.share, parenchyma)
    blood = np.zeros(canvas.shape, dtype=np.float32)
    air = np.zeros(canvas.shape, dtype=np.float32)
    x0, y0 = {"arch": (26, -4), "pulmonary": (40, 2), "cardiac": (42, 12)}[level]
    for side in (-1, 1):
        for bed, (dx, dy) in enumerate(((0, -6), (5, 10))):
            branches = vessel_trees.grow(
                rng, (side * (x0 + dx), y0 + dy, 0.0), side,
                stems=15, radii_mm=(1.7, 3.3), spread=0.42, near_mm=3.0,
                stop_mm=0.33, reach=1.22,
            )  # fmt: skip
            for branch in branches:
                _slice_branch(canvas, branch, blood, air if bed == 0 else None)
    inward = np.clip(-lungs.depth / 6, 0, 1)
    share = blood * lungs.share * np.clip(0.25 + inward, 0, 1)
    canvas.fill(share, vessels)
    canvas.fill(air * lungs.share, "gas")
    _paint_fissures(canvas, lungs, level)


SLAB_MM = 1.5


def _slice_branch(
    canvas: Canvas, branch: vessel_trees.Branch, blood: Array, air: Array | None
) -> None:
    """Add the part of a branch that lies within the slice, with its bronchus where that is wide."""
    start, end, r0, r1 = branch
    half = SLAB_MM / 2 + max(r0, r1) * 0.8
    low, high = sorted((start[2], end[2]))
    if low > half or high < -half:
        return
    run = end[2] - start[2]
    if abs(run) > 1e-3:
        ts = sorted(np.clip([(-half - start[2]) / run, (half - start[2]) / run], 0, 1))
    else:
        ts = [0.0, 1.0]
    a, b = start + (end - start) * ts[0], start + (end - start) * ts[1]
    ra, rb = r0 + (r1 - r0) * ts[0], r0 + (r1 - r0) * ts[1]
    nearest = 0.0 if a[2] * b[2] <= 0 else min(abs(a[2]), abs(b[2]))
    filled = np.clip((SLAB_MM / 2 + ra - nearest) / min(SLAB_MM, 2 * ra), 0, 1)
    partial = float(filled * min(1.0, 2 * ra / SLAB_MM + 0.15))
    vessel = tube([(a[0], a[1]), (b[0], b[1])], [max(ra, 0.32), max(rb, 0.32)], smooth=False)
    _raise(canvas, vessel, blood, partial)
    if air is not None and ra > 1.25 and abs(start[0]) < 95:
        beside = np.array([0.4, 0.92]) * (ra * 1.9 + 0.5)
        ends = [(a[0] + beside[0], a[1] + beside[1]), (b[0] + beside[0], b[1] + beside[1])]
        bronchus = tube(ends, [ra * 0.85, rb * 0.85], smooth=False)
        _raise(canvas, bronchus.grown(0.45), blood, 0.55 * partial)
        _raise(canvas, bronchus.grown(-0.15), air, partial)


def _raise(canvas: Canvas, shape: Shape, share: Array, amount: float) -> None:
    window = canvas.window(shape.bounds)
    if window is not None:
        gap = shape.distance(canvas.x[window], canvas.y[window])
        np.maximum(share[window], coverage(gap, 0.5) * amount, out=share[window])


def _paint_fissures(canvas: Canvas, lungs: Lungs, level: str) -> None:
    lines = {
        "arch": [[(-116, 44), (-84, 30), (-52, 26), (-26, 30)],
                 [(116, 40), (86, 27), (54, 22), (28, 26)]],
        "pulmonary": [[(-128, 6), (-96, 2), (-64, 5), (-40, 14)],
                      [(129, 2), (98, -3), (66, 0), (42, 10)]],
        "cardiac": [[(-126, -34), (-98, -24), (-72, -12), (-50, 6)],
                    [(124, -38), (100, -30), (82, -18), (70, -2)]],
    }[level]  # fmt: skip
    for points in lines:
        canvas.paint(tube(points, 0.35), -620.0, opacity=lungs.share * 0.75, soft_mm=0.7)
