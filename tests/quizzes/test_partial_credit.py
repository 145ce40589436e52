"""Partial credit: a better answer never gets fewer points, a worse one never more."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.item_types import get
from quizzes.item_types.geometry import NotARegion, most_hits, parse_region
from tests.quizzes.item_contents import CONTENTS, listed

some = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@some
@given(CONTENTS["multiple_response"], st.data())
def test_multiple_response_rises_with_every_right_option_and_falls_with_every_wrong(content, data):
    item_type = get("multiple_response")
    taken = data.draw(st.sets(st.sampled_from([o["id"] for o in content["options"]])))
    points = item_type.score(content, {"options": sorted(taken)}).points
    for option in content["options"]:
        if option["id"] in taken:
            continue
        more = item_type.score(content, {"options": sorted(taken | {option["id"]})}).points
        assert more >= points if option["value"]["is_key"] else more <= points


@some
@given(CONTENTS["true_false_set"], st.data())
def test_statement_judged_right_never_costs(content, data):
    item_type, key = get("true_false_set"), get("true_false_set").key(content)["statements"]
    judged = {id_: data.draw(st.booleans()) for id_ in key}
    points = item_type.score(content, {"statements": judged}).points
    for id_, truth in key.items():
        assert item_type.score(content, {"statements": judged | {id_: truth}}).points >= points


@some
@pytest.mark.parametrize("code", ["extended_matching", "matching"])
@given(data=st.data())
def test_prompt_matched_right_counts_its_share(code, data):
    content = data.draw(CONTENTS[code])
    item_type, key = get(code), get(code).key(content)["choices"]
    right = data.draw(st.sets(st.sampled_from(sorted(key))))
    response = {"choices": {id_: key[id_] if id_ in right else "none" for id_ in key}}
    assert item_type.score(content, response).points == len(right) / len(key)


@some
@given(CONTENTS["ordering"], st.data())
def test_neighbours_put_right_never_cost(content, data):
    item_type, key = get("ordering"), get("ordering").key(content)["order"]
    order = data.draw(st.permutations(key))
    for place, (one, other) in enumerate(pairwise(order)):
        if key.index(one) > key.index(other):
            better = [*order[:place], other, one, *order[place + 2 :]]
            assert (
                item_type.score(content, {"order": better}).points
                >= item_type.score(content, {"order": order}).points
            )


def test_order_upside_down_gets_nothing_and_one_swap_little_less_than_all():
    content = {"elements": listed(list("abcd"), list("wxyz")), "scoring": "each"}
    score = get("ordering").score
    assert score(content, {"order": list("zyxw")}).points == 0.0
    assert score(content, {"order": list("xwyz")}).points == pytest.approx(5 / 6)
    assert score(content | {"scoring": "all"}, {"order": list("xwyz")}).points == 0.0


@some
@given(CONTENTS["hotspot"], st.data())
def test_mark_in_a_region_not_found_yet_never_costs(content, data):
    item_type, key = get("hotspot"), get("hotspot").key(content)["points"]
    points = data.draw(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=2))
    marks = [list(point) for point in points][: content["marks"] - 1]
    before = item_type.score(content, {"points": marks}).points
    after = max(item_type.score(content, {"points": [*marks, mark]}).points for mark in key)
    assert after >= before


def region_content(**fields):
    values = [
        {"name": "a", "shape": "ellipse", "coordinates": "20,20 5,5", "is_key": True},
        {"name": "b", "shape": "polygon", "coordinates": "60,60 80,60 70,80", "is_key": True},
        {"name": "c", "shape": "ellipse", "coordinates": "90,10 5,5", "is_key": False},
    ]
    return {"regions": listed(values), "marks": 2, "tolerance": 2, "aspect": 1} | fields


@pytest.mark.parametrize(
    ("points", "share"),
    [
        ([[20, 20], [70, 65]], 1.0),
        ([[20, 20]], 0.5),
        ([[20, 20], [22, 22]], 0.5),  # twice in the same region counts once
        ([[20, 26.9], [70, 81.9]], 1.0),  # within the tolerance
        ([[20, 27.1], [70, 82.3]], 0.0),  # beyond it
        ([[90, 10]], 0.0),
        ([[20, 20], [70, 65], [5, 5]], 0.5),  # one mark more than there are regions
    ],
)
def test_hotspot_counts_regions_found(points, share):
    assert get("hotspot").score(region_content(), {"points": points}).points == share


def test_tolerance_is_as_wide_up_as_along_on_a_tall_picture():
    tall = region_content(aspect=2)
    score = get("hotspot").score
    # The ellipse reaches 5 % of the height, ten of the width's per cent; 2 % more of the width
    # are 1 % of the height.
    assert score(tall, {"points": [[20, 25.9]]}).points == 0.5
    assert score(tall, {"points": [[20, 26.1]]}).points == 0.0


def test_one_mark_where_two_regions_overlap_finds_one_of_them():
    assert most_hits([(1, 1)], [[True, True]]) == 1
    assert most_hits([(1, 1), (2, 2)], [[True, True], [True, False]]) == 2


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("ellipse", "10,10"),
        ("ellipse", "10,10 0,5"),
        ("ellipse", "10,10 5,5 1,1"),
        ("polygon", "10,10 20,20"),
        ("polygon", "10,10 20,20 300,1"),
        ("polygon", "10,10 20,20 x,1 5,5"),
        ("ellipse", ""),
    ],
)
def test_coordinates_of_no_region_are_refused(shape, text):
    with pytest.raises(NotARegion):
        parse_region(shape, text)


def test_click_on_a_picture_without_script_becomes_a_mark_and_waits():
    from quizzes.item_types import InvalidResponse

    item_type, content = get("hotspot"), region_content()
    form = {"click.x": "128", "click.y": "64", "shown_width": "640", "shown_height": "640"}
    with pytest.raises(InvalidResponse) as waiting:
        item_type.read_response(content, form | {"point": ["70,65"]})
    assert (str(waiting.value), waiting.value.draft) == ("", {"points": [[70, 65], [20, 10]]})


def test_enter_in_the_fields_sends_no_click_but_the_place_typed():
    from quizzes.item_types import InvalidResponse

    form = {"click.x": "0", "click.y": "0", "shown_width": "640", "shown_height": "640"}
    with pytest.raises(InvalidResponse) as waiting:
        get("hotspot").read_response(region_content(), form | {"x": "12,5", "y": "40"})
    assert waiting.value.draft == {"points": [[12.5, 40]]}


def test_mark_can_be_taken_away_and_the_last_ones_stay():
    from quizzes.item_types import InvalidResponse

    read, content = get("hotspot").read_response, region_content()
    with pytest.raises(InvalidResponse) as waiting:
        read(content, {"point": ["1,1", "2,2"], "remove": "1"})
    assert waiting.value.draft == {"points": [[2, 2]]}
    assert read(content, {"point": ["1,1", "2,2", "3,3"]}) == {"points": [[2, 2], [3, 3]]}
