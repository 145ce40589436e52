"""Heart, great vessels, airways and oesophagus at the three axial levels of the chest.

x is positive on the patient's left. ``aorta``, ``pulmonary`` and ``veins`` name the densities of
blood in each bed, so that the same anatomy serves unenhanced, pulmonary-arterial and aortic phases.
"""

from __future__ import annotations

import numpy as np

from .noise import Array, generator
from .shapes import Canvas, Shape, blob, spline, tube

OUTLINES = {
    "arch": [
        (0, -80), (12, -74), (17, -58), (27, -40), (33, -16), (37, 8), (38, 26), (33, 42),
        (24, 52), (24, 68), (30, 90), (0, 100), (-30, 90), (-22, 68), (-20, 52), (-14, 38),
        (-14, 20), (-22, 6), (-30, -10), (-31, -26), (-24, -44), (-14, -60), (-8, -74),
    ],
    "pulmonary": [
        (0, -82), (14, -76), (24, -64), (36, -50), (43, -36), (47, -20), (53, -6), (50, 10),
        (42, 20), (40, 34), (35, 48), (25, 56), (26, 72), (30, 95), (0, 105), (-30, 95),
        (-24, 72), (-21, 56), (-14, 40), (-13, 24), (-24, 20), (-42, 12), (-50, 2), (-48, -10),
        (-42, -18), (-44, -30), (-36, -46), (-24, -62), (-12, -76),
    ],
    "cardiac": [
        (0, -84), (20, -80), (42, -72), (64, -54), (78, -32), (80, -12), (70, 6), (54, 18),
        (42, 26), (41, 42), (34, 54), (25, 60), (26, 76), (30, 98), (0, 108), (-30, 98),
        (-24, 76), (-20, 58), (-12, 44), (-12, 32), (-28, 24), (-44, 14), (-54, -4), (-56, -24),
        (-48, -44), (-34, -60), (-16, -76),
    ],
}  # fmt: skip


def outline(level: str) -> Shape:
    """The mediastinum with the spine: what lies between the lungs."""
    return spline(OUTLINES[level])


def paint(
    canvas: Canvas,
    level: str,
    name: str,
    *,
    lungs: Array,
    aorta: str = "blood",
    pulmonary: str = "blood",
    veins: str = "blood",
) -> None:
    """Paint the mediastinal organs of ``level``."""
    rng = generator(f"{name} mediastinum")
    canvas.fill(np.clip(canvas.fractal(rng, 5, 2) - 1.7, 0, 0.25) * (1 - lungs)
                * (canvas.image < -50) * (canvas.image > -140), "muscle")  # fmt: skip
    thymus = spline([(-9, -68), (2, -72), (12, -67), (16, -56), (6, -60), (-6, -58)])
    canvas.paint(thymus, "muscle", opacity=0.22 + 0.1 * canvas.fractal(rng, 7), soft_mm=1.5)
    for x in (-17, 18):
        canvas.paint(blob(x, -77, 1.2), veins, soft_mm=0.3)
        canvas.paint(blob(x * 1.2, -77, 1.0), aorta, soft_mm=0.3)
    if level == "arch":
        _arch(canvas, aorta, veins)
    elif level == "pulmonary":
        _pulmonary(canvas, aorta, pulmonary, veins)
    else:
        _cardiac(canvas, aorta, pulmonary, veins)


def _airway(canvas: Canvas, shape: Shape) -> None:
    canvas.paint(shape.grown(1.3), "cartilage", opacity=0.75)
    canvas.paint(shape, "gas")


def _oesophagus(canvas: Canvas, x: float, y: float) -> None:
    canvas.paint(blob(x, y, 7.5, 5.2, angle_deg=-12, wobble=0.08, seed=2), "muscle", opacity=0.9)
    canvas.paint(blob(x + 0.6, y - 0.4, 2.2, 1.1, wobble=0.2, seed=3), "gas", soft_mm=0.3)


