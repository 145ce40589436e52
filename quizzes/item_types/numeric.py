"""Numeric: a number within a tolerance, in a unit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .base import Content, InvalidResponse, Response, Score, View
from .numbers import exact, parse_number, plain
from .parts import (
    ItemBlock,
    StemItemType,
    entries,
    explanation_block,
    feedback_block,
    image_alt_block,
    image_block,
    read_text,
    references_block,
    refuse,
    stem_block,
)
from .recordings import explanation_video_block, video_block
from .short_answer import FULL_CREDIT, credit_block

ABSOLUTE, PERCENT = "absolute", "percent"


class NumberBlock(blocks.StructBlock):
    """A number to expect, how far off an answer may be, and what it is worth."""

    value = blocks.FloatBlock(label=_("Value"))
    tolerance = blocks.FloatBlock(label=_("Tolerance"), min_value=0, default=0)
    tolerance_kind = blocks.ChoiceBlock(
        label=_("Tolerance is"),
        choices=[(ABSOLUTE, _("in the unit")), (PERCENT, _("per cent of the value"))],
        default=ABSOLUTE,
    )
    credit = credit_block()
    feedback = feedback_block()

    class Meta:
        icon = "plus"
        label = _("Answer")


class OtherUnitBlock(blocks.StructBlock):
    """Another unit learners may answer in."""

    unit = blocks.CharBlock(label=_("Unit"), max_length=20)
    factor = blocks.FloatBlock(
        label=_("Factor"),
        help_text=_("How many of the first unit one of this is: 10 for cm and mm."),
    )

    class Meta:
        icon = "plus"
        label = _("Other unit")


class NumericBlock(ItemBlock):
    """The editing form of a numeric item."""

    stem = stem_block(_("A question that a number answers."))
    image = image_block()
    image_alt = image_alt_block()
    video = video_block()
    answers = blocks.ListBlock(
        NumberBlock(),
        label=_("Answers"),
        min_num=1,
        help_text=_("The best that fits counts: a narrow one for 100 %, a wide one for less."),
    )
    unit = blocks.CharBlock(
        label=_("Unit"), required=False, max_length=20, help_text=_("The unit of the values above.")
    )
    other_units = blocks.ListBlock(
        OtherUnitBlock(),
        label=_("Other units"),
        min_num=0,
        default=[],
        help_text=_(
            "With any of these, learners choose the unit; without, it stands by the field."
        ),
    )
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "plus"
        label = _("Number")
        preview_value = {
            "stem": "<p>How wide may the normal common bile duct be?</p>",
            "answers": [
                {
                    "value": 6,
                    "tolerance": 1,
                    "tolerance_kind": ABSOLUTE,
                    "credit": 100,
                    "feedback": "",
                }
            ],
            "unit": "mm",
            "other_units": [{"unit": "cm", "factor": 10}],
            "explanation": "",
        }
        template = "quizzes/blocks/numeric.html"
        description = _("A number within a tolerance, in a unit")

    def check_parts(self, value: blocks.StructValue) -> None:
        if not any(answer["credit"] == FULL_CREDIT for answer in value["answers"]):
            refuse(_("Give at least one answer 100 %."))
        if value["other_units"] and not value["unit"]:
            refuse(_("Name the unit of the values before other units."))
        if any(not other["factor"] for other in value["other_units"]):
            refuse(_("A unit's factor can't be 0."))


class Numeric(StemItemType):
    code = "numeric"
    template = "quizzes/items/numeric.html"

    def block(self) -> blocks.StructBlock:
        return NumericBlock()

    def asked(self, content: Content, given: Response) -> View:
        others = [value["unit"] for _id, value in entries(content, "other_units")]
        unit = content.get("unit") or ""
        # The order of the alphabet: which unit the author thought in is a hint.
        units = sorted({unit, *others}) if others else []
        return {
            "given": given.get("number", ""),
            "unit": "" if units else unit,
            "units": [{"name": name, "chosen": name == given.get("unit")} for name in units],
        }

    def explained(self, content: Content, response: Response) -> View:
        taken = self._taken(content, response)
        return {
            "feedback": (taken or {}).get("feedback") or "",
            "given_unit": response.get("unit") or content.get("unit") or "",
            "key_unit": content.get("unit") or "",
            "accepted": [
                {"value": plain(exact(value["value"])), "within": plain(_reach(value))}
                for _id, value in entries(content, "answers")
                if value["credit"] == FULL_CREDIT
            ],
        }

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        number, unit = read_text(data, "number", 60), read_text(data, "unit", 20)
        view = self.asked(content, {})
        known = {one["name"] for one in view["units"]}
        draft = {"number": number, "unit": unit}
        if parse_number(number) is None:
            raise InvalidResponse(
                gettext("Write a number such as 12 or 0.5, then answer."), draft=draft
            )
        if known and unit not in known:
            raise InvalidResponse(gettext("Choose the unit, then answer."), draft=draft)
        return {"number": number, "unit": unit if known else content.get("unit") or ""}

    def score(self, content: Content, response: Response) -> Score:
        taken = self._taken(content, response)
        share = (taken or {}).get("credit", 0) / FULL_CREDIT
        return Score(points=share * self.possible(content), possible=self.possible(content))

    def key(self, content: Content) -> Response:
        best = next(v for _id, v in entries(content, "answers") if v["credit"] == FULL_CREDIT)
        return {"number": plain(exact(best["value"])), "unit": content.get("unit") or ""}

    def _taken(self, content: Content, response: Response) -> dict[str, Any] | None:
        number = parse_number(response.get("number", ""))
        if number is None:
            return None
        unit = response.get("unit", "")
        for _id, other in entries(content, "other_units"):
            if other["unit"] == unit and unit != content.get("unit"):
                number *= exact(other["factor"])
                break
        fitting = [
            value
            for _id, value in entries(content, "answers")
            if abs(number - exact(value["value"])) <= _reach(value)
        ]
        return max(fitting, key=lambda value: value["credit"], default=None)


def _reach(answer: Mapping[str, Any]) -> Decimal:
    """How far an answer may be from its value, in the unit."""
    tolerance = exact(answer.get("tolerance") or 0)
    if answer.get("tolerance_kind") == PERCENT:
        return abs(exact(answer["value"])) * tolerance / 100
    return tolerance
