"""Multiple response: several options, any number of them right, each right choice counting.

On how partial credit changes reliability see Bauer, Holzer, Kopp & Fischer, "Pick-N multiple
choice-exams: a comparison of scoring algorithms", Adv Health Sci Educ 2011;16:211–221.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .base import Content, InvalidResponse, Response, Score
from .parts import (
    ALL_OR_NOTHING,
    EACH,
    MINUS,
    ItemBlock,
    OptionBlock,
    OptionsItemType,
    entries,
    explanation_block,
    image_alt_block,
    image_block,
    read_list,
    references_block,
    refuse,
    scoring_block,
    stem_block,
)
from .recordings import explanation_video_block, video_block


class MultipleResponseBlock(ItemBlock):
    """The editing form of a multiple-response item."""

    stem = stem_block()
    image = image_block()
    image_alt = image_alt_block()
    video = video_block()
    options = blocks.ListBlock(
        OptionBlock(), label=_("Options"), min_num=2, max_num=12, help_text=_("Mark all that hold.")
    )
    scoring = scoring_block(
        (MINUS, _("Share of the right options chosen, less share of the wrong ones")),
        (EACH, _("Each option judged right counts the same")),
        (ALL_OR_NOTHING, _("All or nothing")),
    )
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "tick"
        label = _("Multiple response")
        preview_value = {
            "stem": "<p>Which are signs of raised left atrial pressure?</p>",
            "options": [
                {"text": "Septal lines", "is_key": True, "feedback": "Interstitial oedema."},
                {"text": "Upper lobe diversion", "is_key": True, "feedback": ""},
                {"text": "Air bronchogram", "is_key": False, "feedback": "Filled air spaces."},
            ],
            "scoring": MINUS,
            "explanation": "<p>Pressure shows in vessels first, then in the interstitium.</p>",
        }
        template = "quizzes/blocks/options.html"
        description = _("A stem and several options, of which any number is right")

    def check_parts(self, value: blocks.StructValue) -> None:
        if not any(option["is_key"] for option in value["options"]):
            refuse(_("Mark at least one option as correct."))


class MultipleResponse(OptionsItemType):
    code = "multiple_response"
    template = "quizzes/items/multiple_response.html"

    def block(self) -> blocks.StructBlock:
        return MultipleResponseBlock()

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        known = dict(entries(content, "options"))
        sent = set(read_list(data, "option"))
        if not sent or not sent <= set(known):
            raise InvalidResponse(gettext("Choose the options that hold, then answer."))
        return {"options": [option for option in known if option in sent]}

    def score(self, content: Content, response: Response) -> Score:
        keys = set(self.key(content)["options"])
        wrong = {option for option, _value in entries(content, "options")} - keys
        taken = set(response.get("options", []))
        share = _share(
            content.get("scoring") or MINUS,
            hits=len(taken & keys),
            keys=len(keys),
            false=len(taken & wrong),
            wrong=len(wrong),
        )
        return Score(points=share * self.possible(content), possible=self.possible(content))

    def key(self, content: Content) -> Response:
        return {"options": [id_ for id_, o in entries(content, "options") if o["is_key"]]}

    def chosen(self, content: Content, response: Response) -> list[str]:  # noqa: ARG002
        return list(response.get("options", []))


def _share(scoring: str, *, hits: int, keys: int, false: int, wrong: int) -> float:
    """Share of the marks for `hits` of `keys` right options and `false` of `wrong` others."""
    if scoring == ALL_OR_NOTHING:
        return float(hits == keys and not false)
    if scoring == EACH:
        return (hits + wrong - false) / (keys + wrong)
    return max(0.0, hits / keys - (false / wrong if wrong else 0.0))
