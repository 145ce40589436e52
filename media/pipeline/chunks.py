"""Encoded chunks on the disk: complete or absent, checked before they are used again, joined.

    <out>/<job>/<chunk>/<rendition>/      playlist, initialisation segment, segments
    <out>/<job>/<chunk>/chunk.json        by which plan it was made, sizes and hashes of its files

A chunk is made in a scratch directory and gets its name, when it is whole, by one rename.
Whoever comes second with the same chunk finds it there and throws its own away.
"""

import dataclasses
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av

from media.pipeline.graphs import PLAYLIST
from media.pipeline.hls import MediaPlaylist, Segment, media_playlist, read_media_playlist
from media.pipeline.jobs import Chunk, Job, pictures_of, rendition_names
from media.pipeline.plan import Plan
from media.pipeline.probe import Gap
from media.pipeline.records import Record
from media.pipeline.refusals import Refusal, Refused

_RECORD = "chunk.json"
_SCRATCH = ".making"
# Playlists print microseconds.
_PRECISION_S = 0.000_01


@contextmanager
def scratch_directory(out: Path) -> Iterator[Path]:
    """A directory of one's own beside the chunks, removed afterwards with what is left in it."""
    out.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=out))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def remove_scratch(out: Path) -> None:
    """Remove what killed processes left in the making; nobody may be at work below ``out``."""
    for scratch in out.glob(f"{_SCRATCH}*"):
        shutil.rmtree(scratch, ignore_errors=True)


def chunk_directory(out: Path, job: Job, chunk: Chunk | None) -> Path:
    """Where a finished chunk lies; the sound is one chunk."""
    return out / job / f"{chunk.number if chunk else 0:05}"


def is_finished(out: Path, plan: Plan, job: Job, chunk: Chunk | None) -> bool:
    """Whether the chunk is there, made by the same plan, and every byte of it unharmed.

    One that another release made holds, it may be, other renditions.
    """
    directory = chunk_directory(out, job, chunk)
    try:
        record = json.loads((directory / _RECORD).read_text())
        made = {name.partition("/")[0] for name in record["files"]}
        is_whole = (
            record["plan"] == _digest_of(plan)
            and made == set(rendition_names(plan, job))
            and all(_fingerprint(directory / name) == was for name, was in record["files"].items())
        )
    except (OSError, ValueError, KeyError):
        is_whole = False
    if not is_whole:
        shutil.rmtree(directory, ignore_errors=True)
    return is_whole


@dataclass(frozen=True)
class Damage(Record):
    """Where (seconds, in order) pictures could not be decoded, and whether the sound could not.

    To the chunk: that much is made good at once.
    """

    picture: tuple[Gap, ...] = ()
    sound: bool = False

    def __or__(self, other: "Damage") -> "Damage":
        """The damage that either tells of, stretches that touch made one."""
        made: list[Gap] = []
        for gap in sorted({*self.picture, *other.picture}, key=lambda gap: gap.start_s):
            if made and gap.start_s <= made[-1].end_s:
                made[-1] = Gap(made[-1].start_s, max(made[-1].end_s, gap.end_s))
            else:
                made.append(gap)
        return Damage(picture=tuple(made), sound=self.sound or other.sound)


def damage_in(out: Path, plan: Plan, job: Job, chunks: Iterable[Chunk | None]) -> Damage:
    """What was damaged of the source where these finished chunks were made."""
    damage = Damage()
    for chunk in chunks:
        record = json.loads((chunk_directory(out, job, chunk) / _RECORD).read_text())
        if record.get("damaged") and chunk is None:
            damage |= Damage(sound=True)
        elif record.get("damaged") and chunk is not None:
            end_s = min(plan.duration_s, chunk.start_s + float(chunk.frames / plan.fps))
            damage |= Damage(picture=(Gap(float(chunk.start_s), end_s),))
    return damage


def finish_chunk(
    scratch: Path,
    out: Path,
    plan: Plan,
    job: Job,
    chunk: Chunk | None,
    *,
    is_damaged: bool = False,
    is_blank: bool = False,
) -> None:
    """Check what ffmpeg left in ``scratch`` and give it its place.

    Raises ``Refused(OUTPUT_INVALID)`` when a rendition is not whole or not cut as planned,
    ``Refused(OUTPUT_SHORT)`` when the sound ends too early.
    """
    for name in rendition_names(plan, job):
        playlist = read_media_playlist(scratch / name / PLAYLIST)
        if chunk is None:
            missing_s = plan.duration_s - playlist.duration_s
            if abs(missing_s) > plan.duration_tolerance_s:
                made_s = playlist.duration_s
                raise Refused(
                    Refusal.OUTPUT_SHORT, f"sound: {made_s:.2f} s of {plan.duration_s:.2f} s"
                )
        else:
            _check_cuts(_measured(playlist), plan, chunk, name)
    files = {
        str(path.relative_to(scratch)): _fingerprint(path)
        for path in sorted(scratch.rglob("*"))
        if path.is_file()
    }
    record = {
        "plan": _digest_of(plan), "files": files, "damaged": is_damaged, "blank": is_blank,
    }  # fmt: skip
    (scratch / _RECORD).write_text(json.dumps(record))
    target = chunk_directory(out, job, chunk)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A directory is not replaced by one that isn't empty: then another worker was first.
    with suppress(FileExistsError, OSError):
        scratch.rename(target)
    if not is_finished(out, plan, job, chunk):
        raise Refused(Refusal.OUTPUT_INVALID, f"{target} could not be stored")


