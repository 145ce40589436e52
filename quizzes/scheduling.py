"""When an item is due again: FSRS-6, rated from the answer and how sure the learner was. Pure.

Free Spaced Repetition Scheduler, version 6, by its reference implementation (`fsrs`). Times are
in UTC.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from fsrs import Card, Rating, Scheduler, State
from fsrs.scheduler import DEFAULT_PARAMETERS

# The 21 numbers of FSRS-6; None stands for its defaults.
Parameters = tuple[float, ...] | None
# So many lapses mark an item that is not learnt by repeating it.
LEECH_LAPSES = 6
CERTAIN, UNSURE = 95, 50


@lru_cache(maxsize=512)
def _scheduler(parameters: Parameters) -> Scheduler:
    # Items are reviewed once a day, not by the minute: no learning steps within one.
    return Scheduler(
        parameters=parameters or DEFAULT_PARAMETERS,
        learning_steps=(),
        relearning_steps=(),
        desired_retention=0.9,
        enable_fuzzing=False,
    )


@dataclass(frozen=True)
class Schedule:
    """Where a card stands. `stability` in days; `state` and `step` as `fsrs` counts them."""

    state: int
    step: int | None
    stability: float | None
    difficulty: float | None
    due_at: dt.datetime
    reviewed_at: dt.datetime


def rate(*, share: float, confidence: int | None) -> Rating:
    """The rating of an answer with `share` of its points (0 to 1) and a confidence in per cent.

    Anything less than full marks is forgotten. Right by guessing was hard; right and certain was
    easy; an answer without a confidence is taken as good.
    """
    if share < 1.0:
        return Rating.Again
    if confidence is None:
        return Rating.Good
    if confidence >= CERTAIN:
        return Rating.Easy
    return Rating.Hard if confidence <= UNSURE else Rating.Good


def review(
    *, before: Schedule | None, rating: Rating, at: dt.datetime, parameters: Parameters = None
) -> Schedule:
    """The card after a review at `at`."""
    moment = at.astimezone(dt.UTC)
    card, _log = _scheduler(parameters).review_card(_card(before, moment), rating, moment)
    assert card.last_review is not None
    return Schedule(
        state=int(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due_at=card.due,
        reviewed_at=card.last_review,
    )


def replay(
    *, reviews: Iterable[tuple[int, dt.datetime]], parameters: Parameters = None
) -> Schedule | None:
    """Where a card stands after its (rating, moment)s, in order of time; None after none."""
    schedule = None
    for rating, at in reviews:
        schedule = review(before=schedule, rating=Rating(rating), at=at, parameters=parameters)
    return schedule


def retrievability(*, schedule: Schedule, at: dt.datetime, parameters: Parameters = None) -> float:
    """Probability, 0 to 1, that the learner remembers the item at `at`."""
    moment = at.astimezone(dt.UTC)
    return _scheduler(parameters).get_card_retrievability(_card(schedule, moment), moment)


def _card(schedule: Schedule | None, moment: dt.datetime) -> Card:
    if schedule is None:
        return Card(card_id=1, due=moment)
    return Card(
        card_id=1,
        state=State(schedule.state),
        step=schedule.step,
        stability=schedule.stability,
        difficulty=schedule.difficulty,
        due=schedule.due_at.astimezone(dt.UTC),
        last_review=schedule.reviewed_at.astimezone(dt.UTC),
    )
