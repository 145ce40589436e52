"""What makes a lesson done, and recording it.

A lesson asks for its parts: its lecture watched, its case solved, its quiz passed; one that is
only read asks the learner to say so. The facts live with media, cases and quizzes; here they
are put together, and a lesson once done stays done.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import CaseAnswer, CasePage
from courses.domain.certification import certify_if_possible
from courses.models import Enrolment, LessonPage, LessonRecord
from media.models import WatchRecord
from media.watching import WATCHED_ENOUGH
from quizzes.models import Attempt


class NotJustReading(Exception):
    """The lesson asks for more than reading, so saying "read" does not complete it."""


@dataclass(frozen=True)
class Facts:
    """What a learner has done, as far as some lessons ask for it."""

    watched_share: dict[int, float]
    solved_cases: frozenset[uuid.UUID]
    passed_quizzes: frozenset[uuid.UUID]


def gather_facts(*, user: Any, lessons: Sequence[LessonPage]) -> Facts:
    """The learner's facts about these lessons' parts, in three queries.

    `lessons` come with `case` and `quiz` selected (`courses.queries.lessons_of`).
    """
    lecture_ids = [lesson.lecture_id for lesson in lessons if lesson.lecture_id]
    case_keys = [case.translation_key for lesson in lessons if (case := asked_case(lesson))]
    quiz_keys = [lesson.quiz.translation_key for lesson in lessons if lesson.quiz]
    return Facts(
        watched_share=dict(
            WatchRecord.objects.filter(user=user, lecture_id__in=lecture_ids).values_list(
                "lecture_id", "watched_share"
            )
        ),
        solved_cases=frozenset(
            CaseAnswer.objects.filter(user=user, case_key__in=case_keys).values_list(
                "case_key", flat=True
            )
        ),
        passed_quizzes=frozenset(
            Attempt.objects.filter(
                user=user, passed=True, quiz__translation_key__in=quiz_keys
            ).values_list("quiz__translation_key", flat=True)
        ),
    )


def asked_case(lesson: LessonPage) -> CasePage | None:
    """The case the lesson asks for: one that readers can open, not a draft or withdrawn one."""
    return lesson.case if lesson.case and lesson.case.live else None


def asks_only_for_reading(lesson: LessonPage) -> bool:
    """Whether nothing but the reader's word can complete the lesson."""
    return not (lesson.lecture_id or asked_case(lesson) or lesson.quiz_id)


def is_fulfilled(lesson: LessonPage, facts: Facts) -> bool:
    """Whether every part the lesson asks for is done. Pure."""
    if asks_only_for_reading(lesson):
        return False
    case = asked_case(lesson)
    return (
        (not lesson.lecture_id or facts.watched_share.get(lesson.lecture_id, 0.0) >= WATCHED_ENOUGH)
        and (not case or case.translation_key in facts.solved_cases)
        and (not lesson.quiz or lesson.quiz.translation_key in facts.passed_quizzes)
    )


def settle(*, enrolment: Enrolment, lessons: Sequence[LessonPage]) -> frozenset[uuid.UUID]:
    """Record every lesson that has become done, and the course when all are.

    Returns the keys of the done lessons. Calling it again changes nothing, and while nothing has
    changed it only reads: pages call it.
    """
    return settle_known(
        enrolment=enrolment,
        lessons=lessons,
        recorded=enrolment.lesson_records.values_list("lesson_key", flat=True),
        facts=gather_facts(user=enrolment.user, lessons=lessons),
    )


def settle_known(
    *,
    enrolment: Enrolment,
    lessons: Sequence[LessonPage],
    recorded: Iterable[uuid.UUID],
    facts: Facts,
) -> frozenset[uuid.UUID]:
    """`settle` with what is recorded and the facts at hand; no query while nothing has changed."""
    done = set(recorded)
    newly = [
        lesson.translation_key
        for lesson in lessons
        if lesson.translation_key not in done and is_fulfilled(lesson, facts)
    ]
    done.update(newly)
    completes = enrolment.completed_at is None and _is_everything(lessons, done)
    if newly or completes:
        with transaction.atomic():
            _record(enrolment=enrolment, lesson_keys=newly)
            if completes:
                enrolment.completed_at = timezone.now()
                enrolment.save(update_fields=["completed_at"])
                certify_if_possible(enrolment=enrolment)
    return frozenset(done)


@transaction.atomic
def mark_read(
    *, enrolment: Enrolment, lesson: LessonPage, lessons: Sequence[LessonPage]
) -> frozenset[uuid.UUID]:
    """Complete a lesson that is only read; raises `NotJustReading` for any other."""
    if not asks_only_for_reading(lesson):
        raise NotJustReading(lesson)
    _record(enrolment=enrolment, lesson_keys=[lesson.translation_key])
    return settle(enrolment=enrolment, lessons=lessons)


def _record(*, enrolment: Enrolment, lesson_keys: Iterable[uuid.UUID]) -> None:
    now = timezone.now()
    LessonRecord.objects.bulk_create(
        (LessonRecord(enrolment=enrolment, lesson_key=key, done_at=now) for key in lesson_keys),
        ignore_conflicts=True,
    )


def _is_everything(lessons: Sequence[LessonPage], done: set[uuid.UUID]) -> bool:
    everything = {lesson.translation_key for lesson in lessons}
    return bool(everything) and everything <= done
