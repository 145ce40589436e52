"""One door for captions in any of the formats: what it is, is told by what it holds."""

import re

from django.utils.translation import gettext as _

from .ass import parse_ass
from .decoding import decode
from .markup import plain
from .model import MAX_CHARACTERS, Cue, Fault, InvalidCaptions
from .srt import TIMING, parse_srt
from .times import timestamp
from .ttml import parse_ttml
from .vtt import parse_vtt

_SCRIPT = re.compile(
    r"^\s*\[(?:script info|v4\+? styles|events)\]\s*$", re.IGNORECASE | re.MULTILINE
)
_TIMED_TEXT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,40}:)?tt[\s>]")
# Enough to see what a file is.
_HEAD = 20_000


def parse(text: str) -> list[Cue]:
    """The cues of captions in WebVTT, SubRip, (A)SSA or TTML, in order of time.

    Raises `InvalidCaptions` with every fault found, by line.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidCaptions([Fault(1, _("These captions are too long for one lecture."))])
    tidied = tidied_text(text)
    head = tidied[:_HEAD]
    if not head.startswith("WEBVTT"):
        if _TIMED_TEXT.search(head):
            return parse_ttml(tidied)
        if _SCRIPT.search(head):
            return parse_ass(tidied)
        if any(TIMING.fullmatch(line) and "," in line for line in head.split("\n")):
            return parse_srt(tidied)
    return parse_vtt(tidied)


def read(data: bytes, *, language: str = "en") -> list[Cue]:
    """The cues of a file. Raises `InvalidCaptions`."""
    # A character takes at most four bytes, in the worst of encodings.
    if len(data) > 4 * MAX_CHARACTERS:
        raise InvalidCaptions([Fault(1, _("These captions are too long for one lecture."))])
    return parse(decode(data, language=language))


def normalised(text: str) -> str:
    """Captions in any of the formats as the WebVTT that is stored. Raises `InvalidCaptions`."""
    return to_webvtt(parse(text))


def to_webvtt(cues: list[Cue]) -> str:
    """WebVTT of cues; parsed again, they are the same."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        settings = f" {cue.settings}" if cue.settings else ""
        blocks.append(
            f"{timestamp(cue.start_s)} --> {timestamp(cue.end_s)}{settings}\n{cue.text}\n"
        )
    return "\n".join(blocks)


def to_srt(cues: list[Cue]) -> str:
    """SubRip of cues, for programs that read nothing else: words and times without tags."""
    return "\n".join(
        f"{number}\n{timestamp(cue.start_s, mark=',')} --> {timestamp(cue.end_s, mark=',')}\n"
        f"{plain(cue.text)}\n"
        for number, cue in enumerate(cues, start=1)
    )


def tidied_text(text: str) -> str:
    """The text without byte order mark and zeros, its lines ended alike."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "\ufffd").strip("\n") + "\n"
