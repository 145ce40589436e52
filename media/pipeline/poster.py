"""Choose a lecture's poster: the sharpest picture among a few that is not black."""

import io
from fractions import Fraction

import av
import numpy as np
from PIL import Image

from media.pipeline.hls import MediaPlaylist

CANDIDATES = 8
# Mean luma (0–255) below which a picture counts as black: a fade-in, a covered lens.
BLACK_BELOW = 24.0
MAX_SIDE = 1280
JPEG_QUALITY = 82


def make_poster(rendition: MediaPlaylist) -> bytes:
    """Give a JPEG of the best candidate of an encoded rendition, at most 1280 pixels wide."""
    best: tuple[bool, float] | None = None
    chosen: Image.Image | None = None
    for segment, offset_s in _moments(rendition):
        picture = _picture_at(rendition, segment, offset_s)
        if picture is None:
            continue
        luma = np.asarray(picture.convert("L"), dtype=np.float32)
        rank = (bool(luma.mean() >= BLACK_BELOW), sharpness(luma))
        if best is None or rank > best:
            best, chosen = rank, picture
    if chosen is None:
        raise ValueError("no picture could be decoded from the rendition")
    chosen.thumbnail((MAX_SIDE, MAX_SIDE))
    output = io.BytesIO()
    chosen.save(output, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return output.getvalue()


def sharpness(luma: np.ndarray) -> float:
    """Variance of the Laplacian of a picture (height × width, 0–255); blur lowers it.

    Pertuz et al., Analysis of focus measure operators, Pattern Recognition 46 (2013).
    """
    if min(luma.shape) < 3:
        return 0.0
    laplacian = (
        luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:]
        - 4 * luma[1:-1, 1:-1]
    )  # fmt: skip
    return float(laplacian.var())


def _moments(rendition: MediaPlaylist) -> list[tuple[int, float]]:
    """Segments to look into, and how far, spread over the lecture."""
    count = len(rendition.segments)
    if count >= CANDIDATES:
        # Each segment begins with a key frame: one picture to decode per candidate.
        return [(count * (2 * n + 1) // (2 * CANDIDATES), 0.0) for n in range(CANDIDATES)]
    per_segment = -(-CANDIDATES // count)
    return [
        (number, segment.duration_s * n / per_segment)
        for number, segment in enumerate(rendition.segments)
        for n in range(per_segment)
    ]


def _picture_at(rendition: MediaPlaylist, number: int, offset_s: float) -> Image.Image | None:
    data = rendition.init.read_bytes() + rendition.segments[number].path.read_bytes()
    with av.open(io.BytesIO(data), mode="r", format="mp4") as opened:
        first_s: Fraction | None = None
        for frame in opened.decode(video=0):
            if frame.pts is None or frame.time_base is None:
                continue
            now_s = frame.pts * frame.time_base
            first_s = now_s if first_s is None else first_s
            if now_s - first_s >= offset_s:
                return frame.to_image()
    return None
