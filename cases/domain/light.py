"""Light stacks: opened with the stacks they are of, made in the background, shown when whole."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from cases.imports.light import Light, NotWorthIt, make_light
from cases.imports.places import light_work_directory
from cases.imports.publishing import move_in_place
from cases.models import LightStack, Series
from cases.tasks import make_light_stack
from jobs.domain.leases import Lease, claim, claimable, reopen
from jobs.domain.queue import enqueue_missing
from jobs.domain.worker import worker_name
from jobs.models import OPEN_STATES, WorkState

from .attempts import OnProgress, attempt

_MAX_ATTEMPTS = 3


@transaction.atomic
def open_light_stacks(*, series: Iterable[Series]) -> int:
    """Have a light copy made of those stacks that have none; return how many were opened.

    A stack that is there again unchanged gets the copy it had.
    """
    bare = [one for one in series if one.light_id is None]
    had = LightStack.objects.in_bulk([one.directory for one in bare], field_name="stack")
    opened = 0
    for one in bare:
        light = had.get(one.directory)
        if light is None:
            light = LightStack.objects.create(stack=one.directory, max_attempts=_MAX_ATTEMPTS)
            opened += 1
            _enqueue_later(light.pk)
        Series.objects.filter(pk=one.pk).update(light=light)
    return opened


def _enqueue_later(light_id: int) -> None:
    transaction.on_commit(lambda: make_light_stack.enqueue(light_id))


def forget_light_stacks(*, stacks: Iterable[str]) -> list[str]:
    """Delete the rows of stacks that are gone, in the caller's transaction.

    Returns the folders to be removed at its commit.
    """
    gone = LightStack.objects.filter(stack__in=list(stacks))
    directories = [name for name in gone.values_list("directory", flat=True) if name]
    gone.delete()
    return directories


def work_off_light(*, light_id: int) -> str:
    """Make the light stack if it may be claimed; return its state. Any worker may call this."""
    lease = claim(model=LightStack, pk=light_id, holder=worker_name())
    if lease is not None:
        work = light_work_directory(lease.pk, token=lease.token)
        attempt(
            lease=lease,
            work=work,
            do=lambda on_progress: _make(lease, work, on_progress),
            again=make_light_stack,
        )
    return LightStack.objects.filter(pk=light_id).values_list("state", flat=True).first() or ""


def _make(lease: Lease, work: Path, on_progress: OnProgress) -> None:
    series = Series.objects.filter(light_id=lease.pk).first()
    if series is None:
        LightStack.objects.filter(pk=lease.pk).delete()
        return
    root = Path(settings.MEDIA_ROOT)
    try:
        made = make_light(series.index, root / series.directory, into=work, on_progress=on_progress)
    except NotWorthIt:
        lease.finish()
        return
    _publish(lease, series.directory, work, made)


def _publish(lease: Lease, stack: str, work: Path, made: Light) -> None:
    """Put the files where they are served, then tell that they are there, under the lease."""
    place, _, name = stack.rpartition("/")
    # Beside the stack, whose place tells apart two stacks of the same content.
    directory = f"{place}/light-{name[:2]}-{made.digest[:16]}"
    root = Path(settings.MEDIA_ROOT)
    is_new = move_in_place(work, root / directory)
    try:
        with transaction.atomic():
            lease.check()
            lease.finish(
                directory=directory,
                file_count=made.files,
                byte_count=made.bytes,
                full_byte_count=made.full_bytes,
                error=made.error,
            )
    except BaseException:
        if is_new:
            shutil.rmtree(root / directory, ignore_errors=True)
        raise


def sweep_light_stacks() -> int:
    """Open light stacks for series that have none, and queue those that wait; return how many."""
    opened = open_light_stacks(series=Series.objects.filter(light=None).exclude(index={}))
    return opened + enqueue_missing(
        task=make_light_stack, pks=claimable(LightStack).values_list("pk", flat=True)
    )


def reopen_failed() -> int:
    """Have those that failed made again; return how many."""
    failed = LightStack.objects.filter(state=WorkState.FAILED).values_list("pk", flat=True)
    return reopen(model=LightStack, pks=list(failed))


def light_costs() -> dict[str, int]:
    """How many light stacks there are, and their bytes beside those of the true ones."""
    made = ~Q(directory="")
    return LightStack.objects.aggregate(
        made=Count("pk", filter=made),
        without=Count("pk", filter=Q(state=WorkState.DONE, directory="")),
        waiting=Count("pk", filter=Q(state__in=OPEN_STATES)),
        failed=Count("pk", filter=Q(state=WorkState.FAILED)),
        bytes=Coalesce(Sum("byte_count"), 0),
        full_bytes=Coalesce(Sum("full_byte_count"), 0),
    )
