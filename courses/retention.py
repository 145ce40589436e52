"""Where people stop watching: what share of a lecture's viewers saw each part of it. Pure."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from media.watching import merge_intervals

STEPS = 100


@dataclass(frozen=True)
class Fall:
    """The stretch over which most viewers were lost: seconds, and shares (0 to 1) around it."""

    from_s: float
    to_s: float
    before: float
    after: float


@dataclass(frozen=True)
class Retention:
    """The curve of a lecture: share of `viewers` who saw the middle of each of equal steps."""

    viewers: int
    duration_s: float
    shares: tuple[float, ...]

    @property
    def tenths(self) -> list[tuple[float, float]]:
        """Second and share at each tenth of the lecture, for a table beside the curve."""
        wide = len(self.shares) // 10
        return [
            (
                self.duration_s * tenth / 10,
                sum(self.shares[tenth * wide : (tenth + 1) * wide]) / wide,
            )
            for tenth in range(10)
        ]

    @property
    def steepest(self) -> Fall | None:
        """The tenth over which the curve falls most; None where it never does."""
        tenths = self.tenths
        falls = [
            Fall(from_s=a[0], to_s=b[0], before=a[1], after=b[1])
            for a, b in itertools.pairwise(tenths)
            if b[1] < a[1]
        ]
        return max(falls, key=lambda fall: fall.before - fall.after, default=None)


def retention(
    viewings: Iterable[Sequence[Sequence[float]]], *, duration_s: float, steps: int = STEPS
) -> Retention | None:
    """The curve over each viewer's watched intervals [[from_s, to_s], …]; None without viewers.

    A viewer counts once for a step, however often they went back to it; who opened the lecture
    and played nothing is no viewer.
    """
    if duration_s <= 0:
        return None
    step_s = duration_s / steps
    # Where each stretch begins and ends, in steps: summed up, how many saw each.
    changes = [0] * (steps + 1)
    viewers = 0
    for viewing in viewings:
        merged = merge_intervals(((a, b) for a, b in viewing), duration_s=duration_s)
        viewers += bool(merged)
        for start_s, end_s in merged:
            # The steps whose middles lie within the stretch.
            first = max(0, math.ceil(start_s / step_s - 0.5))
            last = min(steps - 1, math.ceil(end_s / step_s - 0.5) - 1)
            if first <= last:
                changes[first] += 1
                changes[last + 1] -= 1
    if not viewers:
        return None
    shares, seen = [], 0
    for change in changes[:steps]:
        seen += change
        shares.append(seen / viewers)
    return Retention(viewers=viewers, duration_s=duration_s, shares=tuple(shares))
