"""Scoring given answers anew by a corrected key, keeping both results."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from people.facts import tell
from quizzes import item_types
from quizzes.facts import AttemptSettled
from quizzes.models import Answer, Attempt, Item, ItemVersion, RescoredAnswer, Rescoring

from .attempts import settle_result
from .rescoring_letters import tell_learners
from .versions import current_version


class NothingToRescore(Exception):
    """No finished answer to an earlier version changes by the item as it is now."""


@transaction.atomic
def rescore_item(*, item: Item, reason: str, by: Any, now: dt.datetime | None = None) -> Rescoring:
    """Score all answers to earlier versions of `item` by what it says now.

    Points and verdicts of their attempts follow; a pass once given stays. What was before is kept
    beside what is now, for the learner to see, who also gets a letter. Answers whose points stay
    the same are left alone, so that doing it twice changes nothing. Raises `NothingToRescore`.
    """
    now = now or timezone.now()
    version = current_version(item)
    answers = (
        Answer.objects.filter(
            version__item=item,
            version__item_type=version.item_type,
            answered_at__isnull=False,
            needs_marking=False,
            attempt__finished_at__isnull=False,
        )
        .exclude(version=version)
        .select_related("version")
        .order_by("attempt_id", "position")
    )
    changed = [(answer, score) for answer in answers if (score := _changed(answer, version))]
    if not changed:
        raise NothingToRescore(item)
    rescoring = Rescoring.objects.create(version=version, reason=reason, done_by=by, done_at=now)
    attempts = {
        attempt.pk: attempt
        for attempt in Attempt.objects.select_for_update()
        .filter(pk__in={answer.attempt_id for answer, _score in changed})
        .order_by("pk")
    }
    for answer, score in changed:
        _apply(rescoring=rescoring, attempt=attempts[answer.attempt_id], answer=answer, score=score)
    tell_learners(rescoring=rescoring)
    return rescoring


def _changed(answer: Answer, version: ItemVersion) -> item_types.Score | None:
    """The answer's score by `version`, where it is another than the one it has."""
    item_type = item_types.get(version.item_type)
    if _parts(item_type.question(version.content)) != _parts(
        item_type.question(answer.version.content)
    ):
        return None  # Another question by now: its key says nothing about this answer.
    response = answer.marked_response or {}
    score = item_type.score(version.content, response)
    if score.pending or (score.points, score.possible) == (answer.points, answer.possible):
        return None
    return score


def _parts(view: Any) -> frozenset[str]:
    """What an answer to a question can name: ids, with the words where ids follow from them."""
    if isinstance(view, list):
        return frozenset().union(*map(_parts, view))
    if not isinstance(view, dict):
        return frozenset()
    id_ = view.get("id", "")
    own = {id_ + view.get("text", "") if id_.isdecimal() else id_} - {""}
    return frozenset(own).union(*(_parts(value) for value in view.values()))


def _apply(
    *, rescoring: Rescoring, attempt: Attempt, answer: Answer, score: item_types.Score
) -> None:
    before = (answer.points or 0.0, attempt.percent, attempt.passed)
    answer.points, answer.possible = score.points, score.possible
    answer.scored_by = rescoring.version
    answer.save(update_fields=["points", "possible", "scored_by"])
    settle_result(attempt=attempt, answers=list(attempt.answers.select_related("version")))
    # What a learner was told they passed stays passed.
    attempt.passed = True if before[2] else attempt.passed
    attempt.save(update_fields=["points", "possible", "passed"])
    tell(AttemptSettled(attempt=attempt))
    RescoredAnswer.objects.create(
        rescoring=rescoring,
        answer=answer,
        points_before=before[0],
        points_after=score.points,
        percent_before=before[1],
        percent_after=attempt.percent,
        passed_before=before[2],
        passed_after=attempt.passed,
    )
