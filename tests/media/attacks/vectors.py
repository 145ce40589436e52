"""Files that try to make ffmpeg read what it shouldn't, or use up the machine, written by us.

Each is a function of a :class:`Lure`, the local file and the address it tries to reach, and of
a small valid recording to build upon. The kinds are those known from the field: playlists under
false names (CVE-2016-1897/1898), GAB2 subtitles in AVI, QuickTime's external data references,
linked Matroska segments, and headers that promise far more than they hold.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media.pipeline.refusals import Refusal


@dataclass(frozen=True)
class Lure:
    """What an attack is after: a file and an address that must never be asked for."""

    file: Path
    url: str
    recording: bytes
    avi: bytes


Build = Callable[[Lure], bytes]
# Harmless: what can be rescued of it may become a lecture, or any refusal will do.
HARMLESS = None


@dataclass(frozen=True)
class Vector:
    """An attack: the name it is uploaded under, and the code it must be refused with."""

    name: str
    build: Build
    refusal: Refusal | None


def text(template: str) -> Build:
    """A text in which FILE and URL stand for the lure."""

    def build(lure: Lure) -> bytes:
        return template.replace("FILE", str(lure.file)).replace("URL", lure.url).encode()

    return build


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{}\n#EXT-X-ENDLIST\n"
MPD = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT6S">
<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1000">
<BaseURL>{}</BaseURL></Representation></AdaptationSet></Period></MPD>"""
SVG = (
    '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="file://FILE"/></svg>'
)
ASS = (
    "[Script Info]\nScriptType: v4.00+\n[V4+ Styles]\n"
    "Format: Name, Fontname, Fontsize\nStyle: Default,FILE,20\n"
    "[Events]\nFormat: Start, End, Style, Text\nDialogue: 0:00:00.00,0:00:02.00,Default,Hello\n"
)
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of ISO/IEC 14496-12."""
    payload = b"".join(parts)
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def element(identity: str, *parts: bytes) -> bytes:
    """An element of EBML (RFC 8794) with a size of eight bytes."""
    payload = b"".join(parts)
    return bytes.fromhex(identity) + (1 << 56 | len(payload)).to_bytes(8, "big") + payload


def number(value: int) -> bytes:
    """An unsigned integer of EBML."""
    return value.to_bytes(max(1, -(-value.bit_length() // 8)), "big")


def matroska(*blocks: tuple[int, bytes], track: bytes = b"", duration_ms: float = 0) -> bytes:
    """A Matroska file with one track of raw 16-bit samples; blocks are (milliseconds, data)."""
    header = element("1a45dfa3", element("4282", b"matroska"), element("4287", number(4)))
    duration = element("4489", struct.pack(">d", duration_ms)) if duration_ms else b""
    info = element("1549a966", element("2ad7b1", number(1_000_000)), duration)
    audio = element("e1", element("b5", struct.pack(">f", 8000)), element("6264", number(16)))
    entry = element(
        "ae", element("d7", number(1)), element("73c5", number(1)), element("83", number(2)),
        element("86", b"A_PCM/INT/LIT"), audio, track,
    )  # fmt: skip
    clusters = [
        element("1f43b675", element("e7", number(at_ms)), element("a3", b"\x81\0\0\x80", data))
        for at_ms, data in blocks
    ]
    return header + element("18538067", info, element("1654ae6b", entry), *clusters)


def long_gap(hours: int) -> Build:
    """A few bytes, many hours, a few bytes: whoever fills the gap fills the disk."""

    def build(_lure: Lure) -> bytes:
        second = bytes(16_000)
        return matroska((0, second), (hours * 3_600_000, second))

    return build


def inflating_blocks(_lure: Lure) -> bytes:
    """Blocks of compressed zeros (ContentCompression, zlib): a thousandfold when read."""
    bomb = zlib.compress(bytes(9 << 20), 9)
    packing = element("6d80", element("6240", element("5034", element("4254", number(0)))))
    return matroska(*((at * 1000, bomb) for at in range(6)), track=packing)


def compressed_index(_lure: Lure) -> bytes:
    """QuickTime's compressed ``moov``, which claims to inflate to two thousand million bytes."""
    packed = zlib.compress(bytes(64 << 20), 9)
    size = struct.pack(">I", (1 << 31) - 1)
    cmov = box(b"cmov", box(b"dcom", b"zlib"), box(b"cmvd", size, packed))
    return box(b"ftyp", b"qt  \0\0\0\0qt  ") + box(b"moov", cmov)


