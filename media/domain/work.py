"""What each stage does: pure pipeline in the middle, one fenced transaction at the end."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.domain.leases import Lease, LeaseLost, reopen
from jobs.models import WorkState
from media.models import Lecture, Rendition, Stage, StageKind
from media.pipeline.encode import OnProgress, encode
from media.pipeline.ffmpeg_binary import FfmpegBinary, find_ffmpeg
from media.pipeline.package import Package, package
from media.pipeline.plan import Plan, Policy, plan
from media.pipeline.probe import probe
from media.pipeline.refusals import Refusal

from .files import (
    attempt_directory,
    local_original,
    publish,
    published_name,
    remove_work,
    unpublish,
    work_directory,
)

# Of packaging, the renditions are at fault rather than the step itself.
ENCODE_TO_BLAME = frozenset({Refusal.OUTPUT_SHORT.value, Refusal.OUTPUT_INVALID.value})
_RENDITIONS = "renditions"


class OutputGone(Exception):
    """What an earlier stage made is no longer there, for example after a disk was replaced."""


def examine(stage: Stage, lease: Lease, on_progress: OnProgress) -> None:
    """Measure the upload and plan its renditions."""
    lecture = stage.lecture
    with local_original(lecture, work=attempt_directory(stage, token=lease.token)) as source:
        measured = probe(source)
    planned = plan(measured, Policy())
    on_progress(1.0, 0.0)
    with transaction.atomic():
        lease.check()
        Lecture.objects.filter(pk=lecture.pk).update(
            probe=measured.to_data(), plan=planned.to_data()
        )
        lease.finish()


def make_renditions(stage: Stage, lease: Lease, on_progress: OnProgress) -> None:
    """Encode every rendition of the plan into this attempt's directory."""
    work = attempt_directory(stage, token=lease.token)
    out = work / _RENDITIONS
    with local_original(stage.lecture, work=work) as source:
        encoded = encode(
            source, _plan_of(stage.lecture), out, on_progress=on_progress, binary=_ffmpeg()
        )
    lease.finish(result={"directory": work.name, **encoded.to_data()})


def publish_renditions(stage: Stage, lease: Lease, on_progress: OnProgress) -> None:
    """Check the renditions, lay them out for delivery, and show them to the world at once."""
    lecture = stage.lecture
    planned = _plan_of(lecture)
    made_in = attempt_directory(stage, token=lease.token)
    made = package(_encoded(lecture), planned, made_in, on_progress=on_progress, binary=_ffmpeg())
    name = published_name(lecture_id=lecture.pk, generation=stage.generation, token=lease.token)
    publish(made_in, name=name)
    try:
        with transaction.atomic():
            lease.check()
            _show(lecture, stage, made, name=name)
            lease.finish(result=made.to_data())
    except LeaseLost:
        unpublish(name=name)
        raise
    remove_work(lecture_id=lecture.pk, generation=stage.generation)


WORK: dict[StageKind, Callable[[Stage, Lease, OnProgress], None]] = {
    StageKind.PROBE: examine,
    StageKind.ENCODE: make_renditions,
    StageKind.PACKAGE: publish_renditions,
}


def reopen_encode(stage: Stage) -> None:
    """Have the encode stage of the same generation done again, in the caller's transaction."""
    encodes = Stage.objects.filter(
        lecture_id=stage.lecture_id, generation=stage.generation, kind=StageKind.ENCODE
    )
    reopen(model=Stage, pks=list(encodes.values_list("pk", flat=True)))


def _ffmpeg() -> FfmpegBinary:
    return find_ffmpeg(settings.FFMPEG_BINARY or None)


def _plan_of(lecture: Lecture) -> Plan:
    if lecture.plan is None:
        raise OutputGone(f"lecture {lecture.pk} has no plan")
    return Plan.from_data(lecture.plan)


def _encoded(lecture: Lecture) -> Path:
    stage = lecture.stages.filter(
        generation=lecture.generation, kind=StageKind.ENCODE, state=WorkState.DONE
    ).first()
    name = (stage.result or {}).get("directory", "") if stage else ""
    work = work_directory(lecture_id=lecture.pk, generation=lecture.generation)
    renditions = work / name / _RENDITIONS
    if not name or not renditions.is_dir():
        raise OutputGone(f"{renditions} is gone")
    return renditions


def _show(lecture: Lecture, stage: Stage, made: Package, *, name: str) -> None:
    """Make what was published what the lecture plays, in the caller's transaction.

    Unless a newer transcoding was asked for meanwhile: then the next sweep takes it away.
    """
    is_current = Lecture.objects.filter(pk=lecture.pk, generation=stage.generation).update(
        directory=name,
        manifest=str(made.master),
        poster=str(made.poster or ""),
        fallback=str(made.fallback_mp4),
        duration_s=made.duration_s,
        published_at=timezone.now(),
    )
    if not is_current:
        return
    Rendition.objects.filter(lecture=lecture).delete()
    Rendition.objects.bulk_create(
        Rendition(
            lecture=lecture,
            generation=stage.generation,
            name=rendition.name,
            width=rendition.width,
            height=rendition.height,
            codec=rendition.codec,
            bitrate=rendition.bitrate_bps,
            size_bytes=rendition.size_bytes,
        )
        for rendition in made.renditions
    )
