"""WebVTT (W3C Recommendation track, "WebVTT: The Web Video Text Tracks Format"): check it.

Captions are stored as their author wrote them, with line endings and the byte order mark
tidied. What is wrong is told by line, because that is how an editor finds it.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

MAX_CHARACTERS = 2_000_000
_TIMESTAMP = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"^\s*{_TIMESTAMP}\s+-->\s+{_TIMESTAMP}(?:\s.*)?$")
_OTHER_BLOCKS = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True)
class Cue:
    """One caption: what is shown from when to when (in seconds), and the line it begins at."""

    line: int
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Fault:
    """What is wrong, and in which line (the first is 1)."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return _("Line %(line)s: %(fault)s") % {"line": self.line, "fault": self.sentence}


class InvalidCaptions(Exception):
    """The text is not WebVTT; `faults` say why, in the reader's language."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))


def normalised(text: str) -> str:
    """The captions ready to be stored. Raises `InvalidCaptions`."""
    tidied = _tidied(text)
    parse(tidied)
    return tidied


def parse(text: str) -> list[Cue]:
    """The cues of a WebVTT text. Raises `InvalidCaptions` with every fault found."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidCaptions([Fault(1, _("These captions are too long for one lecture."))])
    lines = _tidied(text).split("\n")
    faults: list[Fault] = []
    if not re.match(r"^WEBVTT(?:[ \t].*)?$", lines[0]):
        faults.append(Fault(1, _("The first line must be WEBVTT.")))
    cues: list[Cue] = []
    for start, block in _blocks(lines):
        if block[0].split(" ")[0].split("\t")[0] in _OTHER_BLOCKS and "-->" not in block[0]:
            continue
        cue = _cue(start, block, faults)
        if cue:
            if cues and cue.start_s < cues[-1].start_s:
                faults.append(Fault(cue.line, _("This caption begins before the one above it.")))
            cues.append(cue)
    if not cues and not faults:
        faults.append(Fault(1, _("There is no caption in this text.")))
    if faults:
        raise InvalidCaptions(sorted(faults, key=lambda fault: fault.line))
    return cues


def _tidied(text: str) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "\ufffd").strip("\n") + "\n"


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Runs of lines between empty ones, after the header, with the number of their first line."""
    blocks: list[tuple[int, list[str]]] = []
    current: list[str] = []
    in_header = bool(lines) and lines[0].startswith("WEBVTT")
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            current.append(line)
            continue
        if current and not in_header:
            blocks.append((number - len(current), current))
        if current:
            in_header = False
        current = []
    return blocks


def _cue(start: int, block: list[str], faults: list[Fault]) -> Cue | None:
    at = next((n for n, line in enumerate(block[:2]) if "-->" in line), None)
    if at is None:
        faults.append(
            Fault(start, _("A caption needs a line like 00:01.000 --> 00:04.000 above its text."))
        )
        return None
    line = start + at
    match = _TIMING.match(block[at])
    if match is None:
        faults.append(Fault(line, _("The times are not written like 00:01.000 --> 00:04.000.")))
        return None
    start_s, end_s = _seconds(match.groups()[:4]), _seconds(match.groups()[4:8])
    if end_s <= start_s:
        faults.append(Fault(line, _("The caption ends before it begins.")))
    payload = block[at + 1 :]
    if not payload:
        faults.append(Fault(line, _("There is no text below these times.")))
    for number, text in enumerate(payload, start=line + 1):
        if "-->" in text:
            faults.append(Fault(number, _("An empty line is missing above these times.")))
    return Cue(line=line, start_s=start_s, end_s=end_s, text="\n".join(payload))


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
