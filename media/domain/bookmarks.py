"""Marking moments of a lecture."""

from django.db import transaction

from media.models import Bookmark, Lecture
from media.models.watching import NOTE_CHARACTERS
from people.access import require
from people.models import User

# More than anybody finds their way in; keeps one person from filling the table.
MAX_BOOKMARKS = 200


class TooManyBookmarks(Exception):
    """The person has marked as many moments of this lecture as one may."""


@transaction.atomic
def set_bookmark(*, user: User, lecture: Lecture, position_s: int, note: str = "") -> Bookmark:
    """Mark a second of the lecture; a second marked before gets the new note.

    So a repeated request makes no second bookmark, and taking a removal back is marking again.
    `position_s` is clamped to the lecture, the note cut to `NOTE_CHARACTERS`. Raises
    `TooManyBookmarks`, `PermissionDenied`.
    """
    require(user, "media.bookmark_lecture", lecture)
    # The lock on the person's row makes the count below hold.
    User.objects.select_for_update().get(pk=user.pk)
    second = max(0, min(position_s, int(lecture.duration_s or 0)))
    kept = " ".join(note.split())[:NOTE_CHARACTERS]
    others = Bookmark.objects.filter(user=user, lecture=lecture).exclude(position_s=second)
    if others.count() >= MAX_BOOKMARKS:
        raise TooManyBookmarks
    bookmark, _made = Bookmark.objects.update_or_create(
        user=user, lecture=lecture, position_s=second, defaults={"note": kept}
    )
    return bookmark


@transaction.atomic
def remove_bookmark(*, user: User, lecture: Lecture, position_s: int) -> None:
    """Take the user's own mark off a second of the lecture; none there is no fault."""
    require(user, "media.bookmark_lecture", lecture)
    Bookmark.objects.filter(user=user, lecture=lecture, position_s=position_s).delete()
