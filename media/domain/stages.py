"""The stages of a lecture's transcoding: made, taken up, their ends recorded, swept.

What a stage does is in `work.py`; here is what happens around it, whatever happens to it.
"""

import errno
import logging
import shutil
import traceback
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F, Q
from django.utils import timezone

from jobs.domain.leases import Heartbeat, Lease, LeaseLost, claim
from jobs.domain.queue import is_waiting_above, waiting_arguments
from jobs.domain.stopping import stop_requested
from jobs.domain.worker import worker_name
from jobs.models import OPEN_STATES, WorkState
from media.failures import CANCELLED, UNEXPECTED
from media.models import Lecture, LectureState, Stage, StageKind
from media.pipeline.refusals import Cancelled, Refusal, Refused
from media.tasks import process_lecture

from .files import attempt_directory, published_generation
from .work import (
    ENCODE_TO_BLAME,
    WORK,
    OutputGone,
    mandatory,
    must_precede,
    reopen_encode,
    urgency,
)

logger = logging.getLogger("media")

OPEN = (LectureState.QUEUED, LectureState.PROCESSING)
# Waits before the second, third and fourth attempt.
BACK_OFF_S = (10.0, 60.0, 300.0)
# What used up its time or memory, or came out wrong, will hardly do better: one more attempt.
COSTLY = frozenset({Refusal.TIMED_OUT, Refusal.OUT_OF_MEMORY, *ENCODE_TO_BLAME})
COSTLY_ATTEMPTS = 2


@transaction.atomic
def open_stages(*, lecture: Lecture) -> None:
    """Make the stage rows of the lecture's current generation and tell a worker."""
    Stage.objects.bulk_create(
        (
            Stage(lecture=lecture, generation=lecture.generation, kind=kind)
            for kind, step in WORK.items()
            if not step.is_on_request
        ),
        ignore_conflicts=True,
    )
    refresh_state(lecture_id=lecture.pk)
    enqueue(lecture_id=lecture.pk)


def enqueue(*, lecture_id: int, delay: timedelta = timedelta(0)) -> None:
    """Ask a worker to look at the lecture after `delay`, once this transaction is committed."""
    task = process_lecture
    priority = Lecture.objects.filter(pk=lecture_id).values_list("priority", flat=True).first()
    if priority:
        task = task.using(priority=priority)
    if delay:
        task = task.using(run_after=timezone.now() + delay)
    transaction.on_commit(lambda: task.enqueue(lecture_id))


def derived_state(stages: Iterable[Stage], *, plays_older: bool = False) -> LectureState:
    """What the stages of one generation make of their lecture; optional ones don't count.

    One that was called off is no failure where an older transcoding goes on playing.
    """
    needed = mandatory(stages)
    states = {stage.state for stage in needed}
    if WorkState.FAILED in states:
        reasons = {s.failure_code for s in needed if s.state == WorkState.FAILED}
        called_off = reasons == {CANCELLED}
        return LectureState.READY if plays_older and called_off else LectureState.FAILED
    if states == {WorkState.DONE}:
        return LectureState.READY
    if states <= {WorkState.WAITING}:
        return LectureState.QUEUED
    return LectureState.PROCESSING


@transaction.atomic
def refresh_state(*, lecture_id: int) -> str:
    """Derive the lecture's state from its stages and store it; return it, empty if it is gone."""
    lecture = Lecture.objects.select_for_update().filter(pk=lecture_id).first()
    if lecture is None:
        return ""
    state = _state_of(lecture, lecture.stages.filter(generation=lecture.generation))
    if lecture.state != state:
        Lecture.objects.filter(pk=lecture_id).update(state=state)
    return state


def _state_of(lecture: Lecture, stages: Iterable[Stage]) -> LectureState:
    if lecture.is_link:
        # Nothing is made here of what others keep.
        return LectureState.READY
    is_older = 0 < published_generation(lecture) < lecture.generation
    plays_older = is_older and not lecture.is_opening
    return derived_state(stages, plays_older=plays_older)


def next_stages(stages: Iterable[Stage], *, now: datetime) -> list[Stage]:
    """Of one generation's stages, those that a worker may take up now, the most urgent first.

    A stage begins when all stages that its kind waits for are done (`work.WORK`); one that
    failed holds up what comes after it, but nothing else.
    """
    stages = list(stages)
    undone = [stage for stage in stages if stage.state != WorkState.DONE]
    free = [
        stage
        for stage in undone
        if _is_free(stage, now) and not any(must_precede(other, stage) for other in undone)
    ]
    return sorted(free, key=urgency)


def _is_free(stage: Stage, now: datetime) -> bool:
    if stage.state == WorkState.WAITING:
        return stage.not_before is None or stage.not_before <= now
    return (
        stage.state == WorkState.RUNNING
        and stage.lease_until is not None
        and stage.lease_until < now
    )


def process(*, lecture_id: int) -> str:
    """Work on the lecture's stages as far as they can be taken; return its state.

    May be called at any time, by any number of workers: who holds no lease does nothing.
    """
    while not stop_requested():
        lecture = Lecture.objects.filter(pk=lecture_id).first()
        if lecture is None:
            return ""
        free = next_stages(lecture.stages.filter(generation=lecture.generation), now=timezone.now())
        lease = None
        for stage in free:
            lease = claim(model=Stage, pk=stage.pk, holder=worker_name())
            if lease:
                break
        refresh_state(lecture_id=lecture_id)
        if lease is None:
            break
        if len(free) > 1:
            _call_another(lecture_id)
        run_stage(lease=lease)
        if _should_give_way(lecture_id):
            enqueue(lecture_id=lecture_id)
            break
    return refresh_state(lecture_id=lecture_id)


