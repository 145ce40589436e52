"""What courses know of a person, for their record (`people.personal_record`)."""

from collections.abc import Iterator
from typing import Any

from outbox.models import Letter

from .domain.messages import TO_COHORT
from .models import (
    CohortMessage,
    CourseFeedback,
    CoursePage,
    Enrolment,
    LessonNote,
    LessonPage,
)


def enrolments(user: Any) -> Iterator[dict[str, Any]]:
    """Courses joined, with the lessons done in them."""
    found = list(
        Enrolment.objects.filter(user=user)
        .order_by("enrolled_at")
        .select_related("cohort")
        .prefetch_related("lesson_records")
    )
    courses = _titles(CoursePage, [one.course_key for one in found])
    lessons = _titles(
        LessonPage, [done.lesson_key for one in found for done in one.lesson_records.all()]
    )
    for one in found:
        yield {
            "course": courses.get(one.course_key),
            "cohort": one.cohort.name if one.cohort else None,
            "enrolled_at": one.enrolled_at,
            "completed_at": one.completed_at,
            "lessons_done": [
                {"lesson": lessons.get(done.lesson_key), "at": done.done_at}
                for done in one.lesson_records.all()
            ],
        }


def _titles(model: type[Any], keys: list) -> dict[Any, str]:
    """Titles by translation key; withdrawn pages' as they were last."""
    pages = model.objects.filter(translation_key__in=keys).order_by("-locale_id")
    return dict(pages.values_list("translation_key", "title"))


def words(user: Any) -> Iterator[dict[str, Any]]:
    """What the person wrote: notes beside lessons, feedback on courses, letters to cohorts."""
    notes = list(LessonNote.objects.filter(user=user).order_by("changed_at"))
    lessons = _titles(LessonPage, [note.lesson_key for note in notes])
    for note in notes:
        yield {
            "kind": "note",
            "lesson": lessons.get(note.lesson_key),
            "text": note.text,
            "at": note.changed_at,
        }
    said = list(CourseFeedback.objects.filter(user=user).order_by("changed_at"))
    courses = _titles(CoursePage, [one.course_key for one in said])
    for one in said:
        yield {
            "kind": "feedback",
            "course": courses.get(one.course_key),
            "rating": one.rating,
            "helped": one.helped,
            "missing": one.missing,
            "at": one.changed_at,
        }
    letters = CohortMessage.objects.filter(sender=user).select_related("cohort")
    for letter in letters.order_by("created_at"):
        yield {
            "kind": "letter",
            "cohort": letter.cohort.name,
            "texts": letter.texts,
            "at": letter.created_at,
        }


def letters_received(user: Any) -> Iterator[dict[str, Any]]:
    """Letters that were sent to the person as a member of a cohort, in all their languages."""
    copies = Letter.objects.filter(recipient=user, kind=TO_COHORT).order_by("created_at", "pk")
    sent = {copy.about["message"]: copy.sent_at for copy in copies}
    messages = CohortMessage.objects.filter(pk__in=sent).select_related("cohort")
    for message in messages.order_by("created_at"):
        yield {
            "cohort": message.cohort.name,
            "texts": message.texts,
            "sent_at": sent[message.pk],
        }
