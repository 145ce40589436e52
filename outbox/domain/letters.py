"""Writing letters, and what people do to those that wait or failed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jobs.domain.leases import reopen
from jobs.models import WorkState
from outbox.models import Letter, Outcome
from outbox.registry import kind_of, kinds
from outbox.tasks import send_due
from people.models import User

# With the delays of `domain.posting`, about two days.
MOST_ATTEMPTS = 20


class NeedsAccount(ValueError):
    """Letters that readers can stop go to accounts only."""


def letter_key(*, kind: str, to: User | str, about: Mapping[str, Any]) -> str:
    """What tells one letter from all others: a digest of kind, reader and what it is about."""
    reader = to.strip().lower() if isinstance(to, str) else to.pk
    told = json.dumps([kind, reader, dict(about)], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()


def write_letter(
    *,
    kind: str,
    to: User | str,
    about: Mapping[str, Any],
    batch: str = "",
    priority: int = 0,
    not_before: datetime | None = None,
    language: str = "",
) -> Letter | None:
    """Have a letter sent; to be called in the transaction of what it tells of.

    `to` is an account or a plain address, which then needs a `language`. `about` holds plain
    keys and values of JSON. Letters of higher `priority` leave first, none before `not_before`.
    Returns None where this letter has been written already. Raises `UnknownKind`, `NeedsAccount`.
    """
    written = write_letters(
        kind=kind,
        to=[to],
        about=about,
        batch=batch,
        priority=priority,
        not_before=not_before,
        language=language,
    )
    return written[0] if written else None


@transaction.atomic
def write_letters(
    *,
    kind: str,
    to: Iterable[User | str],
    about: Mapping[str, Any],
    batch: str = "",
    priority: int = 0,
    not_before: datetime | None = None,
    language: str = "",
) -> list[Letter]:
    """The same letter to many readers; returns those that had not been written yet."""
    is_optional = kind_of(kind).is_optional
    letters = {}
    for reader in to:
        user, address = (None, reader) if isinstance(reader, str) else (reader, "")
        if user is None and is_optional:
            raise NeedsAccount(kind)
        key = letter_key(kind=kind, to=reader, about=about)
        letters[key] = Letter(
            kind=kind,
            key=key,
            recipient=user,
            address=address,
            language=language,
            about=dict(about),
            batch=batch,
            priority=priority,
            not_before=not_before,
            max_attempts=MOST_ATTEMPTS,
        )
    # Whoever writes the same at the same moment: the database lets one of them through.
    before = set(Letter.objects.filter(key__in=letters).values_list("key", flat=True))
    fresh = [letter for key, letter in letters.items() if key not in before]
    Letter.objects.bulk_create(fresh, ignore_conflicts=True)
    mine = [letter.message_id for letter in fresh]
    written = list(Letter.objects.filter(message_id__in=mine).select_related("recipient"))
    if written and (not_before is None or not_before <= timezone.now()):
        transaction.on_commit(have_sent)
    return written


def have_sent() -> None:
    """Tell the workers that something is due; one hint in the queue is enough."""
    waiting = DBTaskResult.objects.ready().filter(task_path=send_due.module_path)
    if not waiting.exists():
        send_due.enqueue()


def is_written(*, kind: str, to: User | str, about: Mapping[str, Any]) -> bool:
    """Whether this very letter has been written, whatever became of it."""
    return Letter.objects.filter(key=letter_key(kind=kind, to=to, about=about)).exists()


@transaction.atomic
def cancel_letters(*, letters: models.QuerySet[Letter]) -> int:
    """Keep those that wait from being sent; return how many. One in a worker's hand goes out."""
    return letters.filter(state=WorkState.WAITING).update(
        state=WorkState.DONE, outcome=Outcome.CANCELLED, finished_at=timezone.now(), sealed=""
    )


@transaction.atomic
def retry_letters(*, letters: models.QuerySet[Letter]) -> int:
    """Have failed and cancelled letters sent after all; return how many.

    Not mail about accounts that was cancelled: its text is gone.
    """
    again = letters.filter(
        Q(state=WorkState.FAILED) | Q(outcome=Outcome.CANCELLED, kind__in=_worded_anew())
    )
    pks = list(again.select_for_update().values_list("pk", flat=True))
    Letter.objects.filter(pk__in=pks).update(outcome="")
    number = reopen(model=Letter, pks=pks)
    if number:
        transaction.on_commit(have_sent)
    return number


def _worded_anew() -> list[str]:
    return [kind.name for kind in kinds() if kind.keeps_text]
