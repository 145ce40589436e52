"""Drop zones of Moodle's "drag and drop markers", in pixels, and our regions, in per cent."""

import io
import math
import re
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from quizzes.item_types.geometry import ELLIPSE, POLYGON, parse_region

from .drafts import Draft
from .markup import to_text
from .xml_tree import Node

# Corners of a polygon that stands for an ellipse.
_CORNERS = 24


def picture_size(data: bytes) -> tuple[int, int]:
    """(width, height) in pixels; raises `ValueError`."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as problem:
        raise ValueError(_("The picture can't be read.")) from problem


def read_regions(draft: Draft, node: Node, data: bytes) -> tuple[list[dict[str, Any]], float]:
    """(regions, height by width) of a ddmarker question."""
    width, height = picture_size(data)
    labels = {drag.value("no"): to_text(drag.value("text")) for drag in node.all("drag")}
    dropped = {drop.value("choice") for drop in node.all("drop")}
    for number, label in labels.items():
        if number not in dropped:
            draft.note(
                _("The marker “%(label)s” belongs nowhere: it is left out.") % {"label": label}
            )
    if len(labels) > 1:
        draft.note(_("Places are marked here, not named: which marker goes where is not asked."))
    regions = []
    for drop in node.all("drop"):
        shape, coordinates = _in_percent(drop.value("shape"), drop.value("coords"), width, height)
        regions.append(
            {
                "name": labels.get(drop.value("choice"), "") or "?",
                "shape": shape,
                "coordinates": coordinates,
                "is_key": True,
                "feedback": "",
            }
        )
    if not regions:
        raise ValueError(_("The question has no region."))
    return regions, round(height / width, 4)


def _in_percent(shape: str, coords: str, width: int, height: int) -> tuple[str, str]:
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", coords)]
    if shape == "circle" and len(numbers) == 3:
        x, y, radius = numbers
        return ELLIPSE, _pairs([(x, y), (radius, radius)], width, height)
    if shape == "rectangle" and len(numbers) == 4:
        x, y, w, h = numbers
        return POLYGON, _pairs([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], width, height)
    if shape == "polygon" and len(numbers) >= 6:
        return POLYGON, _pairs(list(zip(numbers[::2], numbers[1::2], strict=False)), width, height)
    raise ValueError(_("A region's coordinates can't be read: %(text)s") % {"text": coords})


def _pairs(points: list[tuple[float, float]], width: int, height: int) -> str:
    return " ".join(f"{_short(100 * x / width)},{_short(100 * y / height)}" for x, y in points)


def _short(number: float) -> str:
    return f"{min(100.0, max(0.0, number)):.3f}".rstrip("0").rstrip(".")


def write_region(draft: Draft, region: dict[str, Any], size: tuple[int, int]) -> tuple[str, str]:
    """(shape, coords) as Moodle has them, in whole pixels."""
    parsed = parse_region(region["shape"], region["coordinates"])
    width, height = size
    pixels = [(x * width / 100, y * height / 100) for x, y in parsed.points]
    if parsed.shape == ELLIPSE:
        (cx, cy), (rx, ry) = pixels
        if abs(rx - ry) < 0.5:
            return "circle", f"{round(cx)},{round(cy)};{round(rx)}"
        draft.note(_("The ellipse “%(name)s” is written as a polygon.") % {"name": region["name"]})
        turns = [2 * math.pi * step / _CORNERS for step in range(_CORNERS)]
        pixels = [(cx + rx * math.cos(turn), cy + ry * math.sin(turn)) for turn in turns]
    return "polygon", ";".join(f"{round(x)},{round(y)}" for x, y in pixels)
