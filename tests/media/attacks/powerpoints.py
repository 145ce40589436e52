"""PowerPoint files that try to read what they shouldn't, or to use up the machine, written by us.

They are packages of XML parts (ECMA-376), built part by part.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from media.pipeline.refusals import Refusal
from tests.media.attacks.documents import ANY_END, HARMLESS, Attack
from tests.media.attacks.vectors import Lure

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:r="{_OFFICE}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_BODY = "application/vnd.openxmlformats-officedocument.presentationml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


@dataclass(frozen=True)
class Link:
    """A relationship of the first slide: its kind, and where it leads."""

    kind: str
    target: str
    is_outside: bool = True


def pptx(
    headings: Sequence[str],
    *,
    shapes: str = "",
    links: Sequence[Link] = (),
    parts: Mapping[str, bytes] | None = None,
    main: str = f"{_BODY}.presentation.main+xml",
    prolog: str = _XML,
) -> bytes:
    """A PowerPoint file with one slide for each heading; `shapes` and `links` are the first's."""
    numbers = range(1, len(headings) + 1)
    slides = "".join(
        f'<Override PartName="/ppt/slides/slide{number}.xml" ContentType="{_BODY}.slide+xml"/>'
        for number in numbers
    )
    listed = "".join(f'<p:sldId id="{255 + number}" r:id="r{number}"/>' for number in numbers)
    written = {
        "[Content_Types].xml": f"{_XML}<Types xmlns="
        '"http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default '
        'Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType='
        '"image/png"/><Override PartName="/ppt/presentation.xml" '
        f'ContentType="{main}"/>{slides}</Types>',
        "_rels/.rels": _links([Link("officeDocument", "ppt/presentation.xml", is_outside=False)]),
        "ppt/presentation.xml": f"{_XML}<p:presentation {_SPACES}><p:sldIdLst>{listed}"
        '</p:sldIdLst><p:sldSz cx="9144000" cy="5143500"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": _links(
            [Link("slide", f"slides/slide{number}.xml", is_outside=False) for number in numbers]
        ),
        "ppt/slides/_rels/slide1.xml.rels": _links(links),
    }
    for number, heading in enumerate(headings, 1):
        written[f"ppt/slides/slide{number}.xml"] = (
            f"{prolog}<p:sld {_SPACES}><p:cSld><p:spTree>{_GROUP}{_heading(heading)}"
            f"{shapes if number == 1 else ''}</p:spTree></p:cSld></p:sld>"
        )
    return zipped({**written, **(parts or {})})


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive of some named parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


_GROUP = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
_PLACE = '<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="4000000" cy="1500000"/></a:xfrm>'
_RECT = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'


def _links(links: Sequence[Link]) -> str:
    listed = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{link.kind}" Target="{link.target}"'
        + (' TargetMode="External"/>' if link.is_outside else "/>")
        for number, link in enumerate(links, 1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_XML}<Relationships xmlns="{space}">{listed}</Relationships>'


def _heading(text: str) -> str:
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="heading"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr>'
        f"{_PLACE.format(x=500000, y=500000)}{_RECT}</p:spPr><p:txBody><a:bodyPr/><a:p><a:r>"
        f'<a:rPr lang="en" sz="4000"/><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>'
    )


def linked_picture(attribute: str, number: int) -> str:
    """A picture whose data is a relationship, embedded or linked."""
    return (
        f'<p:pic><p:nvPicPr><p:cNvPr id="{10 + number}" name="p"/><p:cNvPicPr/><p:nvPr/>'
        "</p:nvPicPr>"
        f'<p:blipFill><a:blip r:{attribute}="r{number}"/><a:stretch><a:fillRect/></a:stretch>'
        f"</p:blipFill><p:spPr>{_PLACE.format(x=500000 + number * 99, y=2500000)}{_RECT}</p:spPr>"
        "</p:pic>"
    )


