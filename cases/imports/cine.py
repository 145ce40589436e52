"""How fast a loop was recorded, or is to be shown."""

from typing import Any

from pydicom.dataset import Dataset

from .numbers import numbers_in

# Slower is no loop, faster shows no screen.
_SLOWEST, _FASTEST = 1.0, 120.0
# From here on a viewer need not tell a rate from the nearest whole one.
_WHOLE_FROM = 5.0


def frames_per_s(dataset: Dataset) -> float | None:
    """The rate at which a multi-frame image is to be shown; None where the file tells no sound one.

    The recommended rate before the recorded one (PS3.3, C.7.6.5: Recommended Display Frame Rate,
    Cine Rate, Frame Time, the mean of Frame Time Vector). From 5 a second on, a whole number.
    """
    candidates = (
        _only(dataset.get("RecommendedDisplayFrameRate")),
        _only(dataset.get("CineRate")),
        _rate_of(_only(dataset.get("FrameTime"))),
        # The first of the vector is 0 by definition.
        _rate_of(_mean(numbers_in(dataset.get("FrameTimeVector"))[1:])),
    )
    for rate in candidates:
        if rate is not None and _SLOWEST <= rate <= _FASTEST:
            return float(round(rate)) if rate >= _WHOLE_FROM else round(rate, 1)
    return None


def _only(value: Any) -> float | None:
    """The number of a value that has one; of several none is to be preferred."""
    numbers = numbers_in(value)
    return numbers[0] if len(numbers) == 1 else None


def _mean(numbers: list[float]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None


def _rate_of(milliseconds: float | None) -> float | None:
    return 1000 / milliseconds if milliseconds else None
