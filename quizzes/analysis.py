"""Item analysis: how items and quizzes prove themselves. Pure; needs no database.

Formulas: facility and discrimination after Crocker & Algina, "Introduction to classical and
modern test theory" (1986); alpha after Cronbach, Psychometrika 1951;16:297–334 (with right and
wrong only it is KR-20, Kuder & Richardson, Psychometrika 1937;2:151–160); calibration after
Brier, Mon Weather Rev 1950;78:1–3.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

# Learners are compared in groups of equal size by their score on the other items.
ABILITY_GROUPS = 3
# Below this many answers figures say more about chance than about the item.
FEWEST_ANSWERS = 20
TOO_EASY, TOO_HARD = 0.95, 0.2
WEAK_DISCRIMINATION = 0.15
UNUSED_SHARE = 0.05
# Confident and wrong: this sure (per cent) or more.
CONFIDENT = 75
SLOW_FACTOR = 2.5


class Flag(StrEnum):
    """What makes an item worth looking at."""

    TOO_EASY = "too_easy"
    TOO_HARD = "too_hard"
    NEGATIVE = "negative"
    WEAK = "weak"
    KEY_IN_DOUBT = "key_in_doubt"
    UNUSED_OPTION = "unused_option"
    SLOW = "slow"
    OVERCONFIDENT = "overconfident"
    FEW_ANSWERS = "few_answers"


@dataclass(frozen=True)
class Response:
    """One learner's answer to one item. `share` of its points (0 to 1), ids of what was chosen,
    time in seconds and confidence in per cent where they are known.
    """

    share: float
    chosen: tuple[str, ...] = ()
    time_s: float | None = None
    confidence: int | None = None


@dataclass(frozen=True)
class Alternative:
    """An option of an item and how often each ability group, weakest first, chose it."""

    id: str
    text: str
    is_key: bool
    count: int
    share: float
    shares_by_group: tuple[float, ...]


@dataclass(frozen=True)
class Calibration:
    """How far learners' confidence is borne out. `steps`: (confidence %, share right, answers)."""

    answers: int
    brier: float
    steps: tuple[tuple[int, float, int], ...]
    confident_and_wrong: int


@dataclass(frozen=True)
class ItemAnalysis:
    """How one item proved. Correlations are None where a side does not vary."""

    answers: int
    facility: float
    item_rest: float | None
    facility_by_group: tuple[float, ...]
    alternatives: tuple[Alternative, ...]
    time_median_s: float | None
    time_quartiles_s: tuple[float, float] | None
    calibration: Calibration | None
    flags: tuple[Flag, ...] = field(default=())


@dataclass(frozen=True)
class QuizAnalysis:
    """How a quiz proved over complete attempts. `sem` is the standard error of measurement, in
    items.
    """

    attempts: int
    mean: float
    deviation: float
    alpha: float | None
    sem: float | None
    histogram: tuple[int, ...]


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """Population variance, as KR-20's p·q is."""
    middle = mean(values)
    return math.fsum((value - middle) ** 2 for value in values) / len(values)


def correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Pearson's r; None where either does not vary."""
    if len(one) < 2:
        return None
    spread = math.sqrt(variance(one) * variance(other))
    if spread < 1e-12:
        return None
    middle, other_middle = mean(one), mean(other)
    pairs = zip(one, other, strict=True)
    return math.fsum((a - middle) * (b - other_middle) for a, b in pairs) / len(one) / spread


