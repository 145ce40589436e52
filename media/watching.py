"""How much of a lecture somebody has watched: unions of intervals, in seconds of the lecture."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from django.http import HttpRequest

Interval = tuple[float, float]

# Whoever has seen so much of a lecture has seen it: credits and applause need no watching.
WATCHED_ENOUGH = 0.9
# A player's clock ticks about four times a second: shorter gaps come from there.
GAP_S = 0.5
# More stretches than any viewing makes; a record beyond that is coarsened, not refused.
MAX_INTERVALS = 500
MAX_REPORT_BYTES = 64 * 1024
# Whatever a player kept longer without a connection is as old as that.
MAX_AGE_S = 366 * 24 * 3600.0


class InvalidWatchReport(ValueError):
    """The player sent something that is no report of watching."""


@dataclass(frozen=True)
class WatchReport:
    """What a player tells: where it was `age_s` ago, and what was really played till then.

    An age and no time of day, because the clocks of readers' devices are wrong.
    """

    position_s: float
    intervals: tuple[Interval, ...]
    age_s: float = 0.0


def report_in(request: HttpRequest) -> bytes:
    """The report a request brings: its body, or the form field that a beacon on leaving sends.

    Beacons can't carry the header against forgery, so they bring its token in a form.
    """
    told = request.POST.get("report")
    return request.body if told is None else told.encode("utf-8", "replace")


def parse_report(body: bytes) -> WatchReport:
    """Read `{"position_s": 61.5, "intervals": [[0, 61.5], …], "age_s": 0}`; `age_s` may lack.

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
        age_s=max(0.0, min(_seconds(report.get("age_s", 0.0)), MAX_AGE_S)),
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

    Empty, reversed and non-finite intervals are left out. Whoever began within `GAP_S` of the
    lecture's start, or stopped within it of the end, watched from its start or to its end.
    Merging a union again, or merging its parts in any order, changes nothing.
    """
    clamped = sorted(
        _to_the_edges(start_s, end_s, duration_s)
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


def _to_the_edges(start_s: float, end_s: float, duration_s: float) -> Interval:
    start_s, end_s = max(0.0, start_s), min(end_s, duration_s)
    if end_s <= start_s:
        return start_s, end_s
    # A player's first tick comes after the first picture, and its last before the last.
    return (
        0.0 if start_s <= GAP_S else start_s,
        duration_s if end_s >= duration_s - GAP_S else end_s,
    )


def share_watched(intervals: Iterable[Interval], *, duration_s: float) -> float:
    """What part (0–1) of the lecture merged `intervals` cover."""
    if duration_s <= 0:
        return 0.0
    return min(1.0, sum(end_s - start_s for start_s, end_s in intervals) / duration_s)
