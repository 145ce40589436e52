"""Letters to those whose result a corrected key has changed."""

from django.urls import reverse
from django.utils import timezone

from outbox.domain.letters import write_letters
from outbox.models import Letter
from outbox.registry import Wording
from outbox.wording import word
from people.addresses import full_address
from people.models import User
from quizzes.models import RescoredAnswer, Rescoring

RESCORED = "quizzes.rescored"


def tell_learners(*, rescoring: Rescoring) -> int:
    """Write to everybody whose answers were re-scored, one letter each; returns how many."""
    learners = User.objects.filter(
        is_active=True, attempts__answers__rescorings__rescoring=rescoring
    ).distinct()
    letters = write_letters(
        kind=RESCORED,
        to=list(learners),
        about={"rescoring": rescoring.pk},
        batch=f"quizzes.rescoring:{rescoring.pk}",
    )
    return len(letters)


def compose(letter: Letter) -> Wording | None:
    """Both results of each attempt; the reason only where its answers may be known."""
    changes = list(
        RescoredAnswer.objects.filter(
            rescoring=letter.about["rescoring"], answer__attempt__user=letter.recipient
        )
        .select_related("rescoring", "answer__attempt__quiz")
        .order_by("answer__attempt_id", "pk")
    )
    if not changes:
        return None
    now = timezone.now()
    # Of several answers in one attempt, the last has the attempt's final result.
    last = {change.answer.attempt_id: change for change in changes}
    first = {change.answer.attempt_id: change for change in reversed(changes)}
    results = [
        {
            "quiz": change.answer.attempt.quiz,
            "before": first[attempt_id].percent_before,
            "after": change.percent_after,
            "passes_now": change.passed_after and not first[attempt_id].passed_before,
            "reason": change.rescoring.reason if change.answer.attempt.may_review(now) else "",
            "url": full_address(reverse("quizzes:attempt", args=[attempt_id])),
        }
        for attempt_id, change in last.items()
    ]
    return word(letter, templates="quizzes/email/rescored", context={"results": results})
