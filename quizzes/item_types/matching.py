"""Matching: to each prompt the phrase that belongs to it."""

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
    image_alt_block,
    image_block,
    read_each,
    references_block,
    refuse,
    stem_block,
)
from .recordings import explanation_video_block, video_block


class PairBlock(blocks.StructBlock):
    """A prompt and the phrase that belongs to it."""

    prompt = blocks.CharBlock(label=_("Prompt"), max_length=500)
    match = blocks.CharBlock(label=_("Belongs to it"), max_length=300)

    class Meta:
        icon = "link"
        label = _("Pair")


class MatchingBlock(ItemBlock):
    """The editing form of a matching item."""

    stem = stem_block(_("What is to be matched with what, and by which rule."))
    image = image_block()
    image_alt = image_alt_block()
    video = video_block()
    pairs = blocks.ListBlock(
        PairBlock(),
        label=_("Pairs"),
        min_num=2,
        max_num=12,
        help_text=_("Learners meet the phrases in alphabetical order."),
    )
    distractors = blocks.ListBlock(
        blocks.CharBlock(label=_("Phrase"), max_length=300),
        label=_("Phrases that belong to none"),
        min_num=0,
        max_num=8,
        default=[],
    )
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "link"
        label = _("Matching")
        preview_value = {
            "stem": "<p>Which density belongs to which tissue?</p>",
            "pairs": [
                {"prompt": "Fat", "match": "−100 HU"},
                {"prompt": "Water", "match": "0 HU"},
            ],
            "distractors": ["1000 HU"],
            "explanation": "",
        }
        template = "quizzes/blocks/matching.html"
        description = _("Prompts and the phrases that belong to them")

    def check_parts(self, value: blocks.StructValue) -> None:
        right = {pair["match"].strip() for pair in value["pairs"]}
        if right & {phrase.strip() for phrase in value["distractors"]}:
            refuse(_("A phrase that belongs to a prompt can't also belong to none."))


class Matching(StemItemType):
    code = "matching"
    template = "quizzes/items/matching.html"
    # Prompts only: phrases stand in alphabetical order, which is as good as any and easier read.
    shuffled_lists = ("prompts",)

    def block(self) -> blocks.StructBlock:
        return MatchingBlock()

    def asked(self, content: Content, given: Response) -> View:
        choices = given.get("choices", {})
        return {
            "options": [{"id": id_, "text": text} for text, id_ in self._phrases(content).items()],
            "prompts": [
                {"id": id_, "text": pair["prompt"], "chosen": choices.get(id_)}
                for id_, pair in entries(content, "pairs")
            ],
        }

    def explained(self, content: Content, response: Response) -> View:
        key = self.key(content)["choices"]
        return {
            "prompts": [
                prompt
                | {"key": key[prompt["id"]], "correct": prompt["chosen"] == key[prompt["id"]]}
                for prompt in self.asked(content, response)["prompts"]
            ]
        }

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        known = set(self._phrases(content).values())
        ids = [id_ for id_, _pair in entries(content, "pairs")]
        sent = read_each(data, "choice", ids)
        choices = {id_: phrase for id_, phrase in sent.items() if phrase in known}
        if len(choices) < len(ids):
            raise InvalidResponse(
                gettext("Match every prompt, then answer."), draft={"choices": choices}
            )
        return {"choices": choices}

    def score(self, content: Content, response: Response) -> Score:
        key, choices = self.key(content)["choices"], response.get("choices", {})
        share = sum(choices.get(id_) == phrase for id_, phrase in key.items()) / len(key)
        return Score(points=share * self.possible(content), possible=self.possible(content))

    def key(self, content: Content) -> Response:
        phrases = self._phrases(content)
        return {"choices": {id_: phrases[pair["match"]] for id_, pair in entries(content, "pairs")}}

    @staticmethod
    def _phrases(content: Content) -> dict[str, str]:
        """Phrase → id. The ids follow from the alphabet alone: they tell nothing of the pairs."""
        phrases = {pair["match"] for _id, pair in entries(content, "pairs")}
        phrases |= {phrase for _id, phrase in entries(content, "distractors")}
        ordered = sorted(phrases, key=lambda phrase: (phrase.casefold(), phrase))
        return {phrase: str(place) for place, phrase in enumerate(ordered, start=1)}
