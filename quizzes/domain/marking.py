"""Marking free texts: a person gives points by the rubric."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from people.facts import tell
from quizzes import item_types
from quizzes.facts import AttemptSettled
from quizzes.models import Answer, Attempt

from .attempts import settle_result


class NotToBeMarked(Exception):
    """The answer is scored by rule, or its attempt still runs."""


@transaction.atomic
def mark_answer(
    *, answer: Answer, data: Mapping[str, Any], marker: Any, now: dt.datetime | None = None
) -> Answer:
    """Give an answer its points and settle its attempt once all are marked.

    Marking again replaces the marks. Raises `InvalidResponse` with what is missing,
    `NotToBeMarked`.
    """
    now = now or timezone.now()
    attempt = Attempt.objects.select_for_update().get(pk=answer.attempt_id)
    answer = attempt.answers.select_related("version").get(pk=answer.pk)
    item_type = item_types.get(answer.version.item_type)
    if not isinstance(item_type, item_types.FreeText) or attempt.finished_at is None:
        raise NotToBeMarked(answer)
    if answer.answered_at is None:
        raise NotToBeMarked(answer)
    answer.marks = item_type.read_marks(answer.version.content, data)
    score = item_type.score(answer.version.content, answer.marked_response or {})
    answer.points, answer.needs_marking = score.points, False
    answer.marked_by, answer.marked_at = marker, now
    answer.save(update_fields=["marks", "points", "needs_marking", "marked_by", "marked_at"])
    settle_result(attempt=attempt, answers=list(attempt.answers.select_related("version")))
    attempt.save(update_fields=["points", "possible", "passed"])
    tell(AttemptSettled(attempt=attempt))
    return answer
