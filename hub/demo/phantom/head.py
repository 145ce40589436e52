"""The head: scalp, skull, cortex with sulci and the deep structures at three axial levels.

The same anatomy is painted with CT numbers or with MR signal, whichever ``Canvas.values`` holds.
Levels, from below: ``cistern`` (suprasellar cistern and midbrain), ``ganglionic`` (basal ganglia,
thalami, third ventricle) and ``ventricular`` (bodies of the lateral ventricles).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from . import head_deep
from .noise import Array, blur, generator
from .shapes import Canvas, Point, Shape, coverage, smooth_line, spline, tube

WIDTH_PX, HEIGHT_PX, SPACING_MM = 880, 1024, 0.222

# Right half of the inner table, front to back, in mm.
INNER_TABLE: dict[str, list[Point]] = {
    "cistern": [
        (9, -82), (27, -75), (41, -62), (49, -46), (52, -36), (62, -25), (68, -5), (69, 15),
        (66, 36), (56, 58), (40, 74), (20, 83), (5, 84),
    ],
    "ganglionic": [
        (8, -86), (25, -80), (40, -68), (51, -52), (58, -34), (64, -14), (68, 8), (69, 28),
        (64, 48), (52, 67), (36, 79), (18, 86), (5, 86.5),
    ],
    "ventricular": [
        (8, -85), (26, -79), (42, -66), (54, -48), (61, -28), (66, -6), (69, 14), (69, 32),
        (63, 51), (51, 68), (35, 79), (17, 85.5), (5, 86),
    ],
}  # fmt: skip


@dataclass
class Brain:
    """Geometry of one intracranial cavity, for painting findings into it."""

    canvas: Canvas
    cavity: Shape
    inner: Array
    """True distance to the inner table, mm; negative inside the cavity."""
    displaced: Array | None = None
    """The same after a mass has pushed the brain away; what it lost is the mass."""
    extra_clot: Array | None = None
    landmarks: dict[str, tuple[float, float]] = field(default_factory=dict)


Displacement = Callable[[Canvas], tuple[Array, Array]]


def cavity(level: str) -> Shape:
    """The space inside the inner table at ``level``, slightly asymmetric as in life."""
    half = INNER_TABLE[level]
    left = [(-x * (1.015 if y > 20 else 0.985), y) for x, y in reversed(half)]
    return spline([*half, *left])


def build(
    canvas: Canvas,
    level: str,
    name: str,
    *,
    displacement: Displacement | None = None,
    efface_mm: Array | float = 0.0,
    cortex_fade: Array | None = None,
    swelling_mm: Array | float = 0.0,
) -> Brain:
    """Paint a whole head and return its geometry.

    ``displacement`` gives the (dx, dy) by which a mass pushes the brain; ``efface_mm`` narrows
    sulci by that much on either wall; ``cortex_fade`` (0..1 per pixel) lets grey matter sink to the
    value of white matter, as in early infarction. ``swelling_mm`` is a haematoma in the scalp.
    """
    shape = cavity(level)
    inner = shape.distance(canvas.x, canvas.y)
    _paint_wall(canvas, inner, level, name, swelling_mm)
    brain = Brain(canvas, shape, inner)
    inside = coverage(inner, canvas.spacing_mm)
    if displacement is not None:
        canvas.shift(*displacement(canvas))
        brain.displaced = shape.distance(canvas.x, canvas.y)
    canvas.warp(generator(f"{name} fine"), 0.5, 9)
    canvas.warp(generator(f"{name} coarse"), 1.0, 34)
    _paint_brain(canvas, brain, level, name, inside, efface_mm, cortex_fade)
    return brain


def _paint_wall(
    canvas: Canvas, inner: Array, level: str, name: str, swelling_mm: Array | float
) -> None:
    rng = generator(f"{name} wall")
    angle = np.arctan2(canvas.x, -canvas.y)
    front, back = np.cos(angle), -np.cos(angle)
    side = np.abs(np.sin(angle))
    thick = 5.6 + 2.2 * np.clip(front, 0, 1) ** 2 + 2.6 * np.clip(back, 0, 1) ** 6 - 1.0 * side**4
    thick += 0.35 * canvas.fractal(rng, 30, 2)
    scalp = 6.0 + 1.2 * side**2 + 0.4 * canvas.fractal(rng, 45, 2)
    temple = np.exp(-(((np.abs(angle) - 1.05) / 0.42) ** 2))
    scalp += temple * {"cistern": 8.0, "ganglionic": 5.5, "ventricular": 1.5}[level]
    scalp += swelling_mm
    edge = canvas.spacing_mm
    canvas.fill(coverage(inner - thick - scalp, edge * 1.5), "skin")
    subcutaneous = coverage(inner - thick - scalp + 1.6, edge * 2)
    canvas.fill(subcutaneous, canvas.values["fat"] * (1 + 0.06 * canvas.fractal(rng, 6)))
    galea = coverage(np.abs(inner - thick - 1.4) - 0.7, edge * 2)
    canvas.fill(galea, "muscle")
    if level != "ventricular":
        belly = inner - thick - 1.2 - (temple - 0.25) * (7.5 if level == "cistern" else 5)
        strands = 1 + 0.05 * canvas.fractal(rng, 3, 2)
        canvas.fill(coverage(belly, 1.0) * (temple > 0.25), canvas.values["muscle"] * strands)
    if np.any(swelling_mm):
        bruise = inner - thick - 1.6 - 0.8 * swelling_mm - temple * 3
        blood = canvas.values["fresh clot"] - 10 + 4 * canvas.fractal(rng, 6)
        canvas.fill(coverage(bruise, 1.0) * np.clip(swelling_mm / 1.5 - 0.3, 0, 1), blood)
        streaks = np.clip(np.abs(canvas.fractal(rng, 7)) * -4 + 1, 0, 1)
        fade = np.clip(swelling_mm / 3, 0, 1) * coverage(bruise - 5, 2) * coverage(-bruise, 1)
        canvas.fill(streaks * fade * 0.7, "muscle")
    outer = inner - thick
    canvas.fill(coverage(outer, edge), "skull table")
    depth = np.clip(np.minimum(-(outer + 1.5), inner - 1.4), -2, 6) - 0.3 * canvas.fractal(rng, 8)
    trabeculae = 1 + 0.22 * canvas.fractal(rng, 2.2, 2) + 0.2 * canvas.fractal(rng, 14, 2)
    canvas.fill(coverage(-depth, 0.5), canvas.values["diploe"] * np.clip(trabeculae, 0.25, 2))
    canvas.fill(coverage(inner, edge), "csf")
    crest = tube([(0, -90), (0.3, -82), (0, -77)], [4, 2, 0.6])
    if level != "ventricular":
        canvas.paint(crest.within(Shape((-9, -95, 9, -70), lambda _, y: -y - 95)), "skull table")
    if level == "cistern":
        head_deep.paint_low_bone(canvas)


def _sulcus(rng: np.random.Generator, start: Array, inward: Array, depth: float) -> list[Array]:
    """One sulcus and perhaps a branch, as lists of control points."""
    turn = rng.normal(0, 0.30)
    bend = rng.normal(0, 0.30)
    points, heading = [start - 2.5 * inward], inward
    steps = 3
    for _ in range(steps):
        c, s = np.cos(turn), np.sin(turn)
        heading = np.array([c * heading[0] - s * heading[1], s * heading[0] + c * heading[1]])
        points.append(points[-1] + heading * (depth + 2.5) / steps)
        turn = bend + rng.normal(0, 0.22)
    lines = [np.array(points)]
    if depth > 11 and rng.random() < 0.65:
        sign = rng.choice([-1, 1])
        c, s = np.cos(sign * 1.0), np.sin(sign * 1.0)
        aside = np.array([c * heading[0] - s * heading[1], s * heading[0] + c * heading[1]])
        root = points[-2]
        reach = rng.uniform(5, 9)
        lines.append(np.array([root, root + aside * reach * 0.6, root + aside * reach]))
    return lines


def _sulci(level: str, name: str) -> list[tuple[Array, float]]:
    """All sulci of both hemispheres with their half-widths in mm."""
    rng = generator(f"{name} sulci")
    outline = smooth_line(
        [*INNER_TABLE[level], *[(-x, y) for x, y in reversed(INNER_TABLE[level])]], closed=True
    )
    step = np.linalg.norm(np.roll(outline, -1, axis=0) - outline, axis=1)
    along = np.concatenate([[0], np.cumsum(step)])[:-1]
    found: list[tuple[Array, float]] = []
    place = rng.uniform(0, 5)
    while place < along[-1]:
        i = int(np.searchsorted(along, place)) % len(outline)
        tangent = outline[(i + 2) % len(outline)] - outline[i - 2]
        inward = np.array([-tangent[1], tangent[0]]) / (np.linalg.norm(tangent) + 1e-9)
        if inward @ -outline[i] < 0:
            inward = -inward
        place += rng.uniform(7.0, 11.0)
        if abs(outline[i][0]) < 9 or head_deep.near_sylvian(level, outline[i]):
            continue
        depth = rng.choice([rng.uniform(7, 12), rng.uniform(14, 21), rng.uniform(17, 25)])
        for line in _sulcus(rng, outline[i], inward, depth):
            found.append((line, rng.uniform(0.22, 0.62)))
    for side in (-1, 1):
        for low, high in head_deep.MEDIAL_WALL[level]:
            y = low + rng.uniform(0, 5)
            while y < high:
                depth = rng.uniform(6, 14)
                inward = np.array([side * 1.0, rng.normal(0, 0.25)])
                start = np.array([0.0, y])
                for line in _sulcus(rng, start, inward, depth):
                    found.append((line, rng.uniform(0.2, 0.5)))
                y += rng.uniform(8, 12)
        for points, width in head_deep.SYLVIAN[level]:
            mirrored = np.array([(side * px * (1 + 0.02 * side), py) for px, py in points])
            found.append((mirrored, width))
    return found


def _paint_brain(
    canvas: Canvas,
    brain: Brain,
    level: str,
    name: str,
    inside: Array,
    efface_mm: Array | float,
    cortex_fade: Array | None,
) -> None:
    rng = generator(f"{name} brain")
    hull = brain.cavity.distance(canvas.x, canvas.y) + 1.5
    gap = np.full(canvas.shape, 50, dtype=np.float32)
    for line, half_width in _sulci(level, name):
        path = tube(line, [half_width * 1.9, *[half_width] * (len(line) - 1)], per_span=3)
        window = canvas.window(path.bounds, 6)
        if window is not None:
            found = path.distance(canvas.x[window], canvas.y[window])
            np.minimum(gap[window], found, out=gap[window])
    midline = np.abs(canvas.x - 0.6 * np.sin(canvas.y / 17)) - 0.85
    fissure = np.maximum(midline, -head_deep.fissure_reach(level, canvas.y))
    gap = np.minimum(gap + efface_mm, fissure)
    edge = canvas.spacing_mm * 1.6
    tissue_share = coverage(np.maximum(hull, -gap), edge) * inside
    depth = np.minimum(gap, -hull)
    ribbon = 2.9 + 0.4 * canvas.fractal(rng, 7, 2)
    values = canvas.values
    white = values["white matter"] * (1 + 0.018 * canvas.fractal(rng, 16, 3))
    grey = values["grey matter"] * (1 + 0.018 * canvas.fractal(rng, 5, 2))
    if cortex_fade is not None:
        grey = grey + cortex_fade * (values["white matter"] * 0.97 - grey)
    mixture = white + coverage(depth - ribbon, 1.3) * (grey - white)
    canvas.fill(tissue_share, mixture)
    head_deep.paint(canvas, level, name, cortex_fade)
    falx = np.maximum(np.abs(canvas.x - 0.6 * np.sin(canvas.y / 17)) - 0.42,
                      -head_deep.fissure_reach(level, canvas.y) + 5)  # fmt: skip
    canvas.fill(coverage(falx, 0.4) * inside * coverage(hull - 1.6, 0.4), "dura")
    sinus = spline([(-5.5, 87.5), (0, 88.5), (5.5, 87.5), (1.2, 81), (0, 79), (-1.2, 81)])
    canvas.paint(sinus, "venous sinus", opacity=inside)
    front = spline([(-3, -87), (0, -87.5), (3, -87), (0, -81)])
    canvas.paint(front, "venous sinus", opacity=inside)
    lining = coverage(np.abs(brain.inner + 0.35) - 0.35, 0.4)
    canvas.fill(lining * 0.8, "dura")


def soften(canvas: Canvas, psf_mm: float) -> Array:
    """The slice as the scanner resolves it: blurred by a point spread of ``psf_mm`` (sigma)."""
    return blur(canvas.image, psf_mm / canvas.spacing_mm)
