"""How published files of lectures reach those who may watch them.

`url_for` is the one place that gives a file its address. Files of public lectures have plain
addresses that everybody may cache; those of lectures for signed-in people are reached through
addresses that are signed for one person and expire (`tokens`). Playlists name their children by
relative addresses, so that a signature in front of the path holds for all of them.
"""

from typing import Any

from django.conf import settings

from people.access import may

from .tokens import sign

SIGNED = "s"
PERMISSION = "media.watch_lecture"


def folder_of(lecture: Any) -> str:
    """The folder below MEDIA_ROOT that holds everything published of `lecture`."""
    return f"lectures/{lecture.pk}"


def url_for(lecture: Any, name: str, user: Any, *, directory: str | None = None) -> str:
    """The address of the file `name` in the lecture's published `directory` for `user`.

    Empty where there is no such file, or where `user` may not watch.
    """
    if not name:
        return ""
    path = f"{lecture.directory if directory is None else directory}/{name}"
    if lecture.is_public:
        return f"{settings.DELIVERY_URL or settings.MEDIA_URL}{path}"
    if user is None or not user.is_authenticated or not may(user, PERMISSION, lecture):
        return ""
    token = sign(folder=folder_of(lecture), user_id=user.pk)
    return f"{settings.MEDIA_URL}{SIGNED}/{token}/{path}"
