"""WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format")."""

import re

from django.utils.translation import gettext as _

from .markup import clean, clean_settings
from .model import Cue, Faults, check_cues
from .times import seconds_of

_TIMESTAMP = r"(?:(\d{2,6}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"\s*{_TIMESTAMP}\s+-->\s+{_TIMESTAMP}(?:\s(.*))?")
_HEADER = re.compile(r"WEBVTT(?:[ \t].*)?")
_OTHER_BLOCKS = ("NOTE", "STYLE", "REGION")


def parse_vtt(text: str) -> list[Cue]:
    """The cues of a WebVTT text. Raises `InvalidCaptions` with every fault found."""
    lines = text.split("\n")
    faults = Faults()
    if not _HEADER.fullmatch(lines[0]):
        faults.add(1, _("The first line must be WEBVTT."))
    cues: list[Cue] = []
    latest_s = 0.0
    for start, block in _blocks(lines):
        if re.split(r"[ \t]", block[0])[0] in _OTHER_BLOCKS and "-->" not in block[0]:
            continue
        cue = _cue(start, block, faults)
        if cue is None:
            continue
        if cue.start_s < latest_s:
            faults.add(cue.line, _("This caption begins before the one above it."))
        latest_s = max(latest_s, cue.start_s)
        if cue.text:
            cues.append(cue)
    return check_cues(cues, faults)


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Runs of lines between empty ones, after the header, with the number of their first line."""
    blocks: list[tuple[int, list[str]]] = []
    current: list[str] = []
    in_header = lines[0].startswith("WEBVTT")
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


def _cue(start: int, block: list[str], faults: Faults) -> Cue | None:
    at = next((n for n, line in enumerate(block[:2]) if "-->" in line), None)
    if at is None:
        faults.add(start, _("A caption needs a line like 00:01.000 --> 00:04.000 above its text."))
        return None
    line = start + at
    match = _TIMING.fullmatch(block[at])
    if match is None:
        faults.add(line, _("The times are not written like 00:01.000 --> 00:04.000."))
        return None
    parts = match.groups()
    start_s, end_s = seconds_of(*parts[:4]), seconds_of(*parts[4:8])
    if end_s <= start_s:
        faults.add(line, _("The caption ends before it begins."))
    payload = block[at + 1 :]
    if not payload:
        faults.add(line, _("There is no text below these times."))
    for number, content in enumerate(payload, start=line + 1):
        if "-->" in content:
            faults.add(number, _("An empty line is missing above these times."))
    return Cue(
        line=line,
        start_s=start_s,
        end_s=end_s,
        text=clean("\n".join(payload)),
        settings=clean_settings(parts[8] or ""),
    )
