"""Axial CT of the abdomen at the level of the renal hila: normal, and a left ureteric stone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .abdomen_bowel import paint_bowel
from .noise import Array, blur, ct_noise, generator
from .shapes import Canvas, Point, Shape, blob, coverage, spline, tube
from .tissue import HOUNSFIELD

WIDTH_PX, HEIGHT_PX, SPACING_MM = 1024, 768, 0.362

BODY = [
    (0, -108), (34, -112), (70, -106), (108, -86), (138, -54), (154, -14), (155, 26), (142, 64),
    (114, 92), (76, 104), (38, 105), (12, 99), (0, 96),
]  # fmt: skip
PERITONEUM = [
    (0, -84), (26, -87), (56, -84), (90, -68), (114, -42), (127, -8), (128, 26), (117, 54),
    (92, 72), (66, 74), (44, 62), (30, 48), (0, 36),
]  # fmt: skip


def _mirror(points: list) -> list:
    return [*points, *[(-x, y) for x, y in reversed(points) if x > 0]]


def _both(
    canvas: Canvas,
    shape: Shape,
    tissue: str | float | Array,
    *,
    soft_mm: float = 0.0,
    opacity: float = 1.0,
) -> None:
    for half in (shape, shape.mirrored()):
        canvas.paint(half, tissue, soft_mm=soft_mm, opacity=opacity)


def scene(*, stone: bool, values: Mapping[str, float] | None = None) -> Canvas:
    """A slice at the renal hila; with ``stone``, 6 mm in the left ureter and its consequences."""
    name = "ct-abdomen/stone" if stone else "ct-abdomen/normal"
    canvas = Canvas(WIDTH_PX, HEIGHT_PX, SPACING_MM, {**HOUNSFIELD, **(values or {})})
    canvas.warp(generator(f"{name} bend"), 1.2, 60)
    _paint_wall(canvas, name)
    _paint_spine(canvas, name)
    _paint_liver_and_spleen(canvas, name)
    _paint_kidneys(canvas, name, stone=stone)
    _paint_vessels(canvas)
    paint_bowel(canvas, name)
    if stone:
        _paint_stone(canvas)
    canvas.straighten()
    return _acquire(canvas, name)


def _acquire(canvas: Canvas, name: str) -> Canvas:
    noise = ct_noise(generator(f"{name} quantum"), canvas.shape, sigma_hu=11.5,
                     spacing_mm=canvas.spacing_mm, peak_per_mm=0.26)  # fmt: skip
    depth = np.exp(-((canvas.x / 180) ** 2 + (canvas.y / 125) ** 2))
    image = blur(canvas.image, 0.6 / canvas.spacing_mm) + noise * (0.5 + 0.62 * depth)
    return canvas.with_image(image)


def _paint_wall(canvas: Canvas, name: str) -> None:
    rng = generator(f"{name} wall")
    body, hollow = spline(_mirror(BODY)), spline(_mirror(PERITONEUM))
    skin = body.distance(canvas.x, canvas.y)
    inner = hollow.distance(canvas.x, canvas.y)
    canvas.fill(coverage(skin, canvas.spacing_mm), "skin")
    fat = canvas.values["fat"] * (1 + 0.05 * canvas.fractal(rng, 9))
    canvas.fill(coverage(skin + 1.7, canvas.spacing_mm), fat)
    scarpa = np.abs(skin + 10 + 2.2 * canvas.fractal(rng, 40, 2)) - 0.22
    canvas.fill(coverage(scarpa, 0.6) * 0.4, "muscle")
    septa = np.abs(canvas.fractal(rng, 15, 2)) - 0.03
    canvas.fill(coverage(septa * 8, 0.5) * coverage(skin + 3, 1) * 0.28, "muscle")
    strands = canvas.values["muscle"] * (1 + 0.06 * canvas.fractal(rng, 4, 2))
    umbilicus = spline([(-3, -112), (0, -106), (3, -112), (1.6, -116), (-1.6, -116)])
    canvas.paint(umbilicus, "air", opacity=0.0)
    _both(canvas, tube([(3.5, -90), (20, -92.5), (36, -90.5), (45, -86.5)], [2, 4.6, 4.4, 1.6]),
          strands, soft_mm=0.7)  # fmt: skip
    lateral = (np.abs(canvas.x) > 42) & (canvas.y < 66)
    thin = np.clip((np.abs(canvas.x) - 42) / 26, 0, 1)
    for near, far in ((0.8, 3.2), (4.4, 8.4), (9.8, 13.8)):
        layer = np.maximum(inner - far, near - inner)
        canvas.fill(coverage(layer, 0.9) * lateral * thin, strands)
    _both(canvas, tube([(13, 80), (30, 82), (50, 79)], [11, 14.5, 9]), strands, soft_mm=0.9)
    _both(canvas, tube([(22, 68), (24, 96)], 0.5), fat, opacity=0.6, soft_mm=0.7)
    _both(canvas, tube([(57, 86), (84, 80), (106, 66), (122, 48)], [3, 4.6, 5, 2]), strands,
          soft_mm=0.8)  # fmt: skip
    canvas.fill(coverage(inner, canvas.spacing_mm), fat)
    _both(canvas, blob(54, 61, 15, 8.5, angle_deg=-22, wobble=0.06, seed=2), strands, soft_mm=0.8)
    _both(canvas, blob(31, 43, 12.5, 15.5, angle_deg=-18, wobble=0.06, seed=3), strands,
          soft_mm=0.8)  # fmt: skip
    for side in (-1, 1):
        for points in ([(124, 37), (128, 47), (126, 57)], [(96, 74), (104, 70), (111, 65)]):
            rib = tube([(side * x, y) for x, y in points], [2.2, 3.6, 2.2])
            canvas.paint(rib, "cortical bone", opacity=0.85, soft_mm=0.3)
            canvas.paint(rib.grown(-1.2), "cancellous bone", opacity=0.8, soft_mm=0.4)


def _paint_spine(canvas: Canvas, name: str) -> None:
    rng = generator(f"{name} spine")
    cortex = "cortical bone"
    trabeculae = canvas.values["vertebral cancellous"] * (1 + 0.14 * canvas.fractal(rng, 3.2, 2))
    for side in (-1, 1):
        for points, outer, inner in (
            ([(16, 64), (34, 64), (47, 62)], [4.2, 3.4, 2.2], [2.6, 2.0, 0.8]),
            ([(15, 52), (15, 64)], [4.6, 4.8], [3.0, 3.2]),
            ([(16, 70), (13, 80)], [5.8, 5.2], [4.2, 3.6]),
            ([(14, 72), (0, 82)], [3.0, 3.2], [1.6, 1.7]),
        ):
            line = [(side * x, y) for x, y in points]
            canvas.paint(tube(line, outer), cortex, opacity=0.85)
            canvas.paint(tube(line, inner), "cancellous bone")
        joint = tube([(side * 19, 68), (side * 14.5, 75)], 0.7)
        canvas.paint(joint, "cartilage", soft_mm=0.5)
    canvas.paint(tube([(0, 81), (0.5, 92), (0.3, 97)], [3.4, 3.0, 3.6]), cortex, opacity=0.85)
    canvas.paint(tube([(0, 82), (0.5, 92), (0.3, 96)], [1.9, 1.6, 2.2]), "cancellous bone")
    canvas.paint(blob(0, 67, 11, 8, power=2.4), "fat", opacity=0.9)
    canvas.paint(blob(0, 65.5, 9.5, 7), 14.0, soft_mm=0.6)
    for x, y in ((-4, 68), (-1.5, 69.5), (2, 69.2), (4.5, 67.5), (0, 66.5)):
        canvas.paint(blob(x, y, 1.1), "cord", soft_mm=0.6, opacity=0.7)
    body = spline([(-24, 36), (-18, 26), (0, 22), (18, 26), (24, 36), (24, 48), (17, 57), (0, 56),
                   (-17, 57), (-24, 48)])  # fmt: skip
    canvas.paint(body, cortex, opacity=0.7, soft_mm=0.4)
    canvas.paint(body.grown(-1.3), trabeculae, soft_mm=0.6)
    canvas.paint(tube([(0, 48), (0, 56)], 1.0), "blood", soft_mm=0.6)
    canvas.mark("vertebra", 9, 37, 5)


def _paint_liver_and_spleen(canvas: Canvas, name: str) -> None:
    rng = generator(f"{name} liver")
    liver = spline(
        [(-62, -80), (-88, -66), (-111, -42), (-124, -10), (-125, 22), (-115, 46), (-97, 58),
         (-86, 48), (-84, 28), (-76, 10), (-62, -4), (-50, -22), (-46, -46), (-48, -68)]
    )  # fmt: skip
    texture = canvas.values["liver"] + 1.6 * canvas.fractal(rng, 9)
    canvas.paint(liver, texture, soft_mm=0.4)
    contrast = canvas.values["vein enhanced"] if canvas.values["liver"] > 80 else 42.0
    for points, radii in (
        ([(-60, -20), (-78, -22), (-94, -32), (-104, -40)], [3.4, 3.0, 2.2, 1.0]),
        ([(-78, -22), (-92, -10), (-104, 4), (-112, 22)], [2.6, 2.4, 1.9, 0.8]),
        ([(-94, -32), (-97, -46), (-92, -56)], [1.8, 1.4, 0.7]),
        ([(-92, -10), (-96, 12), (-98, 30), (-102, 42)], [1.8, 1.6, 1.3, 0.6]),
        ([(-104, 4), (-114, -6)], [1.4, 0.6]),
    ):
        canvas.paint(tube(points, radii), contrast, soft_mm=1.4, opacity=0.85)
    for x, y, r in ((-70, -48, 2.4), (-104, -20, 1.8), (-86, 40, 1.6), (-112, 34, 1.5),
                    (-66, -64, 1.5), (-84, -2, 1.6)):  # fmt: skip
        canvas.paint(blob(x, y, r, r * 0.7, angle_deg=35), contrast, soft_mm=1.2, opacity=0.85)
    bladder = blob(-53, -50, 10.5, 14.5, angle_deg=-14, wobble=0.05, seed=5)
    canvas.paint(bladder.grown(1.1), "bowel wall")
    canvas.paint(bladder, "bile", soft_mm=0.4)
    spleen = spline([(123, 18), (127, 36), (118, 52), (104, 61), (97, 58), (106, 48), (114, 34),
                     (117, 22)])  # fmt: skip
    canvas.paint(spleen, canvas.values["spleen"] + 1.4 * canvas.fractal(rng, 8), soft_mm=0.4)
    canvas.mark("liver", -106, 14, 6)
    canvas.mark("gallbladder", -53, -50, 5)
    canvas.mark("spleen", 117, 45, 3)


KIDNEY = [(0, -29), (13, -27), (23, -14), (25, 3), (20, 19), (9, 28), (-3, 26), (-9, 15), (-6, 7),
          (-4, 0), (-7, -9), (-9, -20)]  # fmt: skip


def _paint_kidneys(canvas: Canvas, name: str, *, stone: bool) -> None:
    rng = generator(f"{name} kidneys")
    fat = canvas.values["fat"] * (1 + 0.04 * canvas.fractal(rng, 8))
    enhanced = canvas.values["kidney"] > 100
    for side, x0, y0, turn in ((-1, -64, 33, -24), (1, 66, 29, -22)):
        left_sick = stone and side == 1
        scale = 1.07 if left_sick else 1.0
        angle = np.radians(turn)

        def place(
            points: Sequence[Point],
            x0: float = x0,
            y0: float = y0,
            angle: float = angle,
            side: int = side,
            scale: float = scale,
        ) -> list[Point]:
            return [
                (
                    x0 + side * scale * (x * np.cos(angle) + y * np.sin(angle)),
                    y0 + scale * (-x * np.sin(angle) + y * np.cos(angle)),
                )
                for x, y in points
            ]

        kidney = spline(place(KIDNEY))
        gap = kidney.distance(canvas.x, canvas.y)
        halo = coverage(gap - 13 + 2 * canvas.fractal(rng, 30, 2), 2)
        outside = canvas.image < -60
        canvas.fill(halo * outside * 0.8, fat)
        fascia = np.abs(gap - 12.5 - 2 * canvas.fractal(rng, 40, 2)) - (0.55 if left_sick else 0.3)
        rear = (canvas.y > y0 - 22) & outside
        canvas.fill(coverage(fascia, 0.8) * rear * 0.7, "muscle")
        if left_sick:
            _paint_stranding(canvas, rng, gap, outside)
        tissue = canvas.values["kidney"] + 1.5 * canvas.fractal(rng, 6)
        canvas.paint(kidney, tissue, soft_mm=0.3)
        if enhanced:
            for px, py in ((14, -14), (17, -3), (16, 8), (9, 18), (6, -20)):
                pyramid = blob(*place([(px, py)])[0], 4.5, 4.0, wobble=0.1, seed=7)
                canvas.paint(pyramid, canvas.values["kidney"] * 0.9, soft_mm=2.5, opacity=0.7)
        sinus = spline(place([(-9, 13), (-2, 15), (7, 17), (11, 9), (13, 1), (10, -9), (5, -18),
                              (-1, -15), (-9, -11), (-13, 1)]))  # fmt: skip
        canvas.paint(sinus, fat, soft_mm=0.8)
        pelvis, calyces = _collecting_system(dilated=left_sick)
        for points, radii in calyces:
            canvas.paint(tube(place(points), radii), "urine", soft_mm=0.6)
        canvas.paint(spline(place(pelvis)), "urine", soft_mm=0.6)
        for points in ([(-20, -5), (-8, -4), (3, -7)], [(-8, -4), (2, 4)]):
            canvas.paint(tube(place(points), [1.6, 1.2, 0.8][: len(points)]), "blood", soft_mm=0.6,
                         opacity=0.8)  # fmt: skip
        if left_sick:
            canvas.mark("left renal pelvis", *place([(-4, 2)])[0], 3)
        canvas.mark(f"{'right' if side < 0 else 'left'} kidney", *place([(19.5, 3)])[0], 3)


def _collecting_system(*, dilated: bool) -> tuple:
    if dilated:
        pelvis = [(-19, 2), (-12, -8), (0, -10), (7, -4), (8, 5), (2, 12), (-10, 13), (-17, 10)]
        calyces = [
            ([(2, -6), (6, -13), (8, -18)], [3.2, 4.0, 4.8]),
            ([(4, 0), (11, -1), (15.5, -1)], [3.2, 3.8, 5.0]),
            ([(2, 7), (8, 13), (10, 17)], [3.2, 3.8, 4.8]),
        ]
    else:
        pelvis = [(-12, 4), (-7, 1), (0, 0), (2, 3), (-4, 6), (-10, 7)]
        calyces = [([(0, 2), (6, 6)], [0.8, 1.2]), ([(0, 1), (5, -7)], [0.8, 1.1])]
    return pelvis, calyces


def _paint_stranding(canvas: Canvas, rng: np.random.Generator, gap: Array, outside: Array) -> None:
    ridges = np.abs(canvas.fractal(rng, 11, 2)) - 0.07
    fade = np.clip(1 - gap / 17, 0, 1) * (gap > 0) * outside
    canvas.fill(coverage(ridges * 6, 1.1) * fade * 0.9, 25.0)
    canvas.fill(np.clip(1 - gap / 5, 0, 1) * (gap > -1) * outside * 0.35, 10.0)


def _paint_vessels(canvas: Canvas) -> None:
    aorta = blob(7, 8, 9.6, 9.8, wobble=0.03, seed=3)
    canvas.paint(aorta.grown(0.8), "muscle", soft_mm=0.3)
    canvas.paint(aorta, "blood")
    canvas.paint(blob(13.8, 12.5, 1.3, 0.7, angle_deg=40), 420.0, soft_mm=0.5)
    cava = blob(-19, 9, 11.5, 8.2, angle_deg=-12, wobble=0.05, seed=4)
    canvas.paint(cava, "blood", soft_mm=0.3)
    canvas.paint(tube([(-14, 3), (0, -4), (14, -3), (30, 8), (46, 20)], [2.2, 2.4, 3.4, 3.6, 2.8]),
                 "blood", soft_mm=0.5)  # fmt: skip
    canvas.paint(tube([(-26, 12), (-38, 19), (-50, 26)], [3.6, 3.4, 2.8]), "blood", soft_mm=0.5)
    canvas.paint(blob(9, -14, 3.6), "blood", soft_mm=0.3)
    canvas.paint(blob(-5, -19, 5.4, 5.8, wobble=0.05, seed=2), "blood", soft_mm=0.3)
    canvas.mark("aorta", 7, 8, 5)
    canvas.mark("vena cava", -19, 9, 4)


def _paint_stone(canvas: Canvas) -> None:
    """The stone at the pelviureteric junction's outlet, within an oedematous ureteric wall."""
    ureter = tube([(47, 21), (43.5, 26), (41, 31)], [3.6, 3.2, 2.8])
    canvas.paint(ureter.grown(1.4), "muscle", soft_mm=0.6)
    canvas.paint(ureter, "urine", soft_mm=0.5)
    canvas.paint(blob(40.3, 33.5, 5.4, 5.0), "muscle", soft_mm=0.8)
    stone = blob(40.3, 33.5, 3.0, 2.9, wobble=0.08, seed=9)
    canvas.paint(stone, "stone", soft_mm=0.4)
    canvas.mark("stone", 40.3, 33.5, 1.8)
