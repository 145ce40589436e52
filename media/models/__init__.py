"""The rows of lectures: one module per concern, one name to import from."""

from .lectures import (
    Caption,
    Lecture,
    LectureState,
    Rendition,
    Stage,
    StageKind,
    original_path,
    private_storage,
)
from .watching import WatchRecord

__all__ = [
    "Caption",
    "Lecture",
    "LectureState",
    "Rendition",
    "Stage",
    "StageKind",
    "WatchRecord",
    "original_path",
    "private_storage",
]
