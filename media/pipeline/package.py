"""Check what was encoded and lay it out for delivery under names that never change meaning.

Every name contains a hash of the content, so a file once fetched may be cached for ever.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath

from media.pipeline.disk import disk_errors
from media.pipeline.encode import PLAYLIST, OnProgress
from media.pipeline.fallback import mux_fallback
from media.pipeline.ffmpeg_binary import FfmpegBinary, find_ffmpeg
from media.pipeline.hls import (
    AAC_LC,
    MediaPlaylist,
    Sound,
    Variant,
    avc_codec,
    master_playlist,
    read_media_playlist,
)
from media.pipeline.plan import Plan, VideoRendition
from media.pipeline.poster import make_poster
from media.pipeline.records import Record
from media.pipeline.refusals import Cancelled, Refusal, Refused

HASH_DIGITS = 16
# Playlists print microseconds.
_SEGMENT_PRECISION_S = 0.000_01


@dataclass(frozen=True)
class PackagedRendition(Record):
    """A rendition ready for delivery. Sizes, bit rates and rate are measured, not planned.

    ``kind`` is ``"video"`` or ``"audio"``; the picture's fields are None for sound.
    """

    kind: str
    name: str
    playlist: PurePosixPath
    codec: str
    bitrate_bps: int
    peak_bps: int
    size_bytes: int
    width: int | None
    height: int | None
    fps: Fraction | None


@dataclass(frozen=True)
class Package(Record):
    """The manifest of a packaged lecture; paths are relative to the package's directory.

    ``fallback_mp4`` is a progressive file for pages without JavaScript or HLS; for a lecture
    of sound alone it is an .m4a and there is no ``poster``.
    """

    policy: str
    duration_s: float
    master: PurePosixPath
    poster: PurePosixPath | None
    fallback_mp4: PurePosixPath
    renditions: tuple[PackagedRendition, ...]
    size_bytes: int


def package(
    encoded: Path,
    plan: Plan,
    out: Path,
    *,
    on_progress: OnProgress | None = None,
    binary: FfmpegBinary | None = None,
) -> Package:
    """Check the renditions in ``encoded`` and lay them out in ``out``, with master and poster.

    Files are hard-linked where the file system can, so ``encoded`` may be removed afterwards
    and no byte is stored twice. Running it again over the same ``out`` gives the same result.

    Raises ``Cancelled``, or ``Refused`` with OUTPUT_SHORT, OUTPUT_INVALID, DISK_FULL,
    TIMED_OUT, ENCODER_STOPPED or ENCODER_MISSING.
    """
    binary = binary or find_ffmpeg()
    tell = _teller(on_progress)
    pictures = [read_media_playlist(encoded / r.name / PLAYLIST) for r in plan.video]
    sound = read_media_playlist(encoded / plan.audio.name / PLAYLIST) if plan.audio else None
    check_output(pictures, sound, plan)
    with disk_errors():
        out.mkdir(parents=True, exist_ok=True)
        renditions = []
        for rendition, playlist in zip(plan.video, pictures, strict=True):
            tell()
            renditions.append(_publish_picture(rendition, playlist, plan, out))
        if plan.audio and sound:
            renditions.append(_publish_sound(plan.audio.name, sound, out))
        tell()
        poster = _publish_poster(pictures[0], out) if pictures else None
        fallback = _publish_fallback(plan, pictures, sound, out, binary=binary, tell=tell)
        master = _publish_master(plan, renditions, out)
        size_bytes = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    return Package(
        policy=plan.policy,
        duration_s=round(max(p.duration_s for p in (*pictures, sound) if p), 6),
        master=master,
        poster=poster,
        fallback_mp4=fallback,
        renditions=tuple(renditions),
        size_bytes=size_bytes,
    )


def check_output(pictures: list[MediaPlaylist], sound: MediaPlaylist | None, plan: Plan) -> None:
    """Raise ``Refused`` unless every rendition lasts as planned and all pictures cut together."""
    for playlist in (*pictures, sound):
        missing_s = plan.duration_s - playlist.duration_s if playlist else 0.0
        if abs(missing_s) > plan.duration_tolerance_s:
            raise Refused(
                Refusal.OUTPUT_SHORT,
                f"{plan.duration_s - missing_s:.2f} s of {plan.duration_s:.2f} s were made",
            )
    cuts = [[segment.duration_s for segment in playlist.segments] for playlist in pictures]
    if any(other != cuts[0] for other in cuts[1:]):
        raise Refused(Refusal.OUTPUT_INVALID, "the renditions are not cut at the same instants")
    for duration_s in cuts[0][:-1] if cuts else []:
        if abs(duration_s - plan.segment_s) > _SEGMENT_PRECISION_S:
            raise Refused(Refusal.OUTPUT_INVALID, f"a segment lasts {duration_s} s")


def _publish_picture(
    rendition: VideoRendition, playlist: MediaPlaylist, plan: Plan, out: Path
) -> PackagedRendition:
    return PackagedRendition(
        kind="video",
        name=rendition.name,
        playlist=_publish_files(rendition.name, playlist, out),
        codec=avc_codec(playlist.init.read_bytes()),
        bitrate_bps=playlist.average_bps,
        peak_bps=playlist.peak_bps,
        size_bytes=playlist.size_bytes,
        width=rendition.width,
        height=rendition.height,
        fps=plan.fps,
    )


def _publish_sound(name: str, playlist: MediaPlaylist, out: Path) -> PackagedRendition:
    return PackagedRendition(
        kind="audio",
        name=name,
        playlist=_publish_files(name, playlist, out),
        codec=AAC_LC,
        bitrate_bps=playlist.average_bps,
        peak_bps=playlist.peak_bps,
        size_bytes=playlist.size_bytes,
        width=None,
        height=None,
        fps=None,
    )


def _publish_files(name: str, playlist: MediaPlaylist, out: Path) -> PurePosixPath:
    """Link a rendition's files into a directory named by their content; give its playlist."""
    source = playlist.init.parent
    files = [source / PLAYLIST, playlist.init, *(segment.path for segment in playlist.segments)]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0")
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    directory = f"{name}-{digest.hexdigest()[:HASH_DIGITS]}"
    (out / directory).mkdir(exist_ok=True)
    for file in files:
        _link(file, out / directory / file.name)
    return PurePosixPath(directory, PLAYLIST)