def _node(canvas: Canvas, x: float, y: float, r: float) -> None:
    canvas.paint(blob(x, y, r, r * 0.65, angle_deg=30, wobble=0.1, seed=int(r * 7)), "muscle",
                 opacity=0.75, soft_mm=0.6)  # fmt: skip


def _arch(canvas: Canvas, aorta: str, veins: str) -> None:
    arch = tube([(-9, -32), (4, -23), (15, -7), (21, 11), (24, 30)], [11.5, 13, 13.5, 13, 12])
    canvas.paint(arch.grown(1.2), "muscle", soft_mm=0.3)
    canvas.paint(arch, aorta)
    canvas.mark("aorta", 16, -4, 7)
    canvas.paint(blob(-24, -22, 7.8, 8.6, wobble=0.05, seed=1), veins)
    brachiocephalic = tube([(-22, -32), (-8, -51), (10, -53), (22, -48)], [5, 4.5, 4.6, 4.2])
    canvas.paint(brachiocephalic, veins)
    _airway(canvas, spline([(-14, -4), (-9, -11), (-1, -12), (4, -6), (3, 3), (-5, 6), (-12, 4)]))
    _oesophagus(canvas, 1, 17)
    canvas.paint(blob(-9, 34, 3.2), veins)
    for x, y, r in ((-14, -16, 3.0), (-18, -8, 2.4), (24, -30, 2.6), (-2, -40, 2.2)):
        _node(canvas, x, y, r)


def _pulmonary(canvas: Canvas, aorta: str, pulmonary: str, veins: str) -> None:
    ascending = blob(-13, -31, 15.5, 16, wobble=0.03, seed=4)
    canvas.paint(ascending.grown(1.2), "muscle", soft_mm=0.3)
    trunk = spline(
        [(8, -56), (20, -61), (32, -55), (36, -43), (33, -32), (24, -24), (12, -27), (5, -40)]
    )
    right = tube([(24, -36), (14, -22), (0, -11.5), (-16, -8), (-32, -7), (-43, -4)],
                 [12.5, 11, 10.2, 9.6, 9, 7])  # fmt: skip
    left = tube([(24, -38), (32, -24), (38, -10), (42, 2)], [13, 11.5, 10.5, 8])
    for vessel in (trunk, right, left):
        canvas.paint(vessel.grown(0.7), "muscle", soft_mm=0.3)
    for vessel in (right, left, trunk):
        canvas.paint(vessel, pulmonary)
    canvas.paint(ascending, aorta)
    canvas.paint(blob(-36, -24, 8.4, 9.4, angle_deg=15, wobble=0.04, seed=2), veins)
    descending = blob(26, 35, 12.2, 12.6, wobble=0.02, seed=6)
    canvas.paint(descending.grown(1.1), "muscle", soft_mm=0.3)
    canvas.paint(descending, aorta)
    for side, x, y in ((-1, -19, 9.5), (1, 19, 7.5)):
        bronchus = blob(x, y, 9.5, 6.2, angle_deg=side * 22, wobble=0.05, seed=3)
        _airway(canvas, bronchus)
    _airway(canvas, tube([(-26, 13), (-36, 17)], [4.2, 3.4]))
    canvas.paint(tube([(-44, 0), (-50, 12)], [4.4, 4.0]), pulmonary)
    canvas.paint(tube([(44, 8), (47, 18)], [5.5, 4.5]), pulmonary)
    canvas.paint(tube([(-40, -15), (-52, -20)], [3.8, 3.0]), pulmonary, opacity=0.95)
    canvas.paint(tube([(40, -22), (50, -30)], [3.8, 3.0]), pulmonary, opacity=0.95)
    _oesophagus(canvas, 3, 25)
    canvas.paint(blob(-9, 36.5, 3.4), veins)
    canvas.paint(blob(10, 39, 1.8), veins)
    for x, y, r in ((-3, 8, 4.2), (-27, -12, 2.4), (8, -6, 2.6), (34, 16, 2.4), (2, -50, 2.0)):
        _node(canvas, x, y, r)
    canvas.mark("ascending aorta", -13, -31, 9)
    canvas.mark("descending aorta", 26, 35, 7)
    canvas.mark("pulmonary trunk", 21, -44, 7)
    canvas.mark("right pulmonary artery", -6, -10, 4)


