"""Measure: the length of a line on the right image, within a tolerance in millimetres."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from quizzes.item_types.base import Content, Response, View

from .parts import (
    Place,
    StackBlock,
    StackItemType,
    read_place,
    to_per_cent,
    to_pixel,
    without_rounding,
)
from .scoring import Line, falling, measures_the_same


class MeasureBlock(StackBlock):
    """The editing form of “measure”."""

    class Meta:
        icon = "expand-right"
        label = _("Measure on a stack")
        description = _("A length measured on a stack, within a tolerance in millimetres")

    def check_mark(self, place: Place) -> None:
        place.line()


class MeasureDistance(StackItemType):
    """Scored by the difference in length; nothing for a line that lies elsewhere."""

    code = "measure"
    ask = "line"
    fields = ("x", "y", "x2", "y2")

    def block(self) -> blocks.StructBlock:
        return MeasureBlock()

    def sentence(self, content: Content) -> str:  # noqa: ARG002
        return gettext("Draw the line to be measured on the stack, then answer.")

    def explained(self, content: Content, response: Response) -> View:
        place = read_place(content)
        wanted, given = place.line(), _given(place, response)
        return {
            "marks": [_drawn(wanted, "author"), _drawn(given, "own")],
            "key_image": wanted.at + 1,
            "key_length": round(wanted.length(place.space), 1),
            "given_length": round(given.length(place.space), 1),
            "unit": place.space.unit,
            "is_elsewhere": not self._in_place(content, wanted, given),
        }

    def _in_place(self, content: Content, wanted: Line, given: Line) -> bool:
        slack = self.limits(content)["reach"]
        return measures_the_same(read_place(content).space, wanted, given, slack=slack)

    def share(self, content: Content, response: Response) -> float:
        place = read_place(content)
        wanted, given = place.line(), _given(place, response)
        if not self._in_place(content, wanted, given):
            return 0.0
        difference = abs(wanted.length(place.space) - given.length(place.space))
        return falling(without_rounding(difference), **self.limits(content))

    def key(self, content: Content) -> Response:
        place = read_place(content)
        line = place.line()
        (x, y), (x2, y2) = (to_per_cent(place.space, *end) for end in (line.start, line.end))
        return {"image": line.at + 1, "x": x, "y": y, "x2": x2, "y2": y2}


def _given(place: Place, response: Response) -> Line:
    return Line(
        at=response["image"] - 1,
        start=to_pixel(place.space, response["x"], response["y"]),
        end=to_pixel(place.space, response["x2"], response["y2"]),
    )


def _drawn(line: Line, kind: str) -> View:
    return {
        "kind": kind,
        "shape": "line",
        "at": line.at,
        "points": [list(line.start), list(line.end)],
    }
