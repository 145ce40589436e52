"""A digital phantom: teaching pictures made by code, with true densities and planted findings.

Nobody's body is in these pictures. ``render`` gives a picture by its scene key, ``hounsfield`` the
CT numbers behind it, ``regions`` where in it a finding or organ can be measured.
Orientation follows radiological convention: the patient's right is on the left of the picture.
"""

from .scenes import (
    CT_SCENES,
    SCENES,
    UnknownScene,
    hounsfield,
    regions,
    render,
    spacing_mm,
)

__all__ = [
    "CT_SCENES",
    "SCENES",
    "UnknownScene",
    "hounsfield",
    "regions",
    "render",
    "spacing_mm",
]
