"""How much a person may upload: by role, by what is open, by the room on the disk."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from people.rules import is_editor

# So many uploads may be open at once: a whole course of lectures, but no heap of empty ones.
MAX_OPEN_UPLOADS = 60


@dataclass(frozen=True)
class Limits:
    """In bytes: the largest recording, and what may be open (uploaded, not yet used) at once."""

    file_bytes: int
    open_bytes: int


def limits_for(user: Any) -> Limits:
    """What `user` may upload; the office of the hub has more room than authors."""
    if is_editor(user):
        return Limits(
            max(settings.LECTURE_MAX_BYTES_EDITOR, settings.LECTURE_MAX_BYTES),
            max(settings.UPLOAD_QUOTA_BYTES_EDITOR, settings.UPLOAD_QUOTA_BYTES),
        )
    return Limits(settings.LECTURE_MAX_BYTES, settings.UPLOAD_QUOTA_BYTES)
