"""Window centre and width, and the linear transformation from values to grey."""

from typing import NamedTuple

import numpy as np
from PIL import Image


class Window(NamedTuple):
    """Window centre (level) and width in HU."""

    centre: float
    width: float


LUNG = Window(-600, 1500)
MEDIASTINUM = Window(40, 350)
SOFT_TISSUE = Window(40, 350)
BRAIN = Window(40, 80)
STROKE = Window(40, 40)
SUBDURAL = Window(50, 130)
BONE = Window(600, 2800)
HEAD_WIDE = Window(100, 400)
ANGIO = Window(150, 700)
ABDOMEN_WIDE = Window(200, 1000)


def grey(values: np.ndarray, window: Window) -> np.ndarray:
    """Map values to 8-bit grey by the LINEAR function of DICOM PS3.3 C.11.2.1.2.1."""
    share = (values - (window.centre - 0.5)) / (window.width - 1) + 0.5
    return (np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)


def picture(values: np.ndarray, window: Window) -> Image.Image:
    """The windowed slice as an 8-bit greyscale picture."""
    return Image.fromarray(grey(values, window))
