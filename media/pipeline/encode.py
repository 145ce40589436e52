"""Turn a plan's portions into CMAF segments: one decode for all renditions of a codec.

Pictures are encoded in chunks of whole segments, each by a process of its own, that join
without a seam; sound is encoded in one piece, because a resumed sound encoder shifts it.
What a chunk left is complete or absent: see :mod:`media.pipeline.chunks`.
"""

import os
import re
import signal
from collections.abc import Callable
from math import ceil
from pathlib import Path

import ffmpeg

from media.pipeline import graphs
from media.pipeline.chunks import (
    Damage,
    damage_in,
    finish_chunk,
    is_finished,
    scratch_directory,
)
from media.pipeline.disk import disk_errors, ensure_room
from media.pipeline.ffmpeg_binary import FfmpegBinary, find_ffmpeg
from media.pipeline.graphs import Care
from media.pipeline.jobs import (
    Chunk,
    Job,
    Portion,
    chunk_of,
    pictures_of,
    portions,
    rendition_names,
)
from media.pipeline.plan import Plan
from media.pipeline.process import Finished, Limits, run_confined
from media.pipeline.refusals import Cancelled, Refusal, Refused
from media.pipeline.sandbox import Reach

# Told how much is done (0 to 1) and how many times faster than real time it goes, about
# twice a second; may return False or raise to stop the work.
OnProgress = Callable[[float, float], bool | None]

_MAX_SEGMENT_BYTES = 1 << 30
# What a source that can't be decoded everywhere ends in; the machine is not to blame.
_DAMAGED = frozenset({Refusal.DECODE_FAILED, Refusal.OUTPUT_SHORT, Refusal.OUTPUT_INVALID})
# What decoders say of damage. One word of it is usual where a file ends, or a broadcast hiccuped.
_DECODER_ERROR = re.compile(
    r"Error submitting packet to decoder|Decoding error|error while decoding MB|Error at MB"
)
_DECODER_ERRORS = 5


def encode(
    source: Path,
    plan: Plan,
    out: Path,
    *,
    on_progress: OnProgress | None = None,
    binary: FfmpegBinary | None = None,
) -> Damage:
    """Encode all portions of ``plan`` below ``out``, one after the other.

    For what it returns, what it raises and how it is stopped see :func:`encode_portion`.
    """
    work = portions(plan)
    # Chunks weigh about the same; the whole sound weighs as much as one.
    weights = [max(1, portion.count) for portion in work]
    done = 0
    damage = Damage()
    for portion, weight in zip(work, weights, strict=True):
        part = _part(on_progress, done / sum(weights), (done + weight) / sum(weights))
        damage |= encode_portion(source, plan, portion, out, on_progress=part, binary=binary)
        done += weight
    return damage


def encode_portion(
    source: Path,
    plan: Plan,
    portion: Portion,
    out: Path,
    *,
    on_progress: OnProgress | None = None,
    binary: FfmpegBinary | None = None,
) -> Damage:
    """Encode what ``portion`` holds into ``out``, which it may share with others.

    What is damaged in the source is told, and made good by the nearest picture, by black or by
    silence, so that the time of everything else stays what it is.

    Chunks that are there already, whole and made by the same plan, are not made again.
    ``on_progress`` is also called while ffmpeg stands still, so it can carry a heartbeat. When
    it raises, returns False, or this process dies, ffmpeg is killed; finished chunks stay.

    Raises ``Cancelled``, or ``Refused`` with DECODE_FAILED, OUTPUT_INVALID, TIMED_OUT,
    OUT_OF_MEMORY, DISK_FULL, ENCODER_STOPPED or ENCODER_MISSING.
    """
    binary = binary or find_ffmpeg()
    if portion.job == Job.SOUND:
        chunks: list[Chunk | None] = [None]
    else:
        chunks = [chunk_of(plan, portion.first + n) for n in range(portion.count)]
    for number, chunk in enumerate(chunks):
        meter = _Meter(
            chunk.frames / float(plan.fps) if chunk else plan.duration_s,
            _part(on_progress, number / len(chunks), (number + 1) / len(chunks)),
        )
        if is_finished(out, plan, portion.job, chunk):
            meter.fraction = 1.0
            meter.tell()
        else:
            _encode_with_care(source, plan, portion.job, chunk, out, meter, binary)
    return damage_in(out, plan, portion.job, chunks)


def _encode_with_care(  # noqa: PLR0917  all of them are what it works on
    source: Path,
    plan: Plan,
    job: Job,
    chunk: Chunk | None,
    out: Path,
    meter: "_Meter",
    binary: FfmpegBinary,
) -> None:
    """Make a chunk as it should be; where the source is too damaged, as well as it can be."""
    cares = (Care.USUAL, Care.RESCUE) if chunk is None else tuple(Care)
    for care in cares:
        try:
            _encode_chunk(source, plan, job, chunk, out, meter, binary, care)
        except Refused as refused:
            if refused.code not in _DAMAGED or care == cares[-1]:
                raise
        else:
            break


