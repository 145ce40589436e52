"""What people do with transcodings: call them off, have them made anew by another policy."""

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from jobs.models import OPEN_STATES, WorkState
from media.failures import CANCELLED
from media.models import Lecture, LectureState, Stage
from media.pipeline.policy import POLICIES

from .lectures import transcode_again
from .stages import refresh_state

# Nobody waits for what plays already: uploads go before it.
BULK_PRIORITY = -50


class NothingToCancel(Exception):
    """The lecture is not being transcoded."""


class UnknownPolicy(Exception):
    """There is no policy of that name."""


@transaction.atomic
def cancel_transcoding(*, lecture: Lecture) -> None:
    """Stop the lecture's transcoding; what it published before plays on.

    Whoever works on it finds its fencing token outdated within seconds and stops. A lecture
    of which nothing plays counts as failed, with a sentence, and can be tried again; chunks
    that are finished are kept for that. Raises `NothingToCancel` when nothing is under way.
    """
    locked = Lecture.objects.select_for_update().get(pk=lecture.pk)
    if locked.state not in (LectureState.QUEUED, LectureState.PROCESSING):
        raise NothingToCancel(f"lecture {lecture.pk} is {locked.state}")
    Stage.objects.filter(
        lecture=locked, generation=locked.generation, state__in=OPEN_STATES
    ).update(
        state=WorkState.FAILED,
        failure_code=CANCELLED,
        failure_detail="",
        finished_at=timezone.now(),
        lease_until=None,
        token=F("token") + 1,
    )
    refresh_state(lecture_id=lecture.pk)
    lecture.refresh_from_db()


def made_otherwise(*, policy: str) -> QuerySet[Lecture]:
    """Lectures that are ready but were made by another policy than the one named.

    Raises `UnknownPolicy`.
    """
    if policy not in POLICIES:
        raise UnknownPolicy(policy)
    return (
        Lecture.objects.filter(state=LectureState.READY)
        .exclude(plan__policy=POLICIES[policy].name)
        .order_by("pk")
    )


def transcode_all(*, policy: str) -> Iterator[Lecture]:
    """Have every lecture made anew that another policy made, one transaction each.

    They wait behind whatever else is in the queue, and each plays on as it is until its new
    transcoding is published. Raises `UnknownPolicy`.
    """
    kept = "" if policy == settings.LECTURE_POLICY else policy
    for lecture in made_otherwise(policy=policy).iterator():
        with transaction.atomic():
            Lecture.objects.filter(pk=lecture.pk).update(policy=kept, priority=BULK_PRIORITY)
            transcode_again(lecture=lecture)
        yield lecture
