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

from media.pipeline.chunks import joined
from media.pipeline.disk import disk_errors
from media.pipeline.encode import OnProgress
from media.pipeline.fallback import mux_fallback
from media.pipeline.ffmpeg_binary import FfmpegBinary, find_ffmpeg
from media.pipeline.graphs import INIT_SEGMENT, PLAYLIST
from media.pipeline.hls import (
    AAC_LC,
    OPUS,
    MediaPlaylist,
    Sound,
    Variant,
    av1_codec,
    avc_codec,
    master_playlist,
    media_playlist,
    sound_playlist,
)
from media.pipeline.jobs import cut_to
from media.pipeline.plan import AAC, AV1, H264, AudioRendition, Plan, VideoRendition
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

    ``master`` offers everything in H.264, ``av1`` the same in AV1 where the policy wants a full
    size in it, ``saver`` the picture and sound for thin lines, ``sound`` the voice alone.
    ``fallback_mp4`` is a progressive file for pages without JavaScript or HLS; for a lecture of
    sound alone it is an .m4a, and there is no ``poster`` and ``saver``.
    """

    policy: str
    duration_s: float
    master: PurePosixPath
    av1: PurePosixPath | None
    saver: PurePosixPath | None
    sound: PurePosixPath | None
    poster: PurePosixPath | None
    fallback_mp4: PurePosixPath
    renditions: tuple[PackagedRendition, ...]
    size_bytes: int


def package(
    encoded: Path,
    plan: Plan,
    out: Path,
    *,
    only_early: bool = False,
    first_portions: int | None = None,
    on_progress: OnProgress | None = None,
    binary: FfmpegBinary | None = None,
) -> Package:
    """Check the renditions in ``encoded`` and lay them out in ``out``, with master and poster.

    Files are hard-linked where the file system can, so ``encoded`` may be removed afterwards
    and no byte is stored twice. Running it again over the same ``out`` gives the same result.
    ``only_early`` packages what a long lecture plays before the rest is made, ``first_portions``
    of that no more than so many portions of the picture and the sound that goes with them.

    Raises ``Cancelled``, or ``Refused`` with OUTPUT_SHORT, OUTPUT_INVALID, DISK_FULL,
    TIMED_OUT, ENCODER_STOPPED or ENCODER_MISSING.
    """
    binary = binary or find_ffmpeg()
    tell = _teller(on_progress)
    if first_portions:
        plan = cut_to(plan, first_portions)
    playlists = joined(encoded, plan, only_early=only_early)
    if first_portions:
        playlists = {name: made.until(plan.duration_s) for name, made in playlists.items()}
    pictures = [r for r in plan.video if r.name in playlists]
    check_output(playlists, plan)
    with disk_errors():
        out.mkdir(parents=True, exist_ok=True)
        renditions = []
        for picture in pictures:
            tell()
            renditions.append(_publish_picture(picture, playlists[picture.name], out))
        for sound in plan.audio:
            renditions.append(_publish_sound(sound, playlists[sound.name], out))
        tell()
        poster = _publish_poster(playlists[pictures[0].name], out) if pictures else None
        fallback = _publish_fallback(plan, playlists, out, binary=binary, tell=tell)
        master, av1, saver, alone = _publish_masters(plan, renditions, out)
        size_bytes = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    return Package(
        policy=plan.policy,
        duration_s=round(max(p.duration_s for p in playlists.values()), 6),
        master=master,
        av1=av1,
        saver=saver,
        sound=alone,
        poster=poster,
        fallback_mp4=fallback,
        renditions=tuple(renditions),
        size_bytes=size_bytes,
    )


def check_output(playlists: dict[str, MediaPlaylist], plan: Plan) -> None:
    """Raise ``Refused`` unless every rendition lasts as planned and all pictures cut together."""
    for playlist in playlists.values():
        missing_s = plan.duration_s - playlist.duration_s
        if abs(missing_s) > plan.duration_tolerance_s:
            raise Refused(
                Refusal.OUTPUT_SHORT,
                f"{plan.duration_s - missing_s:.2f} s of {plan.duration_s:.2f} s were made",
            )
    cuts = [
        [segment.duration_s for segment in playlists[rendition.name].segments]
        for rendition in plan.video
        if rendition.name in playlists
    ]
    if any(other != cuts[0] for other in cuts[1:]):
        raise Refused(Refusal.OUTPUT_INVALID, "the renditions are not cut at the same instants")
    for duration_s in cuts[0][:-1] if cuts else []:
        if abs(duration_s - plan.segment_s) > _SEGMENT_PRECISION_S:
            raise Refused(Refusal.OUTPUT_INVALID, f"a segment lasts {duration_s} s")


def _publish_picture(
    rendition: VideoRendition, playlist: MediaPlaylist, out: Path
) -> PackagedRendition:
    codec = av1_codec if rendition.codec == AV1 else avc_codec
    return PackagedRendition(
        kind="video",
        name=rendition.name,
        playlist=_publish_files(rendition.name, playlist, out),
        codec=codec(playlist.init.read_bytes()),
        bitrate_bps=playlist.average_bps,
        peak_bps=playlist.peak_bps,
        size_bytes=playlist.size_bytes,
        width=rendition.width,
        height=rendition.height,
        fps=rendition.fps,
    )


def _publish_sound(
    rendition: AudioRendition, playlist: MediaPlaylist, out: Path
) -> PackagedRendition:
    return PackagedRendition(
        kind="audio",
        name=rendition.name,
        playlist=_publish_files(rendition.name, playlist, out),
        codec=AAC_LC if rendition.codec == AAC else OPUS,
        bitrate_bps=playlist.average_bps,
        peak_bps=playlist.peak_bps,
        size_bytes=playlist.size_bytes,
        width=None,
        height=None,
        fps=None,
    )


def _publish_files(name: str, playlist: MediaPlaylist, out: Path) -> PurePosixPath:
    """Link a rendition's files into a directory named by their content; give its playlist."""
    names = {segment.path: f"seg-{n:05}.m4s" for n, segment in enumerate(playlist.segments)}
    text = media_playlist(
        [(names[segment.path], segment.duration_s) for segment in playlist.segments],
        init=INIT_SEGMENT,
    )
    digest = hashlib.sha256(text.encode())
    for file in (playlist.init, *names):
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    directory = f"{name}-{digest.hexdigest()[:HASH_DIGITS]}"
    (out / directory).mkdir(exist_ok=True)
    for file, new in {playlist.init: INIT_SEGMENT, **names}.items():
        _link(file, out / directory / new)
    (out / directory / PLAYLIST).write_text(text)
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