def _rewrite(data: bytes, path: tuple[bytes, ...], change: Callable[[bytes], bytes]) -> bytes:
    """Replace the payload of the boxes at ``path``, mending the sizes around them."""
    result, at = [], 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        payload = data[at + 8 : at + size]
        if kind == path[0]:
            payload = change(payload) if len(path) == 1 else _rewrite(payload, path[1:], change)
        result.append(box(kind, payload))
        at += size
    return b"".join(result)


SAMPLES = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def endless_index(lure: Lure) -> bytes:
    """An MP4 whose tables speak of four thousand million samples."""
    many = 0xFFFFFFF0
    sizes = _rewrite(lure.recording, (*SAMPLES, b"stsz"), lambda _: struct.pack(">III", 0, 1, many))
    return _rewrite(sizes, (*SAMPLES, b"stts"), lambda _: struct.pack(">IIII", 0, 1, many, 512))


def external_reference(lure: Lure) -> bytes:
    """A movie whose samples lie in another file, named by an alias as QuickTime's editors did."""

    def alias(_payload: bytes) -> bytes:
        name = bytes(str(lure.file), "utf-8")
        path = name + b"\0" * (len(name) % 2)
        entry = b"".join((
            bytes(10), b"\x01/".ljust(28, b"\0"), bytes(12),
            (bytes([min(63, len(lure.file.name))]) + lure.file.name.encode()[:63]).ljust(64, b"\0"),
            bytes(16), struct.pack(">HH", 0, 0), bytes(16),
            struct.pack(">HH", 2, len(name)), path, struct.pack(">HH", 0xFFFF, 0),
        ))  # fmt: skip
        return struct.pack(">II", 0, 1) + box(b"alis", struct.pack(">I", 0), entry)

    return _rewrite(lure.recording, (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"), alias)


def reference_movie(lure: Lure) -> bytes:
    """QuickTime's reference movie: an index that only names the real address."""
    address = lure.url.encode() + b"\0"
    data = box(b"rdrf", struct.pack(">I4sI", 0, b"url ", len(address)), address)
    return box(b"ftyp", b"qt  \0\0\0\0qt  ") + box(b"moov", box(b"rmra", box(b"rmda", data)))


def gab2_in_avi(lure: Lure) -> bytes:
    """An AVI whose subtitle chunk (GAB2) holds a playlist, as in the attacks of 2016 and 2017."""
    playlist = HLS.format(f"file://{lure.file}").encode()
    name = "x".encode("utf-16-le") + b"\0\0"
    content = struct.pack("<HI", 4, len(playlist)) + playlist
    chunk = b"GAB2\0" + struct.pack("<HI", 2, len(name)) + name + content
    header = b"txts\0\0\0\0" + bytes(12) + struct.pack("<IIIII", 1, 1, 0, 1, 4096) + bytes(16)
    return _avi(header, bytes(40), _chunk(b"00tx", chunk))


def _avi(header: bytes, stream_format: bytes, *chunks: bytes) -> bytes:
    """An AVI of one stream: its ``strh``, its ``strf``, and what lies in ``movi``."""
    stream = _chunk(b"LIST", b"strl" + _chunk(b"strh", header) + _chunk(b"strf", stream_format))
    main = _chunk(b"avih", struct.pack("<14I", 40000, 0, 0, 16, 1, 0, 1, 0, 64, 64, 0, 0, 0, 0))
    top = _chunk(b"LIST", b"hdrl" + main + stream)
    return _chunk(b"RIFF", b"AVI " + top + _chunk(b"LIST", b"movi" + b"".join(chunks)))


def _chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)


def avi_then_playlist(lure: Lure) -> bytes:
    """An AVI that breaks off into a playlist: older probes went on to guess."""
    return lure.avi[:400] + HLS.format(lure.url).encode() * 40


def linked_segments(lure: Lure) -> bytes:
    """Matroska that continues in another file (ordered chapters, next segment by name)."""
    linked = (
        element("3eb923", bytes(range(16)))
        + element("3e83bb", str(lure.file).encode())
        + element("7384", lure.url.encode())
    )
    made = matroska((0, bytes(16_000)), (1000, bytes(16_000)))
    info = bytes.fromhex("1549a966")
    at = made.index(info)
    return made[:at] + element("1549a966", element("2ad7b1", number(1_000_000)), linked) + made[at:]


def id3_before_playlist(lure: Lure) -> bytes:
    """A tag of MP3 in front of a playlist."""
    return b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + HLS.format(lure.url).encode()


def embedded_pictures(_lure: Lure) -> bytes:
    """An MP3 tag with a cover of 60,000 × 60,000 pixels, before real sound frames."""
    frame = b"\0image/png\0\x03\0" + _png(60_000)
    tag = b"APIC" + _synchsafe(len(frame)) + b"\0\0" + frame
    return b"ID3\x04\0\0" + _synchsafe(len(tag)) + tag + SILENT_MP3


def huge_picture(declared: int) -> Build:
    """AVI with PNG pictures of 30,000 × 30,000 pixels in a few kilobytes each."""
    header = b"vidsMPNG" + bytes(12) + struct.pack("<IIIII", 1, 1, 0, 2, 1 << 20) + bytes(16)
    bitmap = struct.pack("<IiiHH4sIiiII", 40, declared, declared, 1, 24, b"MPNG", 0, 0, 0, 0, 0)
    return lambda _lure: _avi(header, bitmap, *[_chunk(b"00dc", _png(30_000))] * 2)


def _png(side: int) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1 << 20))
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(*chunk) for chunk in chunks)


