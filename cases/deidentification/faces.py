"""The face in the CT or MR volume of a head: where it lies, and what of it is to be overwritten.

A plane parts the face from the brain, as in Quickshear (N. Schimke, J. Hale: Quickshear defacing
for neuroimages, 2nd USENIX Workshop on Health Security and Privacy, 2011). Their plane rests on a
brain mask; ours rests on the outline of the head, because no simple brain extraction works on CT
and on every MR contrast alike. A rough brain mask only forbids: what it holds is not overwritten,
as in A. Bischoff-Grethe et al., A technique for the deidentification of structural brain MR images
(Human Brain Mapping 28, 2007, 892-903).

Lengths are millimetres in the patient's coordinates: x to the left, y to the back, z to the head
(PS3.3, C.7.6.2.1.1). Plain numpy on a coarse grid [slice, row, column].
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from .shells import dilated, eroded, largest_part, part_around, solid

# Of the grid that the head is found on, about.
COARSE_MM = 2.5
# Between air and fat, in Hounsfield units; brain lies between water and clotted blood.
_CT_TISSUE_HU = -300.0
_CT_BRAIN_HU = (-5.0, 110.0)
# Of the way from dark to bright; S. Smith, Human Brain Mapping 17, 2002, 143-155.
_MR_TISSUE = 0.1
# Proportions of a head, by its length from forehead to occiput (about 190 mm of an adult). The
# plane begins above the eyebrows and goes back by half of what it goes down, to the mouth's depth.
_FOREHEAD = (0.15, 0.38)
_SLOPE = 0.5
_DEEPEST = 0.30
_CHIN = 0.95
_HALF_WIDTH = 0.35
_LENGTHS_MM = (100.0, 270.0)
_WIDTHS = (0.5, 1.15)
# A head whose top is cut off begins with a wide slice, of its widest.
_MOST_TOP = 0.5
# What tissue takes of the place of a face in front of the plane; an intact face takes a half.
_FACELESS = 0.12
# A nose stands out in front of the forehead; where none does, somebody overwrote it before.
_NOSE = (0.5, 0.85)
_NOSE_MM = 15.0
# No brain lies lower; below, neck and jaw hang together with it.
_BRAIN_ENDS = 0.62
_PEEL_MM = 7.5
_SPARE_MM = 5.0


class Trouble(StrEnum):
    """Why no face is overwritten; stored, so names never change once released."""

    NO_GEOMETRY = "NO_GEOMETRY"
    NO_HEAD = "NO_HEAD"
    TOP_MISSING = "TOP_MISSING"
    FACE_OUTSIDE = "FACE_OUTSIDE"
    FACE_GONE = "FACE_GONE"


def _(sentence: str) -> str:
    """Mark a sentence for ``makemessages``; whoever shows it translates it."""
    return sentence


TROUBLE_SENTENCES: dict[Trouble, str] = {
    Trouble.NO_GEOMETRY: _("The slices do not say where they lie, so no face can be found."),
    Trouble.NO_HEAD: _("These slices do not look like a head."),
    Trouble.TOP_MISSING: _(
        "The top of the head is not on these slices. Without it the face can't be told from the "
        "brain."
    ),
    Trouble.FACE_OUTSIDE: _("The face is not on these slices."),
    Trouble.FACE_GONE: _("There is no face on these slices: somebody has overwritten it before."),
}


class NoFace(Exception):
    """There is nothing to overwrite, or no telling where."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(trouble.value)


