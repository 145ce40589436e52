"""Fitting FSRS-6 to one learner: the 21 parameters under which what they recalled is likeliest.

The reference implementation's own optimiser needs PyTorch; what is needed of it is small on numpy.
`predict` is the reference's forward pass over all cards at once, for many sets of parameters at
once, so that a gradient by differences is one call. `fit` descends it by Adam (Kingma & Ba, "Adam:
a method for stochastic optimization", ICLR 2015) within the reference's bounds, held near the
defaults by a ridge: few reviews shall move them little. Pure.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from fsrs.scheduler import (
    DEFAULT_PARAMETERS,
    LOWER_BOUNDS_PARAMETERS,
    MAX_DIFFICULTY,
    MIN_DIFFICULTY,
    STABILITY_MIN,
    UPPER_BOUNDS_PARAMETERS,
)

Array = np.ndarray[Any, np.dtype[np.float64]]

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
# Reviews of a card beyond this many say nothing new about the parameters.
LONGEST_HISTORY = 64
HELD_OUT = 0.2
# What a fit has to be better by, as a share of the loss, on reviews it has not seen.
MARGIN = 0.005
_STEPS, _RATE, _RIDGE = 80, 0.04, 1.0
_DEFAULTS = np.array(DEFAULT_PARAMETERS)
_LOWER, _UPPER = np.array(LOWER_BOUNDS_PARAMETERS), np.array(UPPER_BOUNDS_PARAMETERS)
_SCALES = np.maximum(np.abs(_DEFAULTS), 0.05)


@dataclass(frozen=True)
class Histories:
    """Reviews of many cards: one row a review, one column a card; rating 0 where there is none.

    `days` are whole days since the review before, `at` when it was (seconds since 1970).
    """

    ratings: Array
    days: Array
    at: Array

    @classmethod
    def of(cls, cards: Sequence[Sequence[tuple[int, dt.datetime]]]) -> "Histories":
        """From each card's (rating, moment)s, in order of time."""
        length = min(LONGEST_HISTORY, max((len(card) for card in cards), default=0))
        ratings, days, at = (np.zeros((length, len(cards))) for _ in range(3))
        for column, card in enumerate(cards):
            for row, (rating, moment) in enumerate(card[:length]):
                ratings[row, column], at[row, column] = rating, moment.timestamp()
                if row:
                    days[row, column] = (moment - card[row - 1][1]).days
        return cls(ratings=ratings, days=days, at=at)

    @property
    def counted(self) -> Array:
        """Which reviews tell of memory: no card's first, none on the day of the one before."""
        counted = (self.ratings > 0) & (self.days >= 1)
        counted[:1] = False
        return counted


@dataclass(frozen=True)
class Fit:
    """Fitted parameters with their mean log loss on held-out reviews, and that of those before."""

    parameters: tuple[float, ...]
    loss_before: float
    loss_after: float
    reviews: int

    @property
    def is_better(self) -> bool:
        return self.loss_after < self.loss_before * (1 - MARGIN)


def predict(parameters: Array, histories: Histories) -> Array:
    """Probability of recall before each review; (sets, reviews, cards) for (sets, 21)."""
    w = [column[:, None] for column in parameters.T]
    factor = 0.9 ** (-1 / w[20]) - 1
    recall = np.zeros((len(parameters), *histories.ratings.shape))
    if not histories.ratings.size:
        return recall
    first = histories.ratings[0].astype(int)
    stability = np.maximum(parameters[:, first - 1], STABILITY_MIN)
    difficulty = _within(w[4] - np.exp(w[5] * (first - 1)) + 1)
    for row in range(1, len(histories.ratings)):
        rating, days = histories.ratings[row], histories.days[row]
        recall[:, row] = (1 + factor * days / stability) ** -w[20]
        after = np.where(
            days < 1,
            _same_day(w, stability, rating),
            np.where(
                rating == AGAIN,
                _forgotten(w, stability, difficulty, recall[:, row]),
                _recalled(w, stability, difficulty, recall[:, row], rating),
            ),
        )
        there = rating > 0
        stability = np.where(there, np.maximum(after, STABILITY_MIN), stability)
        difficulty = np.where(there, _next_difficulty(w, difficulty, rating), difficulty)
    return recall