def _png_chunk(kind: bytes, payload: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + payload))
    return struct.pack(">I", len(payload)) + kind + payload + checksum


def _synchsafe(value: int) -> bytes:
    return bytes(value >> shift & 127 for shift in (21, 14, 7, 0))


# MPEG-1 Layer III, 128 kbit/s, 44.1 kHz: a hundred frames of silence (ISO/IEC 11172-3).
SILENT_MP3 = (b"\xff\xfb\x90\x00" + bytes(413)) * 100


def with_attachments(lure: Lure) -> bytes:
    """Attachments with names that lead out of any directory, and a font."""
    files = [
        element(
            "61a7", element("466e", name.encode()), element("4660", kind.encode()),
            element("465c", b"MZ" + bytes(2000)), element("46ae", number(7 + place)),
        )
        for place, (name, kind) in enumerate((
            ("../../../../tmp/evil.exe", "application/x-msdownload"),
            (str(lure.file), "application/octet-stream"),
            ("evil.ttf", "application/x-truetype-font"),
        ))
    ]  # fmt: skip
    return matroska((0, bytes(16_000)), (1000, bytes(16_000))) + element("1941a469", *files)


def start_of(magic: bytes) -> Build:
    """A file of a kind that no lecture comes in: its first bytes, then nothing much."""
    return lambda _lure: magic.ljust(4096, b"\0")


