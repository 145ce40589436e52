"""SubRip (.srt): no standard, so read as players read it, by its lines of times."""

import re

from django.utils.translation import gettext as _

from .markup import clean
from .model import Cue, Faults, check_cues
from .times import seconds_of

_TIMESTAMP = r"(\d{1,6}):([0-5]?\d):([0-5]?\d)(?:[,.](\d{1,6}))?"
TIMING = re.compile(rf"\s*{_TIMESTAMP}\s*-+>\s*{_TIMESTAMP}(?:\s.*)?")
# Aegisub's and VLC's: {\an8} puts a caption at the top; other braces are styling.
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_AT_THE_TOP = re.compile(r"\{\\an?[789]\b[^{}]*\}")


def parse_srt(text: str) -> list[Cue]:
    """The cues of a SubRip text, in order of time. Raises `InvalidCaptions`."""
    lines = text.split("\n")
    faults = Faults()
    timings = _timings(lines, faults)
    if not timings and not faults:
        faults.add(1, _("A caption needs a line like 00:00:01,000 --> 00:00:04,000 above it."))
    cues: list[Cue] = []
    for place, (number, start_s, end_s) in enumerate(timings):
        following = timings[place + 1][0] if place + 1 < len(timings) else len(lines)
        if end_s <= start_s:
            faults.add(number + 1, _("The caption ends before it begins."))
            continue
        content = _payload(lines, number + 1, following, is_last=place + 1 == len(timings))
        cleaned = clean(_OVERRIDE.sub("", content))
        if cleaned:
            settings = "line:0" if _AT_THE_TOP.search(content) else ""
            cues.append(Cue(number + 1, start_s, end_s, cleaned, settings))
    cues.sort(key=lambda cue: (cue.start_s, cue.end_s))
    return check_cues(cues, faults)


def _timings(lines: list[str], faults: Faults) -> list[tuple[int, float, float]]:
    timings = []
    for number, line in enumerate(lines):
        if "->" not in line:
            continue
        match = TIMING.fullmatch(line)
        if match:
            parts = match.groups()
            timings.append((number, seconds_of(*parts[:4]), seconds_of(*parts[4:8])))
        elif "-->" in line:
            faults.add(
                number + 1, _("The times are not written like 00:00:01,000 --> 00:00:04,000.")
            )
    return timings


def _payload(lines: list[str], start: int, end: int, *, is_last: bool) -> str:
    """The text between two lines of times, without the number that belongs to the second."""
    content = lines[start:end]
    if not is_last and content and content[-1].strip().isdigit():
        content.pop()
    return "\n".join(content)
