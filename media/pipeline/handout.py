"""A lecture's slides as a PDF document: each picture once, read aloud by screen readers.

Written by hand, one picture at a time, so that five hundred slides need no more memory than one.
Tagged as PDF/UA (ISO 14289-1) asks: each page a figure with the slide's words as its alternative
text, a title, a language; bookmarks lead to the slides (ISO 32000-1, 12.3.3 and 14.7).
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

from PIL import Image

from media.pipeline.disk import disk_errors
from media.pipeline.stills import Slide, Stills

DOCUMENT = "slides.pdf"
# Fewer are no set of slides: a speaker before a wall.
LEAST_PICTURES = 2
# As wide as PowerPoint's pages, in points.
PAGE_WIDTH_PT = 960.0
JPEG_QUALITY = 86

_CATALOG, _PAGES, _TREE, _DOCUMENT, _PARENTS, _OUTLINE, _XMP, _INFO = range(1, 9)
_FIRST = 9
# Objects of one slide: page, content, picture, structure element, bookmark.
_EACH = 5


@dataclass(frozen=True)
class HandoutWords:
    """What the document is called and says; `label` names a slide by its number."""

    title: str
    language: str
    label: Callable[[int], str]


def with_handout(
    made: Stills, out: Path, *, words: HandoutWords, on_tick: Callable[[], None] | None = None
) -> Stills:
    """Write the document beside the pictures in ``out``; without a set of slides there is none.

    ``on_tick`` is called for each slide. Raises ``Refused(DISK_FULL)``, and what ``on_tick`` does.
    """
    slides = distinct(made.slides)
    if len(slides) < LEAST_PICTURES:
        return made
    with disk_errors(), (out / DOCUMENT).open("wb") as file:
        _write(file, slides, out, words, on_tick or (lambda: None))
    return replace(made, document=DOCUMENT, document_bytes=(out / DOCUMENT).stat().st_size)


def distinct(slides: Sequence[Slide]) -> list[Slide]:
    """The slides in the order they come, one shown again only at its first place."""
    return list({slide.images[-1].name: slide for slide in reversed(slides)}.values())[::-1]


def _write(
    file: BinaryIO,
    slides: Sequence[Slide],
    folder: Path,
    words: HandoutWords,
    tick: Callable[[], None],
) -> None:
    places: dict[int, int] = {}

    def put(number: int, body: bytes) -> None:
        places[number] = file.tell()
        file.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    # The second line says that this is no text file.
    file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, body in _frame(len(slides), words):
        put(number, body)
    for place, slide in enumerate(slides):
        tick()
        for number, body in _page(place, slide, len(slides), folder, words):
            put(number, body)
    start = file.tell()
    size = _FIRST + _EACH * len(slides)
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        file.write(b"%010d 00000 n \n" % places[number])
    file.write(
        b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, _CATALOG, _INFO, start)
    )


def _frame(count: int, words: HandoutWords) -> Iterator[tuple[int, bytes]]:
    """What there is once in the document."""
    firsts = [_FIRST + _EACH * place for place in range(count)]
    title, language = _text(words.title), _text(words.language)
    yield (
        _CATALOG,
        (
            b"<< /Type /Catalog /Pages %d 0 R /StructTreeRoot %d 0 R /Outlines %d 0 R"
            b" /Metadata %d 0 R /Lang %b /MarkInfo << /Marked true >>"
            b" /ViewerPreferences << /DisplayDocTitle true >> >>"
            % (_PAGES, _TREE, _OUTLINE, _XMP, language)
        ),
    )
    yield _PAGES, b"<< /Type /Pages /Count %d /Kids [%b] >>" % (count, _refs(firsts))
    yield (
        _TREE,
        (
            b"<< /Type /StructTreeRoot /K [%d 0 R] /ParentTree %d 0 R /ParentTreeNextKey %d >>"
            % (_DOCUMENT, _PARENTS, count)
        ),
    )
    figures = [first + 3 for first in firsts]
    yield (
        _DOCUMENT,
        b"<< /Type /StructElem /S /Document /P %d 0 R /K [%b] >>"
        % (
            _TREE,
            _refs(figures),
        ),
    )
    by_page = b" ".join(b"%d [%d 0 R]" % (place, figure) for place, figure in enumerate(figures))
    yield _PARENTS, b"<< /Nums [%b] >>" % by_page
    yield (
        _OUTLINE,
        b"<< /Type /Outlines /Count %d /First %d 0 R /Last %d 0 R >>"
        % (
            count,
            firsts[0] + 4,
            firsts[-1] + 4,
        ),
    )
    xmp = _XMP_PACKET.format(title=escape(words.title), language=escape(words.language)).encode()
    yield _XMP, _stream(xmp, b"/Type /Metadata /Subtype /XML")
    yield _INFO, b"<< /Title %b >>" % title


def _page(
    place: int, slide: Slide, count: int, folder: Path, words: HandoutWords
) -> Iterator[tuple[int, bytes]]:
    """The objects of a slide's page."""
    page = _FIRST + _EACH * place
    content, picture, figure, bookmark = range(page + 1, page + _EACH)
    data, width, height = _jpeg(folder, slide)
    wide = b"%.2f" % PAGE_WIDTH_PT
    high = b"%.2f" % (PAGE_WIDTH_PT * height / width)
    yield (
        page,
        (
            b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %b %b] /Contents %d 0 R"
            b" /StructParents %d /Tabs /S /Resources << /XObject << /Slide %d 0 R >> >> >>"
            % (_PAGES, wide, high, content, place, picture)
        ),
    )
    drawn = b"/Figure << /MCID 0 >> BDC q %b 0 0 %b 0 0 cm /Slide Do Q EMC" % (wide, high)
    yield content, _stream(drawn, b"")
    yield (
        picture,
        _stream(
            data,
            b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB"
            b" /BitsPerComponent 8 /Filter /DCTDecode" % (width, height),
        ),
    )
    name = words.label(place + 1)
    said = " ".join(slide.text.split())
    yield (
        figure,
        (
            b"<< /Type /StructElem /S /Figure /P %d 0 R /Pg %d 0 R /K 0 /Alt %b"
            b" /A << /O /Layout /Placement /Block /BBox [0 0 %b %b] >> >>"
            % (_DOCUMENT, page, _text(f"{name}: {said}" if said else name), wide, high)
        ),
    )
    heading = next((line.strip() for line in slide.text.splitlines() if line.strip()), "")
    beside = b""
    if place:
        beside += b" /Prev %d 0 R" % (bookmark - _EACH)
    if place < count - 1:
        beside += b" /Next %d 0 R" % (bookmark + _EACH)
    yield (
        bookmark,
        b"<< /Title %b /Parent %d 0 R%b /Dest [%d 0 R /Fit] >>"
        % (
            _text(f"{place + 1}. {heading}" if heading else name),
            _OUTLINE,
            beside,
            page,
        ),
    )


def _jpeg(folder: Path, slide: Slide) -> tuple[bytes, int, int]:
    """The slide at its largest; text stays sharp where colour is not halved."""
    # Every reader of PDF knows JPEG; none knows AVIF or WebP.
    with Image.open(folder / slide.images[-1].name, formats=("WEBP", "AVIF")) as opened:
        picture = opened.convert("RGB")
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    return data.getvalue(), picture.width, picture.height


def _stream(data: bytes, entries: bytes) -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), entries, data)


def _refs(numbers: Sequence[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _text(words: str) -> bytes:
    """A text string, as UTF-16 in hexadecimal digits: nothing in it can be taken for syntax."""
    return b"<%b>" % ("\ufeff" + words).encode("utf-16-be", "replace").hex().encode()


_XMP_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