@dataclass(frozen=True)
class Volume:
    """A stack on a coarse grid, and where its true pixels lie.

    `values` holds the mean of each block of `stride` × `stride` pixels of every `slice_stride`-th
    slice, in the modality's unit. `corners` are the positions of all slices; `row_step` and
    `column_step` lead from one pixel to the next below and to the right.
    """

    values: np.ndarray
    is_ct: bool
    stride: int
    slice_stride: int
    corners: np.ndarray
    row_step: np.ndarray
    column_step: np.ndarray

    def axis_positions(self, axis: int) -> np.ndarray:
        """The patient's coordinate `axis` of every coarse voxel."""
        slices, rows, columns = self.values.shape
        middle = (self.stride - 1) / 2
        corner = self.corners[:: self.slice_stride, axis][:slices, None, None]
        down = (np.arange(rows) * self.stride + middle)[None, :, None] * self.row_step[axis]
        right = (np.arange(columns) * self.stride + middle)[None, None, :] * self.column_step[axis]
        return corner + down + right

    def spacing(self) -> tuple[float, float, float]:
        """Distances of the coarse voxels along the array's axes."""
        apart = self.corners[:: self.slice_stride]
        return (
            float(np.linalg.norm(apart[-1] - apart[0]) / max(1, len(apart) - 1)),
            float(np.linalg.norm(self.row_step)) * self.stride,
            float(np.linalg.norm(self.column_step)) * self.stride,
        )

    def upright(self, array: np.ndarray) -> np.ndarray:
        """A coarse array turned to [z from the top, y from the front, x from the right]."""
        apart = self.corners[-1] - self.corners[0]
        steps = np.stack([apart, self.row_step, self.column_step])
        towards = np.abs(steps / np.linalg.norm(steps, axis=1, keepdims=True))
        order = [int(towards[:, axis].argmax()) for axis in (2, 1, 0)]
        if len(set(order)) != 3:
            raise NoFace(Trouble.NO_GEOMETRY)
        turned = array.transpose(order)
        backwards = [
            (steps[order[0], 2] > 0),
            (steps[order[1], 1] < 0),
            (steps[order[2], 0] < 0),
        ]
        return turned[tuple(slice(None, None, -1 if turn else 1) for turn in backwards)]


