"""Slides as pictures: the words and pictures of a script go through the typesetter."""

import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typst
from PIL import Image

from hub.demo.lectures.script import Script, Slide

SLIDE_SIZE_PX = (1280, 720)
TEMPLATE = Path(__file__).resolve().parent / "slides.typ"

# One point of the template becomes one pixel.
_PIXELS_PER_INCH = 72

# No picture is shown larger than this, except under the title.
_LONGEST_SIDE_PX = 720

_NO_BREAK = "\N{NO-BREAK SPACE}"
_RUSSIAN_SHORT_WORD = re.compile(r"(?<![\w-])([А-Яа-яЁё]{1,2}|при|для|или|без|над|под|не) ")
_NUMBER_AND_UNIT = re.compile(r"(\d) (?=(?:мм|мл|см|лет|год|года|минут|месяц|HU|mm|mL|cm)|%)")
_SIGN_AND_NUMBER = re.compile(r"([<>≥≤]) (?=\d)|\b([WL]) (?=[\d\u2212])")
_RANGE = re.compile(r"(?<=\d)–(?=\d)")
_JOINER = "\N{WORD JOINER}"


@dataclass(frozen=True)
class Page:
    """One picture to typeset: a slide with its pictures, and a label over a moving one."""

    slide: Slide
    number: int
    pictures: tuple[Image.Image, ...]
    label: str = ""


def typeset(*, script: Script, pages: Sequence[Page]) -> list[bytes]:
    """Set every page and return it as a PNG of SLIDE_SIZE_PX, in order."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(TEMPLATE, root / TEMPLATE.name)
        deck = {
            "language": script.language,
            "title": _unbroken(script.title),
            "speaker": script.speaker,
            "references": [reference.full for reference in script.references],
            "pages": [
                _page_data(page=page, index=index, total=len(script.slides), root=root)
                for index, page in enumerate(pages)
            ],
        }
        (root / "deck.json").write_text(json.dumps(deck, ensure_ascii=False), encoding="utf-8")
        images = typst.compile(
            str(root / TEMPLATE.name),
            root=str(root),
            format="png",
            ppi=_PIXELS_PER_INCH,
            ignore_system_fonts=True,
        )
    return [images] if isinstance(images, bytes) else images


def _page_data(*, page: Page, index: int, total: int, root: Path) -> dict:
    slide = page.slide
    return {
        "layout": slide.layout,
        "heading": _unbroken(slide.heading),
        "points": [_unbroken(point) for point in slide.points],
        "rows": [[_unbroken(cell) for cell in row] for row in slide.rows],
        "formula": slide.formula,
        "citations": list(slide.citations),
        "label": page.label,
        "number": page.number,
        "total": total,
        "pictures": [
            _picture_data(page=page, position=position, name=f"{index}-{position}.png", root=root)
            for position in range(len(page.pictures))
        ],
    }


def _picture_data(*, page: Page, position: int, name: str, root: Path) -> dict:
    picture = page.pictures[position].copy()
    if page.slide.layout != "title":
        picture.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
    picture.save(root / name, compress_level=1)
    marks = [mark for mark in page.slide.marks if mark.picture == position]
    return {
        "path": name,
        "width": picture.width,
        "height": picture.height,
        "marks": [{"x": mark.x, "y": mark.y, "angle": mark.angle_deg} for mark in marks],
    }


def _unbroken(text: str) -> str:
    """Tie short Russian words and units to what they belong to, so no line ends on them."""
    tied = _RUSSIAN_SHORT_WORD.sub(rf"\1{_NO_BREAK}", text)
    tied = _RUSSIAN_SHORT_WORD.sub(rf"\1{_NO_BREAK}", tied)
    tied = _NUMBER_AND_UNIT.sub(rf"\1{_NO_BREAK}", tied)
    tied = _SIGN_AND_NUMBER.sub(rf"\1\2{_NO_BREAK}", tied)
    tied = _RANGE.sub(f"{_JOINER}–{_JOINER}", tied)
    return tied.replace("/", f"{_JOINER}/{_JOINER}")
