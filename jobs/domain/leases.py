"""Claim, renew, finish and fail leased work. Every write is fenced by the lease's token.

All changes are single conditional UPDATEs: the database decides who wins, on SQLite and
PostgreSQL alike, and no lock is held while the work itself runs.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, models
from django.db.models import F, Q
from django.utils import timezone

from jobs.models import LeasedWork, WorkState

GAVE_UP = "gave_up"
_DETAIL_CHARACTERS = 4000
# Progress is written this often at most; people look at it every other second.
_PROGRESS_EVERY_S = 2.0


class LeaseLost(Exception):
    """The lease ran out and another worker may be at it: stop, and write nothing."""


def lease_length() -> timedelta:
    """How long a worker may be silent before its work is given to another."""
    return timedelta(seconds=settings.JOBS_LEASE_S)


@dataclass(frozen=True)
class Lease:
    """The right to work on one row until it lapses: the row's class, key and fencing token."""

    model: type[LeasedWork]
    pk: int
    token: int
    holder: str
    length: timedelta

    def _mine(self) -> models.QuerySet[LeasedWork]:
        return self.model._default_manager.filter(
            pk=self.pk, token=self.token, state=WorkState.RUNNING
        )

    def _lost(self) -> LeaseLost:
        return LeaseLost(f"{self.model.__name__} {self.pk}: token {self.token} is outdated")

    def _write(self, **values: Any) -> None:
        if not self._mine().update(**values):
            raise self._lost()

    def check(self) -> None:
        """Raise `LeaseLost` unless the row is still this holder's.

        To be called inside a transaction: the row stays locked, so that what follows up to the
        commit happens under the lease.
        """
        if not list(self._mine().select_for_update().values_list("pk", flat=True)):
            raise self._lost()

    def renew(self, progress: float | None = None) -> None:
        """Prolong the lease from now on; note `progress` (0–1) where given."""
        now = timezone.now()
        values: dict[str, Any] = {"lease_until": now + self.length, "heartbeat_at": now}
        if progress is not None:
            values["progress"] = max(0.0, min(1.0, progress))
        self._write(**values)

    def finish(self, **values: Any) -> None:
        """Mark the work done and store `values` in the same write."""
        self._write(
            state=WorkState.DONE,
            progress=1.0,
            finished_at=timezone.now(),
            lease_until=None,
            failure_code="",
            failure_detail="",
            **values,
        )

    def fail(self, *, code: str, detail: str = "") -> None:
        """Mark the work failed for good, with a reason a person will read."""
        self._write(
            state=WorkState.FAILED,
            finished_at=timezone.now(),
            lease_until=None,
            failure_code=code,
            failure_detail=detail[-_DETAIL_CHARACTERS:],
        )

    def give_back(self, *, code: str, detail: str = "", delay: timedelta = timedelta(0)) -> None:
        """Return the work for another attempt after `delay`; the reason is kept for the record."""
        self._write(
            state=WorkState.WAITING,
            progress=0.0,
            lease_until=None,
            not_before=timezone.now() + delay,
            failure_code=code,
            failure_detail=detail[-_DETAIL_CHARACTERS:],
        )

    def hand_over(self) -> None:
        """Return untroubled work because this worker stops; the attempt does not count."""
        self._write(
            state=WorkState.WAITING,
            attempts=F("attempts") - 1,
            progress=0.0,
            lease_until=None,
            not_before=None,
        )


def claimable(model: type[LeasedWork]) -> models.QuerySet[LeasedWork]:
    """Rows that a worker may take now: waiting ones that are due, and lapsed ones."""
    now = timezone.now()
    return model._default_manager.filter(
        Q(state=WorkState.WAITING) & (Q(not_before=None) | Q(not_before__lte=now))
        | Q(state=WorkState.RUNNING, lease_until__lt=now)
    )


def claim(
    *, model: type[LeasedWork], pk: int, holder: str, length: timedelta | None = None
) -> Lease | None:
    """Take the row if it may be taken and has attempts left; None when somebody else was first.

    A row that may be taken but has used all its attempts is marked failed with `GAVE_UP`.
    """
    now = timezone.now()
    length = length or lease_length()
    free = claimable(model).filter(pk=pk)
    if free.filter(attempts__gte=F("max_attempts")).update(
        state=WorkState.FAILED, failure_code=GAVE_UP, finished_at=now, lease_until=None
    ):
        return None
    taken = free.filter(attempts__lt=F("max_attempts")).update(
        state=WorkState.RUNNING,
        attempts=F("attempts") + 1,
        token=F("token") + 1,
        holder=holder[:120],
        lease_until=now + length,
        heartbeat_at=now,
        started_at=now,
        finished_at=None,
        progress=0.0,
    )
    if not taken:
        return None
    row = model._default_manager.only("token", "holder").get(pk=pk)
    if row.holder != holder[:120]:  # pragma: no cover  lapsed and taken again within this moment
        return None
    return Lease(model=model, pk=pk, token=row.token, holder=holder, length=length)


def reopen(*, model: type[LeasedWork], pks: list[int]) -> int:
    """Have failed or finished rows done again, with all their attempts; return how many."""
    return model._default_manager.filter(
        pk__in=pks, state__in=[WorkState.FAILED, WorkState.DONE]
    ).update(
        state=WorkState.WAITING,
        attempts=0,
        progress=0.0,
        not_before=None,
        finished_at=None,
        failure_code="",
        failure_detail="",
    )


class Heartbeat:
    """Renews a lease from a thread while long work runs; `lost` is set when it is gone.

    Use as a context manager. `on_lost` is called once from the thread (to kill a child process).
    The lease counts as lost, too, when it could not be renewed for its whole length: whoever
    can't reach the database can't know that the work is still theirs.
    """

    def __init__(self, lease: Lease, *, on_lost: Callable[[], None] | None = None) -> None:
        self.lease = lease
        self.on_lost = on_lost
        self.lost = threading.Event()
        self._every_s = lease.length.total_seconds() / 4
        self._tick_s = min(_PROGRESS_EVERY_S, self._every_s)
        self._progress: float | None = None
        self._written: float | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"lease-{lease.pk}")

    def progress(self, fraction: float) -> None:
        """Note progress (0–1); it is written with the next renewal, within seconds."""
        self._progress = fraction

    def _run(self) -> None:
        renewed_at = time.monotonic()
        try:
            while not self._stop.wait(self._tick_s):
                progress = self._progress
                idle_s = time.monotonic() - renewed_at
                if progress == self._written and idle_s < self._every_s - self._tick_s / 2:
                    continue
                asked_at = time.monotonic()
                try:
                    self.lease.renew(progress)
                except LeaseLost:
                    return self._give_up()
                except (DatabaseError, InterfaceError):
                    # The database is away; the lease may outlast it.
                    close_old_connections()
                    if time.monotonic() - renewed_at > self.lease.length.total_seconds():
                        return self._give_up()
                else:
                    renewed_at, self._written = asked_at, progress
        finally:
            connection.close()

    def _give_up(self) -> None:
        self.lost.set()
        if self.on_lost:
            self.on_lost()

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join(timeout=30)
