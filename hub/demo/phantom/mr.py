"""MR scenes of the head: spin echo and FLAIR signal computed from the tissues of the phantom."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

from . import head
from .noise import fractal, generator, rician
from .shapes import Canvas, blob, coverage, spline, tube
from .tissue import RELAXATION, Relaxation, flair, spin_echo

# Repetition, echo and inversion times in ms; FLAIR nulls CSF of T1 4200 ms.
SEQUENCES: dict[str, Callable[[Relaxation], float]] = {
    "flair": partial(flair, tr_ms=9000, ti_ms=2550, te_ms=110),
    "t1c": partial(spin_echo, tr_ms=550, te_ms=12, enhanced=True),
    "t2": partial(spin_echo, tr_ms=4200, te_ms=100),
}


def signals(sequence: str) -> dict[str, float]:
    """Signal of every tissue for ``sequence`` (flair, t1c or t2), white matter scaled to 100."""
    compute = SEQUENCES[sequence]
    raw = {name: compute(tissue) for name, tissue in RELAXATION.items()}
    return {name: 100 * value / raw["white matter"] for name, value in raw.items()}


def _canvas(sequence: str) -> Canvas:
    return Canvas(head.WIDTH_PX, head.HEIGHT_PX, head.SPACING_MM, signals(sequence))


def _acquire(canvas: Canvas, name: str, *, levels: tuple[float, float]) -> Image.Image:
    rng = generator(f"{name} noise")
    image = head.soften(canvas, 0.42)
    bias = 1 + 0.045 * fractal(rng, canvas.shape, cell_px=520, octaves=1)
    radius = np.hypot(canvas.true_x / 75, canvas.true_y / 95)
    image = image * bias * (0.96 + 0.07 * radius**2)
    image = rician(rng, image, 2.3, smooth_px=1.5)
    share = (image - levels[0]) / (levels[1] - levels[0])
    return Image.fromarray((np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8))


# Plaques of the demyelination case: x, y, long and short half-axis (mm), direction of the long
# axis in degrees. They lie along the ventricles at right angles to them (Dawson's fingers).
PLAQUES = (
    (-19.5, -35, 5.2, 3.0, 38), (-18.5, -22, 6.8, 2.6, 10), (-18, -9.5, 4.2, 2.2, -6),
    (-24, 4, 6.6, 3.2, -12), (-30.5, 20, 7.4, 3.6, -22), (-32, 35, 5.6, 4.2, 20),
    (18.5, -37, 4.4, 2.6, -40), (19, -19, 7.6, 2.9, -8), (20.5, -3, 4.4, 2.0, 6),
    (26.5, 12, 8.2, 3.6, 18), (32, 30, 5.8, 3.9, 28), (-44, -30, 2.8, 1.9, 60),
    (45, 8, 3.2, 2.0, 20), (-36, 3, 3.0, 2.2, -30), (37, 46, 2.6, 2.1, 0),
)  # fmt: skip
ACTIVE_PLAQUE = (38, -27, 5.2)


def multiple_sclerosis(sequence: str) -> Image.Image:
    """Periventricular ovoid plaques, one of them with an incomplete ring of enhancement."""
    canvas = _canvas(sequence)
    name = "mr-head/ms"
    head.build(canvas, "ventricular", name)
    canvas.straighten()
    rng = generator(f"{name} plaques")
    canvas.warp(rng, 0.22, 8)
    lesion = canvas.values["plaque"]
    share = {"flair": 0.92, "t1c": 0.42, "t2": 0.9}[sequence]
    for i, (x, y, long, short, angle) in enumerate(PLAQUES):
        plaque = blob(x, y, long, short, angle_deg=angle, wobble=0.05, seed=i)
        canvas.paint(plaque, lesion, opacity=share * (0.85 + 0.15 * (i % 3) / 2), soft_mm=1.6)
    if sequence == "flair":
        _caps(canvas)
    x, y, r = ACTIVE_PLAQUE
    halo = blob(x, y, r * 1.45, r * 1.25, angle_deg=30, wobble=0.05, seed=31)
    canvas.paint(halo, "oedema", opacity=0.75 if sequence == "flair" else 0.35, soft_mm=2.5)
    canvas.paint(blob(x, y, r, r * 0.92, wobble=0.06, seed=7), lesion, opacity=share, soft_mm=1)
    if sequence == "t1c":
        turn = np.radians(np.linspace(35, 305, 16))
        ring = [(x + 0.86 * r * np.cos(a), y + 0.8 * r * np.sin(a)) for a in turn]
        width = 0.95 * np.sin(np.linspace(0.25, np.pi - 0.25, 16)) ** 0.5
        canvas.paint(tube(ring, width.tolist()), "active plaque rim", soft_mm=0.6)
    canvas.straighten()
    _small_veins(canvas, sequence, name)
    return _acquire(canvas, f"{name}/{sequence}", levels=DISPLAY_LEVELS[sequence])


def _caps(canvas: Canvas) -> None:
    for side in (-1, 1):
        cap = blob(side * 15, -42, 3.0, 2.2, angle_deg=-side * 35)
        canvas.paint(cap, canvas.values["plaque"], opacity=0.45, soft_mm=2.2)
        canvas.paint(blob(side * 25.5, 38, 2.4, 3.2), canvas.values["plaque"], opacity=0.5,
                     soft_mm=2.2)  # fmt: skip


def _small_veins(canvas: Canvas, sequence: str, name: str) -> None:
    if sequence != "t1c":
        return
    rng = generator(f"{name} veins")
    for _ in range(46):
        angle = rng.uniform(0, 2 * np.pi)
        reach = rng.uniform(0.90, 0.965)
        x, y = 66 * reach * np.sin(angle), 84 * reach * np.cos(angle)
        sizes = rng.uniform(0.4, 0.9), rng.uniform(0.5, 1.2)
        vein = blob(x, y, *sizes, angle_deg=rng.uniform(0, 90))
        canvas.paint(vein, "vein small", soft_mm=0.5, opacity=0.8)


MENINGIOMA = (-52, -22)


def meningioma(sequence: str) -> Image.Image:
    """Right frontal convexity meningioma: broad dural base, homogeneous enhancement, dural tail."""
    canvas = _canvas(sequence)
    name = "mr-head/meningioma"
    x0, y0 = MENINGIOMA

    def displacement(c: Canvas) -> tuple:
        radius = np.hypot(c.x - x0 - 2, (c.y - y0) * 0.95)
        push = 15.5 * np.exp(-((np.clip(radius - 12, 0, None) / 19) ** 2))
        heading_x, heading_y = (c.x + 74) / (radius + 14), (c.y - y0) / (radius + 14)
        reach = np.clip((60 - c.x) / 70, 0, 1)
        shift_x = -np.clip(push * heading_x, 0, None) * reach
        return shift_x, -push * heading_y * 0.55

    efface = 0.5 * coverage(np.hypot(canvas.x - x0, canvas.y - y0) - 34, 24)
    brain = head.build(canvas, "ventricular", name, displacement=displacement, efface_mm=efface)
    canvas.straighten()
    rng = generator(f"{name} mass")
    canvas.warp(rng, 0.3, 16)
    oedema = spline(
        [(-50, -44), (-34, -42), (-24, -26), (-23, -10), (-30, 2), (-46, 4), (-40, -20)]
    )
    grain = np.clip(0.75 + 0.18 * canvas.fractal(rng, 8), 0.2, 1)
    share = {"t2": 0.85, "t1c": 0.55}[sequence]
    tissue = (canvas.image > 0) * grain * share
    canvas.paint(oedema, "oedema", opacity=tissue.astype(np.float32), soft_mm=5)
    inside = coverage(brain.inner, canvas.spacing_mm)
    mass = blob(x0 - 4, y0, 20, 18.5, wobble=0.025, seed=12)
    if sequence == "t2":
        canvas.paint(mass.grown(1.1), "csf", opacity=inside * 0.8, soft_mm=0.5)
    texture = canvas.values["meningioma"] * (1 + 0.035 * canvas.fractal(rng, 4, 3))
    canvas.paint(mass, texture, opacity=inside, soft_mm=0.4)
    if sequence == "t2":
        for angle in np.radians([-35, -12, 8, 30, 52]):
            spoke = tube(
                [(x0 - 12, y0), (x0 - 12 + 20 * np.cos(angle), y0 + 20 * np.sin(angle))],
                [0.5, 0.15],
            )
            canvas.paint(spoke, "artery", opacity=inside * 0.35, soft_mm=0.5)
    canvas.straighten()
    if sequence == "t1c":
        along = np.abs(canvas.y - y0)
        thick = 3.0 * np.clip(1 - (along - 15) / 21, 0, 1) ** 0.8
        tail = coverage(np.maximum(brain.inner, -(brain.inner + thick)), 0.5)
        canvas.fill(tail * (canvas.x < 0) * (thick > 0.1), canvas.values["meningioma"] * 0.96)
    _small_veins(canvas, sequence, name)
    return _acquire(canvas, f"{name}/{sequence}", levels=DISPLAY_LEVELS[sequence])


DISPLAY_LEVELS = {"flair": (12.0, 222.0), "t1c": (18.0, 218.0), "t2": (25.0, 400.0)}
