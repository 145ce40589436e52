"""Joining and leaving courses."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.models import CoursePage, Enrolment


@transaction.atomic
def enrol(*, user: Any, course: CoursePage) -> Enrolment:
    """Enrol `user`; asking twice returns the enrolment there is."""
    enrolment, _created = Enrolment.objects.get_or_create(
        user=user, course_key=course.translation_key, defaults={"enrolled_at": timezone.now()}
    )
    return enrolment


@transaction.atomic
def leave(*, enrolment: Enrolment) -> None:
    """End an enrolment and what was recorded under it.

    What the learner watched, answered and solved stays theirs: it is not kept here.
    """
    enrolment.delete()