def _within(difficulty: Array) -> Array:
    return np.clip(difficulty, MIN_DIFFICULTY, MAX_DIFFICULTY)


def _same_day(w: list[Array], stability: Array, rating: Array) -> Array:
    growth = np.exp(w[17] * (rating - GOOD + w[18])) * stability ** -w[19]
    return stability * np.where(rating > AGAIN, np.maximum(growth, 1.0), growth)


def _forgotten(w: list[Array], stability: Array, difficulty: Array, recall: Array) -> Array:
    long_term = (
        w[11] * difficulty ** -w[12] * ((stability + 1) ** w[13] - 1) * np.exp((1 - recall) * w[14])
    )
    return np.minimum(long_term, stability / np.exp(w[17] * w[18]))


def _recalled(
    w: list[Array], stability: Array, difficulty: Array, recall: Array, rating: Array
) -> Array:
    penalty = np.where(rating == HARD, w[15], 1.0) * np.where(rating == EASY, w[16], 1.0)
    growth = (
        np.exp(w[8])
        * (11 - difficulty)
        * stability ** -w[9]
        * (np.exp((1 - recall) * w[10]) - 1)
        * penalty
    )
    return stability * (1 + growth)


def _next_difficulty(w: list[Array], difficulty: Array, rating: Array) -> Array:
    easy = w[4] - np.exp(w[5] * (EASY - 1)) + 1
    moved = difficulty - (10 - difficulty) * w[6] * (rating - GOOD) / 9
    return _within(w[7] * easy + (1 - w[7]) * moved)


def log_loss(parameters: Array, histories: Histories, counted: Array) -> Array:
    """Mean log loss of each set of parameters over the reviews in `counted`."""
    recall = np.clip(predict(parameters, histories)[:, counted], 1e-6, 1 - 1e-6)
    recalled = histories.ratings[counted] > AGAIN
    return -np.where(recalled, np.log(recall), np.log1p(-recall)).mean(axis=1)


def fit(histories: Histories, *, before: Sequence[float] | None = None) -> Fit:
    """Fit to the earlier reviews, and judge by the latest fifth, which the fit has not seen.

    `before` are the parameters in use; the fit has to be better than these and the defaults. At
    least two reviews must count on either side; the caller sees to it that they are many more.
    """
    counted = histories.counted
    held_out_from = np.quantile(histories.at[counted], 1 - HELD_OUT)
    late = counted & (histories.at >= held_out_from)
    parameters = _descend(histories, counted & ~late)
    rivals = np.array([before or DEFAULT_PARAMETERS, DEFAULT_PARAMETERS])
    losses = log_loss(np.vstack([parameters, rivals]), histories, late)
    return Fit(
        parameters=tuple(float(value) for value in parameters),
        loss_before=float(losses[1:].min()),
        loss_after=float(losses[0]),
        reviews=int(counted.sum()),
    )


def _descend(histories: Histories, counted: Array) -> Array:
    parameters, reviews = _DEFAULTS.copy(), counted.sum()
    steps = np.vstack([np.zeros_like(parameters), np.diag(_SCALES * 1e-4)])
    speed, spread = np.zeros_like(parameters), np.zeros_like(parameters)
    for turn in range(1, _STEPS + 1):
        losses = log_loss(parameters + steps, histories, counted)
        # In units of each parameter's own size: they reach from 0.001 to 8.
        slope = (losses[1:] - losses[0]) / 1e-4
        slope += 2 * _RIDGE / reviews * (parameters - _DEFAULTS) / _SCALES
        speed = 0.9 * speed + 0.1 * slope
        spread = 0.99 * spread + 0.01 * slope**2
        pace = _RATE * (1 + np.cos(np.pi * turn / _STEPS)) / 2
        move = (speed / (1 - 0.9**turn)) / (np.sqrt(spread / (1 - 0.99**turn)) + 1e-8)
        parameters = np.clip(parameters - pace * _SCALES * move, _LOWER, _UPPER)
    return parameters
