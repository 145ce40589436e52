"""WebVTT: what is taken, what is refused and in which line, how it is served."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from media.captions import MAX_CHARACTERS, InvalidCaptions, normalised, parse
from media.domain.captions import remove_captions, save_captions
from media.playing import player_context
from tests.factories import make_ready_lecture

GOOD = """WEBVTT - chest film

NOTE made by hand

intro
00:01.000 --> 00:04.000 align:start
Look at the apices first.

01:02:03.500 --> 01:02:05.000
Two lines
of text.
"""


STORED = """WEBVTT

00:00:01.000 --> 00:00:04.000 align:start
Look at the apices first.

01:02:03.500 --> 01:02:05.000
Two lines
of text.
"""


def faults_of(text: str) -> list[int]:
    with pytest.raises(InvalidCaptions) as caught:
        parse(text)
    return [fault.line for fault in caught.value.faults]


def test_cues_are_read():
    assert [(cue.line, cue.start_s, cue.end_s, cue.text) for cue in parse(GOOD)] == [
        (6, 1.0, 4.0, "Look at the apices first."),
        (9, 3723.5, 3725.0, "Two lines\nof text."),
    ]


def test_captions_are_stored_in_one_form():
    assert normalised("\ufeff" + GOOD.replace("\n", "\r\n")) == STORED
    assert normalised(STORED) == STORED


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [1]),
        ("WEBVTT", [1]),
        ("Hello\n\n00:01.000 --> 00:02.000\nText", [1, 1]),
        ("WEBVTT\n\n00:01,000 --> 00:02,000\nText", [3]),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nText", [3]),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n", [3]),
        ("WEBVTT\n\nno times here", [3]),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nLate\n\n00:01.000 --> 00:02.000\nEarly", [6]),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n00:03.000 --> 00:04.000\nTwo", [5]),
        ("WEBVTT\n\n00:61.000 --> 00:62.000\nText", [3]),
    ],
)
def test_fault_is_told_by_its_line(text, lines):
    assert faults_of(text) == lines


def test_fault_reads_as_a_sentence():
    with pytest.raises(InvalidCaptions, match=r"Line 1: The first line must be WEBVTT\."):
        parse("00:01.000 --> 00:02.000\nText")


def test_book_is_refused_as_captions():
    assert faults_of("WEBVTT\n" + "x" * MAX_CHARACTERS) == [1]


@given(st.text())
def test_any_text_is_taken_or_refused_in_order(text):
    try:
        tidied = normalised(text)
    except InvalidCaptions as error:
        lines = [fault.line for fault in error.faults]
        assert lines == sorted(lines)
        assert lines
    else:
        assert normalised(tidied) == tidied


@pytest.fixture
def lecture(db):
    return make_ready_lecture()


def test_captions_are_served_as_webvtt_and_revalidated(client, lecture):
    save_captions(lecture=lecture, language="ru", webvtt=GOOD)
    address = f"/lectures/{lecture.pk}/captions/ru.vtt"
    answer = client.get(address)
    assert answer.content.decode() == STORED
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get(f"/lectures/{lecture.pk}/captions/ar.vtt").status_code == 404


def test_captions_are_on_where_the_reader_speaks_another_language(lecture, resident):
    for language in ("en", "ru"):
        save_captions(lecture=lecture, language=language, webvtt=GOOD)
    with translation.override("ru"):
        tracks = player_context(lecture, resident)["tracks"]
    assert [(track["language"], track["default"]) for track in tracks] == [
        ("en", False),
        ("ru", True),
    ]


def test_captions_are_replaced_and_removed(lecture):
    save_captions(lecture=lecture, language="en", webvtt=GOOD)
    save_captions(lecture=lecture, language="en", webvtt=GOOD.replace("apices", "hila"))
    assert "hila" in lecture.captions.get().webvtt
    remove_captions(lecture=lecture, language="en")
    assert not lecture.captions.exists()
