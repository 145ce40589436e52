"""What quizzes know of a person, for their record (`people.personal_record`)."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from .models import Attempt, DeckFit, ExtraTime, Review, ReviewCard, ReviewReminder


def attempts(user: Any) -> Iterator[dict[str, Any]]:
    """Attempts with the answers given; points of an answer once they may be known."""
    now = timezone.now()
    found = Attempt.objects.filter(user=user).select_related("quiz").order_by("started_at")
    for attempt in found.prefetch_related("answers").iterator(chunk_size=100):
        yield {
            "quiz": attempt.quiz.title,
            "number": attempt.number,
            "mode": attempt.mode,
            "started_at": attempt.started_at,
            "finished_at": attempt.finished_at,
            "percent": attempt.percent if attempt.finished_at else None,
            "passed": attempt.passed,
            "answers": [
                _answer(answer, may_know=attempt.may_review(now))
                for answer in attempt.answers.all()
            ],
        }


def _answer(answer: Any, *, may_know: bool) -> dict[str, Any]:
    given = {
        "position": answer.position,
        "question_version": answer.version_id,
        "response": answer.response,
        "confidence_percent": answer.confidence,
        "answered_at": answer.answered_at,
    }
    if may_know:
        given |= {"points": answer.points, "possible": answer.possible}
    return given


def deck(user: Any) -> Iterator[dict[str, Any]]:
    """The review deck with every review; the question is named only where it was answered."""
    cards = ReviewCard.objects.filter(user=user).select_related("item").order_by("pk")
    for card in cards.prefetch_related("log").iterator(chunk_size=100):
        yield {
            "question": card.item.title,
            "due_at": card.due_at,
            "stability_days": card.stability,
            "difficulty": card.difficulty,
            "lapses": card.lapses,
            "is_suspended": card.is_suspended,
            "reviews": [_review(review) for review in card.log.all()],
        }


def _review(review: Review) -> dict[str, Any]:
    return {
        "at": review.reviewed_at,
        "response": review.response,
        "share": review.share,
        "confidence_percent": review.confidence,
        "rating": review.rating,
    }


def deck_settings(user: Any) -> Iterator[dict[str, Any]]:
    """When reviews are reminded of, and what the scheduler has learnt of the person's memory."""
    for reminder in ReviewReminder.objects.filter(user=user):
        yield {"reminded_at_hour": reminder.hour, "last_reminded_at": reminder.sent_at}
    for fitted in DeckFit.objects.filter(user=user):
        yield {
            "fsrs_parameters": fitted.parameters,
            "fitted_to_reviews": fitted.reviews,
            "adopted_at": fitted.adopted_at,
        }


def extra_time(user: Any) -> Iterator[dict[str, Any]]:
    """Extra time that was granted."""
    for grant in ExtraTime.objects.filter(user=user).select_related("quiz"):
        yield {
            "quiz": grant.quiz.title if grant.quiz else None,
            "percent": grant.percent,
            "note": grant.note,
        }
