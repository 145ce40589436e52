"""What media knows of a person, for their record (`people.personal_record`)."""

from collections.abc import Iterator
from typing import Any

from .models import Bookmark, WatchRecord


def watching(user: Any) -> Iterator[dict[str, Any]]:
    """What was watched of which lecture, to the second."""
    for record in WatchRecord.objects.filter(user=user).select_related("lecture").iterator():
        yield {
            "lecture": record.lecture.title,
            "position_s": record.position_s,
            "watched_s": record.intervals,
            "watched_share": record.watched_share,
            "last_at": record.updated_at,
        }


def bookmarks(user: Any) -> Iterator[dict[str, Any]]:
    """Marked moments with their notes."""
    for mark in Bookmark.objects.filter(user=user).select_related("lecture").iterator():
        yield {
            "lecture": mark.lecture.title,
            "position_s": mark.position_s,
            "note": mark.note,
            "made_at": mark.created_at,
        }
