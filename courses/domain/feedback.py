"""What a learner says of a course after it."""

from django.db import transaction

from courses.models import CourseFeedback, Enrolment
from courses.models.learning import FEEDBACK_CHARACTERS

RATINGS = range(1, 6)


class NotCompletedYet(Exception):
    """Only who has completed a course can say how it was."""


class NoRating(ValueError):
    """A rating is a whole number from 1 to 5."""


@transaction.atomic
def give_feedback(
    *, enrolment: Enrolment, rating: int, helped: str = "", missing: str = ""
) -> CourseFeedback:
    """Keep the learner's rating and words in place of earlier ones.

    Raises `NotCompletedYet`, `NoRating`.
    """
    if enrolment.completed_at is None:
        raise NotCompletedYet
    if rating not in RATINGS:
        raise NoRating(rating)
    feedback, _made = CourseFeedback.objects.update_or_create(
        user=enrolment.user,
        course_key=enrolment.course_key,
        defaults={
            "rating": rating,
            "helped": helped.strip()[:FEEDBACK_CHARACTERS],
            "missing": missing.strip()[:FEEDBACK_CHARACTERS],
        },
    )
    return feedback
