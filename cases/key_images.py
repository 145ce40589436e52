"""Key images of a case: the slices that tell, as pictures with the author's marks drawn over them.

A key image is a mark of shape "key": it has an image, a window and words, but no points. Its
picture is made of the stack when it is asked for. The address is signed: it is found on pages that
may show the findings, and cannot be made up by whoever counts images.
"""

import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.translation import gettext as _
from pydicom import dcmread

from cases.deidentification.quiet import without_echo
from cases.imports.geometry import FrameFacts
from cases.imports.pictures import picture
from cases.models import Series
from cases.viewing import Still, Viewing

SHAPE = "key"
LONGEST_SIDE = 768
_QUALITY = 82
_KEPT_S = 24 * 60 * 60
# Of an arrow's head, as a share of the image's width; half its opening in radians.
_HEAD, _OPENING = 0.035, 0.45


class NoSuchPicture(Exception):
    """The address was not made by us, or the stack is not there any more."""


@dataclass(frozen=True)
class Outline:
    """A mark as a path of SVG, in pixels of the image."""

    path: str
    label: str


@dataclass(frozen=True)
class KeyImage:
    """One key image as a reader sees it. `number` counts from one along the stack."""

    mark: str
    number: int
    label: str
    series: str
    still: Still
    columns: int
    rows: int
    outlines: list[Outline]

    @property
    def view_box(self) -> str:
        """Of the outlines: pixels from the centre of the first one."""
        return f"-0.5 -0.5 {self.columns} {self.rows}"


def key_images(marks: Iterable[Mapping[str, Any]], *, viewing: Viewing | None) -> list[KeyImage]:
    """The key images among a reader's marks (`cases.marks.tied_marks`), in the order of stacks."""
    if viewing is None:
        return []
    shown = list(marks)
    order = {stack.key: place for place, stack in enumerate(viewing.stacks)}
    keys = [mark for mark in shown if mark["shape"] == SHAPE and mark["series"] in order]
    keys.sort(key=lambda mark: (order[mark["series"]], mark["at"]))
    found = []
    for mark in keys:
        stack = viewing.stacks[order[mark["series"]]]
        beside = [
            one
            for one in shown
            if (one["series"], one["at"]) == (mark["series"], mark["at"])
            and one["shape"] != SHAPE
            and one["kind"] == "author"
        ]
        found.append(
            KeyImage(
                mark=mark["id"],
                number=mark["at"] + 1,
                label=mark["label"],
                series=stack.label,
                still=_still(mark, stack.data, stack.label),
                columns=stack.data["columns"],
                rows=stack.data["rows"],
                outlines=[_outline(one, stack.data["columns"]) for one in beside],
            )
        )
    return found


def _still(mark: Mapping[str, Any], data: Mapping[str, Any], series: str) -> Still:
    spacing = data["spacing"] or (1, 1)
    width, height = float(data["columns"]), data["rows"] * spacing[0] / spacing[1]
    scale = min(1.0, LONGEST_SIDE / max(width, height))
    number = mark["at"] + 1
    alt = _("Image %(number)d of series %(series)s") % {"number": number, "series": series}
    return Still(
        url=reverse("cases:key_image", args=[_name(data["id"], mark["at"], mark.get("window"))]),
        width=max(1, round(width * scale)),
        height=max(1, round(height * scale)),
        number=number,
        alt=f"{mark['label']}. {alt}" if mark["label"] else alt,
    )


# --- Outlines


def _outline(mark: Mapping[str, Any], columns: int) -> Outline:
    points = mark["points"]
    x, y = points[0]
    match mark["shape"]:
        case "ellipse":
            rx, ry = mark["radii"]
            path = f"M{x - rx:.2f} {y:.2f}" + "".join(
                f"a{rx} {ry} 0 1 0 {step * 2 * rx:.2f} 0" for step in (1, -1)
            )
        case "point":
            radius = columns * _HEAD / 2
            path = f"M{x - radius:.2f} {y:.2f}" + "".join(
                f"a{radius:.2f} {radius:.2f} 0 1 0 {step * 2 * radius:.2f} 0" for step in (1, -1)
            )
        case _:
            path = _straight(points, columns, with_head=mark["shape"] == "arrow")
    return Outline(path=path, label=mark["label"])


def _straight(points: list[list[float]], columns: int, *, with_head: bool) -> str:
    (x, y), (x2, y2) = points
    path = f"M{x2:.2f} {y2:.2f}L{x:.2f} {y:.2f}"
    if not with_head:
        return path
    angle = math.atan2(y2 - y, x2 - x)
    ends = [
        f"{x + columns * _HEAD * math.cos(angle + turn):.2f}"
        f" {y + columns * _HEAD * math.sin(angle + turn):.2f}"
        for turn in (_OPENING, -_OPENING)
    ]
    return f"{path}M{ends[0]}L{x:.2f} {y:.2f}L{ends[1]}"


# --- The picture


def _signer() -> Signer:
    return Signer(sep="~", salt="cases.key_images")


def _name(series_id: int, at: int, window: list[float] | None) -> str:
    values = [float(value) for value in window] if window else []
    return _signer().sign("_".join([str(series_id), str(at), *(f"{value:g}" for value in values)]))


def picture_of(*, name: str) -> bytes:
    """The picture an address names, as WebP. Raises `NoSuchPicture`."""
    try:
        series_id, at, *window = _signer().unsign(name).split("_")
    except BadSignature:
        raise NoSuchPicture(name) from None
    series = Series.objects.filter(pk=series_id).first()
    frames = series.index.get("frames", []) if series else []
    if series is None or int(at) >= len(frames):
        raise NoSuchPicture(name)
    kept = f"key-image/{series.directory}/{name}"
    found: bytes | None = cache.get(kept)
    if found is None:
        found = _drawn(series, frames[int(at)], tuple(float(value) for value in window))
        cache.set(kept, found, _KEPT_S)
    return found


def _drawn(series: Series, frame: Mapping[str, Any], window: tuple[float, ...]) -> bytes:
    path = Path(settings.MEDIA_ROOT) / series.directory / frame["file"]
    if not path.is_file():
        raise NoSuchPicture(str(path))
    facts = FrameFacts(
        sop_uid=frame["sop"],
        index=frame["frame"],
        position=None,
        orientation=None,
        spacing=tuple(frame["spacing"]) if frame["spacing"] else None,
        thickness=None,
        window=(window[0], window[1]) if window else frame["window"],
        rescale=tuple(frame["rescale"]),
    )
    with without_echo():
        image = picture(dcmread(path), facts, longest=LONGEST_SIDE)
    image.info.clear()
    written = io.BytesIO()
    image.save(written, "WEBP", quality=_QUALITY, method=4)
    return written.getvalue()
