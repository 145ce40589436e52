"""Make all renditions of a plan in one run of ffmpeg: the source is decoded once.

Each rendition becomes a directory of CMAF segments (fragmented MP4) with an HLS media
playlist; sound is a rendition of its own, so that it is stored once for all pictures.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import ffmpeg

from media.pipeline.disk import disk_errors, ensure_room
from media.pipeline.ffmpeg_binary import FfmpegBinary, find_ffmpeg
from media.pipeline.h264_levels import REFERENCE_FRAMES
from media.pipeline.hls import read_media_playlist
from media.pipeline.plan import AudioRendition, Plan, VideoRendition
from media.pipeline.process import Finished, Limits, run_confined
from media.pipeline.records import Record
from media.pipeline.refusals import Cancelled, Refusal, Refused

# Told how much is done (0 to 1) and how many times faster than real time it goes, about
# twice a second; may return False or raise to stop the work.
OnProgress = Callable[[float, float], bool | None]

PLAYLIST = "index.m3u8"
INIT_SEGMENT = "init.mp4"
SEGMENT_PATTERN = "seg-%05d.m4s"

# The encoder puts one frame of silence before the first sample (its priming), which players of
# fragmented MP4 do not take away: leaving out as much at the start keeps sound on picture.
AAC_FRAME_SAMPLES = 1024

_MAX_SEGMENT_BYTES = 1 << 30


@dataclass(frozen=True)
class EncodedRendition(Record):
    """A directory ``name`` below the output directory, with its playlist and segments."""

    name: str
    segments: int
    size_bytes: int


@dataclass(frozen=True)
class Encoded(Record):
    """What an encode left in its directory, pictures first, in the order of the plan."""

    renditions: tuple[EncodedRendition, ...]


def encode(
    source: Path,
    plan: Plan,
    out: Path,
    *,
    on_progress: OnProgress | None = None,
    binary: FfmpegBinary | None = None,
) -> Encoded:
    """Encode every rendition of ``plan`` below ``out``, an empty or absent directory.

    ``on_progress`` is also called while ffmpeg stands still, so it can carry a heartbeat. When
    it raises, returns False, or this process dies, ffmpeg is killed; what it wrote stays for
    the caller to remove.

    Raises ``Cancelled``, or ``Refused`` with DECODE_FAILED, OUTPUT_INVALID, TIMED_OUT,
    OUT_OF_MEMORY, DISK_FULL, ENCODER_STOPPED or ENCODER_MISSING.
    """
    binary = binary or find_ffmpeg()
    meter = _Meter(plan.duration_s, on_progress)

    def tick() -> None:
        ensure_room(out)
        meter.tell()

    with disk_errors():
        for name in rendition_names(plan):
            (out / name).mkdir(parents=True, exist_ok=True)
        ensure_room(out)
    finished = run_confined(
        command(source, plan, binary),
        limits=Limits(
            wall_s=plan.wall_limit_s,
            cpu_s=ceil(plan.wall_limit_s * (os.cpu_count() or 1)),
            memory_bytes=plan.memory_bytes,
            file_bytes=_MAX_SEGMENT_BYTES,
        ),
        on_output=meter.read,
        on_tick=tick,
        cwd=out,
    )
    check_exit(finished)
    return Encoded(renditions=tuple(_look_at(out, name) for name in rendition_names(plan)))


def rendition_names(plan: Plan) -> tuple[str, ...]:
    """The directories an encode of ``plan`` makes, pictures first."""
    names = tuple(rendition.name for rendition in plan.video)
    return (*names, plan.audio.name) if plan.audio else names


def command(source: Path, plan: Plan, binary: FfmpegBinary) -> list[str]:
    """The ffmpeg command line, with outputs relative to its working directory.

    Relative, because the HLS writer takes a per cent sign anywhere in a path for a pattern.
    """
    opened = ffmpeg.input(
        # "file:" keeps a name like "concat:a|b" from being taken for a protocol.
        f"file:{source.resolve()}",
        format_whitelist=",".join(plan.demuxers),
        protocol_whitelist="file,pipe",
        max_pixels=plan.max_source_pixels,
        max_streams=1000,
    )
    outputs = []
    if plan.video_index is not None:
        frames = _frames(opened[str(plan.video_index)], plan)
        branches = frames.filter_multi_output("split", len(plan.video))
        for number, rendition in enumerate(plan.video):
            outputs.append(_video_output(branches[number], rendition, plan))
    if plan.audio_index is not None and plan.audio is not None:
        samples = _samples(opened[str(plan.audio_index)], plan, plan.audio)
        outputs.append(_audio_output(samples, plan.audio, plan))
    merged = ffmpeg.merge_outputs(*outputs).global_args(
        "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-progress", "pipe:1",
        "-stats_period", "0.5",
    )  # fmt: skip
    return [str(part) for part in ffmpeg.compile(merged, cmd=str(binary.path))]


def _frames(stream: Any, plan: Plan) -> Any:
    # From time 0 at a constant rate: a late first picture is shown from the start, gaps are
    # filled, and every multiple of the segment's length falls on a frame.
    stream = stream.filter("fps", fps=str(plan.fps), start_time=0)
    if plan.video_pad_s > 0:
        stream = stream.filter("tpad", stop_mode="clone", stop_duration=_seconds(plan.video_pad_s))
    return stream


def _video_output(stream: Any, rendition: VideoRendition, plan: Plan) -> Any:
    # The planned size is that of square pixels, so the scaler removes anamorphic ones, too.
    scaled = (
        stream.filter("scale", rendition.width, rendition.height, flags="lanczos", out_range="tv")
        .filter("setsar", 1)
        .filter("format", "yuv420p")
    )
    keyframe_distance = int(plan.fps * plan.segment_s)
    options = {
        "c:v": "libx264",
        "preset": plan.preset,
        "profile:v": "high",
        "level:v": rendition.level,
        "crf": rendition.crf,
        "maxrate": rendition.maxrate_bps,
        "bufsize": rendition.bufsize_bits,
        "refs": REFERENCE_FRAMES,
        # No B-frames: their delay would sit in an edit list that players of fragmented MP4
        # apply differently, which puts picture and sound up to 112 ms apart.
        "bf": 0,
        "g": keyframe_distance,
        "keyint_min": keyframe_distance,
        "sc_threshold": 0,
        "force_key_frames": f"expr:gte(t,n_forced*{plan.segment_s})",
    }
    return ffmpeg.output(
        scaled, f"{rendition.name}/{PLAYLIST}", **options, **_packaging(rendition.name, plan)
    )


def _samples(stream: Any, plan: Plan, rendition: AudioRendition) -> Any:
    stream = (
        # Silence before a late start and in gaps, so that sound stays on picture.
        stream.filter("aresample", rendition.sample_rate_hz, **{"async": 1, "first_pts": 0})
        .filter("aformat", channel_layouts="mono" if rendition.channels == 1 else "stereo")
        .filter("atrim", start_sample=AAC_FRAME_SAMPLES)
        .filter("asetpts", "N/SR/TB")
    )
    if plan.audio_pad_s > 0:
        stream = stream.filter("apad", pad_dur=_seconds(plan.audio_pad_s))
    return stream


def _audio_output(stream: Any, rendition: AudioRendition, plan: Plan) -> Any:
    return ffmpeg.output(
        stream,
        f"{rendition.name}/{PLAYLIST}",
        **{"c:a": "aac", "b:a": rendition.bitrate_bps},
        **_packaging(rendition.name, plan),
    )


def _packaging(name: str, plan: Plan) -> dict[str, Any]:
    return {
        "f": "hls",
        "t": _seconds(plan.duration_s),
        # A phone writes the place where it stood into its files; chapters and titles of the
        # upload are the author's to publish.
        "map_metadata": -1,
        "map_chapters": -1,
        "hls_time": plan.segment_s,
        "hls_list_size": 0,
        "hls_playlist_type": "vod",
        "hls_flags": "independent_segments",
        "hls_segment_type": "fmp4",
        "hls_segment_options": "movflags=+frag_discont",
        "hls_fmp4_init_filename": INIT_SEGMENT,
        "hls_segment_filename": f"{name}/{SEGMENT_PATTERN}",
    }


def _seconds(seconds: float) -> str:
    """A time as ffmpeg reads it: it takes no exponents."""
    return f"{seconds:.6f}"


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


def _look_at(out: Path, name: str) -> EncodedRendition:
    try:
        playlist = read_media_playlist(out / name / PLAYLIST)
    except Refused:
        # The likely reason, of which ffmpeg keeps silent.
        ensure_room(out)
        raise
    return EncodedRendition(
        name=name, segments=len(playlist.segments), size_bytes=playlist.size_bytes
    )
