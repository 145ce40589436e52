"""Decoded pictures as they come from ffmpeg, and the files made of them."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from media.pipeline.poster import BLACK_BELOW, sharpness
from media.pipeline.records import Record
from media.pipeline.slides import REDUCED_WIDTH, Luma, same_picture

# Telephones show this much of a slide's width sharply; smaller recordings get one size.
PHONE_WIDTH = 720
AVIF_QUALITY, AVIF_SPEED = 58, 8
WEBP_QUALITY, WEBP_METHOD = 78, 4

POSTER_LONG_SIDE = 1280
POSTER_QUALITY = 82
# From each of so many stretches of the lecture the sharpest picture is kept.
POSTER_STRETCHES = 8
MOST_POSTERS = 6


@dataclass(frozen=True)
class StillImage(Record):
    """A file with its size in pixels and its media type."""

    name: str
    width: int
    height: int
    type: str


def frame_bytes(size: tuple[int, int]) -> int:
    """How many bytes a picture of an even size has: 8 bits, chroma at half the size."""
    return size[0] * size[1] * 3 // 2


@dataclass(frozen=True)
class Frame:
    """A picture in planes of luma and chroma (4:2:0, BT.601, full range)."""

    data: bytearray
    size: tuple[int, int]
    at_s: float

    def reduced(self) -> Luma:
        """The luma at about ``REDUCED_WIDTH``, each pixel the mean of what it covers."""
        luma = self._plane(0, self.size)
        factor = max(1, round(self.size[0] / REDUCED_WIDTH))
        return np.asarray(luma.reduce(factor) if factor > 1 else luma).copy()

    def picture(self, *, long_side: int = 0) -> Image.Image:
        """The picture in RGB, no side longer than ``long_side`` where that is given."""
        width, height = self.size
        scale = min(1.0, long_side / max(width, height)) if long_side else 1.0
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        half = (width // 2, height // 2)
        planes = [
            _resized(self._plane(0, self.size), size),
            _resized(self._plane(width * height, half), size),
            _resized(self._plane(width * height * 5 // 4, half), size),
        ]
        return Image.merge("YCbCr", planes).convert("RGB")

    def _plane(self, offset: int, size: tuple[int, int]) -> Image.Image:
        view = memoryview(self.data)[offset : offset + size[0] * size[1]]
        # Any buffer will do; only the annotation is narrower.
        return Image.frombuffer("L", size, view, "raw", "L", 0, 1)  # type: ignore[arg-type]


def _resized(plane: Image.Image, size: tuple[int, int]) -> Image.Image:
    if plane.size == size:
        return plane
    enlarging = plane.width < size[0]
    method = Image.Resampling.BILINEAR if enlarging else Image.Resampling.BOX
    return plane.resize(size, method)


def save_slide(picture: Image.Image, out: Path, *, number: int) -> tuple[StillImage, ...]:
    """Write a slide for telephones and for desks, each as AVIF and as WebP; smallest first."""
    made = []
    for width in sorted({min(PHONE_WIDTH, picture.width), picture.width}):
        if picture.width * 0.8 < width < picture.width:
            continue
        height = max(1, round(picture.height * width / picture.width))
        scaled = (
            picture
            if width == picture.width
            else picture.resize((width, height), Image.Resampling.LANCZOS)
        )
        for suffix, data in (("avif", _avif(scaled)), ("webp", _webp(scaled))):
            name = f"slide-{number:03}-{width}.{suffix}"
            (out / name).write_bytes(data)
            made.append(StillImage(name=name, width=width, height=height, type=f"image/{suffix}"))
    return tuple(made)


def _avif(picture: Image.Image) -> bytes:
    output = io.BytesIO()
    picture.save(output, "AVIF", quality=AVIF_QUALITY, speed=AVIF_SPEED, max_threads=1)
    return output.getvalue()


def _webp(picture: Image.Image) -> bytes:
    output = io.BytesIO()
    picture.save(output, "WEBP", quality=WEBP_QUALITY, method=WEBP_METHOD)
    return output.getvalue()


class Posters:
    """Keeps the sharpest picture of each stretch of the lecture; black ones only if all are."""

    def __init__(self, *, duration_s: float) -> None:
        self._stretch_s = max(0.5, duration_s / POSTER_STRETCHES)
        self._best: dict[int, tuple[tuple[bool, float], Frame, Luma]] = {}

    def consider(self, frame: Frame, reduced: Luma) -> None:
        """Look at the next picture; ``reduced`` is its small luma."""
        luma = reduced.astype(np.float32)
        rank = (bool(luma.mean() >= BLACK_BELOW), sharpness(luma))
        stretch = int(frame.at_s / self._stretch_s)
        if stretch not in self._best or rank > self._best[stretch][0]:
            self._best[stretch] = (rank, frame, reduced)

    def save(self, out: Path) -> list[tuple[str, float]]:
        """Write the candidates, the best first; no two of the same picture."""
        chosen: list[tuple[Frame, Luma]] = []
        for _rank, frame, reduced in sorted(
            self._best.values(), key=lambda candidate: candidate[0], reverse=True
        ):
            if len(chosen) < MOST_POSTERS and not any(same_picture(reduced, o) for _, o in chosen):
                chosen.append((frame, reduced))
        saved = []
        for number, (frame, _reduced) in enumerate(chosen, start=1):
            name = f"poster-{number}.jpg"
            frame.picture(long_side=POSTER_LONG_SIDE).save(
                out / name, "JPEG", quality=POSTER_QUALITY, optimize=True, progressive=True
            )
            saved.append((name, frame.at_s))
        return saved
