"""What a platform may launch: courses, quizzes, cases; where they are, and a learner's result."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from wagtail.models import Locale

from cases.models import CaseAnswer, CasePage
from cases.record_queries import without_withdrawn
from courses.domain.progress import counted_lessons
from courses.models import CoursePage, Enrolment, LessonPage
from courses.outline import lessons_of
from quizzes.models import Attempt, Quiz

from .models import TargetKind

MODELS: dict[str, type[Any]] = {
    TargetKind.COURSE: CoursePage,
    TargetKind.QUIZ: Quiz,
    TargetKind.CASE: CasePage,
}


@dataclass(frozen=True)
class Target:
    """A thing to launch, in one of its languages."""

    kind: str
    key: uuid.UUID
    thing: Any

    @property
    def title(self) -> str:
        """What it is called; never what a case is about, which its title does not tell either."""
        return self.thing.title

    @property
    def open_path(self) -> str:
        """Its address for platforms; without a language, which each reader brings."""
        return reverse("lti:open", args=[self.kind, self.key])


@dataclass(frozen=True)
class Result:
    """How a learner stands: `share` (0 to 1) is None while nobody can say."""

    share: float | None
    is_complete: bool
    at: dt.datetime


def find_target(*, kind: str, key: uuid.UUID, language: str) -> Target | None:
    """The thing in `language`, else in the first it exists in; None where readers find nothing."""
    things = _readable(kind).filter(translation_key=key).select_related("locale")
    found = list(things.order_by("locale_id"))
    spoken = (one for one in found if one.locale.language_code == language)
    thing = next(spoken, next(iter(found), None))
    return Target(kind=kind, key=key, thing=thing) if thing else None


def _readable(kind: str) -> Any:
    """Quizzes only where a public lesson asks for them: others are drafts or kept for later."""
    if kind not in MODELS:
        return CoursePage.objects.none()
    if kind == TargetKind.QUIZ:
        lessons = LessonPage.objects.live().public().exclude(quiz=None)
        return Quiz.objects.filter(pk__in=lessons.values("quiz_id"))
    return MODELS[kind].objects.live().public()


def launchable(*, kind: str, locale_id: int) -> list[Target]:
    """What a teacher may choose for a link, in one language, by title."""
    things = _readable(kind).filter(locale_id=locale_id).order_by("title")
    if kind == TargetKind.CASE:
        # Links that are there already lead on to the notice.
        things = without_withdrawn(things)
    return [Target(kind=kind, key=thing.translation_key, thing=thing) for thing in things]


def locale_id_of(language: str) -> int:
    """The site's locale of a language; that of the default language where it has none."""
    found = Locale.objects.filter(language_code=language).first()
    return (found or Locale.get_default()).pk


def result_of(*, kind: str, key: uuid.UUID, user: Any) -> Result | None:
    """How far `user` is; None while there is nothing to tell. Reads only."""
    return _RESULTS[kind](key, user)


def _course_result(key: uuid.UUID, user: Any) -> Result | None:
    """The share of the lessons that count; all of it only when the course counts as completed."""
    enrolment = Enrolment.objects.filter(user=user, course_key=key).first()
    if enrolment is None:
        return None
    if enrolment.completed_at:
        return Result(share=1.0, is_complete=True, at=enrolment.completed_at)
    records = dict(enrolment.lesson_records.values_list("lesson_key", "done_at"))
    course = CoursePage.objects.live().filter(translation_key=key).order_by("locale_id").first()
    lessons = counted_lessons(lessons_of(course=course)) if course else []
    keys = {lesson.translation_key for lesson in lessons}
    done = [at for lesson_key, at in records.items() if lesson_key in keys]
    share = min(len(done) / len(keys), 0.99) if keys else 0.0
    return Result(share=share, is_complete=False, at=max(done, default=enrolment.enrolled_at))


def _quiz_result(key: uuid.UUID, user: Any) -> Result | None:
    """The best finished attempt; one to be marked counts only where there is no other."""
    attempts = list(
        Attempt.objects.filter(user=user, quiz__translation_key=key, finished_at__isnull=False)
    )
    marked = [attempt for attempt in attempts if attempt.passed is not None]
    best = max(marked, key=lambda attempt: (_share(attempt), attempt.finished_at), default=None)
    if best:
        return Result(share=_share(best), is_complete=True, at=best.finished_at)
    waiting = max(attempts, key=lambda attempt: attempt.number, default=None)
    if waiting is None:
        return None
    return Result(share=None, is_complete=True, at=waiting.finished_at)


def _share(attempt: Attempt) -> float:
    return round(attempt.points / attempt.possible, 6) if attempt.possible else 0.0


def _case_result(key: uuid.UUID, user: Any) -> Result | None:
    """The committed answer's points; a diagnosis in one's own words counts as done."""
    answer = CaseAnswer.objects.filter(user=user, case_key=key).first()
    if answer is None:
        return None
    share = 1.0 if answer.share is None else answer.share
    return Result(share=share, is_complete=True, at=answer.answered_at)


_RESULTS = {
    TargetKind.COURSE: _course_result,
    TargetKind.QUIZ: _quiz_result,
    TargetKind.CASE: _case_result,
}
