"""Captions from any common file, as one kind of cue, stored as plain and safe WebVTT."""

from .decoding import decode
from .markup import plain, speaker_of
from .model import MAX_CHARACTERS, Cue, Fault, InvalidCaptions
from .reading import normalised, parse, read, to_srt, to_webvtt
from .times import shifted, timestamp

__all__ = [
    "MAX_CHARACTERS",
    "Cue",
    "Fault",
    "InvalidCaptions",
    "decode",
    "normalised",
    "parse",
    "plain",
    "read",
    "shifted",
    "speaker_of",
    "timestamp",
    "to_srt",
    "to_webvtt",
]