def _cardiac(canvas: Canvas, aorta: str, pulmonary: str, veins: str) -> None:
    rng = generator("heart texture")
    wall = "myocardium enhanced" if aorta != "blood" else "muscle"
    pericardium = spline(
        [(2, -74), (24, -72), (46, -62), (64, -44), (73, -22), (70, -6), (56, 6), (40, 14),
         (14, 22), (-14, 20), (-36, 12), (-48, -6), (-49, -26), (-38, -46), (-18, -64)]
    )  # fmt: skip
    canvas.paint(pericardium, "muscle")
    canvas.paint(pericardium.grown(-1.4), "fat")
    grain = canvas.values[wall] * (1 + 0.04 * canvas.fractal(rng, 5))
    myocardium = spline(
        [(12, -40), (28, -50), (48, -46), (63, -30), (66, -14), (56, -1), (38, 4), (20, -2),
         (8, -16)]
    )  # fmt: skip
    right = spline(
        [(-8, -58), (10, -67), (30, -66), (46, -58), (40, -52), (26, -52), (10, -43), (2, -26),
         (-10, -30)]
    )  # fmt: skip
    canvas.paint(right.grown(2.6), grain, soft_mm=0.6)
    canvas.paint(myocardium, grain, soft_mm=0.6)
    atrium_right = spline([(-14, -50), (-30, -44), (-43, -26), (-42, -8), (-28, -2), (-12, -12),
                           (-6, -30)])  # fmt: skip
    canvas.paint(atrium_right.grown(1.5), grain, soft_mm=0.6)
    atrium_left = spline([(-28, 4), (-12, -6), (8, -8), (26, 2), (34, 10), (22, 18), (2, 20),
                          (-18, 18)])  # fmt: skip
    canvas.paint(atrium_left.grown(1.6), grain, soft_mm=0.6)
    canvas.paint(right, pulmonary, soft_mm=0.8)
    canvas.paint(atrium_right, veins, soft_mm=0.8)
    cavity = spline([(20, -30), (34, -38), (50, -32), (56, -20), (48, -10), (32, -6), (18, -14)])
    canvas.paint(cavity, aorta, soft_mm=0.8)
    for x, y in ((45, -14), (36, -35)):
        canvas.paint(blob(x, y, 4.2, 2.6, angle_deg=30, wobble=0.1, seed=4), grain, soft_mm=1)
    canvas.paint(atrium_left, aorta, soft_mm=0.6)
    for side in (-1, 1):
        canvas.paint(tube([(side * 24 + 3, 11), (side * 40 + 3, 15), (side * 52, 17)],
                          [6, 5, 4.2]), aorta)  # fmt: skip
    canvas.paint(blob(8, -22, 4.5, 9, angle_deg=-25), aorta, opacity=0.9)
    descending = blob(26, 38, 11.6, 12, wobble=0.02, seed=6)
    canvas.paint(descending.grown(1.1), "muscle", soft_mm=0.3)
    canvas.paint(descending, aorta)
    _oesophagus(canvas, 6, 28)
    canvas.paint(blob(-9, 40, 3.4), veins)
    canvas.paint(blob(-14, -56, 1.7), aorta, soft_mm=0.3)
    canvas.paint(tube([(50, -62), (58, -56)], 1.4), aorta, soft_mm=0.3)
    canvas.mark("descending aorta", 26, 38, 6)
    canvas.mark("left ventricle", 38, -21, 6)
