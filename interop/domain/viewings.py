"""Watching as statements, in the words of ADL's video profile.

Players report every few seconds which stretches were played (`media.watching`). From reports a
sitting is made out: it begins with the first (initialized, played), jumps where a stretch does not
begin where the one before ended (seeked), and is over when no report has come for a while (paused,
terminated). Whether a player stood still within a sitting, reports do not tell.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from interop.models import Viewing
from interop.record_store import is_set
from interop.vocabulary import (
    LENGTH,
    PROGRESS,
    SEGMENTS,
    THRESHOLD,
    TIME,
    TIME_FROM,
    TIME_TO,
    VIDEO_PROFILE,
    VIDEO_SESSION_ID,
    duration,
    segments,
)
from media.facts import Watched
from media.models import WatchRecord
from media.watching import WATCHED_ENOUGH

from .statements import activity, context, id_of, queue

# Players report every 15 s at the latest while they play.
SILENCE = dt.timedelta(minutes=3)
# Closer than that a stretch goes on where the one before ended.
SAME_PLACE_S = 2.0
_CLOSED_AT_ONCE = 200


def on_watched(fact: Watched) -> None:
    """Make statements of a report, in its transaction."""
    if not is_set():
        return
    record = fact.record
    at = timezone.now() - dt.timedelta(seconds=fact.age_s)
    viewing = _viewing(record, at)
    if viewing is not None:
        _go_on(viewing, fact, at)
    if fact.share_before < WATCHED_ENOUGH <= record.watched_share:
        _complete(record, viewing, at)


def _viewing(record: WatchRecord, at: dt.datetime) -> Viewing | None:
    """The open sitting; None for a report of an earlier time that was held up."""
    known = (
        Viewing.objects.select_for_update()
        .filter(user=record.user_id, lecture=record.lecture_id)
        .first()
    )
    if known and known.last_at - at > SILENCE:
        return None
    if known and at - known.last_at > SILENCE:
        _close(known, record)
        known = None
    return known or Viewing(user=record.user, lecture=record.lecture, position_s=-1.0, last_at=at)


def _go_on(viewing: Viewing, fact: Watched, at: dt.datetime) -> None:
    is_new = viewing.pk is None
    stretches = fact.fresh or ((fact.record.position_s, fact.record.position_s),)
    if is_new:
        viewing.position_s = stretches[0][0]
        viewing.save()
        _say(viewing, fact.record, "initialized", at=at)
        _say(viewing, fact.record, "played", at=at, extensions={TIME: stretches[0][0]})
    for start_s, end_s in stretches:
        if abs(start_s - viewing.position_s) > SAME_PLACE_S:
            jump = {TIME_FROM: round(viewing.position_s, 2), TIME_TO: round(start_s, 2)}
            _say(viewing, fact.record, "seeked", at=at, extensions=jump)
        viewing.position_s = end_s
    viewing.last_at = max(at, viewing.last_at)
    viewing.save()


def _complete(record: WatchRecord, viewing: Viewing | None, at: dt.datetime) -> None:
    """Once for each person and lecture, whatever sitting it happened in."""
    session = viewing.session if viewing else record.pk
    watched_s = sum(end_s - start_s for start_s, end_s in record.intervals)
    queue(
        user=record.user,
        verb="completed",
        about=_lecture(record),
        at=at,
        circumstances=_circumstances(record, session),
        fact=("watched", record.pk),
        result={
            "completion": True,
            "duration": duration(watched_s),
            "extensions": _watched(record) | {TIME: record.position_s},
        },
    )


def _close(viewing: Viewing, record: WatchRecord) -> None:
    place = {TIME: round(viewing.position_s, 2)} | _watched(record)
    for verb in ("paused", "terminated"):
        _say(viewing, record, verb, at=viewing.last_at, extensions=place)
    viewing.delete()


@transaction.atomic
def _close_if_silent(pk: int, before: dt.datetime) -> bool:
    viewing = (
        Viewing.objects.select_for_update(of=("self",))
        .select_related("user", "lecture")
        .filter(pk=pk, last_at__lt=before)
        .first()
    )
    if viewing is None:
        return False
    record = WatchRecord.objects.filter(user=viewing.user, lecture=viewing.lecture).first()
    if record is None:
        viewing.delete()
    else:
        _close(viewing, record)
    return True


def close_silent_viewings() -> int:
    """End sittings that no report has come from for a while; returns how many."""
    before = timezone.now() - SILENCE
    silent = Viewing.objects.filter(last_at__lt=before).values_list("pk", flat=True)
    return sum(_close_if_silent(pk, before) for pk in list(silent[:_CLOSED_AT_ONCE]))


def _say(
    viewing: Viewing,
    record: WatchRecord,
    verb: str,
    *,
    at: dt.datetime,
    extensions: dict[str, Any] | None = None,
) -> None:
    viewing.steps += 1
    queue(
        user=record.user,
        verb=verb,
        about=_lecture(record),
        at=at,
        circumstances=_circumstances(record, viewing.session),
        fact=("viewing", viewing.session, viewing.steps),
        result={"extensions": extensions} if extensions else None,
    )


def _watched(record: WatchRecord) -> dict[str, Any]:
    return {PROGRESS: record.watched_share, SEGMENTS: segments(record.intervals)}


def _lecture(record: WatchRecord) -> dict[str, Any]:
    lecture = record.lecture
    return activity("lecture", lecture.pk, title=lecture.title, language="und")


def _circumstances(record: WatchRecord, session: Any) -> dict[str, Any]:
    return context(
        registration=id_of("watched", record.pk),
        extensions={
            VIDEO_SESSION_ID: str(session),
            LENGTH: round(record.lecture.duration_s or 0.0, 2),
            THRESHOLD: WATCHED_ENOUGH,
        },
        category=[VIDEO_PROFILE],
    )