def linking(lure: Lure) -> bytes:
    """Pictures, a film and an object that lie elsewhere, linked in every way there is."""
    targets = [lure.file.as_uri(), lure.url, str(lure.file), f"\\\\127.0.0.1\\x\\{lure.file.name}"]
    links = [Link(kind, target) for kind in ("image", "video", "oleObject") for target in targets]
    # A link that leads out and calls itself inner.
    links += [Link("image", lure.file.as_uri(), is_outside=False)]
    shapes = "".join(
        linked_picture(attribute, number)
        for number in range(1, len(links) + 1)
        for attribute in ("link", "embed")
    )
    return pptx(["Linked"], shapes=shapes, links=links)


def svg_that_links(lure: Lure) -> bytes:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="99" height="99"><image xlink:href="{lure.file.as_uri()}" width="9" height="9"/>'
        f'<image xlink:href="{lure.url}" width="9" height="9"/></svg>'
    )
    return pptx(
        ["Drawn"],
        shapes=linked_picture("embed", 1),
        links=[Link("image", "../media/a.svg", is_outside=False)],
        parts={"ppt/media/a.svg": svg.encode()},
    )


def entity(lure: Lure) -> bytes:
    declared = f'{_XML}<!DOCTYPE x [<!ENTITY e SYSTEM "{lure.file.as_uri()}">]>'
    return pptx(["&e;"], prolog=declared)


def entity_in_links(lure: Lure) -> bytes:
    links = _links([]).replace("?>", f'?><!DOCTYPE x [<!ENTITY e SYSTEM "{lure.url}">]>', 1)
    return pptx(["x"], parts={"ppt/slides/_rels/slide1.xml.rels": links.encode()})


def macro(lure: Lure) -> bytes:
    """PowerPoint's own macros, and LibreOffice's Basic bound to an event, in one file."""
    basic = f'Sub Main\nShell "touch {lure.file.with_name("owned")}"\nEnd Sub'
    return pptx(
        ["Macro"],
        main="application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
        parts={
            "ppt/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
            "Basic/Standard/Module1.xml": basic.encode(),
        },
    )


# Opened by LibreOffice.
POWERPOINTS = [
    Attack("linking.pptx", linking, (HARMLESS,)),
    Attack("svg.pptx", svg_that_links, (HARMLESS,)),
    Attack("entity.pptx", entity, ANY_END),
    Attack("macro.pptx", macro, ANY_END),
    Attack("climbing.pptx", lambda _: pptx(["x"], parts={"../../owned": b"x", "/owned": b"x"}),
           (HARMLESS,)),
    Attack("not-a-presentation.pptx", lambda _: zipped({"ppt/x": b"x"}),
           (Refusal.SLIDES_UNREADABLE,)),
]  # fmt: skip

# Refused by what we read of it ourselves.
REFUSED_POWERPOINTS = [
    Attack("entity-in-links.pptx", entity_in_links, (Refusal.SLIDES_UNREADABLE,)),
    Attack("three-hundred-and-one.pptx", lambda _: pptx(["x"] * 301), (Refusal.TOO_MANY_SLIDES,)),
    Attack("one-slide-shown-often.pptx", lambda _: pptx(["x"], parts={"ppt/presentation.xml":
           b'<p:presentation xmlns:p="p">' + b'<p:sldId id="1"/>' * 10_000}),
           (Refusal.TOO_MANY_SLIDES,)),
    Attack("inflating.pptx", lambda _: pptx(["x"], parts={
        f"ppt/media/{number}.png": bytes(100 << 20) for number in range(7)}),
           (Refusal.SLIDES_UNREADABLE,)),
    Attack("links-without-end.pptx", lambda _: pptx(["x"], parts={
        "ppt/slides/_rels/slide1.xml.rels": b"<a/>" * (2 << 20)}), (Refusal.SLIDES_UNREADABLE,)),
    Attack("damaged.pptx", lambda _: pptx(["x"])[:-30], (Refusal.SLIDES_UNREADABLE,)),
]  # fmt: skip
