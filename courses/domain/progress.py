"""What makes a lesson done, and recording it.

A lesson asks for its parts: its lecture watched, its case solved, its quiz passed; one that is
only read asks the learner to say so. The facts live with media, cases and quizzes; here they
are put together, and a lesson once done stays done.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.db import transaction
from django.utils import timezone

from cases.models import CaseAnswer, CasePage
from courses.domain.certification import certify_if_possible
from courses.facts import Progressed
from courses.models import Enrolment, LessonPage, LessonRecord
from media.models import WatchRecord
from media.watching import WATCHED_ENOUGH
from people.facts import tell
from quizzes.models import Attempt


class MayBeOptional(Protocol):
    """A lesson, or what stands for one in a list."""

    @property
    def is_optional(self) -> bool: ...


L = TypeVar("L", bound=MayBeOptional)


class NotJustReading(Exception):
    """The lesson asks for more than reading, so saying "read" does not complete it."""


class NotBegunYet(Exception):
    """The webinar is still to come: nobody can have taken part."""


@dataclass(frozen=True)
class Facts:
    """What a learner has done, as far as some lessons ask for it."""

    watched_share: dict[int, float]
    solved_cases: frozenset[uuid.UUID]
    passed_quizzes: frozenset[uuid.UUID]


def gather_facts(*, user: Any, lessons: Sequence[LessonPage]) -> Facts:
    """The learner's facts about these lessons' parts, in three queries.

    `lessons` come with `case` and `quiz` selected (`courses.outline`).
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
    """The case the lesson asks for: one that readers can open, not a draft or withdrawn one.

    Lessons of an outline know whether it was withdrawn; for others it is asked.
    """
    case = lesson.case
    if case is None or not case.live:
        return None
    withdrawn = getattr(lesson, "case_withdrawn", None)
    return None if (case.withdrawal if withdrawn is None else withdrawn) else case


def asked_lecture_id(lesson: LessonPage) -> int | None:
    """The lecture that has to be watched; of one that others keep nobody knows who watched it."""
    return lesson.lecture_id if lesson.lecture and not lesson.lecture.is_link else None


def asks_only_for_reading(lesson: LessonPage) -> bool:
    """Whether nothing but the learner's word can complete the lesson."""
    return not (asked_lecture_id(lesson) or asked_case(lesson) or lesson.quiz_id)


def is_fulfilled(lesson: LessonPage, facts: Facts) -> bool:
    """Whether every part the lesson asks for is done. Pure."""
    if asks_only_for_reading(lesson):
        return False
    case, lecture_id = asked_case(lesson), asked_lecture_id(lesson)
    return (
        (not lecture_id or facts.watched_share.get(lecture_id, 0.0) >= WATCHED_ENOUGH)
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
                tell(Progressed(enrolment=enrolment, lesson_keys=(), is_complete=True))
    return frozenset(done)


@transaction.atomic
def mark_read(
    *, enrolment: Enrolment, lesson: LessonPage, lessons: Sequence[LessonPage]
) -> frozenset[uuid.UUID]:
    """Complete a lesson on the learner's word: a text read, a file fetched, a webinar attended.

    Raises `NotJustReading` for a lesson that asks for more, `NotBegunYet` before a webinar.
    """
    if not asks_only_for_reading(lesson):
        raise NotJustReading(lesson)
    if lesson.webinar_at and lesson.webinar_at > timezone.now():
        raise NotBegunYet(lesson)
    _record(enrolment=enrolment, lesson_keys=[lesson.translation_key])
    return settle(enrolment=enrolment, lessons=lessons)


def _record(*, enrolment: Enrolment, lesson_keys: Collection[uuid.UUID]) -> None:
    now = timezone.now()
    LessonRecord.objects.bulk_create(
        (LessonRecord(enrolment=enrolment, lesson_key=key, done_at=now) for key in lesson_keys),
        ignore_conflicts=True,
    )
    if lesson_keys:
        tell(Progressed(enrolment=enrolment, lesson_keys=tuple(lesson_keys), is_complete=False))


def _is_everything(lessons: Sequence[LessonPage], done: set[uuid.UUID]) -> bool:
    return bool(lessons) and {x.translation_key for x in counted_lessons(lessons)} <= done


def counted_lessons(lessons: Sequence[L]) -> list[L]:
    """Those that completing the course asks for: the optional ones only where all are."""
    return [lesson for lesson in lessons if not lesson.is_optional] or list(lessons)
