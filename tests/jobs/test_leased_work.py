"""Leased work is done by whoever may claim it, and losing the lease is no error."""

import pytest

from jobs.domain.leased_work import do_leased_work
from jobs.domain.leases import LeaseLost, claim
from jobs.models import WorkState
from media.models import Stage
from tests.factories import make_ready_lecture

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.objects.create(lecture=make_ready_lecture(), generation=1, kind="probe")


def test_work_is_done_with_the_row_under_its_lease(stage):
    done = []

    def work(row, lease):
        done.append((row.pk, lease.token))
        lease.finish()

    assert do_leased_work(model=Stage, pk=stage.pk, work=work) == WorkState.DONE
    assert done == [(stage.pk, 1)]


def test_work_in_another_hand_is_left_alone(stage):
    claim(model=Stage, pk=stage.pk, holder="another")
    done = []

    state = do_leased_work(model=Stage, pk=stage.pk, work=lambda *_: done.append(1))

    assert (state, done) == (WorkState.RUNNING, [])


def test_a_lease_lost_on_the_way_is_left_to_its_new_holder(stage):
    def work(row, lease):
        Stage.objects.filter(pk=row.pk).update(token=lease.token + 1)
        lease.finish()

    assert do_leased_work(model=Stage, pk=stage.pk, work=work) == WorkState.RUNNING


def test_an_error_of_the_work_itself_is_not_swallowed(stage):
    def work(row, lease):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        do_leased_work(model=Stage, pk=stage.pk, work=work)


def test_a_row_that_is_gone_has_no_state():
    def work(row, lease):
        raise LeaseLost

    assert do_leased_work(model=Stage, pk=0, work=work) == ""
