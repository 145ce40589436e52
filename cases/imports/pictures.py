"""Frames as small pictures for pages: windowed, in their true proportions, without metadata."""

from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset

from cases.deidentification.pixels import decoded_frame

from .geometry import FrameFacts, usual_window

LONGEST_SIDE = 512
_QUALITY = 80


def picture(
    dataset: Dataset, frame: FrameFacts, *, longest: int | None = LONGEST_SIDE
) -> Image.Image:
    """One frame, 8 bits. Raises `Refused` where it can't be decoded."""
    values = decoded_frame(dataset, frame.index)
    if values.ndim == 3:
        image = Image.fromarray(_to_bytes(values, 0, max(255, int(values.max()))))
    else:
        image = Image.fromarray(_grey(values, dataset, frame))
    return _in_proportion(image, frame, longest)


def save_webp(image: Image.Image, path: Path) -> None:
    """Write the picture, and nothing else, as WebP."""
    image.info.clear()
    image.save(path, "WEBP", quality=_QUALITY, method=2)


def _grey(values: np.ndarray, dataset: Dataset, frame: FrameFacts) -> np.ndarray:
    slope, intercept = frame.rescale
    scaled = values.astype(np.float32) * slope + intercept
    low, high = _limits(scaled, dataset, frame)
    shown = _to_bytes(scaled, low, high)
    return 255 - shown if dataset.get("PhotometricInterpretation") == "MONOCHROME1" else shown


def _limits(scaled: np.ndarray, dataset: Dataset, frame: FrameFacts) -> tuple[float, float]:
    window = frame.window or usual_window(str(dataset.get("Modality", "")))
    if window is None:
        low, high = np.percentile(scaled, (0.5, 99.5))
        return float(low), float(high)
    centre, width = window
    return centre - width / 2, centre + width / 2


def _to_bytes(values: np.ndarray, low: float, high: float) -> np.ndarray:
    span = max(high - low, 1e-6)
    return np.clip((values - low) * (255 / span), 0, 255).astype(np.uint8)


def _in_proportion(image: Image.Image, frame: FrameFacts, longest: int | None) -> Image.Image:
    width, height = float(image.width), float(image.height)
    if longest is None:
        return image
    if frame.spacing and 0.1 < frame.spacing[0] / frame.spacing[1] < 10:
        height *= frame.spacing[0] / frame.spacing[1]
    scale = min(1.0, longest / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return image if size == image.size else image.resize(size, Image.Resampling.BILINEAR)
