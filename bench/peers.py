"""What other platforms do with the same recording, from their public settings.

Re-implemented as command lines for one ffmpeg, so that encoders and machine are the same:

- MediaCMS: ``files/helpers.py`` (``get_base_ffmpeg_command``, ``VIDEO_BITRATES``, ``VIDEO_CRFS``)
  and its H.264 profiles 144–1080; one process for each.
- PeerTube: ``packages/ffmpeg/src/ffmpeg-default-transcoding-profile.ts`` (x264 veryfast, 16
  B-frames, capped rate) and ``packages/core-utils/src/videos/bitrate.ts``, at four heights.
- Opencast: ``etc/encoding/adaptive-streaming-movies.properties``, ``adaptive-parallel.http``.
- wagtailvideos: ``ffmpeg.py`` and ``MediaFormats`` at quality "default": MP4 at preset slow and
  CRF 24, WebM (VP8) at CRF 22.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.pipeline.probe import probe

FPS = 30


@dataclass(frozen=True)
class Peer:
    """A platform: its commands for a source and a directory, and which file is full size."""

    name: str
    commands: Callable[[Path, Path], list[list[str]]]
    full_size: str


def _ffmpeg(source: Path) -> list[str]:
    return [str(find_ffmpeg().path), "-v", "error", "-nostdin", "-y", "-i", str(source)]


def _mediacms(source: Path, out: Path) -> list[list[str]]:
    rates = {144: 300, 240: 300, 360: 500, 480: 1000, 720: 2500, 1080: 4500}
    commands = []
    for height, rate in rates.items():
        cap = f"{int(rate * 1.5)}k"
        commands.append(
            [
                *_ffmpeg(source), "-c:v", "libx264",
                "-filter:v", f"scale=-2:{height},fps=fps={FPS}", "-pix_fmt", "yuv420p",
                "-crf", "23", "-c:a", "aac", "-b:a", "128k", "-ac", "2",
                "-maxrate", cap, "-bufsize", cap,
                "-force_key_frames", "expr:gte(t,n_forced*4)",
                "-x264-params", f"keyint={FPS * 8}:keyint_min={FPS * 4}",
                "-preset", "faster" if height >= 720 else "medium",
                "-profile:v", "main", "-level", "4.2", "-strict", "-2",
                "-movflags", "+faststart", str(out / f"{height}.mp4"),
            ]
        )  # fmt: skip
    return commands


def _peertube_bitrate(height: int, source: Path) -> int:
    # Bits for each pixel and picture: the average of each height, a third above the source's own
    # rate at most, 0.02 at least.
    bits = {240: 0.17, 480: 0.12, 720: 0.11, 1080: 0.10}[height]
    pixels_s = height * height * 16 / 9 * FPS
    measured = probe(source)
    cap = 1.3 * measured.size_bytes * 8 / measured.duration_s
    return math.floor(max(0.02 * pixels_s, min(bits * pixels_s, cap)))


def _peertube(source: Path, out: Path) -> list[list[str]]:
    return [
        [
            *_ffmpeg(source), "-vf", f"scale=w=-2:h={height}", "-c:v", "libx264",
            "-preset", "veryfast", "-maxrate:v", str(_peertube_bitrate(height, source)),
            "-bufsize:v", str(2 * _peertube_bitrate(height, source)),
            "-b_strategy", "1", "-bf", "16",
            "-r", str(FPS), "-pix_fmt", "yuv420p", "-g:v", str(2 * FPS),
            "-c:a", "aac", "-channel_layout", "stereo", "-movflags", "faststart",
            str(out / f"{height}.mp4"),
        ]
        for height in (240, 480, 720, 1080)
    ]  # fmt: skip


def _opencast(source: Path, out: Path) -> list[list[str]]:
    command = _ffmpeg(source)
    for height, rate, buffer, sound in (
        (1080, "4000k", "8000k", "96k"),
        (720, "1200k", "2400k", "64k"),
        (480, "800k", "800k", "32k"),
    ):  # fmt: skip
        command += [
            "-c:v", "libx264", "-crf", "23", "-maxrate", rate, "-bufsize", buffer,
            "-profile:v", "high", "-level", "4.0", "-pix_fmt", "yuv420p",
            "-x264opts", "keyint=25:min-keyint=25:no-scenecut", "-movflags", "+faststart",
            "-vf", f"crop=floor(iw/2)*2:floor(ih/2)*2,scale=-2:min(ih\\,{height}),fps=fps=25",
            "-c:a", "aac", "-b:a", sound, "-ac", "1", "-f", "mp4", str(out / f"{height}.mp4"),
        ]  # fmt: skip
    return [command]


def _wagtailvideos(source: Path, out: Path) -> list[list[str]]:
    return [
        [*_ffmpeg(source), "-c:v", "libx264", "-preset", "slow", "-crf", "24", "-c:a", "copy",
         "-pix_fmt", "yuv420p", "-movflags", "faststart", str(out / "1080.mp4")],
        [*_ffmpeg(source), "-c:v", "libvpx", "-crf", "22", "-b:v", "1M", "-c:a", "libvorbis",
         str(out / "1080.webm")],
    ]  # fmt: skip


PEERS = (
    Peer("MediaCMS", _mediacms, "1080.mp4"),
    Peer("PeerTube", _peertube, "1080.mp4"),
    Peer("Opencast", _opencast, "1080.mp4"),
    Peer("wagtailvideos", _wagtailvideos, "1080.mp4"),
)
