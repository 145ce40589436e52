"""Short answer: a word or two, compared with accepted answers."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .base import Content, InvalidResponse, Response, Score, View
from .parts import (
    LONGEST_TEXT,
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
from .text_matching import is_pattern, matches

FULL_CREDIT = 100


def credit_block() -> blocks.IntegerBlock:
    return blocks.IntegerBlock(
        label=_("Marks, %"),
        min_value=0,
        max_value=FULL_CREDIT,
        default=FULL_CREDIT,
        help_text=_(
            "100 for a right answer, less for one that is nearly right, 0 for a wrong one."
        ),
    )


class AcceptedAnswerBlock(blocks.StructBlock):
    """An answer to expect, and what it is worth."""

    text = blocks.CharBlock(
        label=_("Answer"),
        max_length=LONGEST_TEXT,
        help_text=_("* stands for any text. A synonym is an answer of its own."),
    )
    credit = credit_block()
    feedback = feedback_block()

    class Meta:
        icon = "edit"
        label = _("Answer")


class ShortAnswerBlock(ItemBlock):
    """The editing form of a short-answer item."""

    stem = stem_block(_("A question that a word or two answer."))
    image = image_block()
    image_alt = image_alt_block()
    video = video_block()
    answers = blocks.ListBlock(
        AcceptedAnswerBlock(),
        label=_("Answers"),
        min_num=1,
        help_text=_(
            "Capital letters, accents, hyphens and Russian endings make no difference. Give wrong "
            "answers that look like the right one 0 %: they are never taken for a slip of the pen."
        ),
    )
    forgive_slips = blocks.BooleanBlock(
        label=_("Forgive a slip of the pen in long words"), required=False, default=True
    )
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "edit"
        label = _("Short answer")
        preview_value = {
            "stem": "<p>Which bone is broken in a Colles fracture?</p>",
            "answers": [
                {"text": "radius", "credit": 100, "feedback": ""},
                {"text": "ulna", "credit": 0, "feedback": "Often its styloid too, but no."},
            ],
            "forgive_slips": True,
            "explanation": "",
        }
        template = "quizzes/blocks/short_answer.html"
        description = _("A word or two, compared with accepted answers")

    def check_parts(self, value: blocks.StructValue) -> None:
        if not any(answer["credit"] == FULL_CREDIT for answer in value["answers"]):
            refuse(_("Give at least one answer 100 %."))


class ShortAnswer(StemItemType):
    code = "short_answer"
    template = "quizzes/items/short_answer.html"

    def block(self) -> blocks.StructBlock:
        return ShortAnswerBlock()

    def asked(self, content: Content, given: Response) -> View:  # noqa: ARG002
        return {"given": given.get("text", "")}

    def explained(self, content: Content, response: Response) -> View:
        taken = find_answer(content, response["text"])
        return {
            "feedback": (taken or {}).get("feedback") or "",
            "accepted": [
                value["text"]
                for _id, value in entries(content, "answers")
                if value["credit"] == FULL_CREDIT
            ],
        }

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:  # noqa: ARG002
        text = " ".join(read_text(data, "text").split())
        if not text:
            raise InvalidResponse(gettext("Write your answer, then confirm it."))
        return {"text": text}

    def score(self, content: Content, response: Response) -> Score:
        taken = find_answer(content, response.get("text", ""))
        share = (taken or {}).get("credit", 0) / FULL_CREDIT
        return Score(points=share * self.possible(content), possible=self.possible(content))

    def key(self, content: Content) -> Response:
        best = next(v for _id, v in entries(content, "answers") if v["credit"] == FULL_CREDIT)
        return {"text": best["text"].replace(r"\*", "*")}


def find_answer(content: Content, text: str) -> dict[str, Any] | None:
    """The expected answer that a text gives: as written, else with a slip, else by a pattern.

    Among those that fit equally well the first stands.
    """
    answers = [value for _id, value in entries(content, "answers")]
    words = [answer for answer in answers if not is_pattern(answer["text"])]
    patterns = [answer for answer in answers if is_pattern(answer["text"])]
    for answer in words:
        if matches(text, answer["text"]):
            return answer
    for answer in words:
        # What is worth nothing is never recognised by a slip: it may be one letter away.
        slips = bool(content.get("forgive_slips") and answer["credit"])
        if matches(text, answer["text"], slips=slips):
            return answer
    return next((answer for answer in patterns if matches(text, answer["text"])), None)
