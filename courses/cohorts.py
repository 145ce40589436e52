"""Reading cohorts: which can be joined, who is in them, what was written to them."""

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from outbox.queries import Tally, tally

from .models import Cohort, CohortMessage, CoursePage


def cohorts_to_join(*, course: CoursePage) -> list[Cohort]:
    """Cohorts of the course that learners can join by themselves today, the next first."""
    open_now = Q(ends_on=None) | Q(ends_on__gte=timezone.localdate())
    return list(
        Cohort.objects.filter(open_now, course_key=course.translation_key, is_open=True).order_by(
            "starts_on", "name"
        )
    )


def cohorts_of(*, course: CoursePage) -> QuerySet[Cohort]:
    """All cohorts of the course with `members` and `completed`, latest first."""
    return Cohort.objects.filter(course_key=course.translation_key).annotate(
        members=Count("enrolments"),
        completed=Count("enrolments", filter=Q(enrolments__completed_at__isnull=False)),
    )


def messages_to(*, cohort: Cohort) -> list[tuple[CohortMessage, Tally]]:
    """What was written to the cohort, latest first, with how far its letters have come."""
    messages = list(cohort.messages.select_related("sender").order_by("-created_at"))
    tallies = tally([message.batch for message in messages])
    return [(message, tallies.get(message.batch, Tally())) for message in messages]
