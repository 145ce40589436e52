"""From a recording to WebVTT: its sound as engines want it, then the engine, both shut in."""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from media.pipeline.encode import OnProgress, check_exit
from media.pipeline.ffmpeg_binary import FfmpegBinary
from media.pipeline.process import Limits, run_confined
from media.pipeline.refusals import Cancelled, Refusal, Refused
from media.pipeline.sandbox import Reach

from .engines import LISTEN, Engine

SAMPLE_RATE_HZ = 16_000
_MEMORY_BYTES = 12 << 30
# A small model on a slow machine takes this long, plus so many times the lecture's duration.
_WALL_BASE_S, _WALL_FACTOR = 600.0, 8.0


@dataclass(frozen=True)
class Sound:
    """Where a lecture's speech is: stream ``audio_index`` of the recording at ``path``.

    ``demuxers`` are the only ones it may be opened with.
    """

    path: Path
    demuxers: tuple[str, ...]
    audio_index: int
    duration_s: float


def write_captions(
    sound: Sound,
    work: Path,
    *,
    engine: Engine,
    language: str,
    binary: FfmpegBinary,
    on_progress: OnProgress,
) -> str:
    """What is said in ``sound``, as WebVTT that an engine wrote; ``work`` is emptied again.

    Raises `Refused` where sound or engine fail, `Cancelled` when ``on_progress`` says so.
    """
    work.mkdir(parents=True, exist_ok=True)
    heard, out = work / "speech.wav", work / "words.vtt"

    def tick() -> None:
        # No engine tells how far it is in a way that all share; the lease is renewed all the same.
        if not on_progress(0.1, 0.0):
            raise Cancelled

    try:
        check_exit(
            run_confined(
                _decoding(sound, heard, binary),
                limits=_limits(sound, file_bytes=1 << 32),
                on_tick=tick,
                cwd=work,
                reach=Reach(reads=(sound.path,), writes=(work,)),
            )
        )
        _listen(sound, engine.command(heard, out, language), engine, work, tick)
        if not out.is_file():
            raise Refused(Refusal.OUTPUT_INVALID, f"{engine.name} wrote nothing")
        return out.read_text(encoding="utf-8", errors="replace")
    finally:
        heard.unlink(missing_ok=True)
        out.unlink(missing_ok=True)


def _listen(
    sound: Sound, command: list[str], engine: Engine, work: Path, tick: Callable[[], None]
) -> None:
    finished = run_confined(
        command,
        limits=_limits(sound, file_bytes=1 << 28),
        on_tick=tick,
        cwd=work,
        env={"HOME": str(work), "PYTHONDONTWRITEBYTECODE": "1", "HF_HUB_OFFLINE": "1"},
        reach=Reach(reads=(engine.model, LISTEN, *_beside(command[0])), writes=(work,)),
    )
    if finished.stopped:
        raise Refused(finished.stopped, f"{engine.name} was stopped")
    if finished.returncode:
        raise Refused(
            Refusal.OUTPUT_INVALID,
            f"{engine.name} exit {finished.returncode}: {finished.stderr[-2000:]}",
        )


def _beside(program: str) -> list[Path]:
    """Where a program that was built by hand has its libraries: in folders beside its own."""
    own = Path(program).resolve().parent
    folders = (own, own.parent / "src", own.parent / "ggml")
    return [folder for folder in folders if folder.is_dir()]


def _limits(sound: Sound, *, file_bytes: int) -> Limits:
    wall_s = _WALL_BASE_S + _WALL_FACTOR * sound.duration_s
    return Limits(
        wall_s=wall_s,
        cpu_s=math.ceil(wall_s * (os.cpu_count() or 1)),
        memory_bytes=_MEMORY_BYTES,
        file_bytes=file_bytes,
    )


def _decoding(sound: Sound, out: Path, binary: FfmpegBinary) -> list[str]:
    opened = ffmpeg.input(
        # "file:" keeps a name like "concat:a|b" from being taken for a protocol.
        f"file:{sound.path.resolve()}",
        format_whitelist=",".join(sound.demuxers),
        protocol_whitelist="file,pipe",
        max_streams=1000,
    )
    samples = (
        opened[str(sound.audio_index)]
        .filter("aresample", SAMPLE_RATE_HZ, **{"async": 1, "first_pts": 0})
        .filter("aformat", channel_layouts="mono", sample_fmts="s16")
    )
    written = ffmpeg.output(
        samples, str(out), f="wav", t=f"{sound.duration_s:.6f}", map_metadata=-1
    ).global_args("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y")
    return [str(part) for part in ffmpeg.compile(written, cmd=str(binary.path))]
