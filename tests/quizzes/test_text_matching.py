"""Typed answers and numbers: what counts as the same."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.item_types import get
from quizzes.item_types.numbers import parse_number
from quizzes.item_types.text_matching import distance, fold, matches
from tests.quizzes.item_contents import listed

patient = settings(deadline=None)  # other tests share the processor


@pytest.mark.parametrize(
    ("given_text", "accepted"),
    [
        ("RADIUS", "radius"),
        ("  Ménière   disease ", "meniere disease"),
        ("Straße", "strasse"),
        ("x-ray", "X ray"),
        ("перелома", "перелом"),
        ("Переломы", "перелом"),
        ("туберкулёз", "туберкулез"),
        ("острого панкреатита", "острый панкреатит"),
        ("Crohn's", "crohn s"),
        ("1.5", "1,5"),
        ("T2*", r"T2\*"),
        ("subdural haematoma", "sub*matoma"),
    ],
)
def test_same_answer_in_other_words_is_taken(given_text, accepted):
    assert matches(given_text, accepted)


@pytest.mark.parametrize(
    ("given_text", "accepted"),
    [
        ("ulna", "radius"),
        ("йод", "иод"),  # й is a letter, not an accented и
        ("", "radius"),
        ("radius left", "radius"),
        ("15", "1.5"),
        ("T2", r"T2\*"),
        ("subdural", "sub*matoma"),
        ("перелом", "вывих"),
    ],
)
def test_other_answer_is_not_taken(given_text, accepted):
    assert not matches(given_text, accepted)


@pytest.mark.parametrize("slip", ["hematomma", "hemtoma", "hemaotma", "hemxtoma"])
def test_one_slip_in_a_long_word_is_forgiven_when_asked(slip):
    assert not matches(slip, "hematoma")
    assert matches(slip, "hematoma", slips=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ilium", "ileum"),  # too short
        ("asymmetrical", "symmetrical"),  # another beginning is another word
        ("hypotension", "hypertension"),
        ("grade12", "grade13"),
        ("heamtoam", "hematoma"),
    ],
)
def test_words_that_only_look_alike_are_no_slips(one, other):
    assert not matches(one, other, slips=True)


def answers(*values):
    return {
        "answers": listed([{"text": text, "credit": credit} for text, credit in values]),
        "forgive_slips": True,
    }


def test_wrong_answer_one_letter_away_is_never_forgiven():
    content = answers(("abduction", 100), ("adduction", 0))
    score = get("short_answer").score
    assert score(content, {"text": "Adduction"}).points == 0.0
    assert score(content, {"text": "abductoin"}).points == 1.0


def test_pattern_takes_what_nothing_else_does():
    content = answers(("*", 20), ("haematoma", 100), ("bleeding", 50))
    score = get("short_answer").score
    points = [score(content, {"text": t}).points for t in ("haemtoma", "bleeding", "tumour")]
    assert points == [1.0, 0.5, 0.2]


@patient
@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@patient
@given(st.text(alphabet="abc", max_size=6), st.text(alphabet="abc", max_size=6))
def test_distance_is_symmetrical_and_nothing_only_between_equals(one, other):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) is (one == other)


@patient
@given(st.text(max_size=40), st.text(max_size=20), st.booleans())
def test_any_text_can_be_compared(one, other, slips):
    assert matches(one, other, slips=slips) in (True, False)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        ("12,5", "12.5"),
        (".5", "0.5"),
        ("−3", "-3"),
        ("1 000", "1000"),
        ("1e3", "1000"),
        ("1.000,5", None),
        ("12 mm", None),
        ("NaN", None),
        ("1e999", None),
        ("", None),
        ("٣", "3"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert parse_number(text) == (None if number is None else Decimal(number))


def numeric(**fields):
    answer = {"value": 6, "tolerance": 1, "tolerance_kind": "absolute", "credit": 100}
    wide = answer | {"tolerance": 50, "tolerance_kind": "percent", "credit": 40}
    others = [{"unit": "cm", "factor": 10}]
    return {"answers": listed([answer, wide]), "unit": "mm", "other_units": listed(others)} | fields


@pytest.mark.parametrize(
    ("number", "unit", "points"),
    [
        ("7", "mm", 1.0),
        ("7.0001", "mm", 0.4),
        ("0,7", "cm", 1.0),
        ("7", "cm", 0.0),
        ("9", "mm", 0.4),
        ("9.1", "mm", 0.0),
        ("-6", "mm", 0.0),
    ],
)
def test_number_counts_within_its_tolerance_in_any_unit(number, unit, points):
    assert get("numeric").score(numeric(), {"number": number, "unit": unit}).points == points


def test_tolerance_is_met_exactly_in_decimals():
    answer = {"value": 0.3, "tolerance": 0.1, "tolerance_kind": "absolute", "credit": 100}
    content = numeric(answers=listed([answer]), other_units=[])
    assert get("numeric").score(content, {"number": "0.4", "unit": "mm"}).points == 1.0
    assert get("numeric").score(content, {"number": "0.41", "unit": "mm"}).points == 0.0
