"""Keeping record of who has watched what."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from media.facts import Watched
from media.models import Lecture, WatchRecord
from media.watching import InvalidWatchReport, merge_intervals, parse_report, share_watched
from people.facts import tell
from people.models import User

__all__ = ["InvalidWatchReport", "record_watching"]


@transaction.atomic
def record_watching(*, user: User, lecture: Lecture, report: bytes) -> WatchRecord:
    """Add a player's report to the person's record of the lecture, and note where they are.

    `report` is JSON as `media.watching.parse_report` reads it. Telling the same twice changes
    nothing; times are clamped to the lecture; a report that was held up adds what was watched,
    but its position counts only if none was noted later. Raises `InvalidWatchReport`.
    """
    told = parse_report(report)
    duration_s = lecture.duration_s or 0.0
    noted_at = timezone.now() - timedelta(seconds=told.age_s)
    WatchRecord.objects.bulk_create(
        [WatchRecord(user=user, lecture=lecture)], ignore_conflicts=True
    )
    record = WatchRecord.objects.select_for_update().get(user=user, lecture=lecture)
    share_before = record.watched_share
    merged = merge_intervals(
        [*((start_s, end_s) for start_s, end_s in record.intervals), *told.intervals],
        duration_s=duration_s,
    )
    kept = [[round(start_s, 2), round(end_s, 2)] for start_s, end_s in merged]
    position_s = record.position_s
    if record.position_at is None or noted_at >= record.position_at:
        position_s = max(0.0, min(told.position_s, duration_s))
    if kept != record.intervals or position_s != record.position_s:
        if position_s != record.position_s or record.position_at is None:
            record.position_at = noted_at
        record.intervals = kept
        record.position_s = position_s
        record.watched_share = round(share_watched(merged, duration_s=duration_s), 4)
        record.save()
        tell(
            Watched(
                record=record,
                fresh=tuple(merge_intervals(told.intervals, duration_s=duration_s)),
                share_before=share_before,
                age_s=told.age_s,
            )
        )
    return record
