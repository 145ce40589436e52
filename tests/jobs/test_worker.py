"""The worker's housekeeping: signs of life, sweeps, the dead buried, the old forgotten."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jobs.domain import worker as worker_module
from jobs.domain.queue import (
    bury_dead_tasks,
    bury_tasks_of,
    forget_finished_tasks,
    living_workers,
    queue_depth,
    waiting_arguments,
)
from jobs.domain.worker import beat, sweep_all, worker_name
from jobs.models import WorkerBeat
from jobs.registry import register_sweep, sweeps
from media.tasks import process_lecture

pytestmark = pytest.mark.django_db


def enqueue(*arguments: int, **fields) -> DBTaskResult:
    result = process_lecture.enqueue(*arguments)
    DBTaskResult.objects.filter(pk=result.id).update(**fields)
    return DBTaskResult.objects.get(pk=result.id)


def running(worker: str, *, for_s: float = 600) -> DBTaskResult:
    return enqueue(
        1,
        status="RUNNING",
        worker_ids=[worker],
        started_at=timezone.now() - timedelta(seconds=for_s),
    )


def test_beat_is_seen_and_grows_old():
    beat(name="a")
    beat(name="a")
    assert (living_workers(), WorkerBeat.objects.count()) == (1, 1)
    WorkerBeat.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert living_workers() == 0
    WorkerBeat.objects.update(seen_at=timezone.now() - timedelta(days=2))
    beat(name="b")
    assert list(WorkerBeat.objects.values_list("name", flat=True)) == ["b"]


def test_worker_keeps_its_name():
    assert worker_name() == worker_name()
    assert len(worker_name()) <= 64


def test_queue_tells_what_waits_in_it():
    enqueue(7)
    enqueue(8, run_after=timezone.now() + timedelta(hours=1))
    running("x")
    assert waiting_arguments(process_lecture) == {(7,)}
    assert queue_depth() == 1


def test_task_of_a_dead_worker_is_buried_and_of_a_living_one_is_not():
    beat(name="alive")
    kept, young, dead = running("alive"), running("dead", for_s=5), running("dead")
    assert bury_dead_tasks() == 1
    states = dict(DBTaskResult.objects.values_list("pk", "status"))
    assert states == {kept.pk: "RUNNING", young.pk: "RUNNING", dead.pk: "FAILED"}


def test_worker_closes_what_it_had_begun_before_the_database_went():
    mine, other = running("mine"), running("other")
    assert bury_tasks_of(worker="mine") == 1
    states = dict(DBTaskResult.objects.values_list("pk", "status"))
    assert states == {mine.pk: "FAILED", other.pk: "RUNNING"}


def test_finished_tasks_are_forgotten_after_a_week():
    enqueue(1, status="SUCCESSFUL", finished_at=timezone.now() - timedelta(days=8))
    enqueue(2, status="SUCCESSFUL", finished_at=timezone.now())
    waiting = enqueue(3)
    assert forget_finished_tasks() == 1
    assert DBTaskResult.objects.filter(pk=waiting.pk).exists()


def test_failing_sweep_does_not_stop_the_others(monkeypatch):
    def fail() -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("jobs.registry._sweeps", {})
    register_sweep("bad", fail)
    register_sweep("good", lambda: 3)
    assert list(sweeps()) == ["bad", "good"]
    assert sweep_all() == 3


def test_worker_outlives_an_absence_of_the_database(monkeypatch):
    class Flaky:
        worker_id = "flaky"
        runs = 0

        def run(self) -> None:
            self.runs += 1
            if self.runs < 3:
                raise OperationalError("server closed the connection")

    monkeypatch.setattr(worker_module, "_RECONNECT_AFTER_S", 0.0)
    monkeypatch.setattr(worker_module.connection, "close", lambda: None)
    flaky = Flaky()
    worker_module._work(flaky)
    assert flaky.runs == 3