def _encode_chunk(  # noqa: PLR0917  all of them are what it works on
    source: Path,
    plan: Plan,
    job: Job,
    chunk: Chunk | None,
    out: Path,
    meter: "_Meter",
    binary: FfmpegBinary,
    care: Care,
) -> None:
    with disk_errors(), scratch_directory(out) as scratch:
        for name in rendition_names(plan, job):
            (scratch / name).mkdir(parents=True)
        ensure_room(scratch)

        def tick() -> None:
            ensure_room(scratch)
            meter.tell()

        finished = run_confined(
            command(source, plan, job, chunk, binary, care),
            limits=Limits(
                wall_s=plan.wall_limit_s,
                cpu_s=ceil(plan.wall_limit_s * (os.cpu_count() or 1)),
                memory_bytes=plan.memory_bytes,
                file_bytes=_MAX_SEGMENT_BYTES,
            ),
            on_output=meter.read,
            on_tick=tick,
            cwd=scratch,
            reach=Reach(reads=(source,), writes=(scratch,)),
        )
        check_exit(finished)
        try:
            is_damaged = care != Care.USUAL or (
                plan.seek_lead_s == 0
                and len(_DECODER_ERROR.findall(finished.stderr)) >= _DECODER_ERRORS
            )
            finish_chunk(
                scratch, out, plan, job, chunk,
                is_damaged=is_damaged, is_blank=care == Care.BLANK,
            )  # fmt: skip
        except Refused:
            # A full disk is the likely reason, of which ffmpeg keeps silent.
            ensure_room(scratch)
            raise


def command(  # noqa: PLR0917  all of them are what it is made of
    source: Path,
    plan: Plan,
    job: Job,
    chunk: Chunk | None,
    binary: FfmpegBinary,
    care: Care = Care.USUAL,
) -> list[str]:
    """The ffmpeg command line, with outputs relative to its working directory.

    Relative, because the HLS writer takes a per cent sign anywhere in a path for a pattern.
    """
    if chunk is None:
        outputs = graphs.sound_outputs(source, plan, care)
    else:
        outputs = graphs.picture_outputs(source, plan, pictures_of(plan, job), chunk, care)
    merged = ffmpeg.merge_outputs(*outputs).global_args(
        "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-progress", "pipe:1",
        "-stats_period", "0.5",
        # However much of it can't be decoded, the rest is wanted.
        "-max_error_rate", "1",
    )  # fmt: skip
    return [str(part) for part in ffmpeg.compile(merged, cmd=str(binary.path))]


def _part(on_progress: OnProgress | None, start: float, end: float) -> OnProgress | None:
    if on_progress is None:
        return None
    return lambda fraction, speed: on_progress(start + fraction * (end - start), speed)


class _Meter:
    """Turns the lines of ``-progress`` into calls of ``on_progress``."""

    def __init__(self, duration_s: float, on_progress: OnProgress | None) -> None:
        self.duration_s = duration_s
        self.on_progress = on_progress
        self.fraction = 0.0
        self.speed = 0.0

    def read(self, line: str) -> None:
        key, _, value = line.partition("=")
        value = value.strip()
        if key == "out_time_us" and value.lstrip("-").isdigit():
            done = int(value) / 1_000_000 / self.duration_s
            self.fraction = max(self.fraction, min(1.0, done))
        elif key == "speed" and value.endswith("x"):
            self.speed = _number(value[:-1])
        elif key == "progress":
            if value == "end":
                self.fraction = 1.0
            self.tell()

    def tell(self) -> None:
        if self.on_progress and self.on_progress(self.fraction, self.speed) is False:
            raise Cancelled


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


_LAST_WORDS = (
    ("No space left on device", Refusal.DISK_FULL),
    ("Disk quota exceeded", Refusal.DISK_FULL),
    ("Cannot allocate memory", Refusal.OUT_OF_MEMORY),
    ("cannot start ", Refusal.ENCODER_MISSING),
)
_STOPPED_BY = {
    -signal.SIGXCPU: Refusal.TIMED_OUT,
    -signal.SIGKILL: Refusal.ENCODER_STOPPED,
    -signal.SIGTERM: Refusal.ENCODER_STOPPED,
    -signal.SIGINT: Refusal.ENCODER_STOPPED,
    # ffmpeg's own answer to a signal that asked it to stop.
    255: Refusal.ENCODER_STOPPED,
}


def check_exit(finished: Finished) -> None:
    """Raise the ``Refused`` that fits how ffmpeg ended, unless it ended well."""
    # It goes on without a muxer that could not write, and may still exit with 0.
    for words, code in _LAST_WORDS:
        if words in finished.stderr:
            raise Refused(code, finished.stderr[-2000:])
    if finished.returncode == 0:
        return
    code = _STOPPED_BY.get(finished.returncode, Refusal.DECODE_FAILED)
    raise Refused(code, f"ffmpeg exit {finished.returncode}: {finished.stderr[-2000:]}")
