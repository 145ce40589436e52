"""The progressive file for pages without HLS: a picture and the sound, copied into one movie."""

import shutil
from collections.abc import Callable
from pathlib import Path

import ffmpeg

from media.pipeline.disk import ensure_room
from media.pipeline.encode import check_exit
from media.pipeline.ffmpeg_binary import FfmpegBinary
from media.pipeline.hls import MediaPlaylist
from media.pipeline.plan import Plan
from media.pipeline.probe import probe
from media.pipeline.process import Limits, run_confined
from media.pipeline.refusals import Refusal, Refused
from media.pipeline.sandbox import Reach


def mux_fallback(
    plan: Plan,
    tracks: list[MediaPlaylist],
    work: Path,
    *,
    binary: FfmpegBinary,
    on_tick: Callable[[], None],
) -> Path:
    """Make the progressive file in the scratch directory ``work`` and give its path.

    ``tracks`` are the picture, if there is one, and the sound. Raises ``Refused`` with
    OUTPUT_INVALID or OUTPUT_SHORT when what was muxed, read back, isn't whole.
    """
    # The joined tracks, the muxed file, and the copy made to move its index to the front.
    ensure_room(work, 3 * sum(track.size_bytes for track in tracks))
    joined = [_join(track, work / f"{number}.mp4") for number, track in enumerate(tracks)]
    inputs = [
        ffmpeg.input(f"file:{path.resolve()}", format_whitelist="mov", protocol_whitelist="file")
        for path in joined
    ]
    merged = ffmpeg.output(
        *inputs, "muxed.mp4", c="copy", f="mp4", movflags="+faststart", map_metadata=-1
    ).global_args("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error")
    finished = run_confined(
        [str(part) for part in ffmpeg.compile(merged, cmd=str(binary.path))],
        limits=Limits(
            wall_s=plan.wall_limit_s,
            cpu_s=int(plan.wall_limit_s) + 1,
            memory_bytes=plan.memory_bytes,
            file_bytes=2 * sum(path.stat().st_size for path in joined) + (64 << 20),
        ),
        on_tick=on_tick,
        cwd=work,
        reach=Reach(writes=(work,)),
    )
    check_exit(finished)
    _check(work / "muxed.mp4", plan)
    return work / "muxed.mp4"


def _join(playlist: MediaPlaylist, target: Path) -> Path:
    """Write one file: CMAF segments after their initialisation segment are a playable movie."""
    with target.open("wb") as joined:
        for part in (playlist.init, *(segment.path for segment in playlist.segments)):
            with part.open("rb") as opened:
                shutil.copyfileobj(opened, joined)
    return target


def _check(made: Path, plan: Plan) -> None:
    measured = probe(made)
    if len(measured.video) != bool(plan.video) or len(measured.audio) != bool(plan.audio):
        raise Refused(Refusal.OUTPUT_INVALID, "a track is missing in the progressive file")
    if abs(measured.duration_s - plan.duration_s) > plan.duration_tolerance_s:
        raise Refused(Refusal.OUTPUT_SHORT, f"{measured.duration_s} s of {plan.duration_s} s")
