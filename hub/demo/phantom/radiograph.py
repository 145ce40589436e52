"""Posteroanterior chest radiographs: attenuation integrated along every ray, then the detector.

Organs come from a voxel phantom that is projected slab by slab (:mod:`radiograph_organs`); bones
and vessels, too fine for voxels, add the exact length of the ray inside them
(:mod:`radiograph_bones`). The transmitted intensity follows the Beer-Lambert law,
``I = exp(-integral of mu)``, with scatter and quantum noise, and is shown as a digital system does:
logarithm, compression of coarse contrast, film-like S-curve; dense is white.

Axes: x to the picture's right (patient's left), z downwards, y towards the back, in mm.
Attenuation near 70 keV from NIST XCOM (Hubbell, Seltzer, NISTIR 5632, 1995).
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from . import radiograph_bones, radiograph_organs
from .noise import Array, blur, fractal, generator, resize

WIDTH_PX, HEIGHT_PX, SPACING_MM = 896, 1024, 0.43
SCATTER_SHARE, SCATTER_REACH_MM = 0.30, 24.0
PHOTONS = 80_000.0

FINDINGS = ("normal", "pneumothorax", "pneumonia", "effusion")


def line_integral(finding: str) -> Array:
    """Integral of the attenuation coefficient along every ray (no unit)."""
    name = f"dx-chest/{finding}"
    organs = radiograph_organs.project(
        finding, width_px=WIDTH_PX // 2, height_px=HEIGHT_PX // 2, spacing_mm=SPACING_MM * 2
    )
    total = resize(organs.attenuation, WIDTH_PX, HEIGHT_PX)
    aerated = resize(organs.aerated_mm, WIDTH_PX, HEIGHT_PX)
    columns = (np.arange(WIDTH_PX, dtype=np.float32) - (WIDTH_PX - 1) / 2) * SPACING_MM
    rows = (np.arange(HEIGHT_PX, dtype=np.float32) - (HEIGHT_PX - 1) / 2) * SPACING_MM
    x, z = np.meshgrid(columns, rows)
    total = total + radiograph_bones.skeleton(x, z, SPACING_MM)
    total += radiograph_bones.lung_vessels(x, z, SPACING_MM, aerated)
    rng = generator(f"{name} texture")
    interstitium = 0.6 * fractal(rng, x.shape, cell_px=9, octaves=3)
    interstitium += 0.7 * fractal(rng, x.shape, cell_px=26, octaves=2)
    total += 0.0075 * interstitium * np.clip(aerated / 90, 0, 1)
    return total


def render(finding: str) -> Image.Image:
    """The radiograph with ``finding`` (one of :data:`FINDINGS`)."""
    attenuation = line_integral(finding)
    primary = np.exp(-attenuation)
    scatter = SCATTER_SHARE * blur(primary, SCATTER_REACH_MM / SPACING_MM)
    signal = blur(primary, 0.22 / SPACING_MM) + scatter
    rng = generator(f"dx-chest/{finding} quantum")
    mottle = blur(rng.standard_normal(signal.shape, dtype=np.float32), 0.7)
    signal = signal + mottle / mottle.std() * np.sqrt(signal / PHOTONS) * 0.8
    return _display(-np.log(np.clip(signal, 1e-4, 1.3)))


def _display(density: Array) -> Image.Image:
    """Compress coarse contrast, lift fine detail, apply the S-shaped characteristic curve."""
    coarse = blur(density, 48 / SPACING_MM)
    middle = blur(density, 2.5 / SPACING_MM)
    shown = 0.62 * coarse + 1.0 * (middle - coarse) + 1.7 * (density - middle)
    field = shown[80:-40, 70:-70]
    low, high = np.percentile(field, [1.0, 99.8])
    share = (shown - low) / (high - low)
    curve = 1 / (1 + np.exp(-3.6 * (share - 0.40)))
    ends = 1 / (1 + np.exp(3.6 * 0.44)), 1 / (1 + np.exp(-3.6 * 0.62))
    grey = np.clip((curve - ends[0]) / (ends[1] - ends[0]), 0, 1)
    return Image.fromarray((grey * 246 + 4).astype(np.uint8))