def _publish_masters(
    plan: Plan, renditions: list[PackagedRendition], out: Path
) -> tuple[PurePosixPath, PurePosixPath | None, PurePosixPath | None, PurePosixPath | None]:
    """Write the playlists of everything in H.264, in AV1, of the saver, and of the voice alone."""
    made = {rendition.name: rendition for rendition in renditions}
    sounds = {
        (sound.codec, sound.is_speech): _sound(sound, made[sound.name]) for sound in plan.audio
    }
    pictures = [(planned, made[planned.name]) for planned in plan.video if planned.name in made]
    # A voice that is mono has one rendition in AAC for both.
    voices = [sounds.get((AAC, True), sounds.get((AAC, False))), sounds.get((OPUS, True))]
    speech = [sound for sound in voices if sound]
    plain = voices[0]
    if not pictures:
        # One codec here, too: see below.
        common = [sound for (codec, _is_speech), sound in sounds.items() if codec == AAC]
        master = _write(out, "master", ".m3u8", sound_playlist(common).encode())
        return master, None, None, _write(out, "audio", ".m3u8", sound_playlist(speech).encode())
    # One codec of picture and one of sound throughout: a player may change between all variants,
    # and Chromium's own HLS stops for good where it would have to change the codec.
    by_codec = {
        codec: [
            _variant(rendition, plain if planned.is_saver else sounds.get((AAC, False)))
            for planned, rendition in pictures
            if planned.codec == codec
        ]
        for codec in (H264, AV1)
    }
    has_full_av1 = any(p.codec == AV1 and not p.is_saver for p, _rendition in pictures)
    thrifty = [
        _variant(rendition, sounds.get((OPUS, True), plain) if planned.codec == AV1 else plain)
        for planned, rendition in pictures
        if planned.is_saver
    ]
    return (
        _write(out, "master", ".m3u8", master_playlist(by_codec[H264]).encode()),
        _write(out, "av1", ".m3u8", master_playlist(by_codec[AV1]).encode())
        if has_full_av1
        else None,
        _write(out, "saver", ".m3u8", master_playlist(thrifty).encode()),
        _write(out, "audio", ".m3u8", sound_playlist(speech).encode()) if speech else None,
    )


def _sound(planned: AudioRendition, made: PackagedRendition) -> Sound:
    return Sound(
        group=planned.name,
        uri=str(made.playlist),
        codec=made.codec,
        average_bps=made.bitrate_bps,
        peak_bps=made.peak_bps,
        channels=planned.channels,
    )


def _variant(made: PackagedRendition, sound: Sound | None) -> Variant:
    assert made.width and made.height and made.fps
    return Variant(
        uri=str(made.playlist),
        codec=made.codec,
        average_bps=made.bitrate_bps,
        peak_bps=made.peak_bps,
        width=made.width,
        height=made.height,
        fps=made.fps,
        sound=sound,
    )


def _publish_fallback(
    plan: Plan,
    playlists: dict[str, MediaPlaylist],
    out: Path,
    *,
    binary: FfmpegBinary,
    tell: Callable[[], None],
) -> PurePosixPath:
    """The saver with speech: small enough for everybody, and readable; or the sound alone."""
    savers = [playlists[r.name] for r in plan.video if r.is_saver and r.codec == H264]
    sounds = sorted(
        (r for r in plan.audio if r.codec == AAC), key=lambda r: r.is_speech != bool(savers)
    )
    tracks = [*savers, *(playlists[sound.name] for sound in sounds[:1])]
    work = out / ".joining"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        made = mux_fallback(plan, tracks, work, binary=binary, on_tick=tell)
        with made.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()[:HASH_DIGITS]
        name = f"lecture-{digest}{'.mp4' if savers else '.m4a'}"
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
