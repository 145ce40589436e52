"""Advanced SubStation Alpha and SubStation Alpha (.ass, .ssa): the spoken lines of a script.

After the format's own description, "Sub Station Alpha v4.00+ Script Format". Karaoke, drawings
and animations have no place in a lecture and are left out.
"""

import re

from django.utils.translation import gettext as _

from .markup import clean, escape
from .model import Cue, Faults, check_cues
from .times import seconds_of

_TIME = re.compile(r"(\d{1,6}):([0-5]?\d):([0-5]?\d)(?:[.:](\d{1,3}))?")
_OVERRIDE = re.compile(r"\{([^{}]*)\}")
_STYLE_SWITCH = re.compile(r"\\([ibu])(\d*)(?![A-Za-z(])")
_ALIGNED = re.compile(r"\\an([1-9])")
_OLD_ALIGNED = re.compile(r"\\a(\d{1,2})")
_DRAWS = re.compile(r"\\p[1-9]")
_DEFAULT_FORMAT: tuple[str, ...] = (
    "layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text",
)  # fmt: skip


def parse_ass(text: str) -> list[Cue]:
    """The dialogue of a script, in order of time. Raises `InvalidCaptions`."""
    faults = Faults()
    cues: list[Cue] = []
    section, columns = "", _DEFAULT_FORMAT
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip().lower()
        elif section == "events":
            kind, _colon, rest = line.partition(":")
            if kind.lower() == "format":
                columns = tuple(column.strip().lower() for column in rest.split(","))
            elif kind.lower() == "dialogue":
                cue = _dialogue(number, rest, columns, faults)
                if cue:
                    cues.append(cue)
    cues.sort(key=lambda cue: (cue.start_s, cue.end_s))
    return check_cues(_without_doubles(cues), faults)


def _dialogue(line: int, rest: str, columns: tuple[str, ...], faults: Faults) -> Cue | None:
    values = dict(zip(columns, rest.split(",", len(columns) - 1), strict=False))
    if not {"start", "end", "text"} <= set(values):
        faults.add(line, _("This line lacks its times or its text."))
        return None
    start = _TIME.fullmatch(values["start"].strip())
    end = _TIME.fullmatch(values["end"].strip())
    if start is None or end is None:
        faults.add(line, _("The times are not written like 0:00:01.00."))
        return None
    start_s, end_s = (_seconds(match) for match in (start, end))
    content = values["text"]
    if end_s <= start_s or _DRAWS.search(content):
        # Scripts are full of lines of no length that switch effects.
        return None
    cleaned = clean(_as_markup(content))
    speaker = " ".join(escape(values.get("name", "")).split())
    if not cleaned:
        return None
    if speaker:
        cleaned = f"<v {speaker}>{cleaned}</v>"
    return Cue(line, start_s, end_s, cleaned, "line:0" if _is_at_top(content) else "")


def _seconds(match: re.Match[str]) -> float:
    hours, minutes, seconds, hundredths = match.groups()
    return seconds_of(hours, minutes, seconds, (hundredths or "0").ljust(2, "0"))


def _as_markup(content: str) -> str:
    """Cue text of a script's text: overrides become tags, its line breaks ours."""

    def switches(match: re.Match[str]) -> str:
        tags = (
            f"</{name}>" if value == "0" else f"<{name}>"
            for name, value in _STYLE_SWITCH.findall(match[1])
        )
        return "".join(tags)

    pieces: list[str] = []
    at = 0
    for match in _OVERRIDE.finditer(content):
        pieces += [escape(content[at : match.start()]), switches(match)]
        at = match.end()
    pieces.append(escape(content[at:]))
    return "".join(pieces).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")


def _is_at_top(content: str) -> bool:
    aligned = _ALIGNED.search(content)
    if aligned:
        return aligned[1] in "789"
    old = _OLD_ALIGNED.search(content)
    return bool(old and old[1] in ("5", "6", "7"))


def _without_doubles(cues: list[Cue]) -> list[Cue]:
    """Each line once, though a script repeats it on layers for its outline and shadow."""
    kept: list[Cue] = []
    for cue in cues:
        same = (cue.start_s, cue.end_s, cue.text)
        if not kept or same != (kept[-1].start_s, kept[-1].end_s, kept[-1].text):
            kept.append(cue)
    return kept
