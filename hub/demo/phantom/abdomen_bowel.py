"""Bowel, pancreas and mesentery for the abdominal slice."""

from __future__ import annotations

import numpy as np

from .noise import generator
from .shapes import Canvas, Shape, blob, spline, tube


def paint_bowel(canvas: Canvas, name: str) -> None:
    """Duodenum and pancreatic head, colon with stool and gas, jejunal loops, mesenteric vessels."""
    rng = generator(f"{name} bowel")
    _paint_pancreas(canvas, rng)
    _paint_mesentery(canvas, rng)
    _paint_jejunum(canvas, rng)
    _paint_colon(canvas, rng)


def _paint_pancreas(canvas: Canvas, rng: np.random.Generator) -> None:
    head = spline([(-32, -22), (-20, -28), (-10, -25), (-8, -14), (-14, -7), (-26, -6), (-33, -12)])
    lobules = canvas.values["pancreas"] - 26 * np.clip(canvas.fractal(rng, 4.5, 2) - 0.5, 0, 1.4)
    canvas.paint(head, lobules, soft_mm=1.2)
    duodenum = tube([(-38, -30), (-41, -16), (-36, -4), (-24, 0)], [7.5, 8.5, 7.5, 6])
    canvas.paint(duodenum, "bowel wall", soft_mm=0.5)
    canvas.paint(duodenum.grown(-2.6), "bowel fluid", soft_mm=1.0)
    canvas.paint(blob(-41, -20, 3.6, 2.0, angle_deg=10), "gas", soft_mm=0.5)


def _loop(canvas: Canvas, rng: np.random.Generator, shape: Shape, fill: str) -> None:
    """One loop of small bowel with feathery folds."""
    folds = canvas.values["bowel wall"] + 7 * canvas.fractal(rng, 3.2, 2)
    canvas.paint(shape, folds, soft_mm=0.6)
    lumen = canvas.values[fill] + 9 * canvas.fractal(rng, 4, 2)
    canvas.paint(shape.grown(-3.0), lumen, soft_mm=1.6, opacity=0.85)


def _paint_jejunum(canvas: Canvas, rng: np.random.Generator) -> None:
    loops = [
        ([(34, -64), (48, -70), (62, -66)], 10.5), ([(40, -44), (56, -46), (70, -40)], 10),
        ([(78, -54), (88, -44), (92, -30)], 10.5), ([(30, -28), (44, -22), (58, -20)], 9),
        ([(74, -22), (84, -10)], 9.5), ([(8, -66), (20, -70)], 9.5), ([(20, -48), (26, -42)], 8.5),
        ([(-16, -66), (-24, -58)], 9.0), ([(54, -2), (66, -6)], 8.0),
    ]  # fmt: skip
    gas = {0: (49, -75, 7, 2.6), 2: (84, -55, 4.0, 2.2), 5: (15, -74, 5.5, 2.2)}
    for i, (points, radius) in enumerate(loops):
        radii = [radius * (1 + 0.1 * rng.standard_normal()) for _ in points]
        _loop(canvas, rng, tube(points, radii), "bowel fluid")
        if i in gas:
            x, y, rx, ry = gas[i]
            bubble = blob(x, y, rx, ry, angle_deg=8, wobble=0.12, seed=i)
            canvas.paint(bubble, "gas", soft_mm=0.5)


def _above(level_mm: float, shape: Shape) -> Shape:
    """Where gas collects in a loop: above its fluid level."""
    return Shape(shape.bounds, lambda _, y: y - level_mm)


def _paint_colon(canvas: Canvas, rng: np.random.Generator) -> None:
    pattern = canvas.fractal(rng, 5, 3)
    stool = canvas.values["stool"] + 26 * pattern - 420 * np.clip(pattern - 0.85, 0, 1.2)
    for x, y, rx, ry, level in ((106, 12, 14.5, 17, 3), (-84, -14, 0, 0, 0), (-4, -78, 0, 0, 0)):
        if rx == 0:
            continue
        colon = blob(x, y, rx, ry, angle_deg=12, wobble=0.09, seed=14)
        canvas.paint(colon, "bowel wall", soft_mm=0.4)
        lumen = colon.grown(-2.0)
        canvas.paint(lumen, stool, soft_mm=0.8)
        gas = lumen.within(_above(y - level, lumen))
        canvas.paint(gas, "gas", soft_mm=0.4)
    transverse = tube([(-34, -74), (-18, -78), (-4, -77), (4, -74)], [7, 8.5, 8, 6.5])
    canvas.paint(transverse, "bowel wall", soft_mm=0.4)
    canvas.paint(transverse.grown(-1.7), stool, soft_mm=0.7)
    front = transverse.grown(-1.9)
    gas = front.within(_above(-75.5, front))
    canvas.paint(gas, "gas", soft_mm=0.4)


def _paint_mesentery(canvas: Canvas, rng: np.random.Generator) -> None:
    for _ in range(26):
        start = np.array([rng.uniform(-6, 12), rng.uniform(-26, -16)])
        angle = rng.uniform(-2.7, -0.1)
        reach = rng.uniform(25, 70)
        end = start + reach * np.array([np.cos(angle), 0.75 * np.sin(angle)])
        middle = (start + end) / 2 + rng.normal(0, 4, 2)
        low, high = sorted(rng.uniform(0, 1, 2))
        if high - low < 0.12:
            continue
        a, b = start + (middle - start) * low, start + (end - start) * high
        vessel = tube([tuple(a), tuple((a + b) / 2 + rng.normal(0, 2, 2)), tuple(b)],
                      [1.5, 1.2, 0.7])  # fmt: skip
        canvas.paint(vessel, "blood", soft_mm=0.8, opacity=0.8)
    for _ in range(18):
        x, y = rng.uniform(-10, 80), rng.uniform(-60, -8)
        canvas.paint(blob(x, y, rng.uniform(0.8, 1.8)), "blood", soft_mm=0.8, opacity=0.75)
