"""CT scenes of the head: normal, epidural and subdural haematoma, middle cerebral artery stroke."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from . import head
from .noise import Array, ct_noise, generator
from .shapes import Canvas, coverage, spline, tube
from .tissue import HOUNSFIELD

NOISE_HU = {"brain": 2.4, "bone": 14.0}


def _canvas() -> Canvas:
    return Canvas(head.WIDTH_PX, head.HEIGHT_PX, head.SPACING_MM, HOUNSFIELD)


def _acquire(canvas: Canvas, name: str, kernel: str) -> Canvas:
    psf_mm, peak = {"brain": (0.42, 0.28), "bone": (0.28, 0.55)}[kernel]
    canvas.straighten()
    image = head.soften(canvas, psf_mm) + ct_noise(
        generator(f"{name} quantum"),
        canvas.shape,
        sigma_hu=NOISE_HU[kernel],
        spacing_mm=canvas.spacing_mm,
        peak_per_mm=peak,
    )
    return canvas.with_image(image)


def normal(kernel: str = "brain") -> Canvas:
    """Ganglionic level without abnormality."""
    return _acquire(_normal_anatomy(), "ct-head/normal", kernel)


@lru_cache(maxsize=1)
def _normal_anatomy() -> Canvas:
    canvas = _canvas()
    head.build(canvas, "ganglionic", "ct-head")
    canvas.mark("white matter", -48, 38, 2.0)
    canvas.mark("frontal horn", 8.5, -34.5, 1.6)
    return canvas


def _push(profile: Array, canvas: Canvas, side: int, *, centre_share: float, reach: float) -> Array:
    """Horizontal displacement by a mass of thickness ``profile`` (mm, per pixel) at one side.

    The wall side moves by the whole thickness, the midline by ``centre_share`` of it and the far
    side by nothing.
    """
    lateral = np.clip((canvas.x * side + 66) / (66 + reach), 0, 1)
    power = np.log(centre_share) / np.log(66 / (66 + reach))
    return side * profile * lateral**power


def epidural(kernel: str = "brain") -> Canvas:
    """Acute epidural haematoma under the left temporal squama, with the fracture above it."""
    return _acquire(_epidural_anatomy(), "ct-head/epidural", kernel)


@lru_cache(maxsize=1)
def _epidural_anatomy() -> Canvas:
    canvas = _canvas()

    def displacement(c: Canvas) -> tuple[Array, Array]:
        lens = np.clip(1 - ((c.y + 3) / 33) ** 2, 0, 1) ** 0.85
        return _push(21 * lens, c, 1, centre_share=0.16, reach=48), np.zeros_like(c.x)

    efface = 0.45 * coverage(-canvas.x + 6, 24)
    swelling = 8.5 * np.exp(-(((canvas.y + 6) / 30) ** 2)) * (canvas.x > 0)
    brain = head.build(
        canvas, "ganglionic", "ct-head/epidural",
        displacement=displacement, efface_mm=efface, swelling_mm=swelling,
    )  # fmt: skip
    canvas.straighten()
    assert brain.displaced is not None
    vacated = coverage(np.maximum(brain.inner + 0.2, -(brain.displaced + 0.9)), 0.6)
    vacated *= canvas.x > 20
    rng = generator("ct-head/epidural clot")
    clot = HOUNSFIELD["fresh clot"] + 2.0 * canvas.fractal(rng, 9, 3)
    canvas.fill(vacated, clot)
    canvas.mark("clot", 57.0, -3, 3.5)
    _fracture(canvas)
    return canvas


def _fracture(canvas: Canvas) -> None:
    crack = tube([(78.5, -11.5), (73.5, -8.0), (70.5, -8.8), (63.5, -5.2)], 0.55, smooth=False)
    canvas.paint(crack, 45.0)
    hair = tube([(76, 8.0), (72.5, 9.0), (66.5, 10.0)], 0.3, smooth=False)
    canvas.paint(hair, 45.0, opacity=0.55)


def subdural(kernel: str = "brain") -> Canvas:
    """Acute-on-chronic subdural haematoma over the left convexity with midline shift."""
    canvas = _canvas()

    def displacement(c: Canvas) -> tuple[Array, Array]:
        span = np.clip((c.y + 2) / 79, -1, 1)
        crescent = (1 - np.abs(span) ** 3.4) ** 0.75
        dx = _push(14.5 * crescent, c, 1, centre_share=0.66, reach=44)
        return dx, np.zeros_like(c.x)

    efface = 0.5 * coverage(-canvas.x + 2, 24)
    brain = head.build(
        canvas, "ventricular", "ct-head/subdural", displacement=displacement, efface_mm=efface
    )
    canvas.straighten()
    assert brain.displaced is not None
    vacated = coverage(np.maximum(brain.inner + 0.2, -(brain.displaced + 0.9)), 0.7)
    vacated *= coverage(8 - canvas.x, 2)
    rng = generator("ct-head/subdural clot")
    lumps = canvas.fractal(rng, 17, 3)
    settled = np.clip((canvas.y - 14 + 9 * lumps) / 16, -0.5, 0.5) + 0.5
    streaks = np.clip(lumps * 0.9 - 0.75 + 0.25 * canvas.fractal(rng, 5, 2), 0, 1)
    share = np.clip(settled + 0.85 * streaks * (1 - settled), 0, 1)
    old, fresh = HOUNSFIELD["chronic subdural"], HOUNSFIELD["fresh clot"] - 2
    canvas.fill(vacated, old + (fresh - old) * share + 1.5 * canvas.fractal(rng, 6))
    canvas.mark("acute part", 58.5, 37, 2.5)
    canvas.mark("chronic part", 53.5, -28, 2.0)
    return _acquire(canvas, "ct-head/subdural", kernel)


def mca_clot() -> Canvas:
    """Level of the suprasellar cistern: hyperdense right M1 segment."""
    canvas = _canvas()
    head.build(canvas, "cistern", "ct-head/mca low")
    clot = tube([(-7, -17), (-16, -19.5), (-27, -20.5), (-33, -22.5)], [1.7, 2.1, 2.1, 1.7])
    canvas.paint(clot, HOUNSFIELD["fresh clot"] + 8, soft_mm=0.2)
    canvas.mark("right M1", -22, -20.2, 1.1)
    canvas.mark("left M1", 22, -20.2, 0.9)
    return _acquire(canvas, "ct-head/mca low", "brain")


def mca_territory() -> Canvas:
    """Ganglionic level: right insular ribbon and lentiform nucleus lost, sulci effaced."""
    canvas = _canvas()
    territory = spline(
        [(-17, -14), (-24, -26), (-40, -38), (-60, -40), (-76, -20), (-76, 18), (-60, 26),
         (-46, 22), (-30, 14), (-20, 4)]
    )  # fmt: skip
    fade = canvas.mask(territory, soft_mm=9)
    head.build(canvas, "ganglionic", "ct-head/mca", efface_mm=0.55 * fade, cortex_fade=0.92 * fade)
    canvas.straighten()
    tissue = (canvas.image > 20) & (canvas.image < 60)
    canvas.image -= 2.5 * fade * tissue
    canvas.mark("right putamen", -27.5, -6, 2.2)
    canvas.mark("left putamen", 27.5, -6, 2.2)
    return _acquire(canvas, "ct-head/mca", "brain")
