"""PDFs that try to read what they shouldn't, or to use up the machine, written by us.

They are built object by object (ISO 32000-1), so that every attack says what it is about. The
lure (:class:`tests.media.attacks.vectors.Lure`) is the file and the address they try to reach.
"""

import functools
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media.pipeline.refusals import Refusal
from tests.media.attacks.vectors import Lure

# Harmless: pages were drawn, without what the attack was after.
HARMLESS = None
FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 320 180] "
WORDS = b"BT /F 24 Tf 20 20 Td (Lung nodules) Tj ET"


@dataclass(frozen=True)
class Attack:
    """A document: its name, how it is made, and the codes it may be refused with."""

    name: str
    build: Callable[[Lure], bytes]
    ends: tuple[Refusal | None, ...]


def pdf(
    content: bytes = WORDS,
    *,
    page: bytes = b"",
    box: bytes = b"[0 0 320 180]",
    catalog: bytes = b"",
    pages: bytes = b"/Kids [3 0 R] /Count 1",
    more: Sequence[bytes] = (),
    trailer: bytes = b"",
    startxref: int | None = None,
) -> bytes:
    """A PDF of one page. `more` are the objects from number 6 on, `page` and others are entries."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages " + pages + b" >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox " + box + b" /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> /Pattern << /P 6 0 R >> >> "
        + page + b" >>",
        stream(content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *more,
    ]  # fmt: skip
    written, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R " % (len(objects) + 1) + trailer + b" >>\n"
    written += b"startxref\n%d\n%%%%EOF\n" % (table if startxref is None else startxref)
    return bytes(written)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object of PDF."""
    return b"<< /Length %d " % len(data) + entries + b" >>\nstream\n" + data + b"\nendstream"


def picture(data: bytes, *, side: int, filters: bytes, entries: bytes = b"") -> bytes:
    """A PDF whose page is one picture of `side` pixels each way."""
    entries = (
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 "
        b"/ColorSpace /DeviceGray /Filter " % (side, side) + filters + b" " + entries
    )
    return pdf(b"q 320 0 0 180 0 0 cm /X Do Q", more=[stream(data, entries)])


def many_pages(count: int) -> bytes:
    kids = b" ".join([b"3 0 R"] * count)
    return pdf(pages=b"/Kids [" + kids + b"] /Count %d" % count)


def laughing_forms(levels: int = 12, times: int = 10) -> bytes:
    """Forms that each draw the next one ten times: a few lines, a million million rectangles."""
    more = []
    for level in range(levels):
        following = b"/Resources << /XObject << /X %d 0 R >> >>" % (7 + level)
        is_last = level == levels - 1
        more.append(
            stream(
                b"0 0 9 9 re f " if is_last else b"/X Do " * times,
                FORM + (b"" if is_last else following),
            )
        )
    return pdf(b"/X Do", more=more)


def form_in_itself() -> bytes:
    entries = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    )
    return pdf(b"/X Do", more=[stream(b"/X Do /X Do", entries)])


def jpeg(width: int, height: int) -> bytes:
    """The beginning of a JPEG (ITU-T T.81) that promises a size, and hardly any data."""
    frame = b"\xff\xc0" + struct.pack(">HBHHB3B", 11, 8, height, width, 1, 1, 0x11, 0)
    tables = b"\xff\xdb\0\x43\0" + bytes([1]) * 64
    return b"\xff\xd8" + tables + frame + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + bytes(64)


def jpeg2000(side: int) -> bytes:
    """A JPEG 2000 codestream (ITU-T T.800, annex A) of `side` pixels each way, without data."""
    size = struct.pack(">HHIIIIIIIIH3B", 41, 0, side, side, 0, 0, side, side, 0, 0, 1, 7, 1, 1)
    coding = struct.pack(">HBBHBBBBBB", 12, 0, 0, 1, 0, 5, 4, 4, 0, 1)
    quantised = struct.pack(">HB", 19, 0x40) + bytes([0x40] * 16)
    tile = struct.pack(">HHIBB", 10, 0, 0, 0, 1)
    return (
        b"\xff\x4f\xff\x51" + size + b"\xff\x52" + coding + b"\xff\x5c" + quantised
        + b"\xff\x90" + tile + b"\xff\x93" + bytes(64) + b"\xff\xd9"
    )  # fmt: skip


def jbig2(side: int, regions: int) -> bytes:
    """JBIG2 segments (ITU-T T.88, 7.2): a page, and generic regions that each fill all of it."""
    page = struct.pack(">IBBBI", 0, 48, 0, 1, 19) + struct.pack(">IIIIBH", side, side, 0, 0, 0, 0)
    region = (
        struct.pack(">IIIIB", side, side, 0, 0, 0)
        + bytes([0])
        + struct.pack(">8b", 3, -1, -3, -1, 2, -2, -2, -2)
    )
    data = region + bytes(32)
    segments = b"".join(
        struct.pack(">IBBBI", number, 38, 0, 1, len(data)) + data
        for number in range(1, regions + 1)
    )
    return page + segments


@functools.cache
def deflated(times: int = 1) -> bytes:
    """Half a gigabyte of zeros, compressed `times` over."""
    if times > 1:
        return zlib.compress(deflated(times - 1), 9)
    packer = zlib.compressobj(6)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(512)) + packer.flush()


def aimed(template: bytes, lure: Lure) -> bytes:
    """Entries in which FILE and URL stand for the lure."""
    return template.replace(b"FILE", str(lure.file).encode()).replace(b"URL", lure.url.encode())


