"""Item analysis against scipy: `python -m bench item_analysis`.

Scipy is no dependency of the hub. Where it is missing the bench says how to run with it:
`uv pip install --target /tmp/scipy --no-deps scipy`, then `PYTHONPATH=/tmp/scipy`.

2,000 simulated learners (two-parameter logistic model) answer 40 items, right or wrong in one
round, with partial credit in another; every figure of `quizzes.analysis` that scipy has a function
for is computed by both. Prints the largest difference of each; exits with 1 if one is above 1e-6.
"""

import argparse
import math
import random
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from quizzes.analysis import Response, analyse_item, analyse_quiz, quantile

AGREED = 1e-6
LEVELS = (25, 50, 75, 95)


def simulate(
    *, learners: int, items: int, seed: int, partial: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares, confidence (per cent) and times (seconds), learner by item."""
    chance = random.Random(seed)
    model = [(chance.uniform(-2, 2), chance.uniform(0.3, 2.0)) for _item in range(items)]
    shares, sure, times = [], [], []
    for _learner in range(learners):
        ability = chance.gauss(0, 1)
        likely = [1 / (1 + math.exp(-slope * (ability - hard))) for hard, slope in model]
        if partial:
            row = [round(min(1.0, max(0.0, chance.gauss(p, 0.25))) * 4) / 4 for p in likely]
        else:
            row = [float(chance.random() < p) for p in likely]
        shares.append(row)
        sure.append([LEVELS[min(3, int(p * 4))] for p in likely])
        times.append([chance.lognormvariate(3.5, 0.5) for _p in likely])
    return np.array(shares), np.array(sure), np.array(times)


def compare(
    shares: np.ndarray, sure: np.ndarray, times: np.ndarray, *, partial: bool
) -> Iterator[tuple[str, float]]:
    """Names of figures with the difference between ours and the reference's, item by item."""
    from scipy import stats  # noqa: PLC0415  only where it is installed

    totals = shares.sum(axis=1)
    for place in range(shares.shape[1]):
        own, rest = shares[:, place], totals - shares[:, place]
        responses = [
            Response(share=share, time_s=time, confidence=int(level))
            for share, time, level in zip(
                own.tolist(), times[:, place].tolist(), sure[:, place], strict=True
            )
        ]
        ours = analyse_item(responses=responses, rest=rest.tolist())
        yield "facility (tmean)", abs(ours.facility - stats.tmean(own))
        yield "item–rest correlation (pearsonr)", _far(ours.item_rest, stats.pearsonr(own, rest)[0])
        if not partial:
            reference = stats.pointbiserialr(own, rest)[0]
            yield "item–rest correlation (pointbiserialr)", _far(ours.item_rest, reference)
        low, middle, high = stats.mstats.mquantiles(
            times[:, place], [0.25, 0.5, 0.75], alphap=1, betap=1
        )
        assert ours.time_median_s is not None
        assert ours.time_quartiles_s is not None
        yield "median time (mquantiles)", abs(ours.time_median_s - middle)
        yield "quartiles of time (mquantiles)", abs(ours.time_quartiles_s[0] - low)
        yield "quartiles of time (mquantiles)", abs(ours.time_quartiles_s[1] - high)
        yield "quantile (mquantiles)", abs(quantile(times[:, place].tolist(), 0.5) - middle)
        assert ours.calibration is not None
        missed = (sure[:, place] / 100 - (own >= 1.0)) ** 2
        yield "Brier score (tmean)", abs(ours.calibration.brier - stats.tmean(missed))
    yield from _whole(stats, shares)


def _whole(stats: Any, shares: np.ndarray) -> Iterator[tuple[str, float]]:
    whole = analyse_quiz(shares.tolist())
    items = shares.shape[1]
    totals = shares.sum(axis=1)
    spread = stats.tvar(totals, ddof=0)
    within = sum(stats.tvar(column, ddof=0) for column in shares.T)
    alpha = items / (items - 1) * (1 - within / spread)
    yield "alpha (tvar)", _far(whole.alpha, alpha)
    yield "standard error (tvar)", _far(whole.sem, math.sqrt(spread * (1 - alpha)))
    yield "standard deviation (tstd)", abs(whole.deviation - stats.tstd(totals / items, ddof=0))
    # By points, whose edges are exact: 0.3 is less than numpy's own third edge of tenths.
    counts = stats.binned_statistic(totals, totals, "count", bins=10, range=(0, items))[0]
    yield "histogram (binned_statistic)", float(np.abs(counts - whole.histogram).max())


def _far(ours: float | None, reference: float) -> float:
    assert ours is not None
    return abs(ours - reference)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, print the table, and say whether all agree."""
    parser = argparse.ArgumentParser(prog="bench item_analysis", description=__doc__)
    parser.add_argument("--learners", type=int, default=2000)
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        import scipy  # noqa: PLC0415  only where it is installed
    except ImportError:
        sys.exit(
            "scipy is not installed. Put it beside the hub: uv pip install --target /tmp/scipy "
            "--no-deps scipy; then: PYTHONPATH=/tmp/scipy python -m bench item_analysis"
        )
    worst: dict[str, float] = {}
    for partial in (False, True):
        data = simulate(
            learners=options.learners, items=options.items, seed=options.seed, partial=partial
        )
        for name, difference in compare(*data, partial=partial):
            worst[name] = max(worst.get(name, 0.0), float(difference))
    print(f"{options.learners} learners, {options.items} items, scipy {scipy.__version__}")
    for name, difference in worst.items():
        print(f"  {name:<40} {difference:.1e}")
    if max(worst.values()) > AGREED:
        sys.exit(f"Not all agree to {AGREED:.0e}.")
    print(f"All agree to {AGREED:.0e}.")


if __name__ == "__main__":
    main()
