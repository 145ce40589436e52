"""What a file is, judged by its first bytes alone, before any decoder sees it.

Names and MIME types are not looked at: they are the uploader's claim. The answer names the
one ffmpeg demuxer that later stages may open the file with, so that a file which looks like
Matroska can't be read as a playlist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media.pipeline.refusals import Refusal, Refused

HEAD_BYTES = 64 * 1024


@dataclass(frozen=True)
class Sniffed:
    """A recording: its container's name and the ffmpeg demuxers it may be opened with."""

    container: str
    demuxers: tuple[str, ...]


MP4 = Sniffed("mp4", ("mov",))
MATROSKA = Sniffed("matroska", ("matroska",))
AVI = Sniffed("avi", ("avi",))
ASF = Sniffed("asf", ("asf",))
MPEG_TS = Sniffed("mpeg-ts", ("mpegts",))
MPEG_PS = Sniffed("mpeg-ps", ("mpeg",))
FLV = Sniffed("flv", ("flv",))
OGG = Sniffed("ogg", ("ogg",))
WAV = Sniffed("wav", ("wav",))
AIFF = Sniffed("aiff", ("aiff",))
FLAC = Sniffed("flac", ("flac",))
# An ID3 tag may stand before either, and both begin with the same eleven sync bits.
MPEG_AUDIO = Sniffed("mpeg-audio", ("mp3", "aac"))

RECORDINGS = (
    MP4, MATROSKA, AVI, ASF, MPEG_TS, MPEG_PS, FLV, OGG, WAV, AIFF, FLAC, MPEG_AUDIO,
)  # fmt: skip

# ISO/IEC 14496-12 and Apple's QuickTime File Format: boxes a file may begin with.
_MP4_FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})
# HEIF (ISO/IEC 23008-12) and AVIF share the container but hold pictures.
_PICTURE_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)
_ASF_GUID = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")

_REFUSED_MAGIC: tuple[tuple[int, bytes, Refusal], ...] = (
    (0, b"%PDF-", Refusal.DOCUMENT),
    (0, bytes.fromhex("d0cf11e0a1b11ae1"), Refusal.DOCUMENT),  # Office 97–2003
    (0, b"{\\rtf", Refusal.DOCUMENT),
    (0, b"%!PS", Refusal.DOCUMENT),
    (0, b"\xc5\xd0\xd3\xc6", Refusal.DOCUMENT),  # PostScript with a preview
    (0, b"\x89PNG\r\n\x1a\n", Refusal.IMAGE),
    (0, b"GIF8", Refusal.IMAGE),
    (0, b"BM", Refusal.IMAGE),
    (0, b"II*\0", Refusal.IMAGE),
    (0, b"MM\0*", Refusal.IMAGE),
    (0, b"\xff\xd8\xff", Refusal.IMAGE),
    (0, b"8BPS", Refusal.IMAGE),
    (0, b"\0\0\0\x0cJXL ", Refusal.IMAGE),
    (0, b"\0\0\0\x0cjP  ", Refusal.IMAGE),
    (128, b"DICM", Refusal.IMAGE),
    (0, b"7z\xbc\xaf\x27\x1c", Refusal.ARCHIVE),
    (0, b"Rar!\x1a\x07", Refusal.ARCHIVE),
    (0, b"\x1f\x8b", Refusal.ARCHIVE),
    (0, b"BZh", Refusal.ARCHIVE),
    (0, b"\xfd7zXZ\0", Refusal.ARCHIVE),
    (257, b"ustar", Refusal.ARCHIVE),
)

_PLAYLIST_STARTS = ("#extm3u", "ffconcat", "[playlist]", "#extinf")
_PLAYLIST_MARKUP = (
    "<mpd", "<asx", "<smil", "<playlist", "<smoothstreamingmedia", "quicktime-media-link",
)  # fmt: skip
_MARKUP_CHARACTERS = 2000


def sniff(path: Path) -> Sniffed:
    """Tell what kind of recording ``path`` holds.

    Raises ``Refused`` with FILE_MISSING, EMPTY_FILE, TEXT_FILE, PLAYLIST, IMAGE, DOCUMENT,
    ARCHIVE or NOT_A_VIDEO.
    """
    try:
        if not path.is_file():
            raise Refused(Refusal.FILE_MISSING, str(path))
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise Refused(Refusal.FILE_MISSING, str(error)) from error
    return sniff_bytes(head)


