"""Single best answer: one stem, several options, one key.

The item-writing terms follow Haladyna, Downing & Rodriguez, "A review of multiple-choice
item-writing guidelines for classroom assessment", Appl Meas Educ 2002;15:309–333.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock

from .base import Content, InvalidResponse, ItemType, Response, Score

INLINE = ["bold", "italic", "superscript", "subscript", "link"]
PROSE = [*INLINE, "ol", "ul"]


class OptionBlock(blocks.StructBlock):
    """One option with the feedback a learner gets who chose it."""

    text = blocks.CharBlock(label=_("Option"), max_length=300)
    is_key = blocks.BooleanBlock(
        label=_("This is the correct answer"), required=False, default=False
    )
    feedback = blocks.TextBlock(
        label=_("Feedback"),
        required=False,
        rows=2,
        help_text=_("Why this option is right or wrong. Shown only after answering."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Option")


class SingleBestAnswerBlock(blocks.StructBlock):
    """The editing form of a single-best-answer item."""

    stem = blocks.RichTextBlock(
        label=_("Stem"),
        features=PROSE,
        help_text=_("The question, answerable without seeing the options."),
    )
    image = ImageChooserBlock(
        label=_("Picture"),
        required=False,
        help_text=_("Shown with the stem."),
    )
    image_alt = blocks.CharBlock(
        label=_("Text alternative"),
        required=False,
        max_length=255,
        help_text=_(
            "What the picture shows, for those who can't see it: describe, don't answer. Needed "
            "with a picture; the picture's own description is not used, it may say too much."
        ),
    )
    options = blocks.ListBlock(
        OptionBlock(),
        label=_("Options"),
        min_num=2,
        max_num=8,
        help_text=_("One key and plausible distractors, in the order shown."),
    )
    explanation = blocks.RichTextBlock(
        label=_("Explanation"),
        features=PROSE,
        required=False,
        help_text=_("Why the key is best. Shown only after answering."),
    )

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
        template = "quizzes/blocks/single_best_answer.html"
        description = _("A stem and several options, of which one is best")

    def clean(self, value):
        value = super().clean(value)
        if value["image"] and not value["image_alt"].strip():
            raise StructBlockValidationError(
                block_errors={"image_alt": ValidationError(_("Say what the picture shows."))}
            )
        keys = [option for option in value["options"] if option["is_key"]]
        if len(keys) != 1:
            raise StructBlockValidationError(
                block_errors={},
                non_block_errors=[ValidationError(_("Mark exactly one option as correct."))],
            )
        return value


class SingleBestAnswer(ItemType):
    code = "single_best_answer"
    template = "quizzes/items/single_best_answer.html"

    def block(self) -> blocks.StructBlock:
        return SingleBestAnswerBlock()

    def question(self, content: Content) -> dict[str, Any]:
        return {
            "stem": content["stem"],
            "image_id": content.get("image"),
            "image_alt": content.get("image_alt") or "",
            "options": [
                {"id": option["id"], "text": option["value"]["text"]}
                for option in content["options"]
            ],
        }

    def review(self, content: Content, response: Response) -> dict[str, Any]:
        chosen, key = response.get("option"), self._key(content)
        return self.question(content) | {
            "options": [
                {
                    "id": option["id"],
                    "text": option["value"]["text"],
                    "chosen": option["id"] == chosen,
                    "correct": option["id"] == key,
                    "feedback": option["value"].get("feedback", ""),
                }
                for option in content["options"]
            ],
            "explanation": content.get("explanation") or "",
        }

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        chosen = data.get("option")
        if not isinstance(chosen, str) or chosen not in {
            option["id"] for option in content["options"]
        }:
            raise InvalidResponse(gettext("Choose one of the options, then answer."))
        return {"option": chosen}

    def possible(self, content: Content) -> float:  # noqa: ARG002  the same for every item
        return 1.0

    def score(self, content: Content, response: Response) -> Score:
        return Score(
            points=float(response.get("option") == self._key(content)),
            possible=self.possible(content),
        )

    @staticmethod
    def _key(content: Content) -> str:
        return next(o["id"] for o in content["options"] if o["value"]["is_key"])
