"""A person's whole record as JSON, to take away (GDPR art. 15 and 20).

Each room contributes its part from its `AppConfig.ready`; people knows none of them. A part is a
list of plain objects of one person; it names the tables it covers, so that a test can find a
table about people that nobody hands out. What a person may not read on the site (keys of running
exams, reviewers' names) is not in the record either.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from .models import Membership, User

FORMAT = 1
Collect = Callable[[User], Iterable[dict[str, Any]]]


@dataclass(frozen=True)
class Part:
    """What one room knows of a person; `covers` are model labels (`media.WatchRecord`)."""

    name: str
    collect: Collect
    covers: frozenset[str]


_parts: dict[str, Part] = {}


def register_part(name: str, collect: Collect, *, covers: Iterable[str]) -> None:
    """Have `collect` contribute the list `name` to everybody's record."""
    _parts[name] = Part(name=name, collect=collect, covers=frozenset(covers))


def parts() -> list[Part]:
    """All parts in the order of their names."""
    return [_parts[name] for name in sorted(_parts)]


def write_record(*, user: User) -> Iterator[str]:
    """The record piece by piece, one JSON object in all: never whole in memory."""
    encode = json.JSONEncoder(ensure_ascii=False, default=DjangoJSONEncoder().default).encode
    head = {
        "format": FORMAT,
        "made_by": settings.SOCIETY_NAME,
        "site": settings.WAGTAILADMIN_BASE_URL,
        "made_at": timezone.now(),
    }
    yield encode(head)[:-1]
    for part in parts():
        yield f",\n{encode(part.name)}: ["
        joint = "\n"
        for row in part.collect(user):
            yield joint + encode(row)
            joint = ",\n"
        yield "]"
    yield "}\n"


def account(user: User) -> Iterator[dict[str, Any]]:
    """The account itself, without anything that opens it."""
    yield {
        "email": user.email,
        "further_addresses": list(
            user.emailaddress_set.exclude(email=user.email).values("email", "verified")
        ),
        "given_name": user.first_name,
        "family_name": user.last_name,
        "name_on_certificates": user.printed_name,
        "language": user.language,
        "time_zone": user.time_zone,
        "roles": sorted(user.roles),
        "opened_at": user.date_joined,
        "last_sign_in_at": user.last_login,
        "second_factor": list(user.authenticator_set.values("type", "created_at", "last_used_at")),
    }


def memberships(user: User) -> Iterator[dict[str, Any]]:
    """Departments the person belongs to."""
    for membership in Membership.objects.filter(user=user).select_related("department"):
        yield {
            "department": membership.department.name,
            "is_head": membership.is_head,
            "joined_at": membership.joined_at,
        }
