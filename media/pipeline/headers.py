"""What headers state of a recording, read by hand where the library corrects or hides it."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from media.pipeline.sniff import HEAD_BYTES
from media.pipeline.sound_headers import (
    aiff_duration_s,
    flac_duration_s,
    mp3_duration_s,
    wav_duration_s,
)

# A whole MP4 file has a handful of boxes at its top level; a fragmented one has its index first.
MAX_BOXES = 1000
# Advanced Systems Format, 3.2: the File Properties Object, its play duration in 100 ns and its
# preroll in ms. ffmpeg forgets the duration of a file that is shorter than that object says.
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_DURATION_AT, _ASF_PREROLL_AT, _ASF_FLAGS_AT = 64, 80, 88
# AVI RIFF File Reference, AVIMAINHEADER: microseconds per frame and number of frames. ffmpeg
# corrects the number by the size of the file.
_AVI_PERIOD_AT, _AVI_FRAMES_AT = 8, 24


def has_index(path: Path) -> bool:
    """Whether an MP4 file holds its ``moov`` box, which most cameras write last."""
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        for _ in range(MAX_BOXES):
            file.seek(at)
            header = file.read(16)
            if len(header) < 8:
                return False
            if header[4:8] == b"moov":
                return at + int.from_bytes(header[:4]) <= size
            length = int.from_bytes(header[:4])
            # ISO/IEC 14496-12, 4.2: 1 announces a 64-bit length, 0 means up to the end.
            length = int.from_bytes(header[8:16]) if length == 1 else length
            if length < 8:
                return length != 0
            at += length
    return True


def stated_duration_s(path: Path, container: str) -> float | None:
    """What the header of an AVI, ASF or sound file states, whatever the file's size."""
    read = _READERS.get(container)
    if read is None:
        return None
    with path.open("rb") as file:
        return read(file)


def _avi_duration(file: BinaryIO) -> float | None:
    head = file.read(HEAD_BYTES)
    at = head.find(b"avih")
    if at < 0:
        return None
    period_us, frames = (
        int.from_bytes(head[at + offset : at + offset + 4], "little")
        for offset in (_AVI_PERIOD_AT, _AVI_FRAMES_AT)
    )
    return period_us * frames / 1_000_000 or None


def _asf_duration(file: BinaryIO) -> float | None:
    """A broadcast states nothing."""
    head = file.read(HEAD_BYTES)
    at = head.find(_ASF_PROPERTIES)
    if at < 0 or len(head) < at + _ASF_FLAGS_AT + 4:
        return None
    ticks, preroll_ms, flags = (
        int.from_bytes(head[at + offset : at + offset + size], "little")
        for offset, size in ((_ASF_DURATION_AT, 8), (_ASF_PREROLL_AT, 8), (_ASF_FLAGS_AT, 4))
    )
    duration_s = ticks / 10_000_000 - preroll_ms / 1000
    return round(duration_s, 6) if duration_s > 0 and not flags & 1 else None


_READERS: dict[str, Callable[[BinaryIO], float | None]] = {
    "avi": _avi_duration,
    "asf": _asf_duration,
    "wav": wav_duration_s,
    "aiff": aiff_duration_s,
    "flac": flac_duration_s,
    "mpeg-audio": mp3_duration_s,
}
