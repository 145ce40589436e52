"""How fast a loop was recorded, or is to be shown."""

import math
from typing import Any

from pydicom.dataset import Dataset

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
        _number(dataset.get("RecommendedDisplayFrameRate")),
        _number(dataset.get("CineRate")),
        _rate_of(_number(dataset.get("FrameTime"))),
        _rate_of(_mean(dataset.get("FrameTimeVector"))),
    )
    for rate in candidates:
        if rate is not None and _SLOWEST <= rate <= _FASTEST:
            return float(round(rate)) if rate >= _WHOLE_FROM else round(rate, 1)
    return None


def _rate_of(milliseconds: float | None) -> float | None:
    return 1000 / milliseconds if milliseconds else None


def _mean(increments: Any) -> float | None:
    """Of increments between frames; the first of the vector is 0 by definition."""
    if increments is None or isinstance(increments, int | float | str):
        return None
    numbers = [_number(increment) for increment in list(increments)[1:]]
    known = [number for number in numbers if number is not None]
    return sum(known) / len(known) if known and len(known) == len(numbers) else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
