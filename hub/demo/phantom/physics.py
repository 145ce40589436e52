"""Pictures for teaching the Hounsfield scale, and test objects from pydicom's wheel."""

from __future__ import annotations

import numpy as np
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file

from .noise import ct_noise, generator
from .shapes import Canvas, blob
from .tissue import HOUNSFIELD, PHYSICS_SCALE

LONG_SIDE_PX = 1024
OUTSIDE_FIELD_HU = -1400.0


def hounsfield_scale() -> Canvas:
    """Bars of the materials of :data:`PHYSICS_SCALE`, from air to cortical bone, left to right."""
    canvas = Canvas(1024, 576, 1.0, HOUNSFIELD)
    canvas.image[:] = OUTSIDE_FIELD_HU
    step = 1024 / len(PHYSICS_SCALE)
    for i, tissue in enumerate(PHYSICS_SCALE):
        centre = -512 + (i + 0.5) * step
        canvas.paint(blob(centre, 0, step * 0.44, 250, power=14), tissue)
        canvas.mark(tissue, centre, 0, 30)
    canvas.image = canvas.image + ct_noise(
        generator("physics scale"), canvas.shape, sigma_hu=6, spacing_mm=0.5, peak_per_mm=0.3
    )
    return canvas


def _enlarge(image: Image.Image) -> Image.Image:
    scale = LONG_SIDE_PX / max(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def _stretched(values: np.ndarray) -> Image.Image:
    low, high = np.percentile(values, [0.5, 99.5])
    grey = np.clip((values - low) / (high - low), 0, 1) * 255
    return Image.fromarray(grey.astype(np.uint8))


def _example(name: str) -> Dataset:
    path = get_testdata_file(name)
    if path is None:
        raise FileNotFoundError(name)
    return dcmread(str(path))


def ct_small() -> Image.Image:
    """pydicom's CT_small.dcm in a soft-tissue window (centre 40, width 400)."""
    dataset = _example("CT_small.dcm")
    values = dataset.pixel_array * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
    grey = np.clip((values - 40) / 400 + 0.5, 0, 1) * 255
    return _enlarge(Image.fromarray(grey.astype(np.uint8)))


def mr_small() -> Image.Image:
    """pydicom's MR_small.dcm, stretched between its 0.5th and 99.5th percentile."""
    return _enlarge(_stretched(_example("MR_small.dcm").pixel_array))


def us_echo() -> Image.Image:
    """The middle frame of pydicom's echocardiogram examples_ybr_color.dcm (decoded to RGB)."""
    dataset = _example("examples_ybr_color.dcm")
    frames = dataset.pixel_array
    return _enlarge(Image.fromarray(frames[len(frames) // 2]))
