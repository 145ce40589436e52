"""What connections know of a person, for their record (`people.personal_record`)."""

from collections.abc import Iterator
from typing import Any

from .models import CalendarAddress, Grade, Identity, Pseudonym, Viewing


def platforms(user: Any) -> Iterator[dict[str, Any]]:
    """Learning platforms that sign the person in, and the grades sent there."""
    for one in Identity.objects.filter(user=user).select_related("platform"):
        grades = Grade.objects.filter(placement__identity=one).order_by("pk")
        yield {
            "platform": one.platform.name,
            "known_there_as": one.subject,
            "linked_at": one.linked_at,
            "last_launch_at": one.last_launch_at,
            "grades": list(
                grades.values("given", "maximum", "achieved_at", "state", "finished_at")
            ),
        }


def traces(user: Any) -> Iterator[dict[str, Any]]:
    """The pseudonym in the record store, the calendar's address, the lecture being watched."""
    for name in Pseudonym.objects.filter(user=user):
        yield {"kind": "xapi_pseudonym", "code": name.code}
    for address in CalendarAddress.objects.filter(user=user):
        yield {"kind": "calendar_address", "made_at": address.made_at}
    for viewing in Viewing.objects.filter(user=user).select_related("lecture"):
        yield {"kind": "watching_now", "lecture": viewing.lecture.title, "at": viewing.last_at}