def _should_give_way(lecture_id: int) -> bool:
    """Whether another lecture goes before this one's next stage.

    One that nobody waits for lets everything pass that somebody does wait for; one that plays
    already lets those pass of which nothing plays.
    """
    lecture = Lecture.objects.filter(pk=lecture_id).first()
    if lecture is None:
        return False
    if lecture.priority < 0:
        return is_waiting_above(lecture.priority)
    waiting = {pk for (pk,) in waiting_arguments(process_lecture)} - {lecture_id}
    return lecture.is_ready and Lecture.objects.filter(pk__in=waiting, manifest="").exists()


def _call_another(lecture_id: int) -> None:
    """Leave a hint for one more worker: there is work for it on the same lecture.

    It does the same in its turn, so that as many come as are free and needed.
    """
    if (lecture_id,) not in waiting_arguments(process_lecture):
        enqueue(lecture_id=lecture_id)


def run_stage(*, lease: Lease) -> None:
    """Do the leased stage and record how it ended."""
    try:
        stage = Stage.objects.select_related("lecture").get(pk=lease.pk)
    except Stage.DoesNotExist:
        return
    logger.info("%s: attempt %s by %s", stage, stage.attempts, lease.holder)
    try:
        with Heartbeat(lease) as heart:

            def go_on(fraction: float, _speed: float) -> bool:
                heart.progress(fraction)
                return not (heart.lost.is_set() or stop_requested())

            WORK[StageKind(stage.kind)].do(stage, lease, go_on)
    except (LeaseLost, Cancelled, OutputGone, Refused) as reason:
        _discard(stage, lease)
        _record(stage, lease, reason)
    except (DatabaseError, InterfaceError):
        # Nothing can be recorded now; the lease lapses and the sweep finds the stage.
        raise
    except OSError as error:
        _discard(stage, lease)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        code = Refusal.DISK_FULL.value if full else UNEXPECTED
        logger.exception("%s: %s", stage, code)
        _record_attempt(stage, lease, code=code, detail=traceback.format_exc())
    except Exception:
        _discard(stage, lease)
        logger.exception("%s: unexpected", stage)
        _record_attempt(stage, lease, code=UNEXPECTED, detail=traceback.format_exc())


def _discard(stage: Stage, lease: Lease) -> None:
    shutil.rmtree(attempt_directory(stage, token=lease.token), ignore_errors=True)


def _record(stage: Stage, lease: Lease, reason: Exception) -> None:
    """Write down why an attempt ended without a result, if it is still ours to say."""
    if isinstance(reason, Refused):
        if reason.code.is_transient:
            _record_attempt(stage, lease, code=reason.code.value, detail=reason.detail)
        else:
            _record_failure(stage, lease, code=reason.code.value, detail=reason.detail)
        return
    logger.warning("%s: %s %s", stage, type(reason).__name__, reason)
    try:
        with transaction.atomic():
            if isinstance(reason, Cancelled) and stop_requested():
                lease.hand_over()
                enqueue(lecture_id=stage.lecture_id)
            elif isinstance(reason, OutputGone):
                lease.hand_over()
                reopen_encode(stage)
            refresh_state(lecture_id=stage.lecture_id)
    except LeaseLost as lost:
        logger.warning("%s: %s", stage, lost)


def _record_attempt(stage: Stage, lease: Lease, *, code: str, detail: str) -> None:
    """Give the stage back for another attempt, or fail it when there are none left."""
    most = min(stage.max_attempts, COSTLY_ATTEMPTS) if code in COSTLY else stage.max_attempts
    if stage.attempts >= most:
        _record_failure(stage, lease, code=code, detail=detail)
        return
    delay = timedelta(seconds=BACK_OFF_S[min(stage.attempts, len(BACK_OFF_S)) - 1])
    logger.warning("%s: %s; again in %s. %s", stage, code, delay, detail[-500:])
    try:
        with transaction.atomic():
            lease.give_back(code=code, detail=detail, delay=delay)
            if stage.kind == StageKind.PACKAGE and code in ENCODE_TO_BLAME:
                reopen_encode(stage, anew=True)
            refresh_state(lecture_id=stage.lecture_id)
            enqueue(lecture_id=stage.lecture_id, delay=delay)
    except LeaseLost as lost:
        logger.warning("%s: %s", stage, lost)


def _record_failure(stage: Stage, lease: Lease, *, code: str, detail: str) -> None:
    logger.warning("%s: failed, %s. %s", stage, code, detail[-500:])
    try:
        with transaction.atomic():
            lease.fail(code=code, detail=detail)
            refresh_state(lecture_id=stage.lecture_id)
    except LeaseLost as lost:
        logger.warning("%s: %s", stage, lost)


def sweep_stages() -> int:
    """Put every lecture that a worker could go on with into the queue, once; return how many.

    Also mends states that a crash left behind between two writes.
    """
    now = timezone.now()
    waiting = waiting_arguments(process_lecture)
    mended = 0
    # A lecture that is ready may still lack something optional.
    unfinished = Stage.objects.filter(
        state__in=OPEN_STATES,
        generation=F("lecture__generation"),
        lecture__state=LectureState.READY,
    )
    for lecture in Lecture.objects.filter(
        Q(state__in=OPEN) | Q(pk__in=unfinished.values("lecture"))
    ).prefetch_related("stages"):
        stages = [s for s in lecture.stages.all() if s.generation == lecture.generation]
        if _state_of(lecture, stages) != lecture.state:
            refresh_state(lecture_id=lecture.pk)
        if next_stages(stages, now=now) and (lecture.pk,) not in waiting:
            enqueue(lecture_id=lecture.pk)
            mended += 1
    return mended
