"""One attempt at leased work on images: heartbeat, progress, every way it can end."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from django.db import DatabaseError, InterfaceError, transaction
from django_tasks.base import Task

from cases.deidentification.refusals import Refusal, Refused
from jobs.domain.leases import Heartbeat, Lease, LeaseLost
from jobs.domain.stopping import stop_requested

logger = logging.getLogger("cases")

# Told how far the work is (0-1); raises when it is to stop.
OnProgress = Callable[[float], None]


class Stopped(Exception):
    """The worker is asked to stop, or has lost its lease."""


def attempt(*, lease: Lease, work: Path, do: Callable[[OnProgress], None], again: Task) -> None:
    """Have `do` carry out the work and finish the lease; `work` is removed in the end.

    `again` is enqueued where a stopping worker hands over. Messages of exceptions may quote a
    file: only their kinds are kept.
    """
    try:
        with Heartbeat(lease) as heart:

            def on_progress(fraction: float) -> None:
                heart.progress(fraction)
                if heart.lost.is_set() or stop_requested():
                    raise Stopped

            do(on_progress)
    except Refused as refused:
        _fail(lease, refused.code.value)
    except Stopped:
        _hand_over(lease, again)
    except LeaseLost:
        _note_lost(lease)
    except (DatabaseError, InterfaceError):
        # Nothing can be recorded now; the lease lapses and a sweep finds the row.
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, it must not quote a file
        logger.error("%s %s: %s", lease.model.__name__, lease.pk, type(error).__name__)
        _fail(lease, Refusal.UNEXPECTED.value)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _fail(lease: Lease, code: str) -> None:
    try:
        lease.fail(code=code)
    except LeaseLost:
        _note_lost(lease)


def _hand_over(lease: Lease, again: Task) -> None:
    try:
        with transaction.atomic():
            lease.hand_over()
            transaction.on_commit(lambda: again.enqueue(lease.pk))
    except LeaseLost:
        _note_lost(lease)


def _note_lost(lease: Lease) -> None:
    logger.warning("%s %s: lease lost", lease.model.__name__, lease.pk)