def active(lure: Lure) -> bytes:
    """Everything in a PDF that readers run or fetch of their own accord, or once asked to."""
    return pdf(
        b"/X Do " + WORDS,
        catalog=aimed(ACTIONS, lure),
        page=aimed(ANNOTATIONS, lure),
        more=[stream(b"", FORM + aimed(ELSEWHERE, lure))],
    )


ACTIONS = b"""
/OpenAction << /S /JavaScript /JS (app.launchURL('URL'); this.getURL('URL')) /Next [
<< /S /Launch /F (FILE) >> << /S /GoToR /F (FILE) /D [0 /Fit] >> << /S /URI /URI (URL) >>
<< /S /SubmitForm /F << /F (URL) >> >> ] >>
/AA << /WC << /S /URI /URI (URL) >> >>"""
ANNOTATIONS = b"""
/AA << /O << /S /URI /URI (URL) >> >> /Annots [
<< /Type /Annot /Subtype /Link /Rect [0 0 320 180] /A << /S /URI /URI (URL) >> >>
<< /Type /Annot /Subtype /Movie /Rect [0 0 99 99] /Movie << /F (FILE) >> >> ]"""
# The content is said to be in another file, or a page of one.
ELSEWHERE = b" /F (FILE) /Ref << /F (FILE) /Page 0 >>"

LOCKED = (
    b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (" + b"o" * 32 + b") /U (" + b"u" * 32
    + b") >> /ID [(a) (a)]"
)  # fmt: skip
SMALL_STEPS = stream(
    b"0 0 1 1 re f",
    b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] "
    b"/XStep 0.0001 /YStep 0.0001 /Resources << >>",
)
FUNCTION = b"<< /FunctionType 2 /Domain [0 1] /C0 [0 0 0] /C1 [1 1 1] /N 1 >>"
ANY_END = (HARMLESS, Refusal.SLIDES_UNREADABLE)
ANY_LIMIT = (*ANY_END, Refusal.OUT_OF_MEMORY)

PDFS = [
    Attack("no-table.pdf", lambda _: pdf(startxref=10**9), ANY_END),
    Attack("table-leads-to-itself.pdf", lambda _: pdf(trailer=b"/Prev 9"), ANY_END),
    Attack("only-a-beginning.pdf", lambda _: b"%PDF-1.7\n", (Refusal.SLIDES_UNREADABLE,)),
    Attack("cut.pdf", lambda _: pdf()[:300], ANY_END),
    Attack("pages-in-a-ring.pdf", lambda _: pdf(pages=b"/Kids [2 0 R] /Count 3"), ANY_END),
    Attack("no-pages.pdf", lambda _: pdf(pages=b"/Kids [] /Count 0"), (Refusal.SLIDES_UNREADABLE,)),
    Attack("says-a-million-pages.pdf", lambda _: pdf(pages=b"/Kids [3 0 R] /Count 1000000"),
           (Refusal.TOO_MANY_SLIDES, *ANY_END)),
    Attack("ten-thousand-pages.pdf", lambda _: many_pages(10_000), (Refusal.TOO_MANY_SLIDES,)),
    Attack("vast-page.pdf", lambda _: pdf(box=b"[0 0 1e30 1e30]"), ANY_END),
    Attack("thread-of-a-page.pdf", lambda _: pdf(box=b"[0 0 1 1000000]"), ANY_END),
    Attack("no-page-size.pdf", lambda _: pdf(box=b"[5 5 5 5]"), ANY_END),
    Attack("unit-of-a-million.pdf", lambda _: pdf(page=b"/UserUnit 1000000"), ANY_END),
    Attack("nested-without-end.pdf", lambda _: pdf(page=b"/N " + b"[" * 200_000), ANY_END),
    Attack("form-in-itself.pdf", lambda _: form_in_itself(), ANY_END),
    Attack("laughing-forms.pdf", lambda _: laughing_forms(), ANY_END),
    Attack("page-of-saved-states.pdf", lambda _: pdf(b"q " * 3_000_000), ANY_END),
    Attack("pattern-of-points.pdf",
           lambda _: pdf(b"/Pattern cs /P scn 0 0 320 180 re f", more=[SMALL_STEPS]), ANY_END),
    Attack("inflating-content.pdf", lambda _: pdf(more=[
        stream(deflated(), FORM + b"/Filter /FlateDecode")], content=b"/X Do"), ANY_LIMIT),
    Attack("inflating-twice.pdf", lambda _: pdf(more=[
        stream(deflated(2), FORM + b"/Filter [/FlateDecode /FlateDecode]")], content=b"/X Do"),
           ANY_LIMIT),
    Attack("flat-picture.pdf", lambda _: picture(deflated(), side=22_000,
           filters=b"/FlateDecode"), ANY_LIMIT),
    Attack("jpeg-of-65500.pdf", lambda _: picture(jpeg(65_500, 65_500), side=65_500,
           filters=b"/DCTDecode"), ANY_LIMIT),
    Attack("jpeg2000-of-60000.pdf", lambda _: picture(jpeg2000(60_000), side=60_000,
           filters=b"/JPXDecode"), ANY_LIMIT),
    Attack("jbig2-of-65000.pdf", lambda _: picture(jbig2(65_000, 1), side=65_000,
           filters=b"/JBIG2Decode"), ANY_LIMIT),
    Attack("jbig2-again-and-again.pdf", lambda _: picture(jbig2(20_000, 5_000), side=20_000,
           filters=b"/JBIG2Decode"), ANY_LIMIT),
    Attack("locked.pdf", lambda _: pdf(trailer=LOCKED), (Refusal.SLIDES_LOCKED,)),
    Attack("active.pdf", active, (HARMLESS,)),
]  # fmt: skip
