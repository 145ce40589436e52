"""Item analysis: against a published worked example, numpy, and 2,000 simulated learners."""

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.analysis import (
    ABILITY_GROUPS,
    Flag,
    Response,
    ability_groups,
    analyse_item,
    analyse_quiz,
    calibrate,
    correlation,
    cronbach_alpha,
    mean,
    quantile,
    variance,
)

patient = settings(deadline=None)  # other tests share the processor

# Ten students, ten items: K. Wuensch, "The Kuder-Richardson 20", East Carolina University
# (core.ecu.edu/wuenschk/StatHelp/KR20.txt), which prints p, p·q and the variance of totals.
_ROWS = (
    *("1111110110", "1011011101", "1111011001", "0010001000", "0000010010"),
    *("1110111111", "1101110111", "1111111101", "0101111101", "1101101110"),
)
WUENSCH = [[int(sign) for sign in row] for row in _ROWS]
WUENSCH_P = [0.7, 0.7, 0.6, 0.7, 0.6, 0.8, 0.7, 0.7, 0.5, 0.6]


def test_published_example_is_met():
    columns = list(zip(*WUENSCH, strict=True))
    totals = [sum(row) for row in WUENSCH]
    assert variance(totals) == pytest.approx(5.84)
    pq = sum(p * (1 - p) for p in WUENSCH_P)
    assert [round(mean(column), 6) for column in columns] == WUENSCH_P
    assert cronbach_alpha(WUENSCH) == pytest.approx(10 / 9 * (1 - pq / 5.84), abs=1e-12)


MATRIX = st.integers(2, 8).flatmap(
    lambda items: st.lists(
        st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=items, max_size=items),
        min_size=3,
        max_size=30,
    )
)


@patient
@given(MATRIX)
def test_alpha_and_correlations_agree_with_numpy(rows):
    data = np.array(rows)
    total = data.sum(axis=1)
    items = data.shape[1]
    ours = cronbach_alpha(rows)
    if total.var() < 1e-12:
        assert ours is None
    else:
        theirs = items / (items - 1) * (1 - data.var(axis=0).sum() / total.var())
        assert ours == pytest.approx(theirs, abs=1e-9)
    for place in range(items):
        rest = total - data[:, place]
        r = correlation(list(data[:, place]), list(rest))
        if r is None:
            assert data[:, place].var() * rest.var() < 1e-20
        else:
            assert r == pytest.approx(np.corrcoef(data[:, place], rest)[0, 1], abs=1e-6)


@patient
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40), st.floats(0, 1))
def test_quantiles_agree_with_numpy(values, share):
    assert quantile(values, share) == pytest.approx(np.quantile(values, share), abs=1e-6)


@patient
@given(st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_ability_groups_are_of_equal_size_and_in_order(scores):
    group = ability_groups(scores)
    sizes = [group.count(number) for number in range(ABILITY_GROUPS)]
    assert max(sizes) - min(sizes) <= 1
    pairs = sorted(zip(scores, group, strict=True))
    assert all(a[1] <= b[1] for a, b in pairwise(pairs) if a[0] < b[0])


def test_brier_score_is_the_mean_square_of_what_confidence_missed():
    found = calibrate(
        [
            Response(1.0, confidence=75),
            Response(0.0, confidence=75),
            Response(1.0, confidence=95),
            Response(0.5, confidence=25),
            Response(1.0),
        ]
    )
    assert found.brier == pytest.approx((0.25**2 + 0.75**2 + 0.05**2 + 0.25**2) / 4)
    assert found.steps == ((25, 0.0, 1), (75, 0.5, 2), (95, 1.0, 1))
    assert (found.answers, found.confident_and_wrong) == (4, 1)
    assert calibrate([Response(1.0)]) is None


OPTIONS = [("k", "key", True), ("a", "near", False), ("b", "far", False), ("z", "absurd", False)]
LEARNERS, ITEMS = 2000, 12


@pytest.fixture(scope="module")
def simulated():
    """2,000 learners of normal ability; items by the Rasch model but for the last four.

    8 is keyed wrongly, 9 is a coin, 10 everybody knows, 11 nobody chooses its last option.
    """
    rng = random.Random(7)
    rows: list[list[Response]] = []
    for _learner in range(LEARNERS):
        ability = rng.gauss(0, 1)
        row = []
        for item in range(ITEMS):
            p = 1 / (1 + math.exp(-(ability - (item % 8 - 3.5) / 3)))
            p = {8: 1 - p, 9: 0.5, 10: 0.99}.get(item, p)
            right = rng.random() < p
            wrong = "a" if item in (8, 11) else rng.choice("abz")
            row.append(
                Response(
                    share=float(right),
                    chosen=("k" if right else wrong,),
                    time_s=rng.lognormvariate(3, 0.5) * (4 if item == 9 else 1),
                    confidence=95 if item == 8 or p > 0.6 else 25,
                )
            )
        rows.append(row)
    return rows


def analysed(rows, item):
    totals = [sum(one.share for one in row) for row in rows]
    own = [row[item] for row in rows]
    return analyse_item(
        responses=own,
        rest=[total - one.share for total, one in zip(totals, own, strict=True)],
        alternatives=OPTIONS,
        usual_time_s=20.0,
    )


def test_two_thousand_simulated_learners_show_which_items_to_mend(simulated):
    found = [set(analysed(simulated, item).flags) for item in range(ITEMS)]
    assert found[:8] == [set()] * 8
    assert {Flag.NEGATIVE, Flag.KEY_IN_DOUBT, Flag.UNUSED_OPTION, Flag.OVERCONFIDENT} <= found[8]
    assert Flag.SLOW in found[9]
    assert found[9] & {Flag.WEAK, Flag.NEGATIVE}
    assert Flag.TOO_EASY in found[10]
    assert found[11] == {Flag.UNUSED_OPTION}


def test_simulated_figures_agree_with_numpy_to_six_decimals(simulated):
    data = np.array([[one.share for one in row] for row in simulated])
    total = data.sum(axis=1)
    for item in range(ITEMS):
        analysis = analysed(simulated, item)
        rest = total - data[:, item]
        assert analysis.facility == pytest.approx(data[:, item].mean(), abs=1e-6)
        assert analysis.item_rest == pytest.approx(np.corrcoef(data[:, item], rest)[0, 1], abs=1e-6)
        assert sum(one.share for one in analysis.alternatives) == pytest.approx(1.0)
    quiz = analyse_quiz([list(row) for row in data])
    alpha = ITEMS / (ITEMS - 1) * (1 - data.var(axis=0).sum() / total.var())
    assert quiz.alpha == pytest.approx(alpha, abs=1e-6)
    assert quiz.sem == pytest.approx(total.std() * math.sqrt(1 - alpha), abs=1e-6)
    assert (quiz.attempts, sum(quiz.histogram)) == (LEARNERS, LEARNERS)


def test_difficulty_comes_back_in_the_order_it_was_put_in(simulated):
    facilities = [analysed(simulated, item).facility for item in range(8)]
    assert facilities == sorted(facilities, reverse=True)


def test_few_answers_raise_no_alarm_but_that_there_are_few():
    analysis = analyse_item(responses=[Response(0.0)] * 3, rest=[1.0, 2.0, 3.0])
    assert (analysis.flags, analysis.item_rest) == ((Flag.FEW_ANSWERS,), None)


def test_nothing_to_analyse_is_said():
    with pytest.raises(ValueError, match="no answers"):
        analyse_item(responses=[], rest=[])
    with pytest.raises(ValueError, match="no attempts"):
        analyse_quiz([])
