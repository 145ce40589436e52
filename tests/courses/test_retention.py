"""The retention curve: each viewer counts once for each part of the lecture that they saw."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.retention import retention


def test_nobody_has_no_curve():
    assert retention([], duration_s=600) is None
    assert retention([[]], duration_s=600) is None
    assert retention([[[0, 60]]], duration_s=0) is None


def test_who_watches_all_and_who_watches_half_make_a_step():
    curve = retention([[[0, 600]], [[0, 300]]], duration_s=600)
    assert (curve.viewers, curve.shares) == (2, (1.0,) * 50 + (0.5,) * 50)


def test_going_back_counts_once_and_skipping_leaves_a_hole():
    curve = retention([[[0, 100], [50, 150], [0, 100], [300, 600]]], duration_s=600, steps=6)
    # The middle of the second step is where the first stretch ends: not seen any more.
    assert curve.shares == (1.0, 0.0, 0.0, 1.0, 1.0, 1.0)


def test_steepest_fall_is_found():
    viewings = [[[0, 600]], [[0, 130]], [[0, 130]], [[0, 400]]]
    fall = retention(viewings, duration_s=600).steepest
    assert (fall.from_s, fall.to_s, fall.before, fall.after) == (60, 120, 1.0, pytest.approx(0.6))


interval = st.tuples(st.floats(0, 700), st.floats(0, 700)).map(sorted)


@given(st.lists(st.lists(interval, max_size=6), max_size=5))
def test_curve_agrees_with_counting_viewers_one_by_one(viewings):
    curve = retention(viewings, duration_s=600, steps=20)
    viewers = [v for v in viewings if any(min(b, 600) > a for a, b in v)]
    if not viewers:
        assert curve is None
        return
    # Merging closes gaps of half a second: stay clear of them.
    for step, share in enumerate(curve.shares):
        middle = (step + 0.5) * 30
        surely = sum(any(a <= middle < b for a, b in v) for v in viewers)
        perhaps = sum(any(a - 0.5 <= middle <= b + 0.5 for a, b in v) for v in viewers)
        assert surely <= round(share * curve.viewers) <= perhaps
