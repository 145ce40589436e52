"""TTML (W3C Timed Text Markup Language 2, with IMSC and DFXP files in mind): paragraphs, times.

Read by a parser of events, so that a line can be named, nothing outside the file is fetched,
and depth costs nothing. A document type declaration is refused: captions need no entities.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from .markup import clean, escape
from .model import Cue, Fault, Faults, InvalidCaptions, check_cues

_CLOCK = re.compile(r"(\d{2,6}):([0-5]\d):([0-5]\d)(?:\.(\d{1,9})|:(\d{2,4})(?:\.\d+)?)?")
_OFFSET = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?(h|m|s|ms|f|t)")
_MOST_DEPTH = 60
_MOST_SECONDS = 10_000 * 3600


@dataclass
class _Open:
    """An element whose end has not come: when its content begins, and until when it may last."""

    name: str
    begin: Fraction
    end: Fraction | None
    at_top: bool
    closing: str = ""
    keeps_space: bool = False


@dataclass
class _Reading:
    """What has been understood so far."""

    faults: Faults = field(default_factory=Faults)
    cues: list[Cue] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    line: int = 1
    in_paragraph: bool = False
    frame_rate: Fraction = Fraction(30)
    tick_rate: Fraction = Fraction(1)
    top_regions: set[str] = field(default_factory=set)


def parse_ttml(text: str) -> list[Cue]:
    """The paragraphs of a TTML document as cues. Raises `InvalidCaptions`."""
    reading = _Reading()
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.StartDoctypeDeclHandler = lambda *_declaration: _refuse_doctype(parser)
    parser.StartElementHandler = lambda name, attributes: _start(
        reading, parser.CurrentLineNumber, name, attributes
    )
    parser.EndElementHandler = lambda _name: _end(reading)
    parser.CharacterDataHandler = lambda data: _characters(reading, data)
    parser.buffer_text = True
    try:
        # What the file says about its encoding was heeded when it was decoded.
        parser.Parse(re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1).encode(), True)
    except expat.ExpatError as error:
        raise InvalidCaptions(
            [Fault(error.lineno, _("This is not well-formed XML: a tag is not closed here."))]
        ) from error
    reading.cues.sort(key=lambda cue: (cue.start_s, cue.end_s))
    return check_cues(reading.cues, reading.faults)


def _refuse_doctype(parser: Any) -> None:
    raise InvalidCaptions(
        [Fault(parser.CurrentLineNumber, _("Remove the DOCTYPE: captions have no use for it."))]
    )


def _start(reading: _Reading, line: int, full_name: str, attributes: dict[str, str]) -> None:
    if len(reading.stack) >= _MOST_DEPTH:
        raise InvalidCaptions([Fault(line, _("The tags are nested too deeply here."))])
    name = full_name.rpartition(" ")[2]
    values = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
    if name == "tt":
        _read_rates(reading, values)
    if name == "region" and values.get("displayAlign") == "before":
        reading.top_regions.add(values.get("id", ""))
    parent = reading.stack[-1] if reading.stack else _Open("", Fraction(0), None, at_top=False)
    opened = _timed(reading, line, name, values, parent)
    if name == "p" and not reading.in_paragraph:
        reading.in_paragraph, reading.text, reading.line = True, [], line
    elif name == "br" and reading.in_paragraph:
        reading.text.append("\n")
    if name == "span" and reading.in_paragraph:
        tags = [
            tag
            for tag, key, value in (
                ("i", "fontStyle", "italic"),
                ("b", "fontWeight", "bold"),
                ("u", "textDecoration", "underline"),
            )
            if values.get(key) == value
        ]
        reading.text += [f"<{tag}>" for tag in tags]
        opened.closing = "".join(f"</{tag}>" for tag in reversed(tags))
    reading.stack.append(opened)


def _timed(reading: _Reading, line: int, name: str, values: dict[str, str], parent: _Open) -> _Open:
    times: dict[str, Fraction] = {}
    for key in ("begin", "end", "dur"):
        if key in values:
            seconds = _seconds(values[key].strip(), reading)
            if seconds is None:
                reading.faults.add(
                    line, _("The time “%(time)s” can't be read.") % {"time": values[key][:40]}
                )
            else:
                times[key] = seconds
    begin = parent.begin + times.get("begin", Fraction(0))
    ends = [parent.end] if parent.end is not None else []
    if "end" in times:
        ends.append(parent.begin + times["end"])
    if "dur" in times:
        ends.append(begin + times["dur"])
    at_top = parent.at_top
    if "region" in values:
        at_top = values["region"] in reading.top_regions
    space = values.get("space")
    return _Open(
        name=name,
        begin=begin,
        end=min(ends) if ends else None,
        at_top=at_top,
        keeps_space=parent.keeps_space if space is None else space == "preserve",
    )


def _end(reading: _Reading) -> None:
    closed = reading.stack.pop()
    reading.text.append(closed.closing)
    if closed.name != "p" or any(element.name == "p" for element in reading.stack):
        return
    reading.in_paragraph = False
    content = clean("".join(reading.text))
    if not content:
        return
    if closed.end is None:
        reading.faults.add(reading.line, _("This paragraph has no end or duration."))
    elif closed.end <= closed.begin:
        reading.faults.add(reading.line, _("The caption ends before it begins."))
    else:
        start_s, end_s = (round(float(time), 3) for time in (closed.begin, closed.end))
        settings = "line:0" if closed.at_top else ""
        reading.cues.append(Cue(reading.line, start_s, end_s, content, settings))


def _characters(reading: _Reading, data: str) -> None:
    if not reading.in_paragraph or any(e.name == "metadata" for e in reading.stack[-2:]):
        return
    if not reading.stack[-1].keeps_space:
        data = re.sub(r"\s+", " ", data)
    reading.text.append(escape(data))


def _read_rates(reading: _Reading, values: dict[str, str]) -> None:
    rate = _positive(values.get("frameRate", "")) or Fraction(30)
    multiplier = values.get("frameRateMultiplier", "1 1").replace(":", " ").split()
    numbers = [_positive(part) for part in multiplier]
    if len(numbers) == 2 and numbers[0] and numbers[1]:
        rate *= numbers[0] / numbers[1]
    reading.frame_rate = rate
    default = rate if "frameRate" in values else Fraction(1)
    reading.tick_rate = _positive(values.get("tickRate", "")) or default


def _positive(text: str) -> Fraction | None:
    return Fraction(int(text)) if re.fullmatch(r"\d{1,9}", text) and int(text) else None


def _seconds(text: str, reading: _Reading) -> Fraction | None:
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds, fraction, frames = clock.groups()
        whole = Fraction(int(hours) * 3600 + int(minutes) * 60 + int(seconds))
        if frames:
            return whole + int(frames) / reading.frame_rate
        return whole + (Fraction(int(fraction), 10 ** len(fraction)) if fraction else 0)
    offset = _OFFSET.fullmatch(text)
    if offset is None:
        return None
    whole_part, fraction, unit = offset.groups()
    value = Fraction(int(whole_part))
    if fraction:
        value += Fraction(int(fraction), 10 ** len(fraction))
    units = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}
    units |= {"f": 1 / reading.frame_rate, "t": 1 / reading.tick_rate}
    found = value * units[unit]
    return found if found < _MOST_SECONDS else None
