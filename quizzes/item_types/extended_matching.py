"""Extended matching: one list of options, several vignettes, the best option for each.

Form after Case & Swanson, "Extended-matching items: a practical alternative to free-response
questions", Teach Learn Med 1993;5:107–115.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .base import Content, InvalidResponse, Response, Score, View
from .parts import (
    ItemBlock,
    StemItemType,
    entries,
    explanation_block,
    feedback_block,
    image_alt_block,
    image_block,
    letter,
    read_each,
    references_block,
    refuse,
    stem_block,
)
from .recordings import explanation_video_block, video_block


class VignetteBlock(blocks.StructBlock):
    """A vignette and the letter of its best option."""

    text = blocks.TextBlock(label=_("Vignette"), rows=3)
    key = blocks.CharBlock(
        label=_("Letter of the best option"),
        max_length=2,
        help_text=_("A for the first option, B for the second, and so on."),
    )
    feedback = feedback_block()

    class Meta:
        icon = "user"
        label = _("Vignette")


class ExtendedMatchingBlock(ItemBlock):
    """The editing form of an extended-matching item."""

    stem = stem_block(_("Theme and lead-in: “Lung disease on CT. Choose the likeliest diagnosis.”"))
    image = image_block()
    image_alt = image_alt_block()
    video = video_block()
    options = blocks.ListBlock(
        blocks.CharBlock(label=_("Option"), max_length=300),
        label=_("Options"),
        min_num=2,
        max_num=26,
        help_text=_("In the order shown, best alphabetically. One may serve several vignettes."),
    )
    vignettes = blocks.ListBlock(VignetteBlock(), label=_("Vignettes"), min_num=1, max_num=12)
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "table"
        label = _("Extended matching")
        preview_value = {
            "stem": "<p>Lung disease on CT. Choose the likeliest diagnosis.</p>",
            "options": ["Bronchiectasis", "Emphysema", "Usual interstitial pneumonia"],
            "vignettes": [
                {"text": "Subpleural honeycombing in a man of 70.", "key": "C", "feedback": ""},
                {"text": "Holes without walls in a smoker.", "key": "B", "feedback": ""},
            ],
            "explanation": "",
        }
        template = "quizzes/blocks/extended_matching.html"
        description = _("One list of options for several vignettes")

    def check_parts(self, value: blocks.StructValue) -> None:
        letters = {letter(place) for place in range(len(value["options"]))}
        for vignette in value["vignettes"]:
            vignette["key"] = vignette["key"].strip().upper()
            if vignette["key"] not in letters:
                refuse(_("Give every vignette the letter of one of the options."))


class ExtendedMatching(StemItemType):
    code = "extended_matching"
    template = "quizzes/items/extended_matching.html"
    shuffled_lists = ("prompts",)

    def block(self) -> blocks.StructBlock:
        return ExtendedMatchingBlock()

    def asked(self, content: Content, given: Response) -> View:
        choices = given.get("choices", {})
        return {
            "options": [
                {"id": id_, "text": text, "letter": letter(place)}
                for place, (id_, text) in enumerate(entries(content, "options"))
            ],
            "prompts": [
                {"id": id_, "text": value["text"], "chosen": choices.get(id_)}
                for id_, value in entries(content, "vignettes")
            ],
        }

    def explained(self, content: Content, response: Response) -> View:
        key, values = self.key(content)["choices"], dict(entries(content, "vignettes"))
        return {
            "prompts": [
                prompt
                | {
                    "key": key[prompt["id"]],
                    "correct": prompt["chosen"] == key[prompt["id"]],
                    "feedback": values[prompt["id"]].get("feedback") or "",
                }
                for prompt in self.asked(content, response)["prompts"]
            ]
        }

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        options = dict(entries(content, "options"))
        ids = [id_ for id_, _value in entries(content, "vignettes")]
        sent = read_each(data, "choice", ids)
        choices = {id_: option for id_, option in sent.items() if option in options}
        if len(choices) < len(ids):
            raise InvalidResponse(
                gettext("Choose an option for each, then answer."), draft={"choices": choices}
            )
        return {"choices": choices}

    def score(self, content: Content, response: Response) -> Score:
        key, choices = self.key(content)["choices"], response.get("choices", {})
        share = sum(choices.get(id_) == option for id_, option in key.items()) / len(key)
        return Score(points=share * self.possible(content), possible=self.possible(content))

    def key(self, content: Content) -> Response:
        by_letter = {
            letter(place): id_ for place, (id_, _text) in enumerate(entries(content, "options"))
        }
        return {
            "choices": {
                id_: by_letter[value["key"]] for id_, value in entries(content, "vignettes")
            }
        }
