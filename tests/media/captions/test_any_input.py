"""Whatever is sent as captions: read or refused, never a crash, and in bounded time."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.captions import (
    MAX_CHARACTERS,
    Cue,
    InvalidCaptions,
    parse,
    plain,
    read,
    shifted,
    to_srt,
    to_webvtt,
)
from media.captions.markup import clean

from .test_formats import ASS, SRT, TTML, VTT

SAMPLES = [SRT, ASS, TTML, VTT]
words = st.text(st.characters(codec="utf-8"), max_size=40)
milliseconds = st.integers(0, 40_000_000)


@st.composite
def cue_lists(draw) -> list[Cue]:
    starts = sorted(draw(st.lists(milliseconds, min_size=1, max_size=8)))
    cues = []
    for start in starts:
        text = clean(draw(words))
        if text:
            end = start + draw(st.integers(1, 100_000))
            cues.append(Cue(0, start / 1000, end / 1000, text))
    return cues


def facts(cues: list[Cue]) -> list[tuple[int, int, str, str]]:
    return [(round(c.start_s * 1000), round(c.end_s * 1000), c.text, c.settings) for c in cues]


@given(cue_lists())
def test_what_is_written_is_read_again(cues):
    if cues:
        assert facts(parse(to_webvtt(cues))) == facts(cues)


@given(cue_lists())
def test_subrip_keeps_times_and_words(cues):
    lines = [plain(cue.text) for cue in cues]
    # SubRip has no escapes: words that look like its own lines or tags can't be kept apart.
    is_plain = not any(sign in line for line in lines for sign in ("->", "<", "&", "{"))
    if cues and is_plain:
        again = parse(to_srt(cues))
        assert [(c[0], c[1]) for c in facts(again)] == sorted((c[0], c[1]) for c in facts(cues))


@given(words)
def test_cleaning_twice_is_cleaning_once(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert "-->" not in cleaned
    assert "" not in cleaned.split("\n") or cleaned == ""


@given(st.binary(max_size=300), st.sampled_from(["en", "ru", "ar"]))
def test_any_bytes_are_read_or_refused(data, language):
    try:
        cues = read(data, language=language)
    except InvalidCaptions as error:
        lines = [fault.line for fault in error.faults]
        assert lines
        assert lines == sorted(lines)
    else:
        assert facts(parse(to_webvtt(cues))) == facts(cues)


def test_damaged_files_are_read_or_refused():
    chance = random.Random(20)
    outcomes = {"read": 0, "refused": 0}
    for number in range(1200):
        text = bytearray(SAMPLES[number % 4], "utf-8")
        for _cut in range(chance.randint(1, 4)):
            at = chance.randrange(len(text))
            kind = chance.randrange(3)
            if kind == 0:
                text[at] = chance.randrange(256)
            elif kind == 1:
                del text[at : at + chance.randint(1, 20)]
            else:
                text[at:at] = text[at : at + chance.randint(1, 30)]
        try:
            read(bytes(text), language="en")
        except InvalidCaptions:
            outcomes["refused"] += 1
        else:
            outcomes["read"] += 1
    assert outcomes["read"] > 100
    assert outcomes["refused"] > 100


@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<b>" * 300_000,
        "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<" * 1_900_000,
        "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v " + "a" * 1_900_000,
        "WEBVTT\n\n" + "00:01.000 --> 00:02.000 " + "line:0 " * 200_000 + "\nx",
        "WEBVTT\n\n" + "-->\n\n" * 300_000,
        "1\n00:00:01,000 --> 00:00:02,000\n" * 50_000,
        "1\n00:00:01,000 --> 00:00:02,000\n" + "{\\an" * 400_000,
        "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,," + "{\\i1" * 300_000,
        "[Events]\n" + "Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,x\n" * 35_000,
        "<tt>" + "<div>" * 300_000,
        '<tt><p begin="1s" end="2s">' + "<span>" * 250_000,
        "&" * 1_900_000,
        "9" * 1_900_000,
        " " * 1_900_000,
    ],
)
def test_hostile_captions_take_bounded_time(text):
    assert len(text) <= MAX_CHARACTERS
    before = time.process_time()
    try:
        parse(text)
    except InvalidCaptions as error:
        assert len(error.faults) <= 100
    assert time.process_time() - before < 6


@given(st.floats(-50_000, 50_000), cue_lists())
def test_shifting_keeps_lengths_and_never_begins_before_the_start(offset_s, cues):
    moved = shifted(cues, offset_s)
    assert len(moved) == sum(round((cue.end_s + offset_s) * 1000) > 0 for cue in cues)
    assert all(cue.start_s >= 0 and cue.end_s > 0 for cue in moved)
    if offset_s >= 0:
        for cue, before in zip(moved, cues, strict=True):
            assert cue.end_s - cue.start_s == pytest.approx(before.end_s - before.start_s, abs=1e-6)
