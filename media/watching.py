"""How much of a lecture somebody has watched: unions of intervals, in seconds of the lecture."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

Interval = tuple[float, float]

# Whoever has seen so much of a lecture has seen it: credits and applause need no watching.
WATCHED_ENOUGH = 0.9
# A player's clock ticks about four times a second: shorter gaps come from there.
GAP_S = 0.5
# More stretches than any viewing makes; a record beyond that is coarsened, not refused.
MAX_INTERVALS = 500
MAX_REPORT_BYTES = 64 * 1024


class InvalidWatchReport(ValueError):
    """The player sent something that is no report of watching."""


@dataclass(frozen=True)
class WatchReport:
    """What a player tells: where it is, and what was really played since it last told."""

    position_s: float
    intervals: tuple[Interval, ...]


def parse_report(body: bytes) -> WatchReport:
    """Read `{"position_s": 61.5, "intervals": [[0, 61.5], …]}`.

    Raises `InvalidWatchReport` for anything else; times beyond the lecture are no fault here.
    """
    if len(body) > MAX_REPORT_BYTES:
        raise InvalidWatchReport("too long")
    try:
        report = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidWatchReport("not JSON") from error
    if not isinstance(report, dict):
        raise InvalidWatchReport("not an object")
    intervals = report.get("intervals", [])
    if not isinstance(intervals, list) or len(intervals) > MAX_INTERVALS:
        raise InvalidWatchReport("intervals: a list of pairs is wanted")
    return WatchReport(
        position_s=_seconds(report.get("position_s")),
        intervals=tuple(_interval(pair) for pair in intervals),
    )


def _interval(pair: object) -> Interval:
    if not isinstance(pair, list) or len(pair) != 2:
        raise InvalidWatchReport("intervals: a list of pairs is wanted")
    return _seconds(pair[0]), _seconds(pair[1])


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidWatchReport("seconds are numbers")
    try:
        seconds = float(value)
    except OverflowError as error:
        raise InvalidWatchReport("seconds are finite") from error
    if not isfinite(seconds):
        raise InvalidWatchReport("seconds are finite")
    return seconds


def merge_intervals(
    intervals: Iterable[Interval], *, duration_s: float, gap_s: float = GAP_S
) -> list[Interval]:
    """The union of `intervals` within [0, `duration_s`]: sorted, apart by more than `gap_s`.

    Empty, reversed and non-finite intervals are left out. Merging a union again, or merging
    its parts in any order, changes nothing.
    """
    clamped = sorted(
        (max(0.0, start_s), min(end_s, duration_s))
        for start_s, end_s in intervals
        if isfinite(start_s) and isfinite(end_s)
    )
    merged: list[Interval] = []
    for start_s, end_s in clamped:
        if end_s <= start_s:
            continue
        if merged and start_s <= merged[-1][1] + gap_s:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        else:
            merged.append((start_s, end_s))
    if len(merged) > MAX_INTERVALS:
        return merge_intervals(merged, duration_s=duration_s, gap_s=2 * gap_s)
    return merged


def share_watched(intervals: Iterable[Interval], *, duration_s: float) -> float:
    """What part (0–1) of the lecture merged `intervals` cover."""
    if duration_s <= 0:
        return 0.0
    return min(1.0, sum(end_s - start_s for start_s, end_s in intervals) / duration_s)
