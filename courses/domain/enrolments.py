"""Joining and leaving courses."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.facts import Enrolled
from courses.models import Cohort, CoursePage, CoursePrerequisite, Enrolment
from people.facts import tell


class EnrolmentRefused(Exception):
    """The learner cannot join the course now."""


class CoursesMissing(EnrolmentRefused):
    """Courses have to be completed before; `missing` holds their translation keys."""

    def __init__(self, missing: Collection[uuid.UUID]) -> None:
        super().__init__(missing)
        self.missing = tuple(missing)


class CohortClosed(EnrolmentRefused):
    """The cohort is another course's, not for everybody, or its last day to join is over."""


class NeedsCohort(EnrolmentRefused):
    """The course is not followed at one's own pace."""


@transaction.atomic
def enrol(*, user: Any, course: CoursePage, cohort: Cohort | None = None) -> Enrolment:
    """Enrol `user`, in `cohort` or at their own pace; asking twice returns the enrolment there is.

    Raises `CoursesMissing`, `CohortClosed`, `NeedsCohort`.
    """
    known = Enrolment.objects.filter(user=user, course_key=course.translation_key).first()
    if known:
        return known
    if cohort and (cohort.course_key != course.translation_key or not may_be_joined(cohort)):
        raise CohortClosed
    if not cohort and not course.is_self_paced:
        raise NeedsCohort
    if missing := missing_courses(user=user, course=course):
        raise CoursesMissing(missing)
    return _enrol(user=user, course_key=course.translation_key, cohort=cohort)


def may_be_joined(cohort: Cohort, *, today: dt.date | None = None) -> bool:
    """Whether learners can join the cohort by themselves now."""
    today = today or timezone.localdate()
    return cohort.is_open and (cohort.ends_on is None or cohort.ends_on >= today)


def missing_courses(*, user: Any, course: CoursePage) -> list[uuid.UUID]:
    """Keys of the live courses that `user` has to complete before this one, in order."""
    required = list(
        CoursePrerequisite.objects.filter(course=course, required__live=True)
        .order_by("sort_order")
        .values_list("required__translation_key", flat=True)
    )
    if not required:
        return []
    done = set(
        Enrolment.objects.filter(user=user, course_key__in=required)
        .exclude(completed_at=None)
        .values_list("course_key", flat=True)
    )
    return [key for key in required if key not in done]


def _enrol(*, user: Any, course_key: uuid.UUID, cohort: Cohort | None) -> Enrolment:
    enrolment, is_new = Enrolment.objects.get_or_create(
        user=user,
        course_key=course_key,
        defaults={"enrolled_at": timezone.now(), "cohort": cohort},
    )
    if is_new:
        tell(Enrolled(enrolment=enrolment))
    return enrolment


@transaction.atomic
def put_into_cohort(*, user: Any, cohort: Cohort) -> Enrolment:
    """Have `user` follow the course with `cohort`, enrolling them where they are not.

    A teacher's decision: it asks neither for courses before nor for the last day to join.
    """
    enrolment = _enrol(user=user, course_key=cohort.course_key, cohort=cohort)
    if enrolment.cohort_id != cohort.pk:
        enrolment.cohort = cohort
        enrolment.save(update_fields=["cohort"])
    return enrolment


def remember_place(*, enrolment: Enrolment, lesson_key: uuid.UUID) -> None:
    """Note the lesson the learner has open, so that any device goes on there."""
    if enrolment.last_lesson_key != lesson_key:
        enrolment.last_lesson_key = lesson_key
        Enrolment.objects.filter(pk=enrolment.pk).update(last_lesson_key=lesson_key)


@transaction.atomic
def leave(*, enrolment: Enrolment) -> None:
    """End an enrolment and what was recorded under it.

    What the learner watched, answered and solved stays theirs: it is not kept here.
    """
    enrolment.delete()
