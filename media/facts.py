"""What happens with lectures that other rooms may want to know (`people.facts`)."""

from dataclasses import dataclass

from .models import WatchRecord
from .watching import Interval


@dataclass(frozen=True)
class Watched:
    """A player has reported: `record` as it is now, what was played, and how it was before.

    `fresh` are the stretches of this report as the player told them, within the lecture;
    `share_before` the share watched until then; `age_s` how long the report was held up.
    """

    record: WatchRecord
    fresh: tuple[Interval, ...]
    share_before: float
    age_s: float