REFUSED = Refusal
VECTORS = (
    Vector("playlist.mp4", text(HLS.format("file://FILE")), REFUSED.PLAYLIST),
    Vector("playlist-ssrf.mov", text(HLS.format("URL")), REFUSED.PLAYLIST),
    Vector("playlist-concat.avi", text(HLS.format("concat:URL|file:FILE")), REFUSED.PLAYLIST),
    Vector("playlist-subfile.mkv", text(HLS.format("subfile,,start,0,end,9,,:FILE")),
           REFUSED.PLAYLIST),
    Vector("playlist-data.mp4", text(HLS.format("data:video/mp4;base64,AAAA")), REFUSED.PLAYLIST),
    Vector("playlist-key.m4v", text('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="URL"\n'),
           REFUSED.PLAYLIST),
    Vector("playlist-late.mp4", text("\n\n \t\n" + HLS.format("FILE")), REFUSED.PLAYLIST),
    Vector("playlist-bom.mp4", text("\ufeff" + HLS.format("FILE")), REFUSED.PLAYLIST),
    Vector("playlist-utf16.mp4", lambda lure: HLS.format(lure.file).encode("utf-16"),
           REFUSED.PLAYLIST),
    Vector("dash.mp4", text(MPD.format("file://FILE")), REFUSED.PLAYLIST),
    Vector("dash-ssrf.mp4", text(MPD.format("URL")), REFUSED.PLAYLIST),
    Vector("ffconcat.mp4", text("ffconcat version 1.0\nfile 'FILE'\n"), REFUSED.PLAYLIST),
    Vector("concat-bare.mp4", text("file 'FILE'\nfile 'URL'\n"), REFUSED.TEXT_FILE),
    Vector("pls.wmv", text("[playlist]\nFile1=URL\nNumberOfEntries=1\n"), REFUSED.PLAYLIST),
    Vector("asx.wmv", text('<asx version="3.0"><entry><ref href="URL"/></entry></asx>'),
           REFUSED.PLAYLIST),
    Vector("smil.mp4", text('<smil><body><video src="URL"/></body></smil>'), REFUSED.PLAYLIST),
    Vector("xspf.mp4", text('<?xml version="1.0"?>\n<playlist version="1" xmlns="http://xspf.org/'
           'ns/0/"><trackList><track><location>URL</location></track></trackList></playlist>'),
           REFUSED.PLAYLIST),
    Vector("smooth.ismv", text('<?xml version="1.0"?><SmoothStreamingMedia MajorVersion="2"/>'),
           REFUSED.PLAYLIST),
    Vector("qt-media-link.mov", text('<?xml version="1.0"?><?quicktime type="application/'
           'x-quicktime-media-link"?><embed src="URL"/>'), REFUSED.PLAYLIST),
    Vector("session.mp4", text(SDP), REFUSED.TEXT_FILE),
    Vector("metadata.mp4", text(";FFMETADATA1\ntitle=FILE\n"), REFUSED.TEXT_FILE),
    Vector("avisynth.avi", text('DirectShowSource("FILE")\n'), REFUSED.TEXT_FILE),
    Vector("subtitles.mkv", text(ASS), REFUSED.TEXT_FILE),
    Vector("page.webm", text('<!doctype html><video src="URL"></video>'), REFUSED.TEXT_FILE),
    Vector("picture.mp4", text(SVG), REFUSED.IMAGE),
    Vector("postscript.mp4", text("%!PS-Adobe-3.0 EPSF-3.0\n(FILE) run\n"), REFUSED.DOCUMENT),
    Vector("postscript-dos.mp4", start_of(b"\xc5\xd0\xd3\xc6"), REFUSED.DOCUMENT),
    Vector("still.mp4", start_of(b"\x89PNG\r\n\x1a\n"), REFUSED.IMAGE),
    Vector("animation.mp4", start_of(b"GIF89a"), REFUSED.IMAGE),
    Vector("photo.mov", start_of(b"\xff\xd8\xff\xe0"), REFUSED.IMAGE),
    Vector("heif.mp4", start_of(b"\0\0\0\x18ftypheic"), REFUSED.IMAGE),
    Vector("zip.mp4", start_of(b"PK\x03\x04"), REFUSED.ARCHIVE),
    Vector("mxf.mp4", start_of(bytes.fromhex("060e2b34020501010d010201")), REFUSED.NOT_A_VIDEO),
    Vector("ivf.mp4", start_of(b"DKIF\0\0\x20\0AV01"), REFUSED.NOT_A_VIDEO),
    Vector("nut.mp4", start_of(b"nut/multimedia container\0"), REFUSED.NOT_A_VIDEO),
    Vector("y4m.mp4", start_of(b"YUV4MPEG2 W60000 H60000 F25:1\nFRAME\n"), REFUSED.NOT_A_VIDEO),
    Vector("real.mp4", start_of(b".RMF\0\0\0\x12"), REFUSED.NOT_A_VIDEO),
    Vector("program.mp4", start_of(b"\x7fELF\x02\x01\x01"), REFUSED.NOT_A_VIDEO),
    Vector("raw.mp4", start_of(b"\x80\x10" * 64), REFUSED.NOT_A_VIDEO),
    Vector("gab2.avi", gab2_in_avi, HARMLESS),
    Vector("tail.avi", avi_then_playlist, HARMLESS),
    Vector("alias.mov", external_reference, HARMLESS),
    Vector("reference.mov", reference_movie, REFUSED.NO_STREAMS),
    Vector("linked.mkv", linked_segments, HARMLESS),
    Vector("attachments.mkv", with_attachments, HARMLESS),
    Vector("tagged.mp3", id3_before_playlist, REFUSED.UNREADABLE),
    Vector("cover.mp3", embedded_pictures, HARMLESS),
    Vector("huge.avi", huge_picture(10_000), REFUSED.TOO_LARGE_PICTURE),
    Vector("huge-undeclared.avi", huge_picture(300), REFUSED.DECODE_FAILED),
    Vector("endless.mp4", endless_index, HARMLESS),
    Vector("inflating.mkv", inflating_blocks, HARMLESS),
    Vector("compressed-index.mov", compressed_index, HARMLESS),
    Vector("gap-20-hours.mkv", long_gap(20), REFUSED.TOO_LONG),
)  # fmt: skip
