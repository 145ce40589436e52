"""The list of pictures by name, and how each is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from PIL import Image

from . import abdomen, ct_chest, ct_head, mr, physics, radiograph, ultrasound, windows
from .shapes import Canvas
from .windows import Window

CtScene = tuple[Callable[[], Canvas], Window]

VENOUS_ABDOMEN = {
    "blood": 160, "liver": 108, "spleen": 118, "kidney": 185, "pancreas": 96, "bowel wall": 92,
    "vein enhanced": 165, "muscle": 62,
}  # fmt: skip

_head = ct_head.normal
_CT: dict[str, CtScene] = {
    "ct-head/normal/brain": (_head, windows.BRAIN),
    "ct-head/normal/bone": (partial(_head, "bone"), windows.BONE),
    "ct-head/normal/wide": (_head, windows.HEAD_WIDE),
    "ct-head/epidural/brain": (ct_head.epidural, windows.BRAIN),
    "ct-head/epidural/bone": (partial(ct_head.epidural, "bone"), windows.BONE),
    "ct-head/subdural/brain": (ct_head.subdural, windows.BRAIN),
    "ct-head/subdural/subdural": (ct_head.subdural, windows.SUBDURAL),
    "ct-head/mca/brain": (ct_head.mca_clot, windows.BRAIN),
    "ct-head/mca/stroke": (ct_head.mca_territory, windows.STROKE),
    "ct-chest/normal/lung": (partial(ct_chest.normal, "lung"), windows.LUNG),
    "ct-chest/normal/mediastinum": (ct_chest.normal, windows.MEDIASTINUM),
    "ct-chest/nodule/lung": (partial(ct_chest.nodule, "lung"), windows.LUNG),
    "ct-chest/nodule/mediastinum": (ct_chest.nodule, windows.MEDIASTINUM),
    "ct-chest/embolism/angio": (ct_chest.embolism, windows.ANGIO),
    "ct-chest/embolism/mediastinum": (ct_chest.embolism, windows.MEDIASTINUM),
    "ct-chest/dissection/angio": (ct_chest.dissection, windows.ANGIO),
    "ct-chest/dissection/lower": (partial(ct_chest.dissection, "cardiac"), windows.ANGIO),
    "ct-abdomen/stone/wide": (partial(abdomen.scene, stone=True), windows.ABDOMEN_WIDE),
    "ct-abdomen/stone/soft": (partial(abdomen.scene, stone=True), windows.SOFT_TISSUE),
    "ct-abdomen/normal/soft": (
        partial(abdomen.scene, stone=False, values=VENOUS_ABDOMEN),
        windows.SOFT_TISSUE,
    ),
    "physics/hounsfield-scale": (physics.hounsfield_scale, Window(0, 2400)),
    "physics/window-lung": (ct_chest.normal, windows.LUNG),
    "physics/window-soft": (ct_chest.normal, windows.MEDIASTINUM),
    "physics/window-bone": (ct_chest.normal, windows.BONE),
}
_OTHER: dict[str, Callable[[], Image.Image]] = {
    "mr-head/ms/flair": partial(mr.multiple_sclerosis, "flair"),
    "mr-head/ms/t1c": partial(mr.multiple_sclerosis, "t1c"),
    "mr-head/meningioma/t2": partial(mr.meningioma, "t2"),
    "mr-head/meningioma/t1c": partial(mr.meningioma, "t1c"),
    **{f"dx-chest/{f}/pa": partial(radiograph.render, f) for f in radiograph.FINDINGS},
    "us-abdomen/gallstone/long": ultrasound.gallstone_long,
    "us-abdomen/gallstone/trans": ultrasound.gallstone_trans,
    "pydicom/ct-small": physics.ct_small,
    "pydicom/mr-small": physics.mr_small,
    "pydicom/us-echo": physics.us_echo,
}

SCENES: tuple[str, ...] = (*_CT, *_OTHER)
CT_SCENES: tuple[str, ...] = tuple(_CT)


class UnknownScene(KeyError):
    """No picture has this name."""


def _maker_key(scene: str) -> str:
    if scene not in _CT:
        raise UnknownScene(scene)
    maker = _CT[scene][0]
    return next(name for name, (other, _) in _CT.items() if _same(other, maker))


def _same(one: Callable, other: Callable) -> bool:
    if isinstance(one, partial) and isinstance(other, partial):
        return (one.func, one.args, one.keywords) == (other.func, other.args, other.keywords)
    return one is other


class _Slice(NamedTuple):
    image: np.ndarray
    marks: dict[str, tuple[float, float, float]]
    origin_mm: tuple[float, float]
    spacing_mm: float


@lru_cache(maxsize=24)
def _slice(key: str) -> _Slice:
    canvas = _CT[key][0]()
    canvas.image.setflags(write=False)
    return _Slice(canvas.image, canvas.marks, canvas.origin_mm, canvas.spacing_mm)


def hounsfield(scene: str) -> np.ndarray:
    """CT numbers (HU, float32, rows by columns, read-only) of a CT scene.

    Raises :class:`UnknownScene` for a name outside :data:`CT_SCENES`.
    """
    return _slice(_maker_key(scene)).image


def regions(scene: str) -> dict[str, tuple[float, float, float]]:
    """Named circles of a CT scene in pixels: (row, column, radius)."""
    found = _slice(_maker_key(scene))
    left, top = found.origin_mm
    pixel = found.spacing_mm
    return {
        name: ((y - top) / pixel, (x - left) / pixel, radius / pixel)
        for name, (x, y, radius) in found.marks.items()
    }


def spacing_mm(scene: str) -> float:
    """Size of a pixel of a CT scene."""
    return _slice(_maker_key(scene)).spacing_mm


def render(scene: str) -> Image.Image:
    """The picture called ``scene``: mode L (RGB for the colour echocardiogram), long side 1024 px.

    The same name gives the same pixels on every call. Raises :class:`UnknownScene`.
    """
    if scene in _CT:
        return windows.picture(hounsfield(scene), _CT[scene][1])
    if scene in _OTHER:
        return _OTHER[scene]()
    raise UnknownScene(scene)
