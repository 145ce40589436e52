"""Taking a quiz: start, answer, finish. Doing any of them twice does no harm."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from quizzes import item_types
from quizzes.models import Answer, Attempt, Quiz

from .versions import current_versions


class QuizIsEmpty(Exception):
    """The quiz has no items: there is nothing to attempt."""


class AttemptFinished(Exception):
    """The attempt is over; no more answers are taken."""


@transaction.atomic
def start_attempt(*, quiz: Quiz, user: Any) -> Attempt:
    """The user's open attempt at the quiz, or a new one with its items frozen as they are now.

    Raises `QuizIsEmpty`.
    """
    # The quiz's row is the lock that makes "one open attempt" true for a double click too.
    Quiz.objects.select_for_update().only("pk").get(pk=quiz.pk)
    attempts = Attempt.objects.filter(quiz=quiz, user=user)
    if running := attempts.filter(finished_at=None).first():
        return running
    places = list(quiz.quiz_items.select_related("item").order_by("sort_order"))
    if not places:
        raise QuizIsEmpty(quiz.title)
    attempt = Attempt.objects.create(
        quiz=quiz,
        user=user,
        number=attempts.count() + 1,
        pass_mark_percent=quiz.pass_mark_percent,
        started_at=timezone.now(),
    )
    versions = current_versions(place.item for place in places)
    Answer.objects.bulk_create(
        Answer(attempt=attempt, position=position, version=versions[place.item_id])
        for position, place in enumerate(places, start=1)
    )
    return attempt


@transaction.atomic
def record_answer(*, attempt: Attempt, position: int, data: Mapping[str, Any]) -> Answer:
    """Store the learner's answer at `position` and score it; the first answer given stands.

    Returns the stored answer, which for a repeated call is the earlier one. Raises
    `InvalidResponse` with a message for the learner, `AttemptFinished`, `Answer.DoesNotExist`.
    """
    # The attempt's row is the lock: an answer comes before its result or not at all.
    attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
    answer = attempt.answers.select_related("version").get(position=position)
    if answer.answered_at:
        return answer
    if attempt.finished_at:
        raise AttemptFinished(attempt)
    item_type = item_types.get(answer.version.item_type)
    answer.response = item_type.read_response(answer.version.content, data)
    score = item_type.score(answer.version.content, answer.response)
    answer.points, answer.possible = score.points, score.possible
    answer.answered_at = timezone.now()
    answer.save(update_fields=["response", "points", "possible", "answered_at"])
    return answer


@transaction.atomic
def finish_attempt(*, attempt: Attempt) -> Attempt:
    """Close the attempt and say whether it is passed; unanswered items score nothing."""
    attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if attempt.finished_at:
        return attempt
    answers = list(attempt.answers.select_related("version"))
    attempt.points = sum(answer.points or 0.0 for answer in answers)
    attempt.possible = sum(
        item_types.get(answer.version.item_type).possible(answer.version.content)
        for answer in answers
    )
    attempt.passed = attempt.percent >= attempt.pass_mark_percent
    attempt.finished_at = timezone.now()
    attempt.save(update_fields=["points", "possible", "passed", "finished_at"])
    return attempt
