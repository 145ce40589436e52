"""What questions on a stack have in common: the place they are asked about, forms, and marks.

An answer is stored as learners give it: image counted from one, distances from left and top in per
cent of the image. So it can be typed, drawn, and read in a table.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from quizzes.item_types import InvalidResponse
from quizzes.item_types.base import Content, Response, Score, View
from quizzes.item_types.numbers import parse_number
from quizzes.item_types.parts import (
    ItemBlock,
    StemItemType,
    explanation_block,
    read_text,
    references_block,
    stem_block,
)

from .scoring import Ellipse, Line, Region
from .space import NotASpace, StackSpace, space_of

# Thousandths of a per cent: finer than a pixel of the largest radiograph.
_DIGITS = 3
# What is lost of a distance when an answer is written down.
_WRITTEN_MM = 0.01


class NotAPlace(ValueError):
    """The author has not said yet where on a stack the answer lies, or not in the right shape."""


@dataclass(frozen=True)
class Place:
    """Where on which stack the answer lies; `mark` in the shape the type wants."""

    case: str
    series: str
    space: StackSpace
    mark: Mapping[str, Any]

    def region(self) -> Region:
        mark = self.mark
        try:
            outline = Ellipse(
                at=int(mark["at"]),
                x=float(mark["x"]),
                y=float(mark["y"]),
                rx=abs(float(mark.get("rx") or 0)),
                ry=abs(float(mark.get("ry") or 0)),
            )
            depth = abs(float(mark.get("depth_mm") or 0))
        except (KeyError, TypeError, ValueError) as error:
            raise NotAPlace(str(error)) from None
        if not 0 <= outline.at < self.space.count:
            raise NotAPlace("image")
        return Region(outline=outline, depth_mm=depth)

    def images(self) -> tuple[int, int]:
        """First and last image of the range, from zero."""
        try:
            first, last = int(self.mark["first"]), int(self.mark["last"])
        except (KeyError, TypeError, ValueError) as error:
            raise NotAPlace(str(error)) from None
        if not 0 <= first <= last < self.space.count:
            raise NotAPlace("images")
        return first, last

    def line(self) -> Line:
        try:
            (x1, y1), (x2, y2) = self.mark["points"]
            line = Line(int(self.mark["at"]), (float(x1), float(y1)), (float(x2), float(y2)))
        except (KeyError, TypeError, ValueError) as error:
            raise NotAPlace(str(error)) from None
        if not 0 <= line.at < self.space.count or line.start == line.end:
            raise NotAPlace("line")
        return line


def read_place(content: Mapping[str, Any]) -> Place:
    """The place that an item's content says; raises `NotAPlace`."""
    try:
        data = json.loads(content.get("place") or "")
        space = space_of(data["stack"])
        return Place(str(data["case"]), str(data["series"]), space, dict(data["mark"]))
    except (KeyError, TypeError, ValueError, NotASpace) as error:
        raise NotAPlace(str(error)) from None


def place_block() -> blocks.TextBlock:
    return blocks.TextBlock(
        label=_("Place on the stack"),
        rows=2,
        help_text=_(
            "Drawn on the page “Marks on the stack” of the case: draw a mark there, then choose "
            "“Make a question”. Nothing has to be written here."
        ),
    )


def tolerance_block() -> blocks.FloatBlock:
    return blocks.FloatBlock(
        label=_("Tolerance, mm"),
        min_value=0,
        max_value=100,
        default=2,
        help_text=_("How far off an answer may be for full marks."),
    )


def reach_block() -> blocks.FloatBlock:
    return blocks.FloatBlock(
        label=_("Reach, mm"),
        min_value=0,
        max_value=200,
        default=10,
        help_text=_("From the tolerance on marks fall evenly; at this distance nothing is left."),
    )


