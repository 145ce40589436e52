"""CT scenes of the chest: normal, nodule, pulmonary embolism and aortic dissection."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from . import chest
from .noise import blur, ct_noise, generator
from .shapes import Canvas, blob, spline, tube
from .tissue import HOUNSFIELD

KERNELS = {"soft": (0.62, 0.26, 9.5), "lung": (0.42, 0.45, 26.0)}
VENOUS = {"aorta": "vein enhanced", "pulmonary": "vein enhanced", "veins": "vein enhanced",
          "vessels": "vein enhanced"}  # fmt: skip


def _canvas(values: dict[str, float] | None = None) -> Canvas:
    table = HOUNSFIELD | (values or {})
    return Canvas(chest.WIDTH_PX, chest.HEIGHT_PX, chest.SPACING_MM, table)


def _acquire(canvas: Canvas, name: str, kernel: str) -> Canvas:
    psf_mm, peak, sigma = KERNELS[kernel]
    canvas.straighten()
    attenuation = np.exp(-((canvas.x / 190) ** 2 + (canvas.y / 130) ** 2))
    noise = ct_noise(generator(f"{name} quantum"), canvas.shape, sigma_hu=sigma,
                     spacing_mm=canvas.spacing_mm, peak_per_mm=peak)  # fmt: skip
    image = blur(canvas.image, psf_mm / canvas.spacing_mm) + noise * (0.55 + 0.6 * attenuation)
    return canvas.with_image(image)


def normal(kernel: str = "soft") -> Canvas:
    """Level of the pulmonary bifurcation, venous phase."""
    return _acquire(_normal_anatomy(), "ct-chest/normal", kernel)


@lru_cache(maxsize=1)
def _normal_anatomy() -> Canvas:
    canvas = _canvas()
    chest.build(canvas, "pulmonary", "ct-chest/normal", **VENOUS)
    canvas.mark("lung", -98, -30, 6)
    return canvas


def nodule(kernel: str = "soft") -> Canvas:
    """Unenhanced; spiculated solid nodule of 16 mm in the right upper lobe, at arch level."""
    return _acquire(_nodule_anatomy(), "ct-chest/nodule", kernel)


@lru_cache(maxsize=1)
def _nodule_anatomy() -> Canvas:
    canvas = _canvas()
    lungs = chest.build(canvas, "arch", "ct-chest/nodule")
    x0, y0, radius = -76.0, -22.0, 7.6
    rng = generator("ct-chest/nodule spicules")
    for angle in np.linspace(0, 2 * np.pi, 17, endpoint=False) + rng.normal(0, 0.13, 17):
        reach = radius + rng.uniform(2.5, 8.5)
        bend = angle + rng.normal(0, 0.22)
        points = [
            (x0 + radius * 0.6 * np.cos(angle), y0 + radius * 0.6 * np.sin(angle)),
            (x0 + radius * 1.2 * np.cos(angle), y0 + radius * 1.2 * np.sin(angle)),
            (x0 + reach * np.cos(bend), y0 + reach * np.sin(bend)),
        ]
        spicule = tube(points, [1.6, 0.8, 0.2])
        canvas.paint(spicule, "nodule", opacity=lungs.share * 0.9, soft_mm=0.5)
    tag = tube([(x0 - 6, y0 - 4), (x0 - 18, y0 - 12), (x0 - 30, y0 - 22)], [1.0, 0.5, 0.5])
    canvas.paint(tag, "nodule", opacity=lungs.share * 0.7, soft_mm=0.5)
    mass = blob(x0, y0, radius, radius * 0.94, angle_deg=20, wobble=0.12, seed=17)
    canvas.paint(mass, HOUNSFIELD["nodule"] + 3 * canvas.fractal(rng, 4), soft_mm=0.7)
    canvas.mark("nodule", x0, y0, 4.2)
    return canvas


def embolism(kernel: str = "soft") -> Canvas:
    """Pulmonary-arterial phase; filling defects in both main pulmonary arteries."""
    canvas = _canvas({"artery enhanced": 390})
    chest.build(canvas, "pulmonary", "ct-chest/embolism", aorta="aorta early",
                pulmonary="artery enhanced", veins="artery enhanced",
                vessels="artery enhanced")  # fmt: skip
    rng = generator("ct-chest/embolism clot")
    canvas.warp(rng, 0.5, 7)
    clot = HOUNSFIELD["pulmonary thrombus"] + 6 * canvas.fractal(rng, 5)
    right = tube([(3, -14), (-9, -9.0), (-20, -8.5), (-31, -6.5), (-40, -3.5)],
                 [2.2, 4.6, 5.6, 5.2, 4.4])  # fmt: skip
    left = tube([(29.5, -26), (35, -16), (39, -5), (43, 4), (46, 13)], [1.8, 4.6, 5.8, 5.4, 3.2])
    branch = tube([(-44, 1), (-49.5, 11)], [2.6, 2.4])
    for defect in (right, left, branch):
        canvas.paint(defect, clot, soft_mm=0.8)
    canvas.mark("right clot", -24, -7.8, 2.4)
    canvas.mark("left clot", 38, -7, 2.6)
    return _acquire(canvas, "ct-chest/embolism", kernel)


def dissection(level: str = "pulmonary") -> Canvas:
    """Aortic phase; flap in the descending aorta only (Stanford type B), ascending aorta intact."""
    canvas = _canvas()
    chest.build(canvas, level, f"ct-chest/dissection {level}", aorta="artery enhanced",
                pulmonary="aorta early", veins="vein enhanced",
                vessels="aorta early")  # fmt: skip
    x0, y0, r = (28, 36, 16.5) if level == "pulmonary" else (27, 39, 15.5)
    lumen = blob(x0, y0, r, r * 1.02, wobble=0.03, seed=6)
    canvas.paint(lumen.grown(1.3), "muscle", soft_mm=0.3)
    rng = generator(f"ct-chest/dissection {level} flow")
    false = 255 + 14 * canvas.fractal(rng, 12)
    canvas.paint(lumen, false)
    if level == "pulmonary":
        true = spline([(14, 24), (21, 21.5), (29, 23.5), (33, 31), (31, 40), (24, 44), (16, 44),
                       (12.5, 34)])  # fmt: skip
        spots = {"true lumen": (22, 32, 4), "false lumen": (38.5, 40, 3)}
    else:
        true = spline([(13.5, 29), (20, 25.5), (26, 29), (28, 37), (25, 46), (19, 51), (14, 46),
                       (12.5, 38)])  # fmt: skip
        spots = {"true lumen": (20, 38, 4), "false lumen": (35, 40, 4)}
    true = true.within(lumen)
    canvas.paint(true.grown(0.9).within(lumen), "muscle", opacity=0.95)
    canvas.paint(true.grown(-0.3), "artery enhanced")
    for name, spot in spots.items():
        canvas.mark(name, *spot)
    return _acquire(canvas, f"ct-chest/dissection {level}", "soft")
