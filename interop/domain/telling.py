"""Facts of courses, quizzes and cases as statements, in the words of cmi5."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cases.facts import CaseAnswered
from courses.facts import Enrolled, Progressed
from courses.models import CoursePage, Enrolment, LessonPage
from interop.record_store import is_set
from interop.vocabulary import SESSION_ID, duration
from quizzes.facts import AttemptSettled, AttemptStarted
from quizzes.models import Attempt

from .statements import activity, context, id_of, queue


def on_enrolled(fact: Enrolled) -> None:
    enrolment = fact.enrolment
    if is_set():
        _tell_course(enrolment, "registered", at=enrolment.enrolled_at)


def on_progress(fact: Progressed) -> None:
    if not is_set():
        return
    enrolment = fact.enrolment
    now = timezone.now()
    lessons = _pages(LessonPage, fact.lesson_keys)
    for key in fact.lesson_keys:
        queue(
            user=enrolment.user,
            verb="completed",
            about=_page_activity("lesson", key, lessons.get(key)),
            at=now,
            circumstances=context(
                registration=_registration(enrolment), parent=[_course(enrolment)]
            ),
            fact=("enrolment", enrolment.pk, "lesson", key),
            result={"completion": True},
        )
    if fact.is_complete:
        result = {"completion": True}
        _tell_course(enrolment, "completed", at=enrolment.completed_at or now, result=result)


def _tell_course(
    enrolment: Enrolment, verb: str, *, at: dt.datetime, result: dict[str, Any] | None = None
) -> None:
    queue(
        user=enrolment.user,
        verb=verb,
        about=_course(enrolment),
        at=at,
        circumstances=context(registration=_registration(enrolment)),
        fact=("enrolment", enrolment.pk, verb),
        result=result,
    )


def _registration(enrolment: Enrolment) -> Any:
    return id_of("enrolment", enrolment.pk)


def _course(enrolment: Enrolment) -> dict[str, Any]:
    key = enrolment.course_key
    return _page_activity("course", key, _pages(CoursePage, [key]).get(key))


def _pages(model: type[Any], keys: Any) -> dict[Any, Any]:
    """One page for each key, in the hub's first language that has it."""
    pages = model.objects.filter(translation_key__in=list(keys)).select_related("locale")
    return {page.translation_key: page for page in pages.order_by("-locale_id")}


def _page_activity(kind: str, key: Any, page: Any) -> dict[str, Any]:
    title = page.title if page else str(key)
    language = page.locale.language_code if page else "und"
    return activity(kind, key, title=title, language=language)


def on_attempt_started(fact: AttemptStarted) -> None:
    if is_set():
        for verb in ("launched", "initialized"):
            _tell_attempt(fact.attempt, verb, at=fact.attempt.started_at)


def on_attempt_settled(fact: AttemptSettled) -> None:
    """Completed and terminated are told once; a verdict again where marking changes it."""
    attempt = fact.attempt
    if not is_set() or attempt.finished_at is None:
        return
    ended = attempt.finished_at
    took = {"duration": duration((ended - attempt.started_at).total_seconds())}
    _tell_attempt(attempt, "completed", at=ended, result=took | {"completion": True})
    if attempt.passed is not None:
        verdict = "passed" if attempt.passed else "failed"
        result = took | {"success": attempt.passed, "score": _score(attempt)}
        _tell_attempt(attempt, verdict, at=ended, result=result, mark=round(attempt.points, 6))
    _tell_attempt(attempt, "terminated", at=ended, result=took)


def _score(attempt: Attempt) -> dict[str, float]:
    scaled = attempt.points / attempt.possible if attempt.possible else 0.0
    return {
        "scaled": max(-1.0, min(1.0, round(scaled, 6))),
        "raw": attempt.points,
        "min": min(0.0, attempt.points),
        "max": max(attempt.possible, attempt.points),
    }


def _tell_attempt(
    attempt: Attempt,
    verb: str,
    *,
    at: dt.datetime,
    result: dict[str, Any] | None = None,
    mark: object = "",
) -> None:
    quiz = attempt.quiz
    registration = id_of("attempt", attempt.pk)
    queue(
        user=attempt.user,
        verb=verb,
        about=activity(
            "quiz",
            quiz.translation_key,
            title=quiz.title,
            language=quiz.locale.language_code,
        ),
        at=at,
        circumstances=context(
            registration=registration, extensions={SESSION_ID: str(registration)}
        ),
        fact=("attempt", attempt.pk, verb, mark),
        result=result,
    )


def on_case_answered(fact: CaseAnswered) -> None:
    """A case is completed with its answer, and passed or failed where a key judges it."""
    if not is_set():
        return
    answer = fact.answer
    about = _page_activity("case", answer.case_key, answer.case)
    circumstances = context(registration=id_of("case answer", answer.pk))
    result: dict[str, Any] = {"completion": True}
    verbs = {"completed": result}
    if answer.is_correct is not None:
        score = {"scaled": 1.0 if answer.is_correct else answer.share or 0.0}
        verbs["passed" if answer.is_correct else "failed"] = {
            "success": answer.is_correct,
            "score": score,
        }
    for verb, said in verbs.items():
        queue(
            user=answer.user,
            verb=verb,
            about=about,
            at=answer.answered_at,
            circumstances=circumstances,
            fact=("case answer", answer.pk, verb),
            result=said,
        )
