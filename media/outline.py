"""How a lecture is divided and what is said in it: chapters and transcript, as they are read."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from .captions import Cue, plain, speaker_of, timestamp
from .models import Lecture

# Chapters proposed from slides: no shorter than this, and no more of them.
LEAST_CHAPTER_S = 30.0
MOST_PROPOSED = 30
_HEADING_CHARACTERS = 90
# A new paragraph begins after such a pause, or at the end of a sentence that makes it this long.
PAUSE_S = 2.0
PARAGRAPH_CHARACTERS = 450
_SENTENCE_ENDS = re.compile(r"[.!?…؟。]['\"»”’)]*$")


@dataclass(frozen=True)
class Mark:
    """A chapter: the second it begins at and its title."""

    start_s: float
    title: str


def chapters_of(lecture: Lecture) -> list[Mark]:
    """The chapters an author has set; where there are none, those read from the slides' words."""
    saved = [Mark(c.start_s, c.title) for c in lecture.chapters.order_by("start_s")]
    return saved or proposed_chapters(lecture, named_only=True)


def proposed_chapters(lecture: Lecture, *, named_only: bool = False) -> list[Mark]:
    """A chapter for each slide with a heading of its own, none shorter than half a minute.

    Slides whose words could not be read get a number, or are left out with `named_only`.
    """
    marks: list[Mark] = []
    before = ""
    for number, slide in enumerate(lecture.stills.get("slides", []), start=1):
        title = heading(slide["text"])
        if not title:
            if named_only:
                continue
            title = _("Slide %(number)s") % {"number": number}
        is_same, before = title == before, title
        if marks and (is_same or slide["start_s"] - marks[-1].start_s < LEAST_CHAPTER_S):
            continue
        marks.append(Mark(slide["start_s"], title))
    if len(marks) < 2:
        return []
    step = -(-len(marks) // MOST_PROPOSED)
    return marks[::step]


def heading(text: str) -> str:
    """The heading of a slide: its first line that has a word in it."""
    for line in text.splitlines():
        words = line.strip(" .·•–—-|_:;,")
        if re.search(r"[^\W\d_]{3}", words):
            return words[:_HEADING_CHARACTERS].strip()
    return ""


def chapters_webvtt(marks: list[Mark], *, duration_s: float) -> str:
    """The chapters as a WebVTT chapters track; without a cue where there are none."""
    blocks = ["WEBVTT\n"]
    for number, mark in enumerate(marks):
        following = marks[number + 1 : number + 2]
        end_s = following[0].start_s if following else max(duration_s, mark.start_s + 1)
        title = mark.title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        title = " ".join(title.split())
        blocks.append(f"{timestamp(mark.start_s)} --> {timestamp(end_s)}\n{title}\n")
    return "\n".join(blocks)


@dataclass(frozen=True)
class Piece:
    """Words that are said from a second on."""

    start_s: float
    words: str


@dataclass
class Paragraph:
    """What is said in one go by one person; `slide` is the slide that appears above it, if any."""

    start_s: float
    end_s: float
    speaker: str = ""
    pieces: list[Piece] = field(default_factory=list)
    slide: dict[str, Any] | None = None
    chapter: str = ""


def transcript(
    cues: list[Cue], *, slides: list[dict[str, Any]], marks: list[Mark]
) -> list[Paragraph]:
    """Captions as paragraphs to read, with the slides and chapter headings where they belong."""
    paragraphs: list[Paragraph] = []
    waiting_slides = sorted(slides, key=lambda slide: slide["start_s"])
    waiting_marks = sorted(marks, key=lambda mark: mark.start_s)
    length = 0
    for cue in cues:
        words = " ".join(plain(cue.text).split())
        if not words:
            continue
        speaker = speaker_of(cue.text)
        # What begins while a sentence is being said stands before the next one.
        slide_comes = bool(waiting_slides) and _has_begun(waiting_slides[0]["start_s"], cue)
        mark_comes = bool(waiting_marks) and _has_begun(waiting_marks[0].start_s, cue)
        last = paragraphs[-1] if paragraphs else None
        if last is None or slide_comes or mark_comes or _parts(last, length, cue, speaker):
            last = Paragraph(start_s=cue.start_s, end_s=cue.end_s, speaker=speaker)
            length = 0
            if slide_comes:
                last.slide = _newest(waiting_slides, cue)
            while waiting_marks and _has_begun(waiting_marks[0].start_s, cue):
                last.chapter = waiting_marks.pop(0).title
            paragraphs.append(last)
        last.pieces.append(Piece(cue.start_s, words))
        last.end_s = max(last.end_s, cue.end_s)
        length += len(words)
    return paragraphs


def _has_begun(start_s: float, cue: Cue) -> bool:
    return start_s <= (cue.start_s + cue.end_s) / 2


def _newest(waiting: list[dict[str, Any]], cue: Cue) -> dict[str, Any]:
    """Take all slides that have begun; show the last that stayed while something was said."""
    found = waiting.pop(0)
    while waiting and _has_begun(waiting[0]["start_s"], cue):
        found = waiting.pop(0)
    return found


def _parts(last: Paragraph, length: int, cue: Cue, speaker: str) -> bool:
    """Whether a new paragraph begins with this cue."""
    if speaker != last.speaker or cue.start_s - last.end_s >= PAUSE_S:
        return True
    return length >= PARAGRAPH_CHARACTERS and bool(_SENTENCE_ENDS.search(last.pieces[-1].words))
