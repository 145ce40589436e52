"""Mark the lesion: a point on it, or its outline, on the right image of a stack."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from quizzes.item_types.base import Content, Response, View

from .parts import (
    Place,
    StackBlock,
    StackItemType,
    author_ellipse,
    read_place,
    to_per_cent,
    to_pixel,
    without_rounding,
)
from .scoring import Ellipse, distance_to_region, falling, outline_share

POINT, OUTLINE = "point", "outline"
_SHAPES = {POINT: ("x", "y"), OUTLINE: ("x", "y", "wide", "high")}


class MarkLesionBlock(StackBlock):
    """The editing form of “mark the lesion”."""

    answer = blocks.ChoiceBlock(
        label=_("Learners give"),
        choices=[(POINT, _("a point on it")), (OUTLINE, _("its outline, as an ellipse"))],
        default=POINT,
    )

    class Meta:
        label = _("Mark the lesion on a stack")
        description = _("A place on a stack, scored in millimetres")

    def check_mark(self, place: Place) -> None:
        place.region()


class MarkLesion(StackItemType):
    """Scored by the distance from the author's region in three dimensions, or by the overlap."""

    code = "mark_lesion"

    def block(self) -> blocks.StructBlock:
        return MarkLesionBlock()

    def ask_of(self, content: Content) -> str:
        return OUTLINE if content.get("answer") == OUTLINE else POINT

    def fields_of(self, content: Content) -> tuple[str, ...]:
        return _SHAPES[self.ask_of(content)]

    def sentence(self, content: Content) -> str:
        if self.ask_of(content) == OUTLINE:
            return gettext("Draw an ellipse around the lesion on the stack, then answer.")
        return gettext("Mark the place on the stack, then answer.")

    def explained(self, content: Content, response: Response) -> View:
        place = read_place(content)
        region = place.region()
        given = _given(place, response)
        distance = distance_to_region(place.space, region, at=given.at, x=given.x, y=given.y)
        is_known = place.space.has_depth or given.at == region.outline.at
        is_outline = self.ask_of(content) == OUTLINE
        own: dict[str, Any] = {
            "kind": "own",
            "shape": "ellipse" if is_outline else "point",
            "at": given.at,
            "points": [[given.x, given.y]],
            "radii": [given.rx, given.ry],
        }
        return {
            "marks": [author_ellipse(region), own],
            "key_image": region.outline.at + 1,
            "distance": round(distance, 1) if is_known else None,
            "unit": place.space.unit,
            "is_inside": distance == 0.0,
        }

    def share(self, content: Content, response: Response) -> float:
        place, limits = read_place(content), self.limits(content)
        region, given = place.region(), _given(place, response)
        if self.ask_of(content) == OUTLINE:
            return outline_share(place.space, region, given, **limits)
        distance = distance_to_region(place.space, region, at=given.at, x=given.x, y=given.y)
        return falling(without_rounding(distance), **limits)

    def key(self, content: Content) -> Response:
        place = read_place(content)
        outline = place.region().outline
        x, y = to_per_cent(place.space, outline.x, outline.y)
        key = {"image": outline.at + 1, "x": x, "y": y}
        if self.ask_of(content) == OUTLINE:
            key["wide"] = round(min(100.0, 200 * outline.rx / place.space.columns), 3)
            key["high"] = round(min(100.0, 200 * outline.ry / place.space.rows), 3)
        return key


def _given(place: Place, response: Response) -> Ellipse:
    """A response as pixels from zero. `wide` and `high` are per cent of the image, from side to
    side of the ellipse."""
    x, y = to_pixel(place.space, response["x"], response["y"])
    return Ellipse(
        at=response["image"] - 1,
        x=x,
        y=y,
        rx=response.get("wide", 0) / 200 * place.space.columns,
        ry=response.get("high", 0) / 200 * place.space.rows,
    )