class StackBlock(ItemBlock):
    """Abstract: the editing form of a question on a stack."""

    stem = stem_block(_("What to look for on the stack."))
    place = place_block()
    tolerance_mm = tolerance_block()
    reach_mm = reach_block()
    explanation = explanation_block()
    references = references_block()

    class Meta:
        icon = "crosshairs"
        template = "cases/blocks/stack_item.html"

    def check_mark(self, place: Place) -> None:
        """Raise `NotAPlace` where the mark has not the shape of this type."""

    def check_parts(self, value: blocks.StructValue) -> None:
        try:
            self.check_mark(read_place(value))
        except NotAPlace:
            message = _("Draw the place on the page “Marks on the stack” of the case.")
            raise StructBlockValidationError(
                block_errors={"place": ValidationError(message)}
            ) from None
        if value["reach_mm"] < value["tolerance_mm"]:
            message = _("The reach can't be less than the tolerance.")
            raise StructBlockValidationError(
                block_errors={"reach_mm": ValidationError(message)}
            ) from None


class StackItemType(StemItemType):
    """An item whose answer is given on a stack. `ask` tells the page what is to be drawn."""

    template = "cases/items/stack_item.html"
    ask: str
    # Fields of the form beside the image's number, in their order.
    fields: tuple[str, ...] = ()

    def asked(self, content: Content, given: Response) -> View:
        place = read_place(content)
        return {
            "case": place.case,
            "series": place.series,
            "ask": self.ask_of(content),
            "count": place.space.count,
            "given": {name: given.get(name, "") for name in ("image", *self.fields_of(content))},
        }

    def ask_of(self, content: Content) -> str:  # noqa: ARG002  one type asks as its author likes
        return self.ask

    def fields_of(self, content: Content) -> tuple[str, ...]:  # noqa: ARG002
        return self.fields

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        place, fields = read_place(content), self.fields_of(content)
        texts = {name: read_text(data, name, 20) for name in ("image", *fields)}
        draft = {name: text for name, text in texts.items() if text}
        image = parse_number(texts["image"])
        if image is None or image != int(image) or not 1 <= image <= place.space.count:
            raise InvalidResponse(self.sentence(content), draft=draft)
        numbers = {name: _per_cent(texts[name]) for name in fields}
        if any(number is None for number in numbers.values()):
            raise InvalidResponse(self.sentence(content), draft=draft)
        return {"image": int(image)} | numbers

    def sentence(self, content: Content) -> str:  # noqa: ARG002
        """What to do, for who has not answered yet."""
        return gettext("Mark the place on the stack, then answer.")

    def share(self, content: Content, response: Response) -> float:
        """What a response is worth, 0 to 1."""
        raise NotImplementedError

    def score(self, content: Content, response: Response) -> Score:
        possible = self.possible(content)
        return Score(points=possible * self.share(content, response), possible=possible)

    def limits(self, content: Content) -> dict[str, float]:
        tolerance = float(content.get("tolerance_mm") or 0)
        return {
            "tolerance": tolerance,
            "reach": max(tolerance, float(content.get("reach_mm") or 0)),
        }


def _per_cent(text: str) -> float | None:
    number = parse_number(text)
    return round(float(number), _DIGITS) if number is not None and 0 <= number <= 100 else None


def without_rounding(distance_mm: float) -> float:
    """A distance less what rounding an answer may have put to it."""
    return max(0.0, distance_mm - _WRITTEN_MM)


def to_pixel(space: StackSpace, x: float, y: float) -> tuple[float, float]:
    """Column and row, from per cent of the image's width and height."""
    return x / 100 * space.columns - 0.5, y / 100 * space.rows - 0.5


def to_per_cent(space: StackSpace, x: float, y: float) -> tuple[float, float]:
    """Per cent of the image's width and height, from column and row; never off the image."""
    wide, high = 100 * (x + 0.5) / space.columns, 100 * (y + 0.5) / space.rows
    return (
        round(min(100.0, max(0.0, wide)), _DIGITS),
        round(min(100.0, max(0.0, high)), _DIGITS),
    )


def author_ellipse(region: Region) -> View:
    """The author's region as a mark to draw, pixels from zero."""
    outline = region.outline
    return {
        "kind": "author",
        "shape": "ellipse",
        "at": outline.at,
        "points": [[outline.x, outline.y]],
        "radii": [outline.rx, outline.ry],
    }
