"""The worker: takes tasks from the database queue, sweeps once a minute, shows signs of life."""

import functools
import logging
import os
import secrets
import socket
import threading
import time
from datetime import timedelta
from types import FrameType

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker

from jobs.models import WorkerBeat
from jobs.registry import sweeps

from .queue import WORKER_ID_CHARACTERS, bury_tasks_of, living_workers, queue_depth
from .stopping import forget_stop, request_stop

__all__ = ["beat", "living_workers", "queue_depth", "run_worker", "sweep_all", "worker_name"]

logger = logging.getLogger("jobs")

BEAT_EVERY_S = 10.0
FORGET_BEAT_AFTER = timedelta(days=1)
_RECONNECT_AFTER_S = 3.0


def worker_name() -> str:
    """A name for this process that no other worker has, nor had before it."""
    return _name_of_process(os.getpid())


@functools.cache
def _name_of_process(pid: int) -> str:
    # Containers restart under the same host name and process number: the last part tells
    # the dead one's tasks from the living one's.
    return f"{socket.gethostname()[:40]}:{pid}:{secrets.token_hex(4)}"


def sweep_all() -> int:
    """Run every registered sweep; one that fails is logged and does not stop the others."""
    mended = 0
    for name, sweep in sweeps().items():
        try:
            mended += sweep()
        except Exception:
            logger.exception("Sweep %s failed", name)
            close_old_connections()
    return mended


def beat(*, name: str) -> None:
    """Leave a sign of life of worker `name`; forget those not seen for a day."""
    now = timezone.now()
    WorkerBeat.objects.update_or_create(
        name=name, defaults={"seen_at": now}, create_defaults={"seen_at": now, "started_at": now}
    )
    WorkerBeat.objects.filter(seen_at__lt=now - FORGET_BEAT_AFTER).delete()


class Housekeeper(threading.Thread):
    """Beats and sweeps beside a worker that may be busy with one long task."""

    def __init__(self, *, name: str, sweep_every_s: float) -> None:
        super().__init__(daemon=True, name="housekeeper")
        self.worker = name
        self.sweep_every_s = sweep_every_s
        self.stopping = threading.Event()

    def run(self) -> None:
        tick_s = min(BEAT_EVERY_S, self.sweep_every_s)
        swept_at: float | None = None
        try:
            while not self.stopping.is_set():
                close_old_connections()
                try:
                    beat(name=self.worker)
                    if swept_at is None or time.monotonic() - swept_at >= self.sweep_every_s:
                        swept_at = time.monotonic()
                        sweep_all()
                except Exception:
                    logger.exception("Housekeeping failed; trying again")
                self.stopping.wait(tick_s)
        finally:
            connection.close()


class HandingOverWorker(Worker):
    """The queue's worker, which on the first signal also asks the running task to hand over."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        request_stop()
        super().shutdown(signum, frame)


def run_worker(*, interval_s: float = 1.0, batch: bool = False, signals: bool = True) -> None:
    """Work off the background queue until told to stop; with `batch`, until it is empty."""
    name = worker_name()
    worker = HandingOverWorker(
        queue_names=["*"],
        interval=interval_s,
        batch=batch,
        backend_name="background",
        startup_delay=False,
        max_tasks=None,
        worker_id=name[:WORKER_ID_CHARACTERS],
    )
    forget_stop()
    if signals:
        worker.configure_signals()
    if batch:
        # The queue may be empty only because a crash kept the hint out of it.
        sweep_all()
        return _work(worker)
    housekeeper = Housekeeper(name=name, sweep_every_s=settings.JOBS_SWEEP_EVERY_S)
    housekeeper.start()
    try:
        _work(worker)
    finally:
        housekeeper.stopping.set()
        housekeeper.join(timeout=5)
        WorkerBeat.objects.filter(name=name).delete()
    return None


def _work(worker: Worker) -> None:
    """Run the worker; a database that goes away for a while does not end it."""
    while True:
        try:
            return worker.run()
        except (OperationalError, InterfaceError):
            logger.exception("The database is away; trying again in %s s", _RECONNECT_AFTER_S)
        connection.close()
        time.sleep(_RECONNECT_AFTER_S)
        try:
            bury_tasks_of(worker=worker.worker_id)
        except (OperationalError, InterfaceError):
            connection.close()
