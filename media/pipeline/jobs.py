"""How a plan's work is divided: jobs by codec, portions for workers, chunks that a crash costs."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from media.pipeline.plan import AV1, H264, Plan, VideoRendition
from media.pipeline.records import Record


class Job(StrEnum):
    """What one ffmpeg makes from one decode, in the order of urgency."""

    SOUND = "sound"
    SAVER = "saver"
    H264 = "h264"
    AV1 = "av1"


@dataclass(frozen=True)
class Chunk(Record):
    """A stretch of the picture that is encoded by itself; it begins on a segment's boundary."""

    number: int
    start_s: int
    frames: int


@dataclass(frozen=True)
class Portion(Record):
    """What one worker takes at once: some chunks of a job in a row, or the whole sound."""

    job: Job
    number: int
    first: int = 0
    count: int = 0

    @property
    def name(self) -> str:
        """A name that tells it from the plan's other portions, as ``h264.003``."""
        return f"{self.job}.{self.number:03}"


def portions(plan: Plan) -> tuple[Portion, ...]:
    """All the work of a plan, the most urgent first."""
    made = [Portion(job=Job.SOUND, number=0)] if plan.audio else []
    for job in (Job.SAVER, Job.H264, Job.AV1):
        if pictures_of(plan, job):
            made += [
                Portion(job, number, first, min(plan.portion_chunks, plan.chunks - first))
                for number, first in enumerate(range(0, plan.chunks, plan.portion_chunks))
            ]
    return tuple(made)


def pictures_of(plan: Plan, job: Job) -> tuple[VideoRendition, ...]:
    """The renditions that a job makes.

    The savers, whatever their codec, come from the decode of the H.264 ladder; where they are
    wanted early, from one of their own.
    """
    savers = tuple(r for r in plan.video if r.is_saver)
    if job == Job.SAVER:
        return savers if plan.is_early else ()
    if job == Job.H264:
        ladder = tuple(r for r in plan.video if r.codec == H264 and not r.is_saver)
        return ladder if plan.is_early else (*ladder, *savers)
    if job == Job.AV1:
        return tuple(r for r in plan.video if r.codec == AV1 and not r.is_saver)
    return ()


def rendition_names(plan: Plan, job: Job) -> tuple[str, ...]:
    """The directories that a job makes in each chunk."""
    if job == Job.SOUND:
        return tuple(rendition.name for rendition in plan.audio)
    return tuple(rendition.name for rendition in pictures_of(plan, job))


def is_early(portion_name: str) -> bool:
    """Whether a portion is part of what is published before the rest."""
    return portion_name.partition(".")[0] in (Job.SOUND, Job.SAVER)


def chunk_of(plan: Plan, number: int) -> Chunk:
    """The chunk of that number; the last one takes what is left, to the next picture."""
    start_s = number * plan.chunk_s
    length_s = min(float(plan.chunk_s), plan.duration_s - start_s)
    # A millionth, because durations come from divisions.
    return Chunk(number, start_s, max(1, ceil(length_s * plan.fps - 1e-6)))
