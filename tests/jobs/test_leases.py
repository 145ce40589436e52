"""Leases: one holder at a time, writes fenced by the token, signs of life."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from jobs.domain.leases import GAVE_UP, Heartbeat, Lease, LeaseLost, claim, claimable, reopen
from jobs.models import WorkState
from media.models import Stage
from tests.factories import make_ready_lecture

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.objects.create(lecture=make_ready_lecture(), generation=1, kind="probe")


def take(stage: Stage, holder: str = "worker", **options) -> Lease | None:
    return claim(model=Stage, pk=stage.pk, holder=holder, **options)


def lapse(stage: Stage) -> None:
    Stage.objects.filter(pk=stage.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_work_is_claimed_by_one_worker_only(stage):
    lease = take(stage, "first")
    assert (lease.token, take(stage, "second")) == (1, None)
    stage.refresh_from_db()
    assert (stage.state, stage.holder, stage.attempts) == (WorkState.RUNNING, "first", 1)


def test_lapsed_work_is_claimed_again_under_a_higher_token(stage):
    take(stage, "first")
    lapse(stage)
    assert take(stage, "second").token == 2


def test_work_waits_until_it_is_due(stage):
    take(stage).give_back(code="busy", delay=timedelta(minutes=1))
    assert take(stage) is None
    Stage.objects.update(not_before=timezone.now())
    assert take(stage).token == 2


def test_work_without_attempts_left_is_given_up(stage):
    Stage.objects.update(attempts=4)
    assert take(stage) is None
    stage.refresh_from_db()
    assert (stage.state, stage.failure_code) == (WorkState.FAILED, GAVE_UP)


@pytest.mark.parametrize(
    "write",
    [
        lambda lease: lease.renew(0.5),
        lambda lease: lease.finish(),
        lambda lease: lease.fail(code="x"),
        lambda lease: lease.give_back(code="x"),
        lambda lease: lease.hand_over(),
        lambda lease: lease.check(),
    ],
)
def test_outdated_token_writes_nothing(stage, write):
    lost = take(stage, "first")
    lapse(stage)
    take(stage, "second")
    before = Stage.objects.values().get()
    with pytest.raises(LeaseLost), transaction.atomic():
        write(lost)
    assert Stage.objects.values().get() == before


def test_lapsed_lease_still_counts_while_nobody_else_has_claimed(stage):
    lease = take(stage)
    lapse(stage)
    lease.finish(result={"made": 1})
    stage.refresh_from_db()
    assert (stage.state, stage.progress, stage.result) == (WorkState.DONE, 1.0, {"made": 1})


def test_work_handed_over_has_not_used_an_attempt(stage):
    take(stage).hand_over()
    stage.refresh_from_db()
    assert (stage.state, stage.attempts, stage.token) == (WorkState.WAITING, 0, 1)
    assert list(claimable(Stage)) == [stage]


def test_reopened_work_has_all_its_attempts(stage):
    take(stage).fail(code="x", detail="y")
    assert reopen(model=Stage, pks=[stage.pk]) == 1
    stage.refresh_from_db()
    assert (stage.state, stage.attempts, stage.failure_code) == (WorkState.WAITING, 0, "")
    assert take(stage).token == 2


class RecordingLease(Lease):
    """A lease whose renewals are written down instead of stored, since threads can't share a
    test's transaction."""

    def __init__(self, outcomes: list[Exception | None], length_s: float) -> None:
        super().__init__(model=Stage, pk=1, token=1, holder="x", length=timedelta(seconds=length_s))
        object.__setattr__(self, "outcomes", outcomes)
        object.__setattr__(self, "renewals", [])

    def renew(self, progress: float | None = None) -> None:
        self.renewals.append(progress)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome:
            raise outcome


def wait_for(holds: Callable[[], bool]) -> None:
    """However busy the machine is: the heart beats in a thread of its own."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_heartbeat_renews_in_time_and_carries_progress():
    lease = RecordingLease([], length_s=0.4)
    with Heartbeat(lease) as heart:
        wait_for(lambda: len(lease.renewals) >= 2)
        heart.progress(0.7)
        wait_for(lambda: lease.renewals[-1] == 0.7)
    assert lease.renewals[:2] == [None, None]
    assert not heart.lost.is_set()


def test_heartbeat_tells_once_that_the_lease_is_lost():
    told = []
    lease = RecordingLease([None, LeaseLost()], length_s=0.2)
    with Heartbeat(lease, on_lost=lambda: told.append(1)) as heart:
        assert heart.lost.wait(20)
        # Long enough for two more, if it went on.
        time.sleep(0.2)
    assert (told, len(lease.renewals)) == ([1], 2)


def test_heartbeat_outlives_a_short_absence_of_the_database():
    lease = RecordingLease([DatabaseError(), None], length_s=3)
    with Heartbeat(lease) as heart:
        wait_for(lambda: len(lease.renewals) >= 2)
    assert not heart.lost.is_set()


def test_heartbeat_gives_up_when_the_database_is_away_for_the_whole_lease():
    lease = RecordingLease([DatabaseError()] * 100, length_s=0.3)
    with Heartbeat(lease) as heart:
        assert heart.lost.wait(20)


@pytest.mark.django_db(transaction=False)
def test_renewal_prolongs_the_lease(stage):
    lease = take(stage, length=timedelta(seconds=30))
    Stage.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
    lease.renew(1.7)
    stage.refresh_from_db()
    assert stage.lease_until > timezone.now() + timedelta(seconds=25)
    assert stage.progress == 1.0
