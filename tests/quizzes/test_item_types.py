"""What holds for every item type: fair scores, pure functions, and no word of the key too early."""

import json
import random

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.domain.versions import content_hash
from quizzes.item_types import InvalidResponse, get, item_types
from quizzes.models import ItemVersion
from quizzes.queries import present_item
from quizzes.templatetags.quizzes import show_item
from tests.quizzes.item_contents import CONTENTS, SECRET, rekeyed

every_type = pytest.mark.parametrize("code", CONTENTS)
some = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def as_form(code: str, response: dict) -> QueryDict:
    """A response as the form of its type would send it."""
    data = QueryDict(mutable=True)
    if "option" in response:
        data["option"] = response["option"]
    data.setlist("option", response.get("options", data.getlist("option")))
    for id_, truth in response.get("statements", {}).items():
        data[f"statement-{id_}"] = "true" if truth else "false"
    for id_, choice in response.get("choices", {}).items():
        data[f"choice-{id_}"] = choice
    for place, id_ in enumerate(response.get("order", []), start=1):
        data[f"place-{id_}"] = str(place)
    for id_, text in response.get("gaps", {}).items():
        data[f"gap-{id_}"] = text
    data.setlist("point", [f"{x},{y}" for x, y in response.get("points", [])])
    for name in ("text", "number", "unit"):
        if name in response:
            data[name] = response[name]
    return data


@st.composite
def responses(draw, code, content):
    """Some answer a learner might give: the key, or made of what the question shows."""
    view = get(code).question(content)
    rng = random.Random(draw(st.integers(0, 999)))
    ids = [
        one["id"] for name in ("options", "statements", "elements") for one in view.get(name, [])
    ]
    made = {
        "single_best_answer": lambda: {"option": rng.choice(ids)},
        "multiple_response": lambda: {"options": rng.sample(ids, rng.randint(1, len(ids)))},
        "true_false_set": lambda: {"statements": {id_: rng.random() < 0.5 for id_ in ids}},
        "extended_matching": lambda: _choices(view, rng),
        "matching": lambda: _choices(view, rng),
        "ordering": lambda: {"order": rng.sample(ids, len(ids))},
        "short_answer": lambda: {"text": rng.choice(["a", "ab", f"{SECRET} a"])},
        "numeric": lambda: {"number": str(rng.randint(-100, 100)), "unit": "mm"},
        "gap_fill": lambda: {
            "gaps": {
                gap["id"]: rng.choice(gap["options"] or ["12", "13"])
                for segment in view["segments"]
                if (gap := segment.get("gap"))
            }
        },
        "hotspot": lambda: {
            "points": [
                [rng.randint(0, 100), rng.randint(0, 100)]
                for _mark in range(rng.randint(1, content["marks"]))
            ]
        },
        "free_text": lambda: {"text": "A text."},
    }[code]()
    return get(code).read_response(content, as_form(code, made))


def _choices(view: dict, rng: random.Random) -> dict:
    options = [option["id"] for option in view["options"]]
    return {"choices": {prompt["id"]: rng.choice(options) for prompt in view["prompts"]}}


def test_these_tests_know_every_type_of_this_room():
    own = [
        code for code, one in item_types().items() if type(one).__module__.startswith("quizzes.")
    ]
    assert list(CONTENTS) == own


@every_type
@some
@given(data=st.data())
def test_score_lies_between_nothing_and_all(code, data):
    item_type, content = get(code), data.draw(CONTENTS[code])
    score = item_type.score(content, data.draw(responses(code, content)))
    assert 0.0 <= score.points <= score.possible == item_type.possible(content)
    assert item_type.possible(content) > 0


@every_type
@some
@given(data=st.data())
def test_the_key_gets_full_marks(code, data):
    item_type, content = get(code), data.draw(CONTENTS[code])
    key = item_type.key(content)
    assert item_type.score(content, key).is_full
    if not item_type.marked_by_person:
        assert item_type.read_response(content, as_form(code, key)) == key


@every_type
@some
@given(data=st.data())
def test_scoring_and_showing_change_neither_item_nor_answer(code, data):
    item_type, content = get(code), data.draw(CONTENTS[code])
    response = data.draw(responses(code, content))
    before = json.dumps([content, response])
    first = (item_type.score(content, response), item_type.review(content, response))
    second = (item_type.score(content, response), item_type.review(content, response))
    assert first == second
    assert json.dumps([content, response]) == before


@every_type
@some
@given(data=st.data())
def test_answers_and_views_survive_json(code, data):
    item_type, content = get(code), data.draw(CONTENTS[code])
    response = data.draw(responses(code, content))
    stored = json.loads(json.dumps(response))
    assert item_type.score(content, stored) == item_type.score(content, response)
    review = item_type.review(content, stored)
    assert json.loads(json.dumps(review)) == review


@every_type
@some
@given(data=st.data())
def test_question_says_nothing_of_the_key(code, data):
    item_type, content = get(code), data.draw(CONTENTS[code])
    assert SECRET in json.dumps(content)
    view = item_type.question(content)
    assert SECRET not in json.dumps(view)
    other = rekeyed(code, content)
    assert content_hash(code, other) != content_hash(code, content) or item_type.key(
        other
    ) == item_type.key(content)
    assert item_type.question(other) == view


@every_type
@some
@given(data=st.data(), seed=st.integers(1, 2**62))
def test_mixing_keeps_every_part_and_is_the_same_for_a_seed(code, data, seed):
    item_type, content = get(code), data.draw(CONTENTS[code])
    view = item_type.question(content)
    mixed = item_type.shuffled(view, seed)
    assert mixed == item_type.shuffled(view, seed)
    assert item_type.shuffled(view, 0) == view
    for name, value in view.items():
        if name in item_type.shuffled_lists:
            assert sorted(map(json.dumps, mixed[name])) == sorted(map(json.dumps, value))
        else:
            assert mixed[name] == value


@every_type
@some
@given(data=st.data())
def test_nonsense_is_refused_with_a_sentence(code, data):
    item_type, content = get(code), data.draw(CONTENTS[code])
    for form in ({}, QueryDict("option=x&text=&number=abc&point=a,b&point=400,3"), {"text": 3}):
        with pytest.raises(InvalidResponse) as refused:
            item_type.read_response(content, form)
        assert str(refused.value).endswith(".")


def rendered(code: str, content: dict, response: dict | None = None) -> str:
    version = ItemVersion(item_type=code, content=content)
    item = present_item(version=version, response=response)
    return show_item({"csrf_token": "token"}, item, action="/answer/", number=1, total=9)


@every_type
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_page_says_nothing_of_the_key_before_the_answer_and_all_after(code, data):
    content = data.draw(CONTENTS[code])
    page = rendered(code, content)
    assert SECRET not in page
    assert page == rendered(code, rekeyed(code, content))
    assert '<form method="post" action="/answer/"' in page
    answered = rendered(code, content, get(code).key(content))
    assert f"{SECRET}EXPLANATION" in answered
    assert f"{SECRET}REFERENCE" in answered
    assert "<form" not in answered


@every_type
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_form_shows_what_was_given_when_it_can_still_be_changed(code, data):
    content = data.draw(CONTENTS[code])
    item_type = get(code)
    response = data.draw(responses(code, content))
    version = ItemVersion(item_type=code, content=content)
    item = present_item(version=version, response=response, explained=False)
    assert (item.is_explained, item.score) == (False, None)
    assert item.view == item_type.question(content, response)
    page = show_item({}, item, action="/answer/", number=1)
    assert f"{SECRET}EXPLANATION" not in page
    assert page != rendered(code, content)
