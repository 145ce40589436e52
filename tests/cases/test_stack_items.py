"""Questions on a stack: fair scores in millimetres, and nothing of the key before the answer."""

import json
import math

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cases.item_types.parts import read_place
from cases.item_types.scoring import (
    Ellipse,
    Region,
    dice,
    distance_to_ellipsoid,
    distance_to_region,
    falling,
)
from cases.item_types.space import space_of
from quizzes.item_types import InvalidResponse, get
from quizzes.models import ItemVersion
from quizzes.queries import present_item
from quizzes.templatetags.quizzes import show_item
from tests.cases.stack_items import CASE, CONTENTS, MARKS, SECRET, content, responses, stack

every_type = pytest.mark.parametrize("code", CONTENTS)
some = settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
few = settings(max_examples=4, suppress_health_check=list(HealthCheck), deadline=None)


def as_form(response: dict) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in response.items():
        data[name] = str(value)
    return data


@every_type
@some
@given(data=st.data())
def test_score_lies_between_nothing_and_all_and_changes_nothing(code, data):
    item_type, item = get(code), data.draw(CONTENTS[code])
    response = data.draw(responses(code, item))
    before = json.dumps([item, response])
    score = item_type.score(item, response)
    assert 0.0 <= score.points <= score.possible == 1.0
    review = item_type.review(item, response)
    assert json.loads(json.dumps(review)) == review
    assert json.dumps([item, response]) == before


@every_type
@some
@given(data=st.data())
def test_the_key_gets_full_marks_also_as_it_is_typed(code, data):
    item_type, item = get(code), data.draw(CONTENTS[code])
    key = item_type.key(item)
    assert item_type.score(item, key).is_full
    assert item_type.read_response(item, as_form(key)) == key


@every_type
@some
@given(data=st.data())
def test_the_question_says_nothing_of_the_key(code, data):
    item_type, item = get(code), data.draw(CONTENTS[code])
    place = json.loads(item["place"]) | {"mark": data.draw(MARKS[code])}
    other = item | {"place": json.dumps(place), "tolerance_mm": 0.5, "reach_mm": 99.0}
    assert item_type.question(other) == item_type.question(item)
    assert SECRET not in json.dumps(item_type.question(item))


@every_type
@few
@given(data=st.data())
def test_the_page_is_the_same_whatever_the_key_and_explains_after_the_answer(code, data):
    item = data.draw(CONTENTS[code])
    place = json.loads(item["place"]) | {"mark": data.draw(MARKS[code])}
    pages = [rendered(code, one) for one in (item, item | {"place": json.dumps(place)})]
    assert pages[0] == pages[1]
    assert SECRET not in pages[0]
    assert 'name="image"' in pages[0]
    answered = rendered(code, item, get(code).key(item))
    assert f"{SECRET} explained" in answered
    assert "<form" not in answered


def rendered(code: str, item: dict, response: dict | None = None) -> str:
    version = ItemVersion(item_type=code, content=item)
    presented = present_item(version=version, response=response)
    # The page shows the case's stacks already: the question brings none of its own.
    request = RequestFactory().get("/")
    request.user, request.viewbox_stacks_of = AnonymousUser(), CASE
    return show_item({"csrf_token": "t", "request": request}, presented, action="/answer/")


@every_type
@pytest.mark.parametrize(
    "form",
    [
        "",
        "image=0&x=1&y=1&x2=3&y2=3&wide=2&high=2",
        "image=21&x=1&y=1&x2=3&y2=3",
        "image=2.5&x=1&y=1&x2=3&y2=3",
        "image=a",
        "image=NaN",
    ],
)
def test_nonsense_is_refused_with_a_sentence(code, form):
    mark = {"mark_lesion": {"at": 3, "x": 9, "y": 9}, "choose_slice": {"first": 1, "last": 2}}
    line = {"at": 1, "points": [[1, 1], [5, 5]]}
    item = content(mark.get(code, line))
    with pytest.raises(InvalidResponse) as refused:
        get(code).read_response(item, QueryDict(form))
    assert str(refused.value).endswith(".")


def test_places_off_the_image_are_no_answer():
    item = content({"at": 3, "x": 9, "y": 9})
    for form in ("image=2&x=101&y=5", "image=2&x=-1&y=5", "image=2&x=5"):
        with pytest.raises(InvalidResponse):
            get("mark_lesion").read_response(item, QueryDict(form))


# --- Millimetres


