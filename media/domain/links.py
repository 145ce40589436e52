"""Recordings kept elsewhere, as lectures: nothing is fetched, transcoded or counted."""

from django.db import transaction

from media.elsewhere import read_link
from media.models import Lecture

from .stages import refresh_state


@transaction.atomic
def save_link(*, lecture: Lecture, link: str) -> Lecture:
    """Store a lecture, new or known, that others keep at `link`.

    Raises `media.elsewhere.InvalidLink`; `ValueError` for a lecture that has a recording here.
    """
    if lecture.original:
        raise ValueError(f"lecture {lecture.pk} has a recording")
    lecture.link = read_link(link).url
    lecture.save()
    refresh_state(lecture_id=lecture.pk)
    lecture.refresh_from_db()
    return lecture
