"""What learners write for themselves beside lessons."""

from typing import Any

from django.db import transaction

from courses.models import LessonNote, LessonPage
from courses.models.learning import NOTE_CHARACTERS


@transaction.atomic
def write_note(*, user: Any, lesson: LessonPage, text: str) -> LessonNote | None:
    """Keep the person's note on a lesson in place of the one before; an empty one removes it."""
    kept = text.strip()[:NOTE_CHARACTERS]
    if not kept:
        LessonNote.objects.filter(user=user, lesson_key=lesson.translation_key).delete()
        return None
    note, _made = LessonNote.objects.update_or_create(
        user=user, lesson_key=lesson.translation_key, defaults={"text": kept}
    )
    return note
