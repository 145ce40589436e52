"""Compressed frames without stowaways: comments and application segments cut out, the end kept.

JPEG, JPEG-LS (ISO 10918-1 B.1, 14495-1 C.1) and JPEG 2000 (15444-1 A) carry comments and
metadata beside the picture, and anything may follow the end marker. The picture itself is not
touched, so that nothing is lost and nothing has to be decoded.
"""

import re
import struct
from dataclasses import dataclass

from .refusals import Refusal, Refused

_SOI, _EOI, _SOS, _COM, _LSE_SOF = 0xD8, 0xD9, 0xDA, 0xFE, 0xF7
_SOF = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}) | {_LSE_SOF}
_APP = range(0xE0, 0xF0)
_RESTARTS = range(0xD0, 0xD8)
_SCAN_END = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
_MOST_SEGMENTS = 10_000

_J2K_SOC, _J2K_SOT, _J2K_SOD, _J2K_EOC = 0xFF4F, 0xFF90, 0xFF93, 0xFFD9
_J2K_SIZ, _J2K_COM, _J2K_TLM = 0xFF51, 0xFF64, 0xFF55
_JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  "


@dataclass(frozen=True)
class Codestream:
    """One frame's compressed bytes and what they say about themselves.

    Only JPEG 2000 says whether its values are signed.
    """

    data: bytes
    rows: int
    columns: int
    samples: int
    precision_bits: int
    is_signed: bool | None = None


def stripped(frame: bytes) -> Codestream:
    """The frame with only what a decoder needs. Raises `Refused` for cut-off or foreign data."""
    try:
        if frame[:2] == b"\xff\xd8":
            return _stripped_jpeg(frame)
        if frame.startswith(_JP2_SIGNATURE):
            frame = _inner_codestream(frame)
        if frame[:2] == b"\xff\x4f":
            return _stripped_j2k(frame)
    except (struct.error, IndexError) as error:
        raise Refused(Refusal.TRUNCATED) from error
    raise Refused(Refusal.UNDECODABLE)


def _stripped_jpeg(frame: bytes) -> Codestream:
    kept = [b"\xff\xd8"]
    size: tuple[int, int, int, int] | None = None
    at = 2
    for _segment in range(_MOST_SEGMENTS):
        while frame[at] == 0xFF and frame[at + 1] == 0xFF:
            at += 1
        if frame[at] != 0xFF:
            raise Refused(Refusal.UNDECODABLE)
        marker = frame[at + 1]
        if marker == _EOI:
            kept.append(b"\xff\xd9")
            return _with_size(b"".join(kept), size)
        (length,) = struct.unpack_from(">H", frame, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(frame):
            raise Refused(Refusal.TRUNCATED)
        body = frame[at + 4 : end]
        if marker in _SOF:
            size = struct.unpack_from(">BHHB", body)
        if marker == _SOS:
            end = _end_of_scan(frame, end)
        if _is_needed(marker, body):
            kept.append(frame[at:end])
        at = end
    raise Refused(Refusal.TOO_COMPLEX)


def _with_size(
    data: bytes, size: tuple[int, int, int, int] | None, *, is_signed: bool | None = None
) -> Codestream:
    if size is None:
        raise Refused(Refusal.UNDECODABLE)
    precision, rows, columns, samples = size
    return Codestream(data, rows, columns, samples, precision, is_signed)


def _end_of_scan(frame: bytes, start: int) -> int:
    found = _SCAN_END.search(frame, start)
    if found is None:
        raise Refused(Refusal.TRUNCATED)
    return found.start()


def _is_needed(marker: int, body: bytes) -> bool:
    """Of comments and application segments only those that tell the colours, in exact form."""
    if marker == _COM:
        return False
    if marker not in _APP:
        return marker not in _RESTARTS
    return (
        (marker == 0xE0 and len(body) == 14 and body.startswith(b"JFIF\0"))
        or (marker == 0xEE and len(body) == 12 and body.startswith(b"Adobe"))
        or (marker == 0xE8 and len(body) == 5 and body.startswith(b"mrfx"))
    )


def _inner_codestream(frame: bytes) -> bytes:
    """The codestream within a JP2 file, which some writers put where only the stream belongs."""
    at = 0
    while at + 8 <= len(frame):
        length, kind = struct.unpack_from(">I4s", frame, at)
        if kind == b"jp2c":
            return frame[at + 8 : at + length if length else len(frame)]
        if length < 8:
            break
        at += length
    raise Refused(Refusal.UNDECODABLE)


def _stripped_j2k(frame: bytes) -> Codestream:
    kept = [b"\xff\x4f"]
    size: tuple[int, int, int, int] | None = None
    is_signed = False
    at = 2
    while True:
        (marker,) = struct.unpack_from(">H", frame, at)
        if marker == _J2K_SOT:
            break
        (length,) = struct.unpack_from(">H", frame, at + 2)
        end = at + 2 + length
        if marker < 0xFF00 or length < 2 or end > len(frame):
            raise Refused(Refusal.TRUNCATED)
        if marker == _J2K_SIZ:
            size = _j2k_size(frame[at + 4 : end])
            is_signed = bool(frame[at + 40] & 0x80)
        if marker not in (_J2K_COM, _J2K_TLM):
            kept.append(frame[at:end])
        at = end
    kept.extend(_tile_parts(frame, at))
    kept.append(b"\xff\xd9")
    return _with_size(b"".join(kept), size, is_signed=is_signed)


def _j2k_size(body: bytes) -> tuple[int, int, int, int]:
    _, width, height, left, top = struct.unpack_from(">HIIII", body)
    (samples,) = struct.unpack_from(">H", body, 34)
    return (body[36] & 0x7F) + 1, height - top, width - left, samples


def _tile_parts(frame: bytes, at: int) -> list[bytes]:
    """The tile-parts without comments, their lengths put right."""
    parts: list[bytes] = []
    for _part in range(_MOST_SEGMENTS):
        (marker,) = struct.unpack_from(">H", frame, at)
        if marker == _J2K_EOC:
            return parts
        if marker != _J2K_SOT:
            raise Refused(Refusal.UNDECODABLE)
        tile, length, rest = struct.unpack_from(">HIH", frame, at + 4)
        end = at + length if length else len(frame) - 2
        if end > len(frame) or end < at + 12:
            raise Refused(Refusal.TRUNCATED)
        body = _tile_body(frame, at + 12, end)
        parts.append(struct.pack(">HHHIH", _J2K_SOT, 10, tile, 12 + len(body), rest) + body)
        at = end
    raise Refused(Refusal.TOO_COMPLEX)


def _tile_body(frame: bytes, at: int, end: int) -> bytes:
    kept: list[bytes] = []
    while True:
        (marker,) = struct.unpack_from(">H", frame, at)
        if marker == _J2K_SOD:
            return b"".join(kept) + frame[at:end]
        (length,) = struct.unpack_from(">H", frame, at + 2)
        if marker < 0xFF00 or length < 2 or at + 2 + length > end:
            raise Refused(Refusal.TRUNCATED)
        if marker != _J2K_COM:
            kept.append(frame[at : at + 2 + length])
        at += 2 + length
