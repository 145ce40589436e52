"""What a recording shows and how it sounds: measured on samples, cheaply, before it is planned.

Pictures are looked at in :mod:`media.pipeline.content_child`, a process under limits: a second
of each stretch of the lecture, at its busiest moment. Sound is measured whole (EBU R128).
"""

import json
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import ffmpeg

from media.pipeline.ffmpeg_binary import FfmpegBinary
from media.pipeline.process import Limits, run_confined
from media.pipeline.records import Record
from media.pipeline.refusals import Refusal, Refused
from media.pipeline.sandbox import Reach

if TYPE_CHECKING:
    from media.pipeline.probe import Probe

_SOURCE_ROOT = Path(__file__).resolve().parents[2]
# Quieter than this for so long is a pause in the lecture, not between two words.
SILENCE_DB, SILENCE_S = -50, 2
# Left minus right stays below this where both carry the same voice.
SAME_CHANNELS_DB = -60.0


class ContentKind(StrEnum):
    """What a stretch of a lecture shows, as far as encoding cares."""

    SLIDES = "slides"
    STACK = "stack"
    TALKING_HEAD = "talking_head"
    MOTION = "motion"
    MIXED = "mixed"


@dataclass(frozen=True)
class Stretch(Record):
    """One part of the timeline as its sample shows it.

    ``repeats`` is the share (0–1) of pictures that hardly differ from the one before,
    ``changed`` the mean share of the picture's area that changes in the others, ``motion`` the
    mean difference (0–255) there, ``colour`` its mean distance from grey (0–255).
    """

    start_s: float
    kind: ContentKind
    repeats: float
    changed: float
    motion: float
    colour: float
    is_black: bool = False
    is_new_scene: bool = False


@dataclass(frozen=True)
class Sound(Record):
    """Loudness of the chosen track (EBU R128: integrated LUFS, range LU, peak dBFS)."""

    loudness_lufs: float
    range_lu: float
    peak_dbfs: float
    silent_s: float
    is_same_in_both_channels: bool


@dataclass(frozen=True)
class Content(Record):
    """What was measured; empty where a track is absent or could not be read in time."""

    stretch_s: float
    stretches: tuple[Stretch, ...] = ()
    sound: Sound | None = None
    interlaced_share: float = 0.0

    @property
    def kind(self) -> ContentKind:
        """The kind of three quarters of the lecture or more, else mixed."""
        kinds = [stretch.kind for stretch in self.stretches]
        for kind in set(kinds):
            if 4 * kinds.count(kind) >= 3 * len(kinds):
                return kind
        return ContentKind.MIXED

    def kind_at(self, second: float) -> ContentKind:
        """The kind of the stretch around ``second``; a stack where nothing is known."""
        number = int(second / self.stretch_s)
        if number < len(self.stretches):
            return self.stretches[number].kind
        return self.stretches[-1].kind if self.stretches else ContentKind.STACK


def analyse(
    source: Path,
    probe: "Probe",
    *,
    video_index: int | None,
    audio_index: int | None,
    binary: FfmpegBinary,
    stretch_s: float = 30.0,
) -> Content:
    """Measure the two chosen tracks of ``source``.

    A file that defeats the analysis is not refused here: what is missing in the answer is
    planned for with care, and encoding will say what is wrong. DISK_FULL and the like can't
    happen; ``Refused(TIMED_OUT)`` and crashes of decoders end in an empty answer.
    """
    pictures = Content(stretch_s=stretch_s)
    if video_index is not None:
        pictures = _pictures(source, probe, video_index, stretch_s) or pictures
    sound = listen(source, probe, audio_index, binary=binary) if audio_index is not None else None
    return Content(
        stretch_s=stretch_s,
        stretches=pictures.stretches,
        sound=sound,
        interlaced_share=pictures.interlaced_share,
    )


