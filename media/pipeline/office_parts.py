"""A PowerPoint file without what could lead out of it, or grow without end.

LibreOffice is given a copy that holds the parts needed to draw slides and nothing else: no link
to a file or an address elsewhere (text may keep its hyperlinks, which nothing follows), no macro,
no document or control embedded in a slide (the picture of it that PowerPoint keeps is drawn),
and no more bytes than were agreed on, counted while they are unpacked and not as the file claims.
Standard library only, so that it also starts in a small box.
"""

import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree as ET

from media.pipeline.refusals import Refusal, Refused

MOST_PARTS = 20_000
# Three times the largest document that is accepted.
MOST_UNPACKED_BYTES = 600 << 20
# Relationship parts are short lists; they are parsed by us.
MOST_LINKS_BYTES = 4 << 20

_PIECE = 1 << 20
_IS_ENCRYPTED = 0x1
_SLIDE = re.compile(r"ppt/slides/[^/]+\.xml")
_SHOWN = re.compile(rb"<(?:\w+:)?sldId[\s/>]")
# Vector pictures may name other files; PowerPoint keeps a bitmap beside each. What is embedded is
# a document for another program, with readers and faults of its own.
_LEFT_OUT = re.compile(r".*\.svg|.*/vbaproject\.bin|(.*/)?(embeddings|activex)/.*", re.IGNORECASE)
# The same under any other name: what leads to it, by the last word of its type.
_EMBEDDED = frozenset(
    {"oleobject", "package", "control", "activexcontrolbinary", "vbaproject", "keycustomizations"}
)
_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"


class _Plain(ET.TreeBuilder):
    """Elements alone: ECMA-376 part 2 allows no document type in a package."""

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        raise Refused(Refusal.SLIDES_UNREADABLE, f"a document type {name!r}")


def harmless_copy(source: Path, target: Path, *, most_slides: int) -> None:
    """Write the parts of ``source`` that are needed to draw its slides to ``target``.

    Raises ``Refused`` with SLIDES_UNREADABLE, SLIDES_LOCKED or TOO_MANY_SLIDES.
    """
    try:
        with zipfile.ZipFile(source) as package, zipfile.ZipFile(target, "w") as copy:
            _copy_parts(package, copy, most_slides)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ET.ParseError) as error:
        raise Refused(Refusal.SLIDES_UNREADABLE, repr(error)) from error


def _copy_parts(package: zipfile.ZipFile, copy: zipfile.ZipFile, most_slides: int) -> None:
    # A name that is there twice counts once: which one another program takes is anybody's guess.
    parts = {part.filename: part for part in package.infolist() if _is_wanted(part)}
    if len(parts) > MOST_PARTS:
        raise Refused(Refusal.SLIDES_UNREADABLE, f"{len(parts)} parts")
    if any(part.flag_bits & _IS_ENCRYPTED for part in parts.values()):
        raise Refused(Refusal.SLIDES_LOCKED)
    slides = sum(bool(_SLIDE.fullmatch(name)) for name in parts)
    if slides > most_slides:
        raise Refused(Refusal.TOO_MANY_SLIDES, f"{slides} slides")
    room = MOST_UNPACKED_BYTES
    for name, part in parts.items():
        # By name and place alone: what was claimed of size and time is not handed on.
        with package.open(part) as opened, copy.open(zipfile.ZipInfo(name), "w") as out:
            if name.lower().endswith(".rels"):
                out.write(_inner_links(opened.read(MOST_LINKS_BYTES + 1)))
                continue
            shown = 0
            while piece := opened.read(_PIECE):
                room -= len(piece)
                if room < 0:
                    raise Refused(Refusal.SLIDES_UNREADABLE, "too large when unpacked")
                shown += len(_SHOWN.findall(piece)) if name == "ppt/presentation.xml" else 0
                out.write(piece)
        if shown > most_slides:
            raise Refused(Refusal.TOO_MANY_SLIDES, f"{shown} slides shown")


def _is_wanted(part: zipfile.ZipInfo) -> bool:
    path = Path(part.filename)
    return not (
        part.is_dir()
        or path.is_absolute()
        or ".." in path.parts
        or _LEFT_OUT.fullmatch(part.filename)
    )


def _inner_links(content: bytes) -> bytes:
    """The relationships to what slides show inside the package, and hyperlinks."""
    if len(content) > MOST_LINKS_BYTES:
        raise Refused(Refusal.SLIDES_UNREADABLE, "a list of links without end")
    # A document type, the way to entities, ends the parsing.
    root = ET.fromstring(content, ET.XMLParser(target=_Plain()))  # noqa: S314
    for link in list(root):
        is_outside = link.get("TargetMode", "Internal").strip().lower() != "internal"
        kind = link.get("Type", "").rpartition("/")[2].lower()
        is_hyperlink = kind == "hyperlink"
        if kind in _EMBEDDED:
            root.remove(link)
        elif ":" in link.get("Target", "") or is_outside:
            if is_hyperlink and is_outside:
                continue
            root.remove(link)
    ET.register_namespace("", _NAMESPACE)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
