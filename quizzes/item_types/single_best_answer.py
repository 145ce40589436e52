"""Single best answer: one stem, several options, one key."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .base import Content, InvalidResponse, Response, Score
from .parts import (
    ItemBlock,
    OptionBlock,
    OptionsItemType,
    entries,
    explanation_block,
    image_alt_block,
    image_block,
    references_block,
    refuse,
    stem_block,
)
from .recordings import explanation_video_block, video_block


class SingleBestAnswerBlock(ItemBlock):
    """The editing form of a single-best-answer item."""

    stem = stem_block()
    image = image_block()
    image_alt = image_alt_block()
    video = video_block()
    options = blocks.ListBlock(
        OptionBlock(),
        label=_("Options"),
        min_num=2,
        max_num=8,
        help_text=_("One key and plausible distractors, in the order shown."),
    )
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "help"
        label = _("Single best answer")
        preview_value = {
            "stem": "<p>Which density does simple fluid have on CT?</p>",
            "options": [
                {"text": "About 0 HU", "is_key": True, "feedback": "Water defines 0 HU."},
                {"text": "About 60 HU", "is_key": False, "feedback": "That is fresh blood."},
            ],
            "explanation": "<p>The Hounsfield scale sets water at 0 HU.</p>",
        }
        template = "quizzes/blocks/options.html"
        description = _("A stem and several options, of which one is best")

    def check_parts(self, value: blocks.StructValue) -> None:
        if sum(bool(option["is_key"]) for option in value["options"]) != 1:
            refuse(_("Mark exactly one option as correct."))


class SingleBestAnswer(OptionsItemType):
    code = "single_best_answer"
    template = "quizzes/items/single_best_answer.html"

    def block(self) -> blocks.StructBlock:
        return SingleBestAnswerBlock()

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        chosen = data.get("option")
        if not isinstance(chosen, str) or chosen not in dict(entries(content, "options")):
            raise InvalidResponse(gettext("Choose one of the options, then answer."))
        return {"option": chosen}

    def score(self, content: Content, response: Response) -> Score:
        right = response.get("option") == self.key(content)["option"]
        return Score(points=float(right), possible=self.possible(content))

    def key(self, content: Content) -> Response:
        return {"option": next(id_ for id_, o in entries(content, "options") if o["is_key"])}

    def chosen(self, content: Content, response: Response) -> list[str]:  # noqa: ARG002
        return [response["option"]] if response.get("option") else []
