"""The film: still slides, moving frames and one sound track through ffmpeg into an MP4."""

import shutil
import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ffmpeg
import imageio_ffmpeg
import numpy as np

from hub.demo.lectures.speech import SAMPLE_RATE_HZ
from hub.demo.lectures.timeline import FRAMES_PER_S

KEYFRAME_EVERY_S = 5
CONSTANT_RATE_FACTOR = 20
AUDIO_BITRATE = "64k"
TIME_LIMIT_S = 300


class FilmError(RuntimeError):
    """ffmpeg did not write the film; the message is the end of what it said."""


@dataclass(frozen=True)
class Shot:
    """PNG pictures shown one frame each; the last one stays until `frames` have gone by."""

    pictures: tuple[bytes, ...]
    frames: int


def write_film(
    *, shots: Sequence[Shot], sound: np.ndarray | None, out: Path, work_dir: Path
) -> None:
    """Write `out` as H.264 and AAC in MP4, at FRAMES_PER_S and with the index in front.

    Raises FilmError when ffmpeg ends with an error or runs longer than TIME_LIMIT_S.
    """
    streams = [
        _shot_stream(shot=shot, folder=_stored(shot=shot, folder=work_dir / f"shot-{number}"))
        for number, shot in enumerate(shots)
    ]
    video = ffmpeg.concat(*streams, n=len(streams), v=1, a=0)
    inputs = [video]
    options = {
        "vcodec": "libx264",
        "preset": "superfast",
        "tune": "stillimage",
        # Nothing fades, so looking for fades and for B-frames only costs time.
        "x264-params": "b-adapt=0:weightp=0",
        "crf": CONSTANT_RATE_FACTOR,
        "pix_fmt": "yuv420p",
        "g": KEYFRAME_EVERY_S * FRAMES_PER_S,
        "r": FRAMES_PER_S,
        "colorspace": "bt709",
        "color_primaries": "bt709",
        "color_trc": "bt709",
        "color_range": "tv",
        # One thread and no version strings: the same script gives the same bytes.
        "threads": 1,
        "flags": "+bitexact",
        "fflags": "+bitexact",
        "map_metadata": -1,
        "movflags": "+faststart",
    }
    if sound is not None:
        inputs.append(ffmpeg.input(str(_wave_file(sound, work_dir / "sound.wav"))).audio)
        options |= {"acodec": "aac", "audio_bitrate": AUDIO_BITRATE, "ar": 44_100, "ac": 1}
    partial = work_dir / "film.mp4"
    command = (
        ffmpeg.output(*inputs, str(partial), **options)
        .global_args("-hide_banner", "-nostdin", "-loglevel", "error")
        .compile(cmd=imageio_ffmpeg.get_ffmpeg_exe())
    )
    _run(command)
    shutil.move(partial, out)


def _stored(*, shot: Shot, folder: Path) -> Path:
    folder.mkdir()
    for number, picture in enumerate(shot.pictures):
        (folder / f"{number:04}.png").write_bytes(picture)
    return folder


def _shot_stream(*, shot: Shot, folder: Path) -> ffmpeg.nodes.FilterableStream:
    stream = (
        ffmpeg.input(str(folder / "%04d.png"), framerate=FRAMES_PER_S)
        .filter("scale", out_color_matrix="bt709", out_range="tv")
        .filter("format", "yuv420p")
        .filter("setparams", colorspace="bt709", color_primaries="bt709", color_trc="bt709")
        .filter("setsar", 1)
    )
    repeats = shot.frames - len(shot.pictures)
    if repeats > 0:
        stream = stream.filter("tpad", stop=repeats, stop_mode="clone")
    return stream


def _wave_file(samples: np.ndarray, path: Path) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE_HZ)
        sound.writeframes(samples.astype("<i2").tobytes())
    return path


def _run(command: list[str]) -> None:
    try:
        result = subprocess.run(  # noqa: S603 - arguments are built above, no shell
            command, capture_output=True, check=False, timeout=TIME_LIMIT_S
        )
    except subprocess.TimeoutExpired as error:
        raise FilmError(f"ffmpeg ran longer than {TIME_LIMIT_S} s") from error
    if result.returncode != 0:
        raise FilmError(result.stderr.decode(errors="replace")[-2000:])