def quantile(values: Sequence[float], share: float) -> float:
    """Quantile with linear interpolation between neighbours (Hyndman & Fan's type 7)."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def cronbach_alpha(rows: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha of complete score rows (learner by item); KR-20 for scores of 0 and 1."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    total = variance([math.fsum(row) for row in rows])
    if total < 1e-12:
        return None
    items = len(rows[0])
    within = math.fsum(variance(column) for column in zip(*rows, strict=True))
    return items / (items - 1) * (1 - within / total)


def ability_groups(scores: Sequence[float], groups: int = ABILITY_GROUPS) -> list[int]:
    """Each learner's group, 0 the weakest; groups differ by one learner at most.

    Ties fall as the learners are listed, so that the same list always gives the same groups.
    """
    order = sorted(range(len(scores)), key=lambda place: (scores[place], place))
    group = [0] * len(scores)
    for rank, learner in enumerate(order):
        group[learner] = rank * groups // len(scores)
    return group


def calibrate(responses: Iterable[Response]) -> Calibration | None:
    """Brier score and calibration of the answers given with a confidence."""
    sure = [(one.confidence, one.share >= 1.0) for one in responses if one.confidence is not None]
    if not sure:
        return None
    steps = []
    for level in sorted({confidence for confidence, _right in sure}):
        right = [is_right for confidence, is_right in sure if confidence == level]
        steps.append((level, sum(right) / len(right), len(right)))
    return Calibration(
        answers=len(sure),
        brier=mean([(confidence / 100 - right) ** 2 for confidence, right in sure]),
        steps=tuple(steps),
        confident_and_wrong=sum(c >= CONFIDENT and not right for c, right in sure),
    )


def analyse_item(
    *,
    responses: Sequence[Response],
    rest: Sequence[float],
    alternatives: Sequence[tuple[str, str, bool]] = (),
    usual_time_s: float | None = None,
) -> ItemAnalysis:
    """How an item proved. `rest` is each learner's score on the other items, in the same order;
    `alternatives` are (id, text, is key); `usual_time_s` the median of the quiz's items.

    Raises `ValueError` without answers.
    """
    if not responses:
        raise ValueError("no answers to analyse")
    shares = [one.share for one in responses]
    group = ability_groups(rest)
    by_group = tuple(_by_group(shares, group))
    times = [one.time_s for one in responses if one.time_s is not None]
    counted = tuple(_count(responses, group, one) for one in alternatives)
    analysis = ItemAnalysis(
        answers=len(responses),
        facility=mean(shares),
        item_rest=correlation(shares, rest),
        facility_by_group=by_group,
        alternatives=counted,
        time_median_s=quantile(times, 0.5) if times else None,
        time_quartiles_s=(quantile(times, 0.25), quantile(times, 0.75)) if times else None,
        calibration=calibrate(responses),
    )
    flags = tuple(find_flags(analysis, usual_time_s=usual_time_s))
    return replace(analysis, flags=flags)


def _by_group(values: Sequence[float], group: Sequence[int]) -> Iterable[float]:
    """The mean of each ability group; 0 for one without learners."""
    for number in range(ABILITY_GROUPS):
        own = [value for value, one in zip(values, group, strict=True) if one == number]
        yield mean(own) if own else 0.0


def _count(
    responses: Sequence[Response], group: Sequence[int], alternative: tuple[str, str, bool]
) -> Alternative:
    id_, text, is_key = alternative
    took = [float(id_ in one.chosen) for one in responses]
    return Alternative(
        id=id_,
        text=text,
        is_key=is_key,
        count=int(sum(took)),
        share=mean(took),
        shares_by_group=tuple(_by_group(took, group)),
    )


def find_flags(analysis: ItemAnalysis, *, usual_time_s: float | None) -> Iterable[Flag]:
    """What an author should look at; nothing but `FEW_ANSWERS` before there are enough."""
    if analysis.answers < FEWEST_ANSWERS:
        yield Flag.FEW_ANSWERS
        return
    yield from _score_flags(analysis)
    yield from _option_flags(analysis.alternatives)
    if (analysis.time_median_s or 0.0) > SLOW_FACTOR * (usual_time_s or math.inf):
        yield Flag.SLOW
    calibration = analysis.calibration
    if calibration and calibration.answers >= FEWEST_ANSWERS:
        sure = [(share, n) for level, share, n in calibration.steps if level >= CONFIDENT]
        answers = sum(n for _share, n in sure)
        if answers >= FEWEST_ANSWERS and sum(s * n for s, n in sure) / answers < 0.5:
            yield Flag.OVERCONFIDENT


def _score_flags(analysis: ItemAnalysis) -> Iterable[Flag]:
    if analysis.facility >= TOO_EASY:
        yield Flag.TOO_EASY
    elif analysis.facility <= TOO_HARD:
        yield Flag.TOO_HARD
    if analysis.item_rest is not None and analysis.item_rest < 0:
        yield Flag.NEGATIVE
    elif analysis.item_rest is not None and analysis.item_rest < WEAK_DISCRIMINATION:
        yield Flag.WEAK


def _option_flags(alternatives: Sequence[Alternative]) -> Iterable[Flag]:
    keys = [one for one in alternatives if one.is_key]
    wrong = [one for one in alternatives if not one.is_key]
    if not keys or not wrong:
        return
    best = max(one.shares_by_group[-1] for one in keys)
    if any(one.shares_by_group[-1] > best for one in wrong):
        yield Flag.KEY_IN_DOUBT
    if any(one.share < UNUSED_SHARE for one in wrong):
        yield Flag.UNUSED_OPTION


def analyse_quiz(rows: Sequence[Sequence[float]], *, bins: int = 10) -> QuizAnalysis:
    """How a quiz proved over complete rows of shares (learner by item).

    The histogram counts learners by their share of all points. Raises `ValueError` without rows.
    """
    if not rows:
        raise ValueError("no attempts to analyse")
    totals = [math.fsum(row) for row in rows]
    items = len(rows[0])
    alpha = cronbach_alpha(rows)
    deviation = math.sqrt(variance(totals))
    places = Counter(min(bins - 1, int(bins * total / items + 1e-9)) for total in totals)
    return QuizAnalysis(
        attempts=len(rows),
        mean=mean(totals) / items,
        deviation=deviation / items,
        alpha=alpha,
        sem=deviation * math.sqrt(max(0.0, 1 - alpha)) if alpha is not None else None,
        histogram=tuple(places[number] for number in range(bins)),
    )
