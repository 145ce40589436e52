"""Keeping record of who has watched what."""

from django.db import transaction

from media.models import Lecture, WatchRecord
from media.watching import InvalidWatchReport, merge_intervals, parse_report, share_watched
from people.models import User

__all__ = ["InvalidWatchReport", "record_watching"]


@transaction.atomic
def record_watching(*, user: User, lecture: Lecture, report: bytes) -> WatchRecord:
    """Add a player's report to the person's record of the lecture, and note where they are.

    `report` is JSON as `media.watching.parse_report` reads it. Telling the same twice changes
    nothing; times are clamped to the lecture. Raises `InvalidWatchReport`.
    """
    told = parse_report(report)
    duration_s = lecture.duration_s or 0.0
    WatchRecord.objects.bulk_create(
        [WatchRecord(user=user, lecture=lecture)], ignore_conflicts=True
    )
    record = WatchRecord.objects.select_for_update().get(user=user, lecture=lecture)
    merged = merge_intervals(
        [*((start_s, end_s) for start_s, end_s in record.intervals), *told.intervals],
        duration_s=duration_s,
    )
    position_s = max(0.0, min(told.position_s, duration_s))
    kept = [[round(start_s, 2), round(end_s, 2)] for start_s, end_s in merged]
    if kept != record.intervals or position_s != record.position_s:
        record.intervals = kept
        record.position_s = position_s
        record.watched_share = round(share_watched(merged, duration_s=duration_s), 4)
        record.save(update_fields=["intervals", "position_s", "watched_share", "updated_at"])
    return record