@some
@given(
    point=st.tuples(*[st.floats(-60, 60)] * 3),
    axes=st.tuples(*[st.floats(0.5, 20)] * 3),
)
@example(point=(10.0, 0.0, 0.0), axes=(4.0, 2.0, 1.0))
def test_distance_to_an_ellipsoid_is_that_of_its_nearest_surface_point(point, axes):
    found = distance_to_ellipsoid(point, axes)
    level = sum((p / a) ** 2 for p, a in zip(point, axes, strict=True))
    assert (found == 0.0) == (level <= 1)
    # No point of the surface on a coarse net is nearer.
    net = min(
        math.dist(
            point,
            (
                axes[0] * math.sin(u) * math.cos(v),
                axes[1] * math.sin(u) * math.sin(v),
                axes[2] * math.cos(u),
            ),
        )
        for u in (math.pi * i / 24 for i in range(25))
        for v in (math.pi * j / 24 for j in range(48))
    )
    if level > 1:
        assert found <= net + 1e-6
        assert found >= net - 0.2 * max(axes) - 1e-6


def test_distance_is_measured_across_images_too():
    space = space_of(stack(gap=3.0))
    region = Region(outline=Ellipse(at=10, x=40, y=30, rx=4, ry=4), depth_mm=6.0)
    # On the right image inside; five images up 15 mm less the 3 mm the region is deep there.
    assert distance_to_region(space, region, at=10, x=41, y=31) == 0.0
    assert distance_to_region(space, region, at=15, x=40, y=30) == pytest.approx(12.0)
    # 20 pixels to the right are 10 mm less the radius of 4 pixels of 0.5 mm.
    assert distance_to_region(space, region, at=10, x=60, y=30) == pytest.approx(8.0)


@some
@given(
    distances=st.tuples(st.floats(0, 50), st.floats(0, 50)),
    tolerance=st.floats(0, 10),
    more=st.floats(0, 30),
)
def test_credit_never_rises_with_distance(distances, tolerance, more):
    near, far = sorted(distances)
    limits = {"tolerance": tolerance, "reach": tolerance + more}
    assert falling(far, **limits) <= falling(near, **limits)
    assert falling(tolerance, **limits) == 1.0
    assert falling(tolerance + more + 0.001, **limits) == 0.0


def test_partial_credit_falls_evenly_from_the_tolerance_to_the_reach():
    item = content({"at": 10, "x": 40, "y": 30, "rx": 0, "ry": 0, "depth_mm": 0})
    shares = [
        get("mark_lesion").score(item, {"image": image, "x": 100 * 40.5 / 80, "y": 100 * 30.5 / 64})
        for image in (11, 12, 13, 14, 16)
    ]
    # 0, 3, 6, 9, 15 mm; full to 2 mm, nothing at 12 mm.
    assert [round(one.points, 2) for one in shares] == [1.0, 0.9, 0.6, 0.3, 0.0]


def test_images_without_a_place_give_no_credit_for_a_mark_on_another_image():
    space = stack() | {"positions": None, "orientation": None}
    item = content({"at": 10, "x": 40, "y": 30, "rx": 4, "ry": 4}, space=space)
    place = {"x": 50.6, "y": 47.6}
    assert get("mark_lesion").score(item, {"image": 11, **place}).is_full
    assert get("mark_lesion").score(item, {"image": 12, **place}).points == 0.0
    assert get("mark_lesion").review(item, {"image": 12, **place})["distance"] is None


@some
@given(
    one=st.tuples(*[st.floats(-9, 9)] * 2, *[st.floats(0.5, 9)] * 2),
    other=st.tuples(*[st.floats(-9, 9)] * 2, *[st.floats(0.5, 9)] * 2),
)
def test_overlap_is_symmetric_and_whole_only_for_the_same(one, other):
    assert 0.0 <= dice(one, other) <= 1.0
    assert dice(one, other) == pytest.approx(dice(other, one))
    assert dice(one, one) == 1.0


def test_an_outline_twice_as_wide_and_high_earns_part_of_the_marks():
    item = content({"at": 4, "x": 40, "y": 30, "rx": 6, "ry": 5, "depth_mm": 6}, answer="outline")
    key = get("mark_lesion").key(item)
    wider = key | {"wide": key["wide"] * 2, "high": key["high"] * 2}
    # Dice 2·1/(1+4) = 0.4 of 0.7.
    assert get("mark_lesion").score(item, wider).points == pytest.approx(0.4 / 0.7, abs=0.03)


def test_a_line_of_the_right_length_in_the_wrong_place_earns_nothing():
    item = content({"at": 4, "points": [[10, 10], [30, 10]]}, reach_mm=3.0)
    key = get("measure").key(item)
    moved = key | {"y": 90.0, "y2": 90.0}
    assert get("measure").score(item, key).is_full
    assert get("measure").score(item, moved).points == 0.0
    assert get("measure").review(item, moved)["is_elsewhere"] is True
    assert get("measure").review(item, key)["key_length"] == 10.0


def test_an_item_made_of_no_place_is_sent_back_to_its_author():
    from django.core.exceptions import ValidationError

    for code in CONTENTS:
        block = get(code).block()
        for place in ("", "{}", "[]", '{"case": 1}', "null"):
            value = block.normalize(content({}) | {"place": place})
            with pytest.raises(ValidationError):
                block.clean(value)
    item = content({"at": 3, "x": 9, "y": 9})
    assert read_place(item).region().outline.at == 3
