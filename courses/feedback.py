"""Reading what learners say about courses."""

import uuid
from dataclasses import dataclass

from django.db.models import Avg, Count, QuerySet

from .models import CourseFeedback, Enrolment

# Fewer ratings than this would say who gave which.
FEWEST_RATINGS = 5


@dataclass(frozen=True)
class Rating:
    """The mean (1 to 5) of so many ratings."""

    mean: float
    count: int


def rating_of(*, course_key: uuid.UUID) -> Rating | None:
    """The course's mean rating in all languages; None while there are too few. One query."""
    found = CourseFeedback.objects.filter(course_key=course_key).aggregate(
        mean=Avg("rating"), count=Count("pk")
    )
    if found["count"] < FEWEST_RATINGS:
        return None
    return Rating(mean=found["mean"], count=found["count"])


def feedback_of(*, enrolment: Enrolment | None) -> CourseFeedback | None:
    """What the learner has said about the course."""
    if enrolment is None:
        return None
    return CourseFeedback.objects.filter(
        user=enrolment.user_id, course_key=enrolment.course_key
    ).first()


def texts_about(*, course_key: uuid.UUID) -> QuerySet[CourseFeedback]:
    """Feedback with words in it, latest first."""
    return CourseFeedback.objects.filter(course_key=course_key).exclude(helped="", missing="")


@dataclass(frozen=True)
class RatingCount:
    """How many learners gave a rating."""

    rating: int
    count: int


def ratings_of(*, course_key: uuid.UUID) -> list[RatingCount]:
    """How often each rating was given, the best first; empty while there are too few."""
    counts = dict(
        CourseFeedback.objects.filter(course_key=course_key)
        .order_by()
        .values_list("rating")
        .annotate(count=Count("pk"))
    )
    if sum(counts.values()) < FEWEST_RATINGS:
        return []
    return [RatingCount(rating, counts.get(rating, 0)) for rating in range(5, 0, -1)]
