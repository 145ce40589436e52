"""What the headers of sound files state of their length, in seconds, whatever is left of the file.

Each function takes the opened file; None where nothing is stated, as by recorders that never knew.
"""

from collections.abc import Iterator
from typing import BinaryIO, Literal

# A handful of chunks stand before the sound; hostile files have any number of them.
_MOST_CHUNKS = 64
# What recorders that write into a pipe put where a length belongs.
_UNKNOWN_WAV_SIZES = (range(1), range(0x7FFFF000, 0x80000000), range(0xFFFFF000, 0x100000000))
_IN_DS64 = 0xFFFFFFFF

# ISO/IEC 11172-3, 2.4.2.3 and 13818-3: by the two bits of the version.
_MP3_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MPEG_1, _LAYER_3, _MONO = 3, 1, 3
# Where an encoder's own tag begins in a first frame that holds nothing else, and its flag that
# a number of frames follows; Fraunhofer's tag always stands at the same place.
_VBRI_AT, _VBRI_FRAMES_AT, _HAS_FRAMES = 36, 14, 1


def wav_duration_s(file: BinaryIO) -> float | None:
    """The data chunk's size in bytes by the format's bytes per second; ds64 where it is RF64."""
    bytes_per_s = large_size = 0
    for name, size in _chunks(file, "little"):
        if name == b"ds64":
            large_size = int.from_bytes(file.read(16)[8:16], "little")
        elif name == b"fmt ":
            bytes_per_s = int.from_bytes(file.read(12)[8:12], "little")
        elif name == b"data":
            stated = large_size if size == _IN_DS64 and large_size else size
            if not bytes_per_s or any(stated in sizes for sizes in _UNKNOWN_WAV_SIZES):
                return None
            return stated / bytes_per_s
    return None


def aiff_duration_s(file: BinaryIO) -> float | None:
    """The common chunk's number of sample frames, and its rate, an 80-bit extended number."""
    for name, _size in _chunks(file, "big"):
        if name == b"COMM":
            common = file.read(18)
            if len(common) < 18:
                return None
            frames = int.from_bytes(common[2:6])
            exponent = int.from_bytes(common[8:10]) & 0x7FFF
            # Beyond this no rate can be meant, and the number would not fit.
            if not 16383 <= exponent < 16383 + 32:
                return None
            rate_hz = int.from_bytes(common[10:18]) * 2.0 ** (exponent - 16383 - 63)
            return frames / rate_hz if frames and rate_hz else None
    return None


def _chunks(file: BinaryIO, order: Literal["little", "big"]) -> Iterator[tuple[bytes, int]]:
    """Names and sizes of the chunks of a RIFF or AIFF file, which stands at the content of each."""
    at = 12
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        size = int.from_bytes(head[4:], order)
        yield head[:4], size
        # Content of an odd length is padded.
        at += 8 + size + size % 2


def flac_duration_s(file: BinaryIO) -> float | None:
    """The total samples of STREAMINFO (RFC 9639, 8.2), the first block after the marker."""
    file.seek(_after_id3(file))
    head = file.read(42)
    if len(head) < 42 or head[:4] != b"fLaC" or head[4] & 0x7F:
        return None
    # 20 bits of rate, 3 of channels, 5 of sample size, 36 of samples.
    packed = int.from_bytes(head[18:26])
    rate_hz, samples = packed >> 44, packed & ((1 << 36) - 1)
    return samples / rate_hz if samples and rate_hz else None


def mp3_duration_s(file: BinaryIO) -> float | None:
    """The number of frames in the tag Xing, Info or VBRI of an encoder that wrote one."""
    file.seek(_after_id3(file))
    head = file.read(192)
    if len(head) < 192 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate_index, is_mono = head[2] >> 2 & 3, head[3] >> 6 == _MONO
    if layer != _LAYER_3 or version not in _MP3_RATES_HZ or rate_index > 2:
        return None
    is_first = version == _MPEG_1
    side_bytes = (17 if is_mono else 32) if is_first else (9 if is_mono else 17)
    frames = _frames_of(head, 4 + side_bytes)
    samples = 1152 if is_first else 576
    return frames * samples / _MP3_RATES_HZ[version][rate_index] if frames else None


def _frames_of(head: bytes, at: int) -> int:
    if head[at : at + 4] in {b"Xing", b"Info"}:
        flags = int.from_bytes(head[at + 4 : at + 8])
        return int.from_bytes(head[at + 8 : at + 12]) if flags & _HAS_FRAMES else 0
    if head[_VBRI_AT : _VBRI_AT + 4] == b"VBRI":
        at = _VBRI_AT + _VBRI_FRAMES_AT
        return int.from_bytes(head[at : at + 4])
    return 0


def _after_id3(file: BinaryIO) -> int:
    """Where a file goes on after an ID3v2 tag, which may hold a large cover picture."""
    file.seek(0)
    head = file.read(10)
    if len(head) < 10 or head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    has_footer = bool(head[5] & 0x10)
    return 10 + size + (10 if has_footer else 0)
