"""Taking a quiz: start, answer, finish. Doing any of them twice does no harm."""

import datetime as dt
import secrets
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from people.facts import tell
from quizzes import item_types
from quizzes.facts import AttemptSettled, AttemptStarted
from quizzes.item_types import InvalidResponse
from quizzes.models import Answer, Attempt, Confidence, Quiz

from .deadlines import deadline_of, granted_percent, time_is_up
from .deck import remember_attempt
from .draws import lay_out
from .outages import is_away
from .versions import current_versions

# SQLite keeps 63 bits.
_SEEDS = 2**62


class QuizIsEmpty(Exception):
    """The quiz has no items: there is nothing to attempt."""


class QuizNotOpen(Exception):
    """The quiz has not opened yet or has closed."""


class NoAttemptsLeft(Exception):
    """The person has taken the quiz as often as it allows."""


class AttemptFinished(Exception):
    """The attempt is over; no more answers are taken."""


class TimeIsUp(AttemptFinished):
    """The attempt's time and its grace have run out."""


class StaleAnswer(Exception):
    """A newer answer is stored, from another tab or device; `answer` is that one."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


@transaction.atomic
def start_attempt(*, quiz: Quiz, user: Any, now: dt.datetime | None = None) -> Attempt:
    """The user's open attempt at the quiz, or a new one with its items frozen as they are now.

    Raises `QuizIsEmpty`, `QuizNotOpen`, `NoAttemptsLeft`, `NotEnoughItems`.
    """
    now = now or timezone.now()
    # The quiz's row is the lock that makes "one open attempt" true for a double click too.
    Quiz.objects.select_for_update().only("pk").get(pk=quiz.pk)
    attempts = Attempt.objects.filter(quiz=quiz, user=user)
    running = attempts.filter(finished_at=None).first()
    if running and not time_is_up(attempt=running, now=now):
        return running
    if running:
        finish_attempt(attempt=running, now=now)
    taken = attempts.count()
    if (quiz.opens_at and now < quiz.opens_at) or (quiz.closes_at and now >= quiz.closes_at):
        raise QuizNotOpen(quiz)
    if quiz.attempts_limit and taken >= quiz.attempts_limit:
        raise NoAttemptsLeft(quiz)
    seed = secrets.randbelow(_SEEDS) + 1
    items = lay_out(quiz=quiz, seed=seed)
    if not items:
        raise QuizIsEmpty(quiz.title)
    extra_percent = granted_percent(user=user, quiz=quiz) if quiz.time_limit_min else 0
    attempt = Attempt.objects.create(
        quiz=quiz,
        user=user,
        number=taken + 1,
        pass_mark_percent=quiz.pass_mark_percent,
        mode=quiz.mode,
        review_policy=quiz.review_policy,
        seed=seed if quiz.shuffle_options else 0,
        started_at=now,
        limit_min=quiz.time_limit_min,
        extra_percent=extra_percent,
        deadline_at=deadline_of(
            quiz=quiz,
            started_at=now,
            limit_min=quiz.time_limit_min,
            extra_percent=extra_percent,
        ),
        grace_s=quiz.grace_s,
    )
    versions = current_versions(items)
    Answer.objects.bulk_create(
        Answer(attempt=attempt, position=position, version=versions[item.pk])
        for position, item in enumerate(items, start=1)
    )
    tell(AttemptStarted(attempt=attempt))
    return attempt


@dataclass(frozen=True)
class _Given:
    """What came with a form: the answer itself, its sequence number and confidence."""

    data: Mapping[str, Any]
    sequence: int | None
    confidence: int | None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "_Given":
        sequence, confidence = str(data.get("sequence", "")), str(data.get("confidence", ""))
        return cls(
            data=data,
            sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 10 else None,
            confidence=int(confidence) if confidence in map(str, Confidence.values) else None,
        )


def record_answer(
    *, attempt: Attempt, position: int, data: Mapping[str, Any], now: dt.datetime | None = None
) -> Answer:
    """Store the learner's answer at `position` and score it.

    In practice the first answer given stands. In an exam a later one replaces it: `sequence` in
    `data` counts the client's savings, and whatever is not newer than what is stored changes
    nothing, so that sending again is harmless. What is incomplete is kept as a draft.

    Everything is read, understood and scored before anything is locked; what is written is one
    statement that changes nothing when another writer was faster, and then is decided anew.

    Returns the stored answer, which for a repeated call is the earlier one. Raises
    `InvalidResponse` with a message for the learner, `StaleAnswer`, `AttemptFinished`,
    `TimeIsUp`, `Answer.DoesNotExist`.
    """
    now = now or timezone.now()
    given = _Given.read(data)
    while True:
        answer = Answer.objects.select_related("version", "attempt").get(
            attempt=attempt.pk, position=position
        )
        if answer.answered_at and not answer.attempt.is_exam:
            return answer
        item_type, content = item_types.get(answer.version.item_type), answer.version.content
        try:
            response = item_type.read_response(content, given.data)
        except InvalidResponse as problem:
            kept = _draft(answer=answer, draft=problem.draft, given=given, now=now)
            if kept is None or _write(answer=answer, values=kept):
                raise
        else:
            values = _stored(answer=answer, response=response, given=given, now=now)
            if values is None or _write(answer=answer, values=values):
                return answer


def _stored(
    *, answer: Answer, response: dict, given: _Given, now: dt.datetime
) -> dict[str, Any] | None:
    """What a complete answer changes; None for one that is stored already."""
    if answer.answered_at and answer.response == response and not _is_newer(given, answer):
        return None
    _require_running(answer.attempt, now)
    if not _is_newer(given, answer):
        raise StaleAnswer(answer)
    score = item_types.get(answer.version.item_type).score(answer.version.content, response)
    return {
        "response": response,
        "draft": None,
        "points": score.points,
        "possible": score.possible,
        "needs_marking": score.pending,
        "sequence": answer.sequence + 1 if given.sequence is None else given.sequence,
        "confidence": given.confidence,
        "answered_at": now,
    }


def _draft(
    *, answer: Answer, draft: dict | None, given: _Given, now: dt.datetime
) -> dict[str, Any] | None:
    """What an incomplete answer changes; it never replaces a complete or a newer one."""
    _require_running(answer.attempt, now)
    if draft is None or answer.answered_at or not _is_newer(given, answer):
        return None
    return {
        "draft": draft,
        "sequence": answer.sequence if given.sequence is None else given.sequence,
    }


def _is_newer(given: _Given, answer: Answer) -> bool:
    """Whether a saving comes after the stored one; one without a number always does."""
    if given.sequence is None or (answer.answered_at is None and answer.draft is None):
        return True
    return given.sequence > answer.sequence


def _require_running(attempt: Attempt, now: dt.datetime) -> None:
    if attempt.finished_at:
        raise AttemptFinished(attempt)
    if attempt.is_overdue(now):
        raise TimeIsUp(attempt)


def _write(*, answer: Answer, values: dict[str, Any]) -> bool:
    """Write, unless the answer was changed since it was read or its attempt has ended.

    In practice the answer enters the learner's deck in the same transaction.
    """
    is_exam = answer.attempt.is_exam
    # A single statement is a transaction by itself where rows can't be locked (SQLite), and then
    # holds the only write lock for less time than BEGIN and COMMIT around it would.
    alone = is_exam and not connection.features.has_select_for_update
    with nullcontext() if alone else transaction.atomic():
        # The attempt's row is the lock: an answer comes before its result or not at all.
        running = Attempt.objects.select_for_update().filter(pk=answer.attempt_id, finished_at=None)
        unchanged = Answer.objects.filter(
            pk=answer.pk, sequence=answer.sequence, answered_at=answer.answered_at
        )
        if not unchanged.filter(attempt__in=running.values("pk")).update(**values):
            return False
        for name, value in values.items():
            setattr(answer, name, value)
        if answer.answered_at and not is_exam:
            remember_attempt(attempt=answer.attempt, answers=[answer])
    return True


def mark_shown(*, answer: Answer, now: dt.datetime) -> None:
    """Remember when the learner first saw an item; later calls change nothing."""
    if answer.shown_at is None and answer.answered_at is None:
        Answer.objects.filter(pk=answer.pk, shown_at=None).update(shown_at=now)


@transaction.atomic
def finish_attempt(*, attempt: Attempt, now: dt.datetime | None = None) -> Attempt:
    """Close the attempt and say whether it is passed; unanswered items score nothing.

    Of an item answered in part what was given counts. An attempt that ran out of time ends at
    its deadline. Until a person has marked its free texts it is neither passed nor failed.
    """
    now = now or timezone.now()
    attempt = Attempt.objects.select_for_update().select_related("quiz").get(pk=attempt.pk)
    if attempt.finished_at:
        return attempt
    answers = list(attempt.answers.select_related("version"))
    _hand_in_drafts(answers, now)
    settle_result(attempt=attempt, answers=answers)
    attempt.finished_at = min(now, attempt.deadline_at) if attempt.deadline_at is not None else now
    attempt.save(update_fields=["points", "possible", "passed", "finished_at"])
    if attempt.is_exam and attempt.may_review(now):
        remember_attempt(attempt=attempt, answers=answers)
    tell(AttemptSettled(attempt=attempt))
    return attempt


def _hand_in_drafts(answers: list[Answer], now: dt.datetime) -> None:
    for answer in answers:
        if answer.answered_at is None and answer.draft:
            item_type = item_types.get(answer.version.item_type)
            score = item_type.score(answer.version.content, answer.draft)
            answer.response, answer.answered_at = answer.draft, now
            answer.points, answer.possible = score.points, score.possible
            answer.needs_marking = score.pending
            answer.save(
                update_fields=["response", "answered_at", "points", "possible", "needs_marking"]
            )


def settle_result(*, attempt: Attempt, answers: list[Answer]) -> None:
    """Set points and verdict of an attempt from its answers; saves nothing."""
    attempt.points = sum(answer.points or 0.0 for answer in answers)
    attempt.possible = sum(
        item_types.get(answer.version.item_type).possible(answer.version.content)
        for answer in answers
    )
    pending = any(answer.needs_marking for answer in answers)
    attempt.passed = None if pending else attempt.percent >= attempt.pass_mark_percent


def close_overdue_attempts(*, limit: int = 200) -> int:
    """Finish attempts whose time has run out; returns how many. The worker's sweep.

    Not while the web is away: what that takes from them will be given back.
    """
    now = timezone.now()
    if is_away(now):
        return 0
    overdue = Attempt.objects.filter(
        finished_at=None, deadline_at__lt=now - dt.timedelta(seconds=1)
    ).order_by("deadline_at")
    late = [attempt for attempt in overdue[:limit] if attempt.is_overdue(now)]
    for attempt in late:
        finish_attempt(attempt=attempt, now=now)
    return len(late)
