"""Sending what is queued for other systems: claimed, tried, tried again ever later, given up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.utils import timezone
from django_tasks.base import Task

from interop.outside import Refused, Unavailable
from jobs.domain.leased_work import do_leased_work
from jobs.domain.leases import Lease, claimable
from jobs.domain.queue import enqueue_missing
from jobs.models import LeasedWork, WorkState

W = TypeVar("W", bound=LeasedWork)

# Half a minute, doubled each time, at most six hours: fourteen attempts last more than a day.
FIRST_DELAY_S = 30.0
LONGEST_DELAY_S = 6 * 3600.0
MOST_ATTEMPTS = 14
UNAVAILABLE, REFUSED = "unavailable", "refused"
_SWEPT_AT_ONCE = 500


def delay_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    return timedelta(seconds=min(FIRST_DELAY_S * 2 ** max(0, attempts - 1), LONGEST_DELAY_S))


def work_off(*, model: type[W], pk: int, send: Callable[[W], None]) -> str:
    """Send the row if it may be claimed; returns its state. Any worker may call this.

    `send` raises `Unavailable` for another attempt later, `Refused` to give up.
    """
    return do_leased_work(model=model, pk=pk, work=lambda row, lease: _send(lease, row, send))


def _send(lease: Lease, row: Any, send: Callable[[Any], None]) -> None:
    try:
        send(row)
    except Unavailable as error:
        if row.attempts >= row.max_attempts:
            lease.fail(code=UNAVAILABLE, detail=str(error))
        else:
            delay = delay_after(row.attempts)
            lease.give_back(code=UNAVAILABLE, detail=str(error), delay=delay)
    except Refused as error:
        lease.fail(code=REFUSED, detail=str(error))
    else:
        lease.finish()


def enqueue_due(*, model: type[LeasedWork], task: Task) -> int:
    """Put every row that a worker could send into the queue, once; returns how many."""
    due = claimable(model).order_by("pk").values_list("pk", flat=True)
    return enqueue_missing(task=task, pks=due[:_SWEPT_AT_ONCE])


def forget_sent(*, model: type[LeasedWork], after: timedelta) -> int:
    """Delete rows that were sent so long ago; returns how many."""
    old = model._default_manager.filter(
        state=WorkState.DONE, finished_at__lt=timezone.now() - after
    )
    return old.delete()[0]
