"""Question files of other systems: GIFT and Moodle XML, in and out. Pure: no database.

A file becomes `Draft`s: an item type, its content, and notes of what the format says and we can't.
"""

from .drafts import Draft, NotAQuestionFile, Note, Parsed, Picture, Skipped
from .formats import FORMATS, format_of, parse, write

__all__ = [
    "FORMATS",
    "Draft",
    "NotAQuestionFile",
    "Note",
    "Parsed",
    "Picture",
    "Skipped",
    "format_of",
    "parse",
    "write",
]
