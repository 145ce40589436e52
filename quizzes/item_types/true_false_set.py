"""A set of statements, each to be judged true or false."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .base import Choice, Content, InvalidResponse, Response, Score, View
from .parts import (
    ALL_OR_NOTHING,
    EACH,
    ItemBlock,
    StemItemType,
    entries,
    explanation_block,
    feedback_block,
    image_alt_block,
    image_block,
    read_each,
    references_block,
    refuse,
    scoring_block,
    stem_block,
)
from .recordings import explanation_video_block, video_block

TRUE, FALSE = "true", "false"


class StatementBlock(blocks.StructBlock):
    """A statement and whether it is true."""

    text = blocks.CharBlock(
        label=_("Statement"),
        max_length=500,
        required=False,
        help_text=_("May stay empty where it is the only one: then the stem itself is judged."),
    )
    is_true = blocks.BooleanBlock(label=_("This statement is true"), required=False, default=False)
    feedback = feedback_block()

    class Meta:
        icon = "list-ul"
        label = _("Statement")


class TrueFalseSetBlock(ItemBlock):
    """The editing form of a set of statements."""

    stem = stem_block(_("What the statements are about, or the statement to judge."))
    image = image_block()
    image_alt = image_alt_block()
    video = video_block()
    statements = blocks.ListBlock(
        StatementBlock(), label=_("Statements"), min_num=1, max_num=12, help_text=""
    )
    scoring = scoring_block(
        (EACH, _("Each statement judged right counts the same")),
        (ALL_OR_NOTHING, _("All or nothing")),
    )
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "tasks"
        label = _("True or false")
        preview_value = {
            "stem": "<p>Contrast medium in CT:</p>",
            "statements": [
                {"text": "Iodine absorbs more than water.", "is_true": True, "feedback": ""},
                {"text": "Gadolinium is given by mouth.", "is_true": False, "feedback": "In vein."},
            ],
            "scoring": EACH,
            "explanation": "",
        }
        template = "quizzes/blocks/true_false_set.html"
        description = _("Statements to be judged true or false, one by one")

    def check_parts(self, value: blocks.StructValue) -> None:
        texts = [statement["text"].strip() for statement in value["statements"]]
        if len(texts) > 1 and not all(texts):
            refuse(_("Write every statement."))


class TrueFalseSet(StemItemType):
    code = "true_false_set"
    template = "quizzes/items/true_false_set.html"
    shuffled_lists = ("statements",)

    def block(self) -> blocks.StructBlock:
        return TrueFalseSetBlock()

    def asked(self, content: Content, given: Response) -> View:
        judged = given.get("statements", {})
        return {
            "statements": [
                {"id": id_, "text": value.get("text") or "", "judged": judged.get(id_)}
                for id_, value in entries(content, "statements")
            ]
        }

    def explained(self, content: Content, response: Response) -> View:
        values = dict(entries(content, "statements"))
        return {
            "statements": [
                one
                | {
                    "is_true": bool(values[one["id"]]["is_true"]),
                    "correct": one["judged"] is bool(values[one["id"]]["is_true"]),
                    "feedback": values[one["id"]].get("feedback") or "",
                }
                for one in self.asked(content, response)["statements"]
            ]
        }

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        ids = [id_ for id_, _value in entries(content, "statements")]
        sent = read_each(data, "statement", ids)
        judged = {id_: word == TRUE for id_, word in sent.items() if word in (TRUE, FALSE)}
        if len(judged) < len(ids):
            raise InvalidResponse(
                gettext("Judge every statement, then answer."), draft={"statements": judged}
            )
        return {"statements": judged}

    def score(self, content: Content, response: Response) -> Score:
        judged, key = response.get("statements", {}), self.key(content)["statements"]
        share = sum(judged.get(id_) is truth for id_, truth in key.items()) / len(key)
        if content.get("scoring") == ALL_OR_NOTHING:
            share = float(share == 1.0)
        return Score(points=share * self.possible(content), possible=self.possible(content))

    def key(self, content: Content) -> Response:
        return {
            "statements": {
                id_: bool(value["is_true"]) for id_, value in entries(content, "statements")
            }
        }

    def choices(self, content: Content) -> list[Choice]:
        return [
            Choice(id=f"{id_}:{word}", text=f"{value['text']} · {word}", is_key=truth == is_true)
            for id_, value in entries(content, "statements")
            for is_true in [bool(value["is_true"])]
            for word, truth in ((TRUE, True), (FALSE, False))
        ]

    def chosen(self, content: Content, response: Response) -> list[str]:  # noqa: ARG002
        judged = response.get("statements", {})
        return [f"{id_}:{TRUE if truth else FALSE}" for id_, truth in judged.items()]
