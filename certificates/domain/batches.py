"""Issuing many certificates at once: written down by an editor, carried out by a worker.

Each person is a row: a worker that dies leaves the rest to the next, and nobody is certified
twice.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone

from certificates.models import Batch, BatchMember, CreditType, Refusal
from certificates.tasks import issue_batch
from jobs.domain.leased_work import do_leased_work
from jobs.domain.leases import Lease, claimable
from jobs.domain.queue import enqueue_missing
from jobs.models import WorkState
from people.models import User

from .certificates import Achievement, NoName, issue
from .letters import tell_holder

KIND = "activity"
MAX_ATTEMPTS = 20


class NobodyKnown(Exception):
    """None of the addresses belongs to an account."""


class StillRunning(Exception):
    """The batch is not carried out yet."""


@transaction.atomic
def write_batch(
    *,
    by: Any,
    titles: Mapping[str, str],
    credit_type: CreditType,
    credits: Decimal,  # noqa: A002  the field's name
    completed_on: date,
    emails: Iterable[str],
    expires_on: date | None = None,
) -> Batch:
    """Have a worker certify `titles` ({language: what}) of everybody with one of `emails`.

    Raises `NobodyKnown`.
    """
    wanted = list(dict.fromkeys(email.strip().lower() for email in emails if email.strip()))
    people = {
        user.email.lower(): user
        for user in User.objects.annotate(address=Lower("email")).filter(
            address__in=wanted, is_active=True
        )
    }
    if not people:
        raise NobodyKnown
    batch = Batch.objects.create(
        titles={code: title.strip() for code, title in titles.items() if title.strip()},
        credit_type=credit_type,
        credits=credits,
        completed_on=completed_on,
        expires_on=expires_on,
        unknown=[email for email in wanted if email not in people],
        made_by=by,
        max_attempts=MAX_ATTEMPTS,
    )
    BatchMember.objects.bulk_create(
        BatchMember(batch=batch, user=people[email]) for email in wanted if email in people
    )
    transaction.on_commit(lambda: issue_batch.enqueue(batch.pk))
    return batch


def carry_out(*, batch_id: int) -> str:
    """Issue what the batch still owes; any worker may call this. Returns the batch's state."""
    return do_leased_work(model=Batch, pk=batch_id, work=_carry_out)


def _carry_out(batch: Batch, lease: Lease) -> None:
    total = batch.members.count()
    owed = batch.members.filter(certificate=None, refusal="").select_related("user")
    for done, member in enumerate(list(owed.order_by("pk")), start=1):
        with transaction.atomic():
            lease.check()
            _certify(batch, member)
        lease.renew(progress=(total - owed.count()) / total if done % 20 == 0 else None)
    lease.finish()


def _certify(batch: Batch, member: BatchMember) -> None:
    language, title = _words_for(batch, member.user.language)
    achievement = Achievement(
        kind=KIND,
        key=batch.key,
        title=title,
        credit_type=CreditType(batch.credit_type),
        credits=batch.credits,
        completed_on=batch.completed_on,
        expires_on=batch.expires_on,
    )
    try:
        member.certificate = issue(holder=member.user, achievement=achievement, language=language)
        tell_holder(certificate=member.certificate)
    except NoName:
        member.refusal = Refusal.NO_NAME
    member.save(update_fields=["certificate", "refusal"])


def _words_for(batch: Batch, language: str) -> tuple[str, str]:
    """The language of a person's certificate, and what is certified in it."""
    if language in batch.titles:
        return language, batch.titles[language]
    return next(iter(batch.titles.items()))


@transaction.atomic
def try_again(*, batch: Batch) -> None:
    """Ask again for those who were refused: they may have given a name. Raises `StillRunning`."""
    finished = Batch.objects.filter(pk=batch.pk, state__in=(WorkState.DONE, WorkState.FAILED))
    if not finished.update(
        state=WorkState.WAITING, attempts=0, progress=0.0, not_before=timezone.now()
    ):
        raise StillRunning
    batch.members.exclude(refusal="").update(refusal="")
    transaction.on_commit(lambda: issue_batch.enqueue(batch.pk))


def sweep_batches() -> int:
    """Put every batch that a worker could go on with into the queue, once; return how many."""
    return enqueue_missing(task=issue_batch, pks=claimable(Batch).values_list("pk", flat=True))
