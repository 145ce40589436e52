"""Ordering: steps to be put in their right order."""

import hashlib
from collections.abc import Mapping
from itertools import combinations
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .base import Content, InvalidResponse, Response, Score, View
from .parts import (
    ALL_OR_NOTHING,
    EACH,
    ItemBlock,
    StemItemType,
    entries,
    explanation_block,
    image_alt_block,
    image_block,
    read_each,
    references_block,
    scoring_block,
    stem_block,
)
from .recordings import explanation_video_block, video_block


class OrderingBlock(ItemBlock):
    """The editing form of an ordering item."""

    stem = stem_block(_("What is to be put in order, and by which rule."))
    image = image_block()
    image_alt = image_alt_block()
    video = video_block()
    elements = blocks.ListBlock(
        blocks.CharBlock(label=_("Element"), max_length=300),
        label=_("Elements"),
        min_num=2,
        max_num=10,
        help_text=_("In their right order. Learners meet them mixed."),
    )
    scoring = scoring_block(
        (EACH, _("Share of pairs in the right order")),
        (ALL_OR_NOTHING, _("All or nothing")),
    )
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "order"
        label = _("Ordering")
        preview_value = {
            "stem": "<p>From low to high density:</p>",
            "elements": ["Air", "Fat", "Water", "Bone"],
            "scoring": EACH,
            "explanation": "",
        }
        template = "quizzes/blocks/ordering.html"
        description = _("Elements to be put in their right order")


class Ordering(StemItemType):
    code = "ordering"
    template = "quizzes/items/ordering.html"
    shuffled_lists = ("elements",)

    def block(self) -> blocks.StructBlock:
        return OrderingBlock()

    def asked(self, content: Content, given: Response) -> View:
        elements = entries(content, "elements")
        places = {id_: place for place, id_ in enumerate(given.get("order", []), start=1)}
        places |= given.get("places", {})
        # Mixed by their ids, which are random: the order shown follows from no right order.
        mixed = sorted(elements, key=lambda entry: hashlib.sha256(entry[0].encode()).digest())
        return {
            "elements": [
                {"id": id_, "text": text, "place": places.get(id_)} for id_, text in mixed
            ],
            "places": list(range(1, len(elements) + 1)),
        }

    def explained(self, content: Content, response: Response) -> View:
        texts = dict(entries(content, "elements"))
        given = response["order"]
        return {
            "elements": [
                {
                    "id": id_,
                    "text": texts[id_],
                    "place": place,
                    "given_place": given.index(id_) + 1,
                    "correct": given.index(id_) + 1 == place,
                }
                for place, id_ in enumerate(texts, start=1)
            ]
        }

    def shuffled(self, view: View, seed: int) -> View:
        # A review shows the right order.
        return view if "explanation" in view else super().shuffled(view, seed)

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        ids = [id_ for id_, _text in entries(content, "elements")]
        sent = read_each(data, "place", ids)
        places = {id_: int(text) for id_, text in sent.items() if text in _places(len(ids))}
        if sorted(places.values()) != list(range(1, len(ids) + 1)):
            raise InvalidResponse(
                gettext("Give every element a place of its own, then answer."),
                draft={"places": places},
            )
        return {"order": sorted(ids, key=places.__getitem__)}

    def score(self, content: Content, response: Response) -> Score:
        right, given = self.key(content)["order"], response.get("order", [])
        if sorted(right) != sorted(given):
            share = 0.0
        elif content.get("scoring") == ALL_OR_NOTHING:
            share = float(right == given)
        else:
            share = share_of_pairs(right, given)
        return Score(points=share * self.possible(content), possible=self.possible(content))

    def key(self, content: Content) -> Response:
        return {"order": [id_ for id_, _text in entries(content, "elements")]}


def _places(number: int) -> set[str]:
    return {str(place) for place in range(1, number + 1)}


def share_of_pairs(right: list[str], given: list[str]) -> float:
    """Share of all pairs that `given` has in the order of `right` (Kendall's tau, from 0 to 1)."""
    place = {id_: number for number, id_ in enumerate(given)}
    pairs = list(combinations(right, 2))
    return sum(place[first] < place[second] for first, second in pairs) / len(pairs)