def sniff_bytes(head: bytes) -> Sniffed:
    """Tell what kind of recording begins with ``head`` (the first 64 KiB, or the whole file)."""
    if not head:
        raise Refused(Refusal.EMPTY_FILE)
    for offset, magic, code in _REFUSED_MAGIC:
        if head.startswith(magic, offset):
            raise Refused(code, f"begins with {head[:16]!r}")
    if head.startswith(b"PK\x03\x04"):
        raise Refused(_kind_of_zip(head), "a ZIP container")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        raise Refused(Refusal.IMAGE, "WebP")
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
        raise Refused(Refusal.IMAGE, f"brand {head[8:12]!r}")
    for recording, recognises in _RECOGNISERS:
        if recognises(head):
            return recording
    raise _refusal_of_unknown(head)


def _kind_of_zip(head: bytes) -> Refusal:
    office = (b"[Content_Types].xml", b"ppt/", b"word/", b"xl/", b"mimetypeapplication/vnd.oasis")
    return Refusal.DOCUMENT if any(mark in head for mark in office) else Refusal.ARCHIVE


def _refusal_of_unknown(head: bytes) -> Refused:
    text = _as_text(head)
    if text is None:
        return Refused(Refusal.NOT_A_VIDEO, f"begins with {head[:16]!r}")
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(_PLAYLIST_STARTS):
        return Refused(Refusal.PLAYLIST, start[:40])
    return Refused(_kind_of_text(start[:_MARKUP_CHARACTERS]), start[:40])


def _kind_of_text(start: str) -> Refusal:
    if not start.startswith("<") or start.startswith(("<!doctype html", "<html")):
        return Refusal.TEXT_FILE
    if any(mark in start for mark in _PLAYLIST_MARKUP):
        return Refusal.PLAYLIST
    return Refusal.IMAGE if "<svg" in start else Refusal.TEXT_FILE


def _as_text(head: bytes) -> str | None:
    """Give the head as text, or None where it can't be text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    control = sum(byte < 0x20 and byte not in b"\t\n\r\f\x1b" for byte in head)
    if control:
        return None
    try:
        return head.decode()
    except UnicodeDecodeError as error:
        # A character may be cut in two at the end of what was read.
        if error.start >= len(head) - 3:
            return head[: error.start].decode()
    return head.decode("latin-1")


def _is_mp4(head: bytes) -> bool:
    return head[4:8] in _MP4_FIRST_BOXES


def _is_mpeg_ts(head: bytes) -> bool:
    """ISO/IEC 13818-1: 188-byte packets begin with 0x47; M2TS puts four bytes before each."""
    for start, size in ((0, 188), (4, 192)):
        if len(head) >= start + 4 * size and all(
            head[start + packet * size] == 0x47 for packet in range(4)
        ):
            return True
    return False


def _is_mpeg_audio(head: bytes) -> bool:
    """An ID3 tag, or a frame header of ADTS or of ISO/IEC 11172-3 Layer II or III.

    Layer I is left out: nobody records in it, and it begins like a UTF-16 text.
    """
    if head.startswith(b"ID3"):
        return True
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if layer == 0:
        return head[1] & 0xF6 == 0xF0 and head[2] >> 2 & 15 < 13
    return layer != 3 and version != 1 and head[2] >> 4 != 15 and head[2] >> 2 & 3 != 3


def _form(group: bytes, kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == group and head[8:12].startswith(kind)


def _starts(magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magic)


_RECOGNISERS: tuple[tuple[Sniffed, Callable[[bytes], bool]], ...] = (
    (MP4, _is_mp4),
    (MATROSKA, _starts(b"\x1a\x45\xdf\xa3")),
    (AVI, _form(b"RIFF", b"AVI")),
    (WAV, _form(b"RIFF", b"WAVE")),
    (WAV, _form(b"RF64", b"WAVE")),
    (AIFF, _form(b"FORM", b"AIF")),
    (ASF, _starts(_ASF_GUID)),
    (FLV, _starts(b"FLV\x01")),
    (OGG, _starts(b"OggS")),
    (FLAC, _starts(b"fLaC")),
    (MPEG_PS, _starts(b"\x00\x00\x01\xba")),
    (MPEG_TS, _is_mpeg_ts),
    (MPEG_AUDIO, _is_mpeg_audio),
)
