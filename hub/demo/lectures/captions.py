"""Captions in WebVTT, cut to two lines and timed by the sentences they come from."""

import textwrap
from dataclasses import dataclass

from hub.demo.lectures.timeline import SlideTime, SpokenSentence

LINE_CHARACTERS = 42
LINES_PER_CUE = 2
LINGER_S = 0.3

# A cut after a comma may leave the halves this many characters more unequal.
PUNCTUATION_WORTH = 36


@dataclass(frozen=True)
class Cue:
    """One caption; lines are joined by a newline."""

    start_s: float
    end_s: float
    text: str


def cues_of(timeline: tuple[SlideTime, ...]) -> tuple[Cue, ...]:
    """Turn spoken sentences into cues that never overlap."""
    spoken = [sentence for slide in timeline for sentence in slide.sentences]
    return tuple(cue for sentence in spoken for cue in _cues_of_sentence(sentence))


def webvtt(cues: tuple[Cue, ...]) -> str:
    """Write cues as a WebVTT file (W3C WebVTT, hours always given)."""
    blocks = [
        f"{number}\n{_timestamp(cue.start_s)} --> {_timestamp(cue.end_s)}\n{cue.text}\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _cues_of_sentence(sentence: SpokenSentence) -> list[Cue]:
    groups = _balanced_groups(sentence.text)
    characters = sum(len(group) for group in groups)
    seconds_per_character = (sentence.end_s - sentence.start_s) / characters
    cues: list[Cue] = []
    clock_s = sentence.start_s
    for group in groups:
        end_s = clock_s + len(group) * seconds_per_character
        cues.append(Cue(clock_s, end_s, _two_lines(group)))
        clock_s = end_s
    last = cues[-1]
    # Shorter than the pause between sentences, so the next cue is never touched.
    return [*cues[:-1], Cue(last.start_s, last.end_s + LINGER_S, last.text)]


def _balanced_groups(text: str) -> list[str]:
    """Cut a sentence in halves until each fits a cue, best after a comma near the middle."""
    if len(_wrap(text, LINE_CHARACTERS)) <= LINES_PER_CUE:
        return [text]
    spaces = [index for index, character in enumerate(text) if character == " "]
    cut = min(spaces, key=lambda space: _cost_of_cut(text, space))
    return [*_balanced_groups(text[:cut]), *_balanced_groups(text[cut + 1 :])]


def _cost_of_cut(text: str, space: int) -> int:
    imbalance = abs(len(text) - 2 * space)
    return imbalance if text[space - 1] in ",;:" else imbalance + PUNCTUATION_WORTH


def _two_lines(group: str) -> str:
    if len(group) <= LINE_CHARACTERS:
        return group
    narrowest = max(len(group) // 2, *(len(word) for word in group.split()))
    for width in range(narrowest, LINE_CHARACTERS + 1):
        lines = _wrap(group, width)
        if len(lines) <= LINES_PER_CUE:
            return "\n".join(lines)
    return "\n".join(_wrap(group, LINE_CHARACTERS))


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width=width, break_long_words=False, break_on_hyphens=False)


def _timestamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
