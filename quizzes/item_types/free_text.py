"""Free text, marked by a person with a rubric."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .base import Content, InvalidResponse, Response, Score, View
from .numbers import parse_number
from .parts import (
    PROSE,
    ItemBlock,
    StemItemType,
    entries,
    explanation_block,
    image_alt_block,
    image_block,
    read_text,
    references_block,
    stem_block,
)
from .recordings import explanation_video_block, video_block

LONGEST_FREE_TEXT = 10_000
LONGEST_COMMENT = 2_000


class CriterionBlock(blocks.StructBlock):
    """One thing a good answer has, and what it is worth."""

    text = blocks.CharBlock(label=_("Criterion"), max_length=300)
    points = blocks.IntegerBlock(label=_("Points"), min_value=1, max_value=20, default=1)

    class Meta:
        icon = "check"
        label = _("Criterion")


class FreeTextBlock(ItemBlock):
    """The editing form of a free-text item."""

    stem = stem_block(_("What to write about, how long, and what counts."))
    image = image_block()
    image_alt = image_alt_block()
    video = video_block()
    rubric = blocks.ListBlock(
        CriterionBlock(),
        label=_("Rubric"),
        min_num=1,
        max_num=12,
        help_text=_("What whoever marks looks for. Learners see it with their result."),
    )
    model_answer = blocks.RichTextBlock(
        label=_("Model answer"),
        features=PROSE,
        required=False,
        help_text=_("Shown with the result."),
    )
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "pilcrow"
        label = _("Free text")
        preview_value = {
            "stem": "<p>Report this chest radiograph in three sentences.</p>",
            "rubric": [
                {"text": "Names the consolidation and its lobe", "points": 2},
                {"text": "Says what to do next", "points": 1},
            ],
            "model_answer": "<p>Consolidation of the right middle lobe. Control in six weeks.</p>",
            "explanation": "",
        }
        template = "quizzes/blocks/free_text.html"
        description = _("A text that a person marks with a rubric")


class FreeText(StemItemType):
    code = "free_text"
    template = "quizzes/items/free_text.html"
    marked_by_person = True

    def block(self) -> blocks.StructBlock:
        return FreeTextBlock()

    def asked(self, content: Content, given: Response) -> View:  # noqa: ARG002
        return {"given": given.get("text", ""), "longest": LONGEST_FREE_TEXT}

    def explained(self, content: Content, response: Response) -> View:
        marks = response.get("marks") or {}
        return {
            "rubric": [
                {
                    "id": id_,
                    "text": value["text"],
                    "points": value["points"],
                    "given": marks.get("points", {}).get(id_),
                }
                for id_, value in entries(content, "rubric")
            ],
            "model_answer": content.get("model_answer") or "",
            "is_marked": bool(marks),
            "comment": marks.get("comment", ""),
        }

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:  # noqa: ARG002
        text = read_text(data, "text", LONGEST_FREE_TEXT)
        if not text:
            raise InvalidResponse(gettext("Write your answer, then confirm it."))
        return {"text": text.replace("\r\n", "\n")}

    def possible(self, content: Content) -> float:
        return float(sum(value["points"] for _id, value in entries(content, "rubric")))

    def score(self, content: Content, response: Response) -> Score:
        marks, possible = response.get("marks"), self.possible(content)
        if not marks:
            return Score(points=0.0, possible=possible, pending=True)
        worth = {id_: value["points"] for id_, value in entries(content, "rubric")}
        points = sum(
            min(max(float(given), 0.0), worth[id_])
            for id_, given in marks["points"].items()
            if id_ in worth
        )
        return Score(points=points, possible=possible)

    def read_marks(self, content: Content, data: Mapping[str, Any]) -> dict[str, Any]:
        """What a marker gives: points for each criterion and a comment; `InvalidResponse`."""
        points = {}
        for id_, value in entries(content, "rubric"):
            given = parse_number(read_text(data, f"points-{id_}", 6))
            if given is None or not 0 <= given <= value["points"]:
                raise InvalidResponse(gettext("Give every criterion its points."))
            points[id_] = float(given)
        return {"points": points, "comment": read_text(data, "comment", LONGEST_COMMENT)}

    def key(self, content: Content) -> Response:
        points = {id_: float(value["points"]) for id_, value in entries(content, "rubric")}
        return {"text": "…", "marks": {"points": points, "comment": ""}}
