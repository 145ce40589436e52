"""Show the beginning of a long lecture within seconds of its upload."""

import logging
import shutil
from pathlib import Path

from jobs.domain.leases import Lease
from media.models import Lecture, Stage
from media.pipeline.encode import OnProgress
from media.pipeline.ffmpeg_binary import FfmpegBinary
from media.pipeline.opening import has_opening, make_opening
from media.pipeline.policy import Policy
from media.pipeline.probe import Probe
from media.pipeline.refusals import Refused

from .files import OPENING, attempt_directory, published_name, publishing
from .showing import show

logger = logging.getLogger("media")


def publish_opening(
    stage: Stage,
    lease: Lease,
    source: Path,
    measured: Probe,
    *,
    policy: Policy,
    on_progress: OnProgress,
    binary: FfmpegBinary,
) -> None:
    """Publish the beginning of ``source``, unless the lecture is short or plays already.

    A beginning that can't be made holds nothing up: what is wrong will be told of the whole.
    Raises ``Cancelled`` and ``LeaseLost``.
    """
    lecture = Lecture.objects.get(pk=stage.lecture_id)
    if not has_opening(measured, policy) or (lecture.is_ready and not lecture.is_opening):
        return
    work = attempt_directory(stage, token=lease.token) / OPENING
    try:
        made, directory = make_opening(
            source, measured, policy, work,
            # Of the stage that this is part of, it is no measure.
            on_progress=lambda _fraction, speed: on_progress(0.0, speed),
            binary=binary,
        )  # fmt: skip
        name = published_name(
            lecture_id=lecture.pk, generation=stage.generation, part=OPENING, token=lease.token
        )
        with publishing(directory, name=name, lease=lease):
            show(
                lecture_id=lecture.pk, generation=stage.generation, name=name, made=made,
                whole_s=measured.duration_s,
            )  # fmt: skip
    except Refused as refused:
        logger.warning("%s: no beginning, %s. %s", stage, refused.code, refused.detail[-500:])
    finally:
        shutil.rmtree(work, ignore_errors=True)
