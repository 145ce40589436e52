"""Hotspot: places to be marked on a picture."""

import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock

from .base import Content, InvalidResponse, Response, Score, View
from .geometry import ELLIPSE, POLYGON, NotARegion, Point, Region, most_hits, parse_region
from .numbers import parse_number
from .parts import (
    ItemBlock,
    StemItemType,
    entries,
    explanation_block,
    feedback_block,
    image_alt_block,
    read_list,
    read_text,
    references_block,
    stem_block,
)
from .recordings import explanation_video_block, video_block

# Pixels a browser without script shows the picture in: its clicks come in these.
SHOWN_WIDTH = 640


class RegionBlock(blocks.StructBlock):
    """A region to be found, or one that is often mistaken for it."""

    name = blocks.CharBlock(
        label=_("What is there"), max_length=120, help_text=_("Shown only after answering.")
    )
    shape = blocks.ChoiceBlock(
        label=_("Shape"),
        choices=[(ELLIPSE, _("Ellipse")), (POLYGON, _("Polygon"))],
        default=ELLIPSE,
    )
    coordinates = blocks.TextBlock(
        label=_("Coordinates"),
        rows=2,
        help_text=_(
            "In per cent of width and height from the top left corner. Ellipse: centre, then "
            "radii, as in “40,55 6,4”. Polygon: its corners, as in “10,10 30,12 22,40”."
        ),
    )
    is_key = blocks.BooleanBlock(label=_("To be marked"), required=False, default=True)
    feedback = feedback_block()

    class Meta:
        icon = "crosshairs"
        label = _("Region")

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        value = super().clean(value)
        try:
            parse_region(value["shape"], value["coordinates"])
        except NotARegion:
            message = _("Write pairs such as “40,55 6,4”: numbers between 0 and 100.")
            raise StructBlockValidationError(
                block_errors={"coordinates": ValidationError(message)}
            ) from None
        return value


class HotspotBlock(ItemBlock):
    """The editing form of a hotspot item."""

    stem = stem_block(_("What to mark on the picture."))
    image = ImageChooserBlock(label=_("Picture"))
    image_alt = image_alt_block()
    video = video_block()
    regions = blocks.ListBlock(RegionBlock(), label=_("Regions"), min_num=1, max_num=12)
    marks = blocks.IntegerBlock(
        label=_("Marks"),
        min_value=1,
        max_value=12,
        default=1,
        help_text=_("How many places learners may mark. More than there are costs them points."),
    )
    tolerance = blocks.FloatBlock(
        label=_("Tolerance"),
        min_value=0,
        max_value=20,
        default=1,
        help_text=_(
            "How far outside a region a mark still counts, in per cent of the picture's width."
        ),
    )
    aspect = blocks.FloatBlock(
        label=_("Height divided by width"),
        default=1,
        help_text=_("Of the picture; filled in when you save."),
    )
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "crosshairs"
        label = _("Place on a picture")
        preview_value = {
            "stem": "<p>Mark the nodule.</p>",
            "image": None,
            "image_alt": "Chest radiograph",
            "regions": [
                {
                    "name": "Nodule in the right upper lobe",
                    "shape": ELLIPSE,
                    "coordinates": "30,25 4,4",
                    "is_key": True,
                    "feedback": "Behind the first rib, where nodules hide.",
                }
            ],
            "marks": 1,
            "tolerance": 1,
            "aspect": 1,
            "explanation": "",
        }
        template = "quizzes/blocks/hotspot.html"
        description = _("Places to be marked on a picture")
        # Where the script that draws regions finds the form (frontend/src/regions).
        form_attrs = {"data-draws-regions": ""}

    def check_parts(self, value: blocks.StructValue) -> None:
        if not any(region["is_key"] for region in value["regions"]):
            raise StructBlockValidationError(
                block_errors={},
                non_block_errors=[ValidationError(_("At least one region must be one to mark."))],
            )
        value["aspect"] = round(value["image"].height / value["image"].width, 4)


