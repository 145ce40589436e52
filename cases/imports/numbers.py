"""Numbers out of DICOM values, which may be absent, several, or no numbers at all."""

import math
from typing import Any


def numbers_in(value: Any) -> list[float]:
    """All numbers of a value; none where it is empty or one of them is not finite."""
    entries = [value] if isinstance(value, int | float | str) else list(value or [])
    try:
        numbers = [float(entry) for entry in entries]
    except (TypeError, ValueError):
        return []
    return numbers if all(math.isfinite(number) for number in numbers) else []