@dataclass(frozen=True)
class Face:
    """What is to be overwritten: all in front of the plane, save for what may be brain.

    `from_z` is the height where it begins, `front_y` the forehead's, `length` the head's;
    `advance` moves the plane forward. `tissue` and `spared` lie on the volume's coarse grid.
    """

    volume: Volume
    from_z: float
    front_y: float
    length: float
    advance: float
    tissue: np.ndarray
    spared: np.ndarray
    facts: dict[str, Any]

    def in_front(self, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Whether points at these coordinates lie in front of the plane."""
        below = self.from_z - z
        depth = np.minimum(_SLOPE * below, _DEEPEST * self.length) - self.advance
        return (below > 0) & (y - self.front_y < depth)

    def covered(self) -> np.ndarray:
        """The coarse voxels to be overwritten."""
        volume = self.volume
        return self.in_front(volume.axis_positions(1), volume.axis_positions(2)) & ~self.spared

    def mask(self, number: int, rows: int, columns: int) -> np.ndarray:
        """The pixels of slice `number` (from 0) to be overwritten, in full resolution."""
        volume = self.volume
        y, z = (
            volume.corners[number, axis]
            + np.arange(rows)[:, None] * volume.row_step[axis]
            + np.arange(columns)[None, :] * volume.column_step[axis]
            for axis in (1, 2)
        )
        spared = self.spared[min(round(number / volume.slice_stride), len(self.spared) - 1)]
        down = np.minimum(np.arange(rows) // volume.stride, spared.shape[0] - 1)
        right = np.minimum(np.arange(columns) // volume.stride, spared.shape[1] - 1)
        return self.in_front(y, z) & ~spared[np.ix_(down, right)]


def find_face(volume: Volume, *, advance_mm: float = 0.0) -> Face:
    """Lay the plane. Raises `NoFace`."""
    volume.upright(volume.values)  # or the axes can't be told apart
    tissue = _tissue(volume)
    y, z = (np.broadcast_to(volume.axis_positions(axis), tissue.shape) for axis in (1, 2))
    top, length, front = _measure(volume, tissue, y, z)
    from_z = top - _FOREHEAD[1] * length
    if float(z.min()) > from_z - 0.2 * length:
        raise NoFace(Trouble.FACE_OUTSIDE)
    face = Face(
        volume=volume,
        from_z=from_z,
        front_y=front,
        length=length,
        advance=advance_mm,
        tissue=tissue,
        spared=_brain(volume, tissue, z, top=top, length=length),
        facts={},
    )
    x = volume.axis_positions(0)
    middle = float(np.median(np.broadcast_to(x, tissue.shape)[tissue]))
    place = face.in_front(y, z) & (z > top - _CHIN * length) & (y > front - 0.02 * length)
    place &= np.abs(x - middle) < _HALF_WIDTH * length
    share = float(tissue[place].mean()) if place.any() else 0.0
    if share < _FACELESS:
        raise NoFace(Trouble.FACE_GONE)
    in_front = face.in_front(y, z)
    nose = tissue & (np.abs(x - middle) < _NOSE_MM)
    nose &= (z < top - _NOSE[0] * length) & (z > top - _NOSE[1] * length)
    face.facts.update(
        length_mm=round(length),
        advance_mm=round(advance_mm),
        face_share=round(share, 3),
        nose_mm=round(front - float(np.percentile(y[nose], 1))) if nose.any() else 0,
        overwritten_ml=round(float((tissue & face.covered()).sum() * _voxel_ml(volume))),
        spared_ml=round(float((tissue & in_front & face.spared).sum() * _voxel_ml(volume))),
    )
    return face


def _voxel_ml(volume: Volume) -> float:
    return float(np.prod(volume.spacing())) / 1000


def _tissue(volume: Volume) -> np.ndarray:
    """The head without table and noise: what is denser than air, in one piece."""
    values = volume.values
    if volume.is_ct:
        threshold = _CT_TISSUE_HU
    else:
        dark, bright = np.percentile(values, (2, 98))
        threshold = dark + _MR_TISSUE * (bright - dark)
    found = values > threshold
    # What hangs together by a thread (a head rest, a fold of the pillow) is cut off.
    core = largest_part(eroded(found))
    if not core.any():
        raise NoFace(Trouble.NO_HEAD)
    return dilated(core) & found


def _measure(
    volume: Volume, tissue: np.ndarray, y: np.ndarray, z: np.ndarray
) -> tuple[float, float, float]:
    """The heights of the vertex, the head's length, and where the forehead begins."""
    areas = volume.upright(tissue).sum(axis=(1, 2))
    if areas[0] > _MOST_TOP * areas.max():
        raise NoFace(Trouble.TOP_MISSING)
    top = float(z[tissue].max())
    x = np.broadcast_to(volume.axis_positions(0), tissue.shape)
    length = 0.0
    # The length is measured at heights that depend on it: twice is enough.
    low, high = 15.0, 100.0
    for _round in range(2):
        band = tissue & (z < top - low) & (z > top - high)
        if not band.any():
            raise NoFace(Trouble.NO_HEAD)
        front, back = np.percentile(y[band], (0.2, 99.8))
        length = float(back - front)
        low, high = _FOREHEAD[0] * length, _FOREHEAD[1] * length
    right, left = np.percentile(x[band], (0.2, 99.8))
    is_head = _LENGTHS_MM[0] < length < _LENGTHS_MM[1]
    if not is_head or not _WIDTHS[0] < (left - right) / length < _WIDTHS[1]:
        raise NoFace(Trouble.NO_HEAD)
    return top, length, float(front)


def _brain(
    volume: Volume, tissue: np.ndarray, z: np.ndarray, *, top: float, length: float
) -> np.ndarray:
    """What may be brain, and a margin: the inner part after peeling (erode, keep one, dilate)."""
    wanted = tissue & (z > top - _BRAIN_ENDS * length)
    if volume.is_ct:
        low, high = _CT_BRAIN_HU
        wanted &= (volume.values > low) & (volume.values < high)
    step = float(np.mean(volume.spacing()))
    peel = max(1, round(_PEEL_MM / step))
    inner = wanted
    for _layer in range(peel):
        inner = eroded(inner)
    # Beside the skin's and the face's leftovers, brain is what lies in the middle of the skull.
    inner = part_around(inner)
    if not inner.any():
        return inner
    brain = solid(inner)
    # Peeling rounds corners off, which come back with two layers more.
    for _layer in range(peel + 2):
        brain = dilated(brain) & wanted
    for _layer in range(max(1, round(_SPARE_MM / step))):
        brain = dilated(brain)
    return brain
