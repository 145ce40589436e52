"""What is done with chapters: set, all at once."""

from collections.abc import Iterable

from django.db import transaction

from media.models import Chapter, Lecture
from media.models.outline import TITLE_CHARACTERS
from media.outline import Mark

MOST_CHAPTERS = 100


class InvalidChapters(Exception):
    """Two chapters at one second, one without a title, or more than anybody would read."""


@transaction.atomic
def save_chapters(*, lecture: Lecture, marks: Iterable[Mark]) -> list[Chapter]:
    """Let these be the lecture's chapters, in whatever order they are given; none removes all.

    Starts are kept to the tenth of a second. Raises `InvalidChapters`.
    """
    chapters = [
        Chapter(lecture=lecture, start_s=round(mark.start_s, 1), title=mark.title.strip())
        for mark in marks
    ]
    chapters.sort(key=lambda chapter: chapter.start_s)
    starts = {chapter.start_s for chapter in chapters}
    titles = [chapter.title for chapter in chapters]
    if len(starts) < len(chapters) or len(chapters) > MOST_CHAPTERS or min(starts, default=0) < 0:
        raise InvalidChapters(f"{len(chapters)} chapters at {len(starts)} seconds")
    if not all(0 < len(title) <= TITLE_CHARACTERS for title in titles):
        raise InvalidChapters("a title is missing or too long")
    Chapter.objects.filter(lecture=lecture).delete()
    return Chapter.objects.bulk_create(chapters)