def _link(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        # Another file system, or one without links.
        shutil.copyfile(source, target)


def _publish_poster(picture: MediaPlaylist, out: Path) -> PurePosixPath:
    return _write(out, "poster", ".jpg", make_poster(picture))


def _write(out: Path, stem: str, suffix: str, content: bytes) -> PurePosixPath:
    name = f"{stem}-{hashlib.sha256(content).hexdigest()[:HASH_DIGITS]}{suffix}"
    (out / name).write_bytes(content)
    return PurePosixPath(name)


def _publish_master(plan: Plan, renditions: list[PackagedRendition], out: Path) -> PurePosixPath:
    variants = [
        Variant(
            uri=str(rendition.playlist),
            codec=rendition.codec,
            average_bps=rendition.bitrate_bps,
            peak_bps=rendition.peak_bps,
            width=rendition.width,
            height=rendition.height,
            fps=rendition.fps,
        )
        for rendition in renditions
        if rendition.width and rendition.height and rendition.fps
    ]
    sounds = [
        Sound(
            uri=str(rendition.playlist),
            codec=rendition.codec,
            average_bps=rendition.bitrate_bps,
            peak_bps=rendition.peak_bps,
            channels=plan.audio.channels,
        )
        for rendition in renditions
        if rendition.kind == "audio" and plan.audio
    ]
    text = master_playlist(variants, sounds[0] if sounds else None)
    return _write(out, "master", ".m3u8", text.encode())


def _publish_fallback(
    plan: Plan,
    pictures: list[MediaPlaylist],
    sound: MediaPlaylist | None,
    out: Path,
    *,
    binary: FfmpegBinary,
    tell: Callable[[], None],
) -> PurePosixPath:
    work = out / ".joining"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        made = mux_fallback(plan, pictures, sound, work, binary=binary, on_tick=tell)
        with made.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()[:HASH_DIGITS]
        name = f"lecture-{digest}{'.mp4' if pictures else '.m4a'}"
        made.replace(out / name)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return PurePosixPath(name)


def _teller(on_progress: OnProgress | None) -> Callable[[], None]:
    """A call for places that know no fraction, but where the work may be stopped."""

    def tell() -> None:
        if on_progress and on_progress(0.0, 0.0) is False:
            raise Cancelled

    return tell
