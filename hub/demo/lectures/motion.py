"""Moving pictures: a window that travels over a CT slice, and a slow zoom.

A window is moved over Hounsfield units, not over grey levels: the slice is put together again
from pictures of it in several windows, each of which is exact where it is neither black nor white.
The grey level follows the linear window of DICOM PS3.3 C.11.2.1.2.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from hub.demo.lectures.script import Motion, WindowSetting, WindowSource, WindowSweep, Zoom

RenderScene = Callable[[str], Image.Image]

_WHITE = 255


@dataclass(frozen=True)
class MovingFrame:
    """A picture, the label that stands over it, and for how many frames of the film it is seen."""

    picture: Image.Image
    label: str
    frames: int


def moving_frames(
    *, motion: Motion, scene: str, render_scene: RenderScene, frames_per_s: int
) -> list[MovingFrame]:
    """Return the frames of a motion; the last one stands for as long as the slide does."""
    hold = round(motion.hold_s * frames_per_s)
    move = round(motion.move_s * frames_per_s)
    if isinstance(motion, Zoom):
        return _zoom_frames(zoom=motion, picture=render_scene(scene), hold=hold, move=move)
    return _sweep_frames(sweep=motion, render_scene=render_scene, hold=hold, move=move)


def hounsfield_slice(*, sources: tuple[WindowSource, ...], render_scene: RenderScene) -> np.ndarray:
    """Recover Hounsfield units, float32 of shape (rows, columns), from windowed pictures.

    Every pixel takes its value from the narrowest window in which it is neither black nor white,
    so the step is that window's width / 255; values outside every window are clipped.
    """
    widest_first = sorted(sources, key=lambda source: -source.window.width_hu)
    slice_hu: np.ndarray = np.empty(0, dtype=np.float32)
    for source in widest_first:
        grey = np.asarray(render_scene(source.scene).convert("L"), dtype=np.float32)
        share = grey / _WHITE - 0.5
        values_hu = share * (source.window.width_hu - 1) + source.window.centre_hu - 0.5
        if not slice_hu.size:
            slice_hu = values_hu
            continue
        exact = (grey > 0) & (grey < _WHITE)
        slice_hu = np.where(exact, values_hu, slice_hu)
    return slice_hu


def windowed(*, slice_hu: np.ndarray, window: WindowSetting) -> Image.Image:
    """Show Hounsfield units through a window as 8-bit grey levels."""
    share = (slice_hu - (window.centre_hu - 0.5)) / (window.width_hu - 1) + 0.5
    return Image.fromarray(np.rint(np.clip(share, 0, 1) * _WHITE).astype(np.uint8))


def _sweep_frames(
    *, sweep: WindowSweep, render_scene: RenderScene, hold: int, move: int
) -> list[MovingFrame]:
    slice_hu = hounsfield_slice(sources=sweep.sources, render_scene=render_scene)
    settings = [(sweep.stops[0], hold)]
    for start, stop in zip(sweep.stops, sweep.stops[1:], strict=False):
        settings += [(_between(start, stop, _eased(step / move)), 1) for step in range(1, move)]
        settings.append((stop, hold))
    # The film itself keeps the last frame until the slide ends.
    settings[-1] = (sweep.stops[-1], 1)
    return [
        MovingFrame(windowed(slice_hu=slice_hu, window=window), window.label, frames)
        for window, frames in settings
    ]


def _zoom_frames(*, zoom: Zoom, picture: Image.Image, hold: int, move: int) -> list[MovingFrame]:
    shares = [(0.0, hold), *((_eased(step / move), 1) for step in range(1, move)), (1.0, 1)]
    return [MovingFrame(_zoomed(zoom, picture, share), "", frames) for share, frames in shares]


def _zoomed(zoom: Zoom, picture: Image.Image, share: float) -> Image.Image:
    factor = zoom.factor**share
    width, height = picture.width / factor, picture.height / factor
    left = (zoom.x * picture.width - width / 2) * share
    top = (zoom.y * picture.height - height / 2) * share
    left = min(max(left, 0), picture.width - width)
    top = min(max(top, 0), picture.height - height)
    return picture.resize(
        picture.size, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height)
    )


def _between(start: WindowSetting, stop: WindowSetting, share: float) -> WindowSetting:
    return WindowSetting(
        centre_hu=start.centre_hu + share * (stop.centre_hu - start.centre_hu),
        width_hu=start.width_hu * (stop.width_hu / start.width_hu) ** share,
    )


def _eased(share: float) -> float:
    """Start and end a movement gently."""
    return share * share * (3 - 2 * share)
