"""Opening cohorts and putting people into them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower

from courses.models import Cohort, Enrolment
from people.models import User

from .enrolments import put_into_cohort


class HasMembers(Exception):
    """A cohort that people are in is not deleted."""


@dataclass(frozen=True)
class Added:
    """What came of a list of addresses: who is in now, and which addresses nobody has."""

    enrolments: list[Enrolment]
    unknown: list[str]


@transaction.atomic
def add_members(*, cohort: Cohort, emails: Iterable[str]) -> Added:
    """Put the people with these addresses into the cohort, enrolling them where they are not."""
    wanted = list(dict.fromkeys(email.strip().lower() for email in emails if email.strip()))
    people: dict[str, Any] = {
        user.email.lower(): user
        for user in User.objects.annotate(address=Lower("email")).filter(
            address__in=wanted, is_active=True
        )
    }
    return Added(
        enrolments=[
            put_into_cohort(user=people[email], cohort=cohort)
            for email in wanted
            if email in people
        ],
        unknown=[email for email in wanted if email not in people],
    )


@transaction.atomic
def release_member(*, enrolment: Enrolment) -> None:
    """Take a learner out of their cohort; they stay enrolled, at their own pace."""
    enrolment.cohort = None
    enrolment.save(update_fields=["cohort"])


@transaction.atomic
def delete_cohort(*, cohort: Cohort) -> None:
    """Delete a cohort that nobody is in. Raises `HasMembers`."""
    if cohort.enrolments.exists():
        raise HasMembers
    cohort.delete()