def _pictures(source: Path, probe: "Probe", index: int, stretch_s: float) -> Content | None:
    lines: list[str] = []
    try:
        finished = run_confined(
            [
                sys.executable, "-m", "media.pipeline.content_child",
                str(source.resolve()), ",".join(probe.demuxers), str(index),
                repr(probe.duration_s), repr(stretch_s),
            ],
            limits=Limits(
                wall_s=120 + probe.duration_s / 10,
                cpu_s=int(120 + probe.duration_s / 10),
                memory_bytes=3 << 30,
                file_bytes=1 << 20,
            ),
            on_output=lines.append,
            reach=Reach(reads=(source,)),
            env={
                "PYTHONPATH": str(_SOURCE_ROOT),
                "PYTHONDONTWRITEBYTECODE": "1",
                "OPENBLAS_NUM_THREADS": "1",
            },
        )  # fmt: skip
    except Refused:
        return None
    if finished.stopped is Refusal.ENCODER_STOPPED:
        # Not the file's doing: the next attempt will see more.
        raise Refused(Refusal.ENCODER_STOPPED, finished.stderr)
    if finished.returncode != 0 or not lines:
        return None
    return Content.from_data(json.loads(lines[-1]))


def listen(source: Path, probe: "Probe", index: int, *, binary: FfmpegBinary) -> Sound | None:
    """Measure one track for as long as ``probe`` says that it lasts; None where it can't be read.

    Raises ``Refused`` (ENCODER_STOPPED) where ffmpeg was ended from outside.
    """
    lines: list[str] = []
    try:
        finished = run_confined(
            _sound_command(source, probe, index, binary),
            limits=Limits(
                wall_s=120 + probe.duration_s / 10,
                cpu_s=int(120 + probe.duration_s / 10),
                memory_bytes=3 << 30,
                file_bytes=1 << 20,
            ),
            on_output=lines.append,
            reach=Reach(reads=(source,)),
        )
    except Refused:
        return None
    if finished.stopped is Refusal.ENCODER_STOPPED:
        raise Refused(Refusal.ENCODER_STOPPED, finished.stderr)
    return read_sound(lines, finished.stderr) if finished.returncode == 0 else None


def _sound_command(source: Path, probe: "Probe", index: int, binary: FfmpegBinary) -> list[str]:
    opened = ffmpeg.input(
        f"file:{source.resolve()}",
        format_whitelist=",".join(probe.demuxers),
        protocol_whitelist="file,pipe",
        vn=None,
    )
    branches = opened[str(index)].filter("aresample", 48_000).filter_multi_output("asplit", 2)
    measured = (
        branches[0]
        .filter("ebur128", peak="sample", framelog="quiet")
        .filter("silencedetect", noise=f"{SILENCE_DB}dB", duration=SILENCE_S)
        .filter("ametadata", mode="print", key="lavfi.silence_duration", file="pipe:1")
    )
    # What is left when one channel is taken from the other: nothing, of a voice in the middle.
    difference = (
        branches[1]
        .filter("aformat", channel_layouts="stereo")
        .filter("pan", **{"mono|c0": "0.5*c0-0.5*c1"})
        .filter("volumedetect")
    )
    merged = ffmpeg.merge_outputs(
        ffmpeg.output(measured, "-", f="null", t=probe.duration_s),
        ffmpeg.output(difference, "-", f="null", t=probe.duration_s),
    ).global_args("-hide_banner", "-nostdin", "-nostats", "-loglevel", "info")
    return [str(part) for part in ffmpeg.compile(merged, cmd=str(binary.path))]


_NUMBER = r"(-?(?:\d+(?:\.\d+)?|inf))"


def read_sound(lines: list[str], report: str) -> Sound | None:
    """Read what ffmpeg's ebur128, silencedetect and volumedetect said; None without a loudness.

    Silence measures −70 LUFS by definition of the gate: it has no loudness to correct.
    """
    summary = report[report.rfind("Integrated loudness") :]
    loudness = re.search(rf"I:\s+{_NUMBER} LUFS", summary)
    span = re.search(rf"LRA:\s+{_NUMBER} LU", summary)
    peak = re.search(rf"Peak:\s+{_NUMBER} dBFS", summary)
    rest = re.findall(rf"max_volume: {_NUMBER} dB", report)
    if not (loudness and span and peak):
        return None
    silent = [float(line.partition("=")[2]) for line in lines if "silence_duration=" in line]
    return Sound(
        loudness_lufs=float(loudness[1]),
        range_lu=float(span[1]),
        peak_dbfs=max(-120.0, float(peak[1])),
        silent_s=round(sum(silent), 3),
        is_same_in_both_channels=bool(rest) and float(rest[-1]) <= SAME_CHANNELS_DB,
    )
