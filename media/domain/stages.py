"""The stages of a lecture's transcoding: made, worked on, swept."""

from django.db import transaction

from jobs.domain.leases import claimable
from media.models import Lecture, LectureState, Stage, StageKind
from media.tasks import process_lecture


@transaction.atomic
def open_stages(*, lecture: Lecture) -> None:
    """Make the stage rows of the lecture's current generation and tell a worker."""
    Stage.objects.bulk_create(
        (
            Stage(lecture=lecture, generation=lecture.generation, kind=kind)
            for kind in StageKind.values
        ),
        ignore_conflicts=True,
    )
    enqueue(lecture_id=lecture.pk)


def enqueue(*, lecture_id: int) -> None:
    """Ask a worker to look at the lecture once this transaction is committed."""
    transaction.on_commit(lambda: process_lecture.enqueue(lecture_id))


def sweep_stages() -> int:
    """Re-enqueue every lecture with a stage that waits or whose worker died; return how many."""
    lecture_ids = set(
        claimable(Stage)
        .filter(lecture__state__in=[LectureState.QUEUED, LectureState.PROCESSING])
        .values_list("lecture_id", flat=True)
    )
    for lecture_id in lecture_ids:
        enqueue(lecture_id=lecture_id)
    return len(lecture_ids)
