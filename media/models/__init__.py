"""The rows of lectures: one module per concern, one name to import from."""

from .decks import SlideDeck
from .lectures import (
    Caption,
    Lecture,
    LectureState,
    Rendition,
    Stage,
    StageKind,
    Visibility,
    original_path,
    private_storage,
)
from .outline import Chapter
from .uploads import Upload
from .watching import Bookmark, WatchRecord

__all__ = [
    "Bookmark",
    "Caption",
    "Chapter",
    "Lecture",
    "LectureState",
    "Rendition",
    "SlideDeck",
    "Stage",
    "StageKind",
    "Upload",
    "Visibility",
    "WatchRecord",
    "original_path",
    "private_storage",
]
