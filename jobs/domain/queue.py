"""The queue of hints: what waits in it, what died in it, what may be forgotten."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from jobs.models import WorkerBeat

BEAT_STALE = timedelta(seconds=45)
FORGET_FINISHED_AFTER = timedelta(days=7)
# What the queue's own table keeps of a worker's name.
WORKER_ID_CHARACTERS = 64


def queue_depth() -> int:
    """How many tasks wait to be taken up."""
    return DBTaskResult.objects.ready().count()


def is_waiting_above(priority: int) -> bool:
    """Whether something more urgent than `priority` waits to be taken up."""
    return DBTaskResult.objects.ready().filter(priority__gt=priority).exists()


def waiting_arguments(task: Task) -> set[tuple]:
    """The positional arguments with which `task` is waiting in the queue, due by now."""
    return {
        tuple(arguments["args"])
        for arguments in DBTaskResult.objects.ready()
        .filter(task_path=task.module_path)
        .values_list("args_kwargs", flat=True)
    }


def enqueue_missing(*, task: Task, pks: Iterable[int]) -> int:
    """Put rows into the queue that do not wait in it already; return how many.

    What a room's sweep calls with the rows that `claimable` finds: a crash may have kept the
    hint out of the queue.
    """
    waiting = waiting_arguments(task)
    missing = [pk for pk in pks if (pk,) not in waiting]
    for pk in missing:
        task.enqueue(pk)
    return len(missing)


def living_workers() -> int:
    """How many workers have shown a sign of life lately."""
    return len(_living())


def _living() -> set[str]:
    return set(
        WorkerBeat.objects.filter(seen_at__gte=timezone.now() - BEAT_STALE).values_list(
            "name", flat=True
        )
    )


def bury_dead_tasks() -> int:
    """Mark queue entries failed whose worker died over them; return how many.

    The queue's own worker leaves such entries RUNNING for ever. Nothing is lost by closing
    them: what they pointed at is taken up again by the sweep of the room it belongs to.
    """
    alive = {name[:WORKER_ID_CHARACTERS] for name in _living()}
    buried = 0
    for task in DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - BEAT_STALE):
        if not task.worker_ids or task.worker_ids[-1] not in alive:
            task.set_failed(RuntimeError("The worker died over this task."))
            buried += 1
    return buried


def bury_tasks_of(*, worker: str) -> int:
    """Mark failed what `worker` has begun and will not end; return how many."""
    buried = 0
    for task in DBTaskResult.objects.running():
        if task.worker_ids and task.worker_ids[-1] == worker[:WORKER_ID_CHARACTERS]:
            task.set_failed(RuntimeError("The database was away when this task ended."))
            buried += 1
    return buried


def forget_finished_tasks() -> int:
    """Delete queue entries that ended a week ago or earlier; return how many."""
    long_ago = timezone.now() - FORGET_FINISHED_AFTER
    deleted, _by_model = DBTaskResult.objects.finished().filter(finished_at__lt=long_ago).delete()
    return deleted
