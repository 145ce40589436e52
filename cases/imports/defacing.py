"""De-facing of published stacks: their volume, pictures before and after, files overwritten."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset

from cases.deidentification.faces import COARSE_MM, Face, NoFace, Trouble, Volume
from cases.deidentification.instance import write_instance
from cases.deidentification.pixels import decoded_frame, overwrite, state_faceless
from cases.deidentification.quiet import without_echo

from .pictures import save_webp

VIEWS = ("front", "side", "middle")
_CT_AIR_HU = -1000.0
_LONGEST_PX = 360
_PAPER = 14
# Where the light comes from, on the observer's side: left, above, in front.
_LIGHT = np.array([-0.35, -0.45, 0.82])

# Tells how far one is (0-1); raises to stop.
OnProgress = Callable[[float], None]


def load_volume(
    index: Mapping[str, Any], directory: Path, *, phases: int, is_ct: bool, on_progress: OnProgress
) -> Volume:
    """The stack's first phase on a coarse grid. Raises `NoFace`, `Refused`."""
    frames = index["frames"][: len(index["frames"]) // max(1, phases)]
    first = frames[0]
    if len(frames) < 2 or not first["spacing"] or not first["orientation"]:
        raise NoFace(Trouble.NO_GEOMETRY)
    if any(frame["position"] is None for frame in frames):
        raise NoFace(Trouble.NO_GEOMETRY)
    corners = np.array([frame["position"] for frame in frames], dtype=float)
    apart = float(np.linalg.norm(corners[-1] - corners[0])) / (len(frames) - 1)
    stride = max(1, round(COARSE_MM / min(first["spacing"])))
    slice_stride = max(1, round(COARSE_MM / max(apart, 1e-3)))
    kept = []
    for number in range(0, len(frames), slice_stride):
        on_progress(number / len(frames))
        kept.append(_coarse(_values(directory, frames[number]), stride))
    row, column = np.array(first["orientation"][:3]), np.array(first["orientation"][3:])
    return Volume(
        values=np.stack(kept),
        is_ct=is_ct,
        stride=stride,
        slice_stride=slice_stride,
        corners=corners,
        row_step=column * first["spacing"][0],
        column_step=row * first["spacing"][1],
    )


def _values(directory: Path, frame: Mapping[str, Any]) -> np.ndarray:
    with without_echo():
        dataset = dcmread(directory / frame["file"])
    slope, intercept = frame["rescale"]
    return decoded_frame(dataset, frame["frame"]).astype(np.float32) * slope + intercept


def _coarse(values: np.ndarray, stride: int) -> np.ndarray:
    rows, columns = (length // stride for length in values.shape[:2])
    if not rows or not columns or values.ndim != 2:
        raise NoFace(Trouble.NO_GEOMETRY)
    blocks = values[: rows * stride, : columns * stride].reshape(rows, stride, columns, stride)
    return blocks.mean(axis=(1, 3), dtype=np.float32)


def draw_views(face: Face, into: Path) -> None:
    """Write before-front.webp … after-middle.webp: two surfaces, and the slice in the middle."""
    into.mkdir(parents=True)
    covered = face.covered()
    volume = face.volume
    for moment, tissue in (("before", face.tissue), ("after", face.tissue & ~covered)):
        upright = volume.upright(tissue)
        _save(_surface(upright, 1), volume, (0, 2), into / f"{moment}-front.webp")
        _save(_surface(upright, 2), volume, (0, 1), into / f"{moment}-side.webp")
        values = np.where(covered, volume.values.min(), volume.values)
        shown = volume.upright(values if moment == "after" else volume.values)
        middle = int(np.argwhere(volume.upright(face.tissue).any(axis=(0, 1))).mean())
        _save(
            _windowed(shown[:, :, middle], volume), volume, (0, 1), into / f"{moment}-middle.webp"
        )


def _surface(upright: np.ndarray, axis: int) -> np.ndarray:
    """What a light shows of the surface, seen along an axis from the low end. 8 bits."""
    hit = upright.any(axis=axis)
    depth = np.where(hit, upright.argmax(axis=axis), upright.shape[axis]).astype(np.float32)
    # A voxel's steps are no relief: neighbours are averaged where there is a surface.
    padded = np.pad(depth, 1, mode="edge")
    smooth = sum(
        padded[1 + down : padded.shape[0] - 1 + down, 1 + right : padded.shape[1] - 1 + right]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    ) / np.float32(9)
    depth = np.where(hit, smooth, depth)
    down, right = np.gradient(depth)
    normal = np.stack([-right, -down, np.ones_like(depth)], axis=-1)
    # The surface faces whoever looks: away from growing depth.
    normal[..., :2] *= -1
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    light = np.clip((normal * _LIGHT / np.linalg.norm(_LIGHT)).sum(axis=-1), 0, 1)
    return np.where(hit, 40 + 215 * light, _PAPER).astype(np.uint8)


def _windowed(plane: np.ndarray, volume: Volume) -> np.ndarray:
    low, high = (-60.0, 140.0) if volume.is_ct else np.percentile(volume.values, (5, 99.5))
    return np.clip((plane - low) * (255 / max(high - low, 1e-6)), 0, 255).astype(np.uint8)


def _save(pixels: np.ndarray, volume: Volume, axes: tuple[int, int], path: Path) -> None:
    """In true proportions: `axes` of the upright array are down and right."""
    height, width = (
        pixels.shape[at] * _upright_spacing(volume)[axis] for at, axis in enumerate(axes)
    )
    scale = _LONGEST_PX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    save_webp(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC), path)


def _upright_spacing(volume: Volume) -> tuple[float, ...]:
    marked = np.empty((2, 3, 4), dtype=np.int8)
    shape = volume.upright(marked).shape
    return tuple(volume.spacing()[marked.shape.index(length)] for length in shape)


def overwritten_files(
    face: Face, index: Mapping[str, Any], directory: Path, into: Path, *, on_progress: OnProgress
) -> Iterator[tuple[str, Path]]:
    """Write every instance of the stack anew with the face overwritten; UIDs and files."""
    into.mkdir(parents=True)
    frames = index["frames"]
    slices = len(face.volume.corners)
    slice_of: dict[str, dict[int, int]] = {}
    files: dict[str, str] = {}
    for number, frame in enumerate(frames):
        files[frame["sop"]] = frame["file"]
        slice_of.setdefault(frame["sop"], {})[frame["frame"]] = number % slices
    for done, (uid, name) in enumerate(files.items()):
        on_progress(done / len(files))
        with without_echo():
            dataset = dcmread(directory / name)
        _overwrite(dataset, face, slice_of[uid], index)
        write_instance(dataset, into / name)
        yield uid, into / name


def _overwrite(
    dataset: Dataset, face: Face, slices: Mapping[int, int], index: Mapping[str, Any]
) -> None:
    rows, columns = index["rows"], index["columns"]
    overwrite(dataset, lambda frame: face.mask(slices[frame], rows, columns))
    state_faceless(dataset)