class Hotspot(StemItemType):
    code = "hotspot"
    template = "quizzes/items/hotspot.html"

    def block(self) -> blocks.StructBlock:
        return HotspotBlock()

    def asked(self, content: Content, given: Response) -> View:
        return {
            "wanted": content["marks"],
            "shown_width": SHOWN_WIDTH,
            "shown_height": round(SHOWN_WIDTH * _aspect(content)),
            "marks": [
                {"x": x, "y": y, "number": number, "value": f"{x},{y}"}
                for number, (x, y) in enumerate(given.get("points", []), start=1)
            ],
        }

    def explained(self, content: Content, response: Response) -> View:
        points = [(x, y) for x, y in response["points"]]
        regions = [_drawn(content, value, points) for _id, value in entries(content, "regions")]
        marks = self.asked(content, response)["marks"]
        for mark in marks:
            mark["correct"] = any(
                region["is_key"] and _hits(content, region["region"], (mark["x"], mark["y"]))
                for region in regions
            )
        for region in regions:
            del region["region"]
        return {"regions": regions, "marks": marks}

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        points = [point for text in read_list(data, "point")[:50] if (point := _point(text))]
        removed = read_text(data, "remove", 4)
        added = _clicked(data) or _typed(data)
        if removed.isdecimal() and 0 < int(removed) <= len(points):
            del points[int(removed) - 1]
        elif added:
            points.append(added)
        response = {"points": [list(point) for point in points[-content["marks"] :]]}
        if removed or "add" in data or "click.x" in data:
            # A mark set or taken away, by a browser without script: not the answer yet.
            raise InvalidResponse("", draft=response)
        if not points:
            raise InvalidResponse(gettext("Mark a place on the picture, then answer."))
        return response

    def score(self, content: Content, response: Response) -> Score:
        keys = [_region(value) for _id, value in entries(content, "regions") if value.get("is_key")]
        points = [(x, y) for x, y in response.get("points", [])]
        hits = most_hits(
            points, [[_hits(content, region, point) for region in keys] for point in points]
        )
        too_many = max(0, len(points) - len(keys))
        share = max(0.0, (hits - too_many) / len(keys))
        return Score(points=share * self.possible(content), possible=self.possible(content))

    def key(self, content: Content) -> Response:
        regions = [_region(v) for _id, v in entries(content, "regions") if v.get("is_key")]
        return {"points": [list(r.inner_point) for r in regions[: max(1, content["marks"])]]}


def _aspect(content: Content) -> float:
    return content.get("aspect") or 1.0


def _region(value: Mapping[str, Any]) -> Region:
    return parse_region(value["shape"], value["coordinates"])


def _hits(content: Content, region: Region, point: Point) -> bool:
    tolerance = content.get("tolerance") or 0.0
    return region.contains(point, tolerance=tolerance, aspect=_aspect(content))


def _drawn(content: Content, value: Mapping[str, Any], points: list[Point]) -> dict[str, Any]:
    """A region for the review: its outline as SVG wants it, and whether it was found."""
    region = _region(value)
    return {
        "region": region,
        "name": value["name"],
        "is_key": bool(value.get("is_key")),
        "found": any(_hits(content, region, point) for point in points),
        "feedback": value.get("feedback") or "",
        **outline(region),
    }


def outline(region: Region) -> dict[str, Any]:
    """A region's shape in a drawing 100 wide and 100 high."""
    if region.shape == ELLIPSE:
        (cx, cy), (rx, ry) = region.points
        return {"shape": ELLIPSE, "cx": cx, "cy": cy, "rx": rx, "ry": ry}
    return {"shape": POLYGON, "corners": " ".join(f"{x},{y}" for x, y in region.points)}


def _point(text: str) -> Point | None:
    x, _comma, y = text.partition(",")
    return _of_numbers(x, y)


def _of_numbers(x: str, y: str) -> Point | None:
    left, top = parse_number(x), parse_number(y)
    if left is None or top is None or not (0 <= left <= 100 and 0 <= top <= 100):
        return None
    return round(float(left), 2), round(float(top), 2)


def _typed(data: Mapping[str, Any]) -> Point | None:
    return _of_numbers(read_text(data, "x", 10), read_text(data, "y", 10))


def _clicked(data: Mapping[str, Any]) -> Point | None:
    """A click on the picture as an `<input type=image>` sends it; Enter in a field sends 0, 0."""
    x, y = (parse_number(read_text(data, f"click.{axis}", 10)) for axis in "xy")
    width, height = (
        parse_number(read_text(data, f"shown_{side}", 10)) for side in ("width", "height")
    )
    if not (x and y and width and height) or x > width or y > height or x < 0 or y < 0:
        return None
    place = round(100 * float(x / width), 2), round(100 * float(y / height), 2)
    return place if all(math.isfinite(one) for one in place) else None
