"""Deep structures of the brain at each axial level: ventricles, nuclei, cisterns, midbrain.

Outlines are given for the picture's right half (the patient's left) and mirrored, in mm from the
middle of the cavity; y grows to the back.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .noise import Array, generator
from .shapes import Canvas, Point, Shape, blob, spline, tube

# Values of a tissue for every pixel of the slice.
Nucleus = Callable[[str], Array]

# Stretches of the midline where the hemispheres face each other: (front, back) in mm.
MEDIAL_WALL = {
    "cistern": [(-76, -36)],
    "ganglionic": [(-80, -46), (44, 78)],
    "ventricular": [(-80, -48), (46, 78)],
}

# Sylvian fissure and the cisterns that behave like wide sulci: (points, half-width).
SYLVIAN: dict[str, list[tuple[list[Point], float]]] = {
    "cistern": [
        ([(55, -31), (46, -29), (36, -24), (24, -19), (12, -15)], 1.5),
        ([(46, -29), (44, -22), (40, -15)], 0.9),
        ([(63, -6), (52, -4), (43, -7)], 0.5),
        ([(66, 18), (54, 16), (46, 10)], 0.5),
        ([(40, 20), (38, 8), (33, -2)], 0.35),
    ],
    "ganglionic": [
        ([(64, -24), (55, -21), (47, -17), (41, -13)], 1.1),
        ([(37, -29), (40, -20), (41.5, -8), (42.5, 4), (45, 13), (49, 19)], 1.0),
        ([(50, -19), (51, -28), (49, -34)], 0.5),
        ([(42.5, 2), (51, 0), (58, -3)], 0.5),
        ([(47, 17), (56, 14), (64, 15)], 0.6),
    ],
    "ventricular": [
        ([(67, -8), (57, -4), (49, -3), (44, 2)], 0.6),
        ([(68, 20), (58, 16), (50, 19)], 0.5),
    ],
}


def near_sylvian(level: str, point: Array) -> bool:
    """Whether an outline point lies at the mouth of the Sylvian fissure, where no sulcus starts."""
    mouths = {"cistern": (-31, -6, 18), "ganglionic": (-24, 15), "ventricular": (-8, 20)}[level]
    return abs(point[0]) > 50 and any(abs(point[1] - y) < 6 for y in mouths)


def fissure_reach(level: str, y: Array) -> Array:
    """Signed depth (mm) of ``y`` within the interhemispheric fissure; positive where it exists."""
    front, back = {"cistern": (-30, 200), "ganglionic": (-44, 40), "ventricular": (-46, 44)}[level]
    return np.maximum(front - y, y - back).astype(np.float32)


def paint_low_bone(canvas: Canvas) -> None:
    """Sphenoid ridges and a sliver of frontal sinus at the level of the suprasellar cistern."""
    for side in (-1, 1):
        ridge = tube([(side * 57, -37), (side * 51, -33), (side * 44, -31)], [3.5, 2.0, 0.7])
        canvas.paint(ridge, "skull table")
    sinus = spline([(-13, -89.5), (-4, -91.5), (6, -91.8), (15, -89), (8, -87.6), (-3, -88)])
    canvas.paint(sinus.grown(0.7), "skull table")
    canvas.paint(sinus, "gas")


def _both(
    canvas: Canvas,
    shape: Shape,
    tissue: str | Array,
    *,
    soft_mm: float = 0.0,
    opacity: float = 1.0,
) -> None:
    for half in (shape, shape.mirrored()):
        canvas.paint(half, tissue, soft_mm=soft_mm, opacity=opacity)


def paint(canvas: Canvas, level: str, name: str, fade: Array | None) -> None:
    """Paint the deep structures of ``level``; ``fade`` as in :func:`head.build`."""
    rng = generator(f"{name} deep")
    texture = 1 + 0.015 * canvas.fractal(rng, 6, 2)

    def nucleus(tissue: str) -> Array:
        value = canvas.values[tissue] * texture
        if fade is not None:
            value = value + fade * (canvas.values["white matter"] - value)
        return value

    {"cistern": _cistern, "ganglionic": _ganglionic, "ventricular": _ventricular}[level](
        canvas, nucleus
    )


def _ganglionic(canvas: Canvas, nucleus: Nucleus) -> None:
    white = "white matter"
    canvas.paint(spline([(-15, -42), (0, -43), (15, -42), (9, -31), (0, -28), (-9, -31)]), white)
    canvas.paint(spline([(-18, 34), (0, 41), (18, 34), (10, 25), (0, 24.5), (-10, 25)]), white)
    canvas.paint(blob(0, 2, 8, 26), white)
    putamen = spline(
        [(20, -19), (27, -19), (32, -9), (32.5, 2), (29, 11), (25.5, 8), (25, -3), (22, -11)]
    )
    _both(canvas, putamen, nucleus("deep grey"), soft_mm=0.9)
    pallidum = spline([(14, -4), (20.5, -10.5), (24, -3), (24.4, 6), (20, 4)])
    _both(canvas, pallidum, nucleus("pallidum"), soft_mm=0.9, opacity=0.85)
    claustrum = tube([(34.6, -13), (36.0, -3), (36.0, 7)], [0.4, 0.7, 0.4])
    _both(canvas, claustrum, nucleus("deep grey"), soft_mm=0.5, opacity=0.8)
    caudate = spline([(9, -31), (14, -35), (18, -30), (17, -22), (12.5, -16), (9, -20)])
    _both(canvas, caudate, nucleus("deep grey"), soft_mm=0.7)
    thalamus = spline([(3, -9), (9, -10), (15, -2), (20, 8), (21, 17), (15, 22), (8, 18), (3.5, 9)])
    _both(canvas, thalamus, nucleus("thalamus"), soft_mm=0.9)
    tail = blob(29.5, 21, 1.6, 2.4)
    _both(canvas, tail, nucleus("deep grey"), soft_mm=0.6)
    horn = spline(
        [(1.3, -20), (1.5, -29), (5, -35), (11, -39.5), (15, -39.5), (13, -34), (9.5, -29),
         (8.5, -22), (4, -15.5), (1.5, -14.5)]
    )  # fmt: skip
    _both(canvas, horn, "csf")
    canvas.paint(tube([(0, -14), (0.2, -6), (0, 4), (0.1, 12)], [1.2, 1.7, 1.9, 1.2]), "csf")
    cistern = spline(
        [(-12, 20), (-6, 20.5), (0, 18.5), (6, 20.5), (12, 20), (8, 23), (3, 25), (0, 29),
         (-3, 25), (-8, 23)]
    )  # fmt: skip
    canvas.paint(cistern, "csf")
    atrium = spline(
        [(17.5, 26), (23, 23.5), (28, 27), (30.5, 36), (30, 47), (27.5, 57), (25.5, 55), (25, 45),
         (22, 36)]
    )  # fmt: skip
    _both(canvas, atrium, "csf")
    for side, size in ((-1, 1.0), (1, 1.15)):
        plexus = blob(side * 25, 34.5, 2.6, 5.6, angle_deg=-14 * side, wobble=0.12, seed=4)
        canvas.paint(plexus, "choroid plexus", soft_mm=0.4)
        for dx, dy, r in ((0, 0, 1.5), (0.9, -1.9, 0.9), (-0.4, 2.1, 1.1)):
            speck = blob(side * (25 + dx), 35 + dy, r * size, wobble=0.2, seed=int(9 + r * 10))
            canvas.paint(speck, "choroid calcification", soft_mm=0.5)
    canvas.paint(blob(0.3, 19.2, 2.0, 2.6, wobble=0.1, seed=3), "pineal", soft_mm=0.5)
    canvas.paint(tube([(0, 27), (0.2, 31)], 1.1), "venous sinus")
    for side in (-1, 1):
        canvas.paint(blob(side * 2.2, 22.6, 0.9), "venous sinus", soft_mm=0.3)
        canvas.paint(blob(side * 1.4, -46, 0.9), "artery", soft_mm=0.3)
        for y in (-10, -1, 9):
            canvas.paint(blob(side * (41.8 + y * 0.06), y, 0.8), "artery", soft_mm=0.3)


def _ventricular(canvas: Canvas, nucleus: Nucleus) -> None:
    white = "white matter"
    canvas.paint(spline([(-16, -45), (0, -45), (16, -45), (10, -33), (0, -30), (-10, -33)]), white)
    canvas.paint(spline([(-20, 38), (0, 44.5), (20, 38), (10, 24), (0, 20), (-10, 24)]), white)
    canvas.paint(blob(0, -4, 7, 34, power=3), white)
    body = spline(
        [(1.6, -20), (2.0, -31), (6, -37), (12, -41), (15.5, -40), (14, -31), (13.5, -18),
         (14.5, -2), (18, 12), (23, 24), (26, 35), (23, 37), (17, 28), (10, 17), (5.5, 5),
         (3, -8)]
    )  # fmt: skip
    caudate = tube([(17, -33), (17.2, -20), (17.5, -6), (20.5, 9)], [2.8, 2.9, 1.8, 0.9])
    _both(canvas, caudate, nucleus("deep grey"), soft_mm=0.7)
    _both(canvas, body, "csf")
    plexus = tube([(9.5, 6), (14, 17), (20, 29)], [0.6, 1.3, 2.0])
    _both(canvas, plexus, "choroid plexus", soft_mm=0.4)
    for side in (-1, 1):
        canvas.paint(blob(side * 19.5, 28, 1.2, wobble=0.2, seed=6), "choroid calcification",
                     soft_mm=0.6)  # fmt: skip
        canvas.paint(blob(side * 1.6, -49, 0.8), "artery", soft_mm=0.3)


def _cistern(canvas: Canvas, nucleus: Nucleus) -> None:
    white = "white matter"
    star = spline(
        [(0, -31), (3.5, -23), (12, -19), (14.5, -15), (10.5, -9), (11, -2), (6, -1.5), (0, 2),
         (-6, -1.5), (-11, -2), (-10.5, -9), (-14.5, -15), (-12, -19), (-3.5, -23)]
    )  # fmt: skip
    canvas.paint(star, "csf")
    ambient = blob(0, 14, 19, 18, power=2.3)
    canvas.paint(ambient, "csf")
    peduncles = spline(
        [(0, 3.5), (4, -1), (10, -0.5), (15, 5), (15.5, 12), (12, 20), (7.5, 27), (3, 29),
         (0, 27.6), (-3, 29), (-7.5, 27), (-12, 20), (-15.5, 12), (-15, 5), (-10, -0.5), (-4, -1)]
    )  # fmt: skip
    canvas.paint(peduncles, nucleus("thalamus"), soft_mm=0.6)
    for side in (-1, 1):
        canvas.paint(blob(side * 10, 4, 4, 3, angle_deg=side * 40), white, soft_mm=1.2)
    canvas.paint(blob(0, 19.5, 1.0, 1.4), "csf", soft_mm=0.4)
    canvas.paint(spline([(-13, 29), (0, 27.5), (13, 29), (7, 32.5), (0, 34), (-7, 32.5)]), "csf")
    vermis = spline(
        [(-9, 36), (0, 34.5), (9, 36), (15, 46), (17, 57), (10, 66), (0, 69), (-10, 66), (-17, 57),
         (-15, 46)]
    )  # fmt: skip
    canvas.paint(vermis.grown(1.0), "csf")
    canvas.paint(vermis, nucleus("grey matter"), soft_mm=0.6)
    canvas.paint(blob(0, 51, 3.0, 12), white, soft_mm=2.0, opacity=0.8)
    for y in (41, 45, 49, 53, 57, 61):
        folium = tube([(-13, y + 3.0), (-6, y), (0, y - 1), (6, y), (13, y + 3.0)], 0.28)
        canvas.paint(folium, "csf", opacity=0.55, soft_mm=0.4)
    for side in (-1, 1):
        tent = tube([(side * 6, 31), (side * 15, 43), (side * 18.5, 57), (side * 9, 69),
                     (0, 75)], 0.55)  # fmt: skip
        canvas.paint(tent, "dura", soft_mm=0.3)
        temporal_horn = spline([(side * 29, 4), (side * 31, 2), (side * 32.5, 8), (side * 31, 15)])
        canvas.paint(temporal_horn, "csf")
        hippocampus = blob(side * 26.5, 8, 4.5, 8, angle_deg=-side * 12, wobble=0.08, seed=2)
        canvas.paint(hippocampus, nucleus("grey matter"), soft_mm=0.8)
        uncus = blob(side * 17.5, -6, 5.5, 6.5, wobble=0.1, seed=5)
        canvas.paint(uncus, nucleus("grey matter"), soft_mm=0.6)
        m1 = [(side * 7, -17), (side * 16, -19.5), (side * 27, -20.5), (side * 36, -24)]
        canvas.paint(tube(m1, [1.5, 1.4, 1.3, 1.0]), "artery", soft_mm=0.2)
        canvas.paint(blob(side * 7.2, -15.5, 1.9), "artery", soft_mm=0.3)
        canvas.paint(tube([(side * 2, 0), (side * 10, -3.6), (side * 17, 4)], 0.8), "artery")
        canvas.paint(tube([(side * 6, -18), (side * 1.4, -26), (side * 1.2, -38)], 0.8), "artery")
    canvas.paint(tube([(-6, -12), (-2.2, -10), (2.2, -10), (6, -12)], 1.2), "white matter")
    canvas.paint(blob(0, -1.5, 1.5), "artery", soft_mm=0.3)
    canvas.paint(blob(0, -6.5, 1.0), "grey matter", soft_mm=0.3)
    canvas.paint(tube([(0, 74), (0, 84)], 1.6), "venous sinus")
