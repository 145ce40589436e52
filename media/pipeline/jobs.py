"""How a plan's work is divided: jobs by decode, portions for workers, chunks that a crash costs."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from media.pipeline.plan import Plan, VideoRendition
from media.pipeline.records import Record


class Job(StrEnum):
    """What one ffmpeg makes from one decode, in the order of urgency."""

    SOUND = "sound"
    SAVER = "saver"
    LADDER = "ladder"


# After so many portions of the saver, what there is of a long lecture is published.
_INSTALMENTS = (1, 4)


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
        """A name that tells it from the plan's other portions, as ``ladder.003``."""
        return f"{self.job}.{self.number:03}"


def portions(plan: Plan) -> tuple[Portion, ...]:
    """All the work of a plan, the most urgent first."""
    made = [Portion(job=Job.SOUND, number=0)] if plan.audio else []
    for job in (Job.SAVER, Job.LADDER):
        if pictures_of(plan, job):
            made += [
                Portion(job, number, first, min(plan.portion_chunks, plan.chunks - first))
                for number, first in enumerate(range(0, plan.chunks, plan.portion_chunks))
            ]
    return tuple(made)


def pictures_of(plan: Plan, job: Job) -> tuple[VideoRendition, ...]:
    """The renditions that a job makes, whatever their codec: all from one decode, or the savers
    from one of their own where they are wanted early.
    """
    if job == Job.SAVER:
        return tuple(r for r in plan.video if r.is_saver) if plan.is_early else ()
    if job == Job.LADDER:
        return tuple(r for r in plan.video if not (r.is_saver and plan.is_early))
    return ()


def rendition_names(plan: Plan, job: Job) -> tuple[str, ...]:
    """The directories that a job makes in each chunk."""
    if job == Job.SOUND:
        return tuple(rendition.name for rendition in plan.audio)
    return tuple(rendition.name for rendition in pictures_of(plan, job))


def is_early(portion_name: str, *, within: int | None = None) -> bool:
    """Whether a portion is part of what is published before the rest.

    With ``within``, whether it is one of so many first ones; the sound always is.
    """
    job, _, number = portion_name.partition(".")
    return job == Job.SOUND or (job == Job.SAVER and (within is None or int(number) < within))


def instalments(plan: Plan) -> tuple[int, ...]:
    """After how many portions of its saver a long lecture plays so far, before the saver is whole.

    Few, each several times the one before: whoever watches from the beginning is never caught up
    with, and what is published again and again costs little.
    """
    last = ceil(plan.chunks / plan.portion_chunks)
    return tuple(number for number in _INSTALMENTS if number < last) if plan.is_early else ()


def cut_to(plan: Plan, portions_made: int) -> Plan:
    """The plan of what the first portions of the picture hold."""
    chunks = portions_made * plan.portion_chunks
    return dataclasses.replace(
        plan,
        duration_s=float(chunks * plan.chunk_s),
        video=tuple(dataclasses.replace(r, crfs=r.crfs[:chunks]) for r in plan.video),
    )


def chunk_of(plan: Plan, number: int) -> Chunk:
    """The chunk of that number; the last one takes what is left, to the next picture."""
    start_s = number * plan.chunk_s
    length_s = min(float(plan.chunk_s), plan.duration_s - start_s)
    # A millionth, because durations come from divisions.
    return Chunk(number, start_s, max(1, ceil(length_s * plan.fps - 1e-6)))
