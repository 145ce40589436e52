"""xAPI statements: written down with the fact they tell, sent until the record store has them.

Each has an id that follows from its fact (UUID version 5), so that telling a fact twice, or sending
a statement twice, changes nothing. People appear under a pseudonym only.
"""

import datetime as dt
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from interop.models import Pseudonym, Statement
from interop.record_store import is_set, put_statement
from interop.tasks import send_statement
from interop.vocabulary import ACTIVITY_TYPES, VERBS
from people.addresses import home_address

from .delivery import MOST_ATTEMPTS, enqueue_due, forget_sent, work_off

KEPT_FOR = timedelta(days=30)


def name_space() -> uuid.UUID:
    """What keeps ids of this hub apart from all others'."""
    return uuid.uuid5(uuid.NAMESPACE_URL, home_address())


def id_of(*parts: object) -> uuid.UUID:
    """The id that follows from a fact: the same each time it is asked for."""
    return uuid.uuid5(name_space(), "/".join(map(str, parts)))


def actor(user: Any) -> dict[str, Any]:
    """The person as the store knows them: an account at this hub with an opaque name."""
    name, _created = Pseudonym.objects.get_or_create(user=user)
    return {
        "objectType": "Agent",
        "account": {"homePage": home_address(), "name": str(name.code)},
    }


def activity(kind: str, key: object, *, title: str, language: str) -> dict[str, Any]:
    """What a statement is about."""
    return {
        "objectType": "Activity",
        "id": f"{home_address()}/activities/{kind}/{key}",
        "definition": {"type": ACTIVITY_TYPES[kind], "name": {language: title}},
    }


def context(
    *,
    registration: uuid.UUID,
    extensions: dict[str, Any] | None = None,
    **related: list[dict[str, Any]],
) -> dict[str, Any]:
    """The circumstances: `related` are context activities (`parent`, `category`)."""
    said: dict[str, Any] = {"registration": str(registration), "platform": settings.SOCIETY_NAME}
    if related:
        said["contextActivities"] = related
    if extensions:
        said["extensions"] = extensions
    return said


def queue(
    *,
    user: Any,
    verb: str,
    about: dict[str, Any],
    at: dt.datetime,
    circumstances: dict[str, Any],
    fact: tuple[object, ...],
    result: dict[str, Any] | None = None,
) -> None:
    """Write a statement down, in the transaction of its fact; once for each `fact`.

    Does nothing where no record store is set.
    """
    if not is_set():
        return
    statement_id = id_of(*fact)
    body = {
        "id": str(statement_id),
        "actor": actor(user),
        "verb": {"id": VERBS[verb], "display": {"en": verb}},
        "object": about,
        "context": circumstances,
        "timestamp": at.isoformat(timespec="milliseconds"),
    }
    if result:
        body["result"] = result
    statement, is_new = Statement.objects.get_or_create(
        statement_id=statement_id,
        defaults={"verb": verb, "body": body, "max_attempts": MOST_ATTEMPTS},
    )
    if is_new:
        transaction.on_commit(lambda: send_statement.enqueue(statement.pk))


def deliver(*, statement_id: int) -> str:
    """Send a statement; returns its state."""
    return work_off(model=Statement, pk=statement_id, send=_send)


def _send(statement: Statement) -> None:
    put_statement(statement=statement)


def sweep_statements() -> int:
    """Queue what is due and forget what was sent a month ago; returns how much was queued."""
    forget_sent(model=Statement, after=KEPT_FOR)
    return enqueue_due(model=Statement, task=send_statement) if is_set() else 0
