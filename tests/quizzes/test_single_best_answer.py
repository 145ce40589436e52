"""The single-best-answer type: pure functions, and the editing form's own rules."""

import json

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from wagtail.blocks.struct_block import StructBlockValidationError

from quizzes.item_types import InvalidResponse, SingleBestAnswer, UnknownItemType, get, item_types
from quizzes.item_types.single_best_answer import SingleBestAnswerBlock

SBA = SingleBestAnswer()
WORDS = st.text(alphabet="abcdefghij ", min_size=1, max_size=20)


@st.composite
def contents(draw):
    """The frozen content of an item with a key somewhere among two to eight options."""
    number = draw(st.integers(2, 8))
    key = draw(st.integers(0, number - 1))
    return {
        "stem": f"<p>{draw(WORDS)}</p>",
        "image": draw(st.none() | st.integers(1, 99)),
        "image_alt": draw(WORDS),
        "options": [
            {
                "type": "item",
                "id": f"option-{place}",
                "value": {
                    "text": draw(WORDS),
                    "is_key": place == key,
                    "feedback": f"SECRETFEEDBACK{place}",
                },
            }
            for place in range(number)
        ],
        "explanation": "<p>SECRETEXPLANATION</p>",
    }


@given(contents(), st.data())
def test_score_is_between_nothing_and_one_and_full_for_the_key_alone(content, data):
    option = data.draw(st.sampled_from(content["options"]))
    score = SBA.score(content, SBA.read_response(content, {"option": option["id"]}))
    assert 0.0 <= score.points <= score.possible == SBA.possible(content) == 1.0
    assert score.is_full is option["value"]["is_key"]


@given(contents())
def test_question_shows_neither_key_nor_feedback_nor_explanation(content):
    secret = json.dumps(content)
    assert "SECRETFEEDBACK0" in secret
    assert "is_key" in secret
    shown = json.dumps(SBA.question(content))
    assert "SECRET" not in shown
    assert "key" not in json.loads(shown)
    assert {tuple(sorted(option)) for option in SBA.question(content)["options"]} == {
        ("chosen", "id", "image_alt", "image_id", "text")
    }


@given(contents())
def test_question_is_the_same_wherever_the_key_is(content):
    moved = json.loads(json.dumps(content))
    for place, option in enumerate(moved["options"]):
        option["value"]["is_key"] = place == 0
    assert SBA.question(moved) == SBA.question(content)


@given(contents(), st.data())
def test_review_marks_one_chosen_and_one_correct_and_tells_why(content, data):
    option = data.draw(st.sampled_from(content["options"]))
    review = SBA.review(content, {"option": option["id"]})
    assert [o["id"] for o in review["options"] if o["chosen"]] == [option["id"]]
    assert [o["correct"] for o in review["options"]] == [
        o["value"]["is_key"] for o in content["options"]
    ]
    assert review["explanation"] == "<p>SECRETEXPLANATION</p>"
    assert review["options"][0]["feedback"] == "SECRETFEEDBACK0"


@given(contents(), st.one_of(st.none(), st.integers(), st.text(max_size=12), st.lists(st.text())))
def test_anything_but_an_option_is_refused_with_a_sentence(content, value):
    if value in [option["id"] for option in content["options"]]:
        return
    with pytest.raises(InvalidResponse, match="Choose one of the options"):
        SBA.read_response(content, {"option": value})


def form_value(*, keys=(True, False), image=None, image_alt=""):
    block = SingleBestAnswerBlock()
    return block, block.to_python(
        {
            "stem": "<p>Which?</p>",
            "image": image,
            "image_alt": image_alt,
            "options": [
                {"text": f"Option {n}", "is_key": is_key, "feedback": ""}
                for n, is_key in enumerate(keys)
            ],
            "explanation": "",
        }
    )


def test_form_takes_exactly_one_key():
    block, value = form_value(keys=(False, True, False))
    assert [option["is_key"] for option in block.clean(value)["options"]] == [False, True, False]


@pytest.mark.parametrize("keys", [(False, False), (True, True), (True, True, True)])
def test_form_without_or_with_several_keys_says_what_to_do(keys):
    block, value = form_value(keys=keys)
    with pytest.raises(StructBlockValidationError) as caught:
        block.clean(value)
    assert caught.value.non_block_errors.as_data()[0].messages == [
        "Mark exactly one option as correct."
    ]


@pytest.mark.parametrize("number", [1, 9])
def test_form_wants_two_to_eight_options(number):
    block, value = form_value(keys=(True,) + (False,) * (number - 1))
    with pytest.raises(ValidationError):
        block.clean(value)


@pytest.mark.django_db
def test_form_wants_words_for_a_picture():
    from tests.factories import make_image

    block, value = form_value(image=make_image().pk)
    with pytest.raises(StructBlockValidationError) as caught:
        block.clean(value)
    assert list(caught.value.block_errors) == ["image_alt"]
    block, value = form_value(image=make_image().pk, image_alt="A slice of the head")
    assert block.clean(value)["image_alt"] == "A slice of the head"


def test_registry_knows_the_type_and_refuses_others():
    assert get("single_best_answer").code == "single_best_answer"
    assert "single_best_answer" in item_types()
    with pytest.raises(UnknownItemType):
        get("essay")
