"""How fast a loop is to be shown, by what its file says."""

import pytest
from pydicom.dataset import Dataset

from cases.imports.cine import frames_per_s


def loop(**attributes: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


@pytest.mark.parametrize(
    ("attributes", "rate"),
    [
        ({}, None),
        ({"CineRate": 15}, 15),
        ({"FrameTime": "33.333"}, 30),
        ({"FrameTime": "41.7"}, 24),
        # The first increment of the vector is 0 by definition.
        ({"FrameTimeVector": [0, 100, 60, 80]}, 12),
        ({"CineRate": 15, "FrameTime": "100"}, 15),
        ({"RecommendedDisplayFrameRate": 7, "CineRate": 15}, 7),
        ({"FrameTime": "400"}, 2.5),
    ],
)
def test_the_recommended_rate_comes_before_the_recorded_one(attributes, rate):
    assert frames_per_s(loop(**attributes)) == rate


@pytest.mark.parametrize(
    "attributes",
    [
        {"CineRate": 0},
        {"CineRate": -5},
        {"CineRate": 100_000},
        {"FrameTime": "0"},
        {"FrameTime": ""},
        {"FrameTime": ["40", "50"]},
        {"FrameTimeVector": [0]},
    ],
)
def test_a_rate_that_nobody_could_watch_counts_as_none(attributes):
    assert frames_per_s(loop(**attributes)) is None


def test_a_senseless_rate_leaves_the_next_one_to_count():
    assert frames_per_s(loop(CineRate=0, FrameTime="50")) == 20