def _measured(playlist: MediaPlaylist) -> MediaPlaylist:
    """The playlist with the durations that its packets have, written over the one there.

    ffmpeg's writer takes the last picture of a variable rate for as long as any of them.
    """
    init = playlist.init.read_bytes()
    segments = []
    for segment in playlist.segments:
        data = BytesIO(init + segment.path.read_bytes())
        with av.open(data, mode="r", format="mp4") as opened:
            ticks = sum(packet.duration or 0 for packet in opened.demux(video=0))
            tick_s = opened.streams.video[0].time_base or Fraction(0)
        segments.append(dataclasses.replace(segment, duration_s=round(float(ticks * tick_s), 6)))
    text = media_playlist(
        [(segment.path.name, segment.duration_s) for segment in segments], init=playlist.init.name
    )
    (playlist.init.parent / PLAYLIST).write_text(text)
    return dataclasses.replace(playlist, segments=tuple(segments))


def _check_cuts(playlist: MediaPlaylist, plan: Plan, chunk: Chunk, name: str) -> None:
    length_s = float(chunk.frames / plan.fps)
    missing_s = length_s - playlist.duration_s
    if abs(missing_s) > _PRECISION_S * len(playlist.segments):
        raise Refused(
            Refusal.OUTPUT_SHORT if missing_s > 0 else Refusal.OUTPUT_INVALID,
            f"{name}: chunk {chunk.number} lasts {playlist.duration_s} s, not {length_s} s",
        )
    for segment in playlist.segments[:-1]:
        if abs(segment.duration_s - plan.segment_s) > _PRECISION_S:
            raise Refused(Refusal.OUTPUT_INVALID, f"a segment lasts {segment.duration_s} s")


def joined(out: Path, plan: Plan, *, only_early: bool = False) -> dict[str, MediaPlaylist]:
    """The renditions by name, each over all its chunks.

    ``only_early`` leaves out what is made after a long lecture's first publication. Raises
    ``Refused(OUTPUT_INVALID)`` when a chunk is missing or harmed, or when chunks of one
    rendition don't share their headers, ``Refused(DECODE_FAILED)`` when nothing could be decoded
    for more than half of them.
    """
    made: dict[str, MediaPlaylist] = {}
    jobs = (Job.SAVER,) if only_early else (Job.LADDER, Job.SAVER)
    for job in jobs:
        for rendition in pictures_of(plan, job):
            directories = [out / job / f"{number:05}" for number in range(plan.chunks)]
            blanks = sum(_is_blank(directory) for directory in directories)
            if 2 * blanks > plan.chunks:
                raise Refused(Refusal.DECODE_FAILED, f"{blanks} of {plan.chunks} chunks")
            made[rendition.name] = _join(directories, rendition.name)
    for sound in plan.audio:
        made[sound.name] = _join([chunk_directory(out, Job.SOUND, None)], sound.name)
    names = (*(picture.name for picture in plan.video), *(sound.name for sound in plan.audio))
    return {name: made[name] for name in names if name in made}


def _join(directories: list[Path], name: str) -> MediaPlaylist:
    init: Path | None = None
    header = b""
    segments: list[Segment] = []
    for directory in directories:
        playlist = read_media_playlist(directory / name / PLAYLIST)
        if init is None:
            init, header = playlist.init, playlist.init.read_bytes()
        elif playlist.init.read_bytes() != header:
            raise Refused(Refusal.OUTPUT_INVALID, f"{directory}: another header than its first")
        segments += playlist.segments
    assert init is not None
    return MediaPlaylist(init=init, segments=tuple(segments))


def _is_blank(directory: Path) -> bool:
    try:
        return bool(json.loads((directory / _RECORD).read_text()).get("blank"))
    except (OSError, ValueError):
        return False


def _digest_of(plan: Plan) -> str:
    return hashlib.sha256(json.dumps(plan.to_data(), sort_keys=True).encode()).hexdigest()


def _fingerprint(path: Path) -> list[int | str]:
    with path.open("rb") as opened:
        return [path.stat().st_size, hashlib.file_digest(opened, "sha256").hexdigest()]
