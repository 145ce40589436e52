"""Gap-fill: words, numbers or choices to be put into the gaps of a text."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .base import Content, InvalidResponse, Response, Score, View
from .numbers import exact, parse_number
from .parts import (
    PROSE,
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
)
from .recordings import explanation_video_block, video_block
from .text_matching import is_pattern, matches

TEXT, CHOICE, NUMBER = "text", "choice", "number"
_MARK = re.compile(r"\[\[(\d{1,2})\]\]")


class GapBlock(blocks.StructBlock):
    """A gap: what belongs into it."""

    kind = blocks.ChoiceBlock(
        label=_("Filled by"),
        choices=[(TEXT, _("Typing words")), (CHOICE, _("Choosing")), (NUMBER, _("A number"))],
        default=TEXT,
    )
    accepted = blocks.TextBlock(
        label=_("Right answers"), rows=2, help_text=_("One a line; for a choice just one.")
    )
    distractors = blocks.TextBlock(
        label=_("Distractors"), rows=2, required=False, help_text=_("For a choice: one a line.")
    )
    tolerance = blocks.FloatBlock(
        label=_("Tolerance"),
        min_value=0,
        default=0,
        help_text=_("For a number: how far off it may be."),
    )
    feedback = feedback_block()

    class Meta:
        icon = "edit"
        label = _("Gap")


class GapFillBlock(ItemBlock):
    """The editing form of a gap-fill item."""

    stem = blocks.RichTextBlock(
        label=_("Stem"), features=PROSE, required=False, help_text=_("What to do; may stay empty.")
    )
    image = image_block()
    image_alt = image_alt_block()
    video = video_block()
    text = blocks.RichTextBlock(
        label=_("Text"),
        features=PROSE,
        help_text=_("Write [[1]] where the first gap is, [[2]] for the second, and so on."),
    )
    gaps = blocks.ListBlock(GapBlock(), label=_("Gaps"), min_num=1, max_num=20)
    forgive_slips = blocks.BooleanBlock(
        label=_("Forgive a slip of the pen in long words"), required=False, default=True
    )
    explanation = explanation_block()
    explanation_video = explanation_video_block()
    references = references_block()

    class Meta:
        icon = "edit"
        label = _("Gaps in a text")
        preview_value = {
            "stem": "",
            "text": "<p>Water has [[1]] HU, fat is [[2]].</p>",
            "gaps": [
                {"kind": NUMBER, "accepted": "0", "distractors": "", "tolerance": 0},
                {"kind": CHOICE, "accepted": "darker", "distractors": "brighter", "tolerance": 0},
            ],
            "forgive_slips": True,
            "explanation": "",
        }
        template = "quizzes/blocks/gap_fill.html"
        description = _("A text with gaps to fill by typing or choosing")

    def check_parts(self, value: blocks.StructValue) -> None:
        marks = [int(number) for number in _MARK.findall(value["text"].source)]
        if sorted(marks) != list(range(1, len(value["gaps"]) + 1)):
            refuse(
                _("The text needs each gap's mark once: [[1]], [[2]] … as many as there are gaps.")
            )
        for gap in value["gaps"]:
            _check_gap(gap)


def _check_gap(gap: Mapping[str, Any]) -> None:
    accepted = lines(gap["accepted"])
    if gap["kind"] == CHOICE and (len(accepted) != 1 or not lines(gap["distractors"])):
        refuse(_("A gap to choose for needs one right answer and at least one distractor."))
    if gap["kind"] == NUMBER and not all(parse_number(text) is not None for text in accepted):
        refuse(_("The right answers of a gap for a number must be numbers."))


def lines(text: str | None) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


class GapFill(StemItemType):
    code = "gap_fill"
    template = "quizzes/items/gap_fill.html"

    def block(self) -> blocks.StructBlock:
        return GapFillBlock()

    def asked(self, content: Content, given: Response) -> View:
        filled = given.get("gaps", {})
        gaps = [
            {
                "id": id_,
                "number": number,
                "kind": gap["kind"],
                "options": _options(gap),
                "given": filled.get(id_, ""),
            }
            for number, (id_, gap) in enumerate(entries(content, "gaps"), start=1)
        ]
        return {"segments": _segments(content["text"], gaps)}

    def explained(self, content: Content, response: Response) -> View:
        values = dict(entries(content, "gaps"))
        segments = self.asked(content, response)["segments"]
        for segment in segments:
            if gap := segment.get("gap"):
                value = values[gap["id"]]
                gap |= {
                    "correct": self._is_right(content, value, gap["given"]),
                    "accepted": lines(value["accepted"]),
                    "feedback": value.get("feedback") or "",
                }
        return {"segments": segments, "gaps": [s["gap"] for s in segments if "gap" in s]}

    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        gaps = entries(content, "gaps")
        filled = {
            id_: " ".join(text.split())
            for id_, text in read_each(data, "gap", [id_ for id_, _gap in gaps]).items()
        }
        for id_, gap in gaps:
            text = filled.get(id_, "")
            if not text:
                raise InvalidResponse(
                    gettext("Fill every gap, then answer."), draft={"gaps": filled}
                )
            if gap["kind"] == CHOICE and text not in _options(gap):
                raise InvalidResponse(gettext("Choose for every gap."), draft={"gaps": filled})
            if gap["kind"] == NUMBER and parse_number(text) is None:
                raise InvalidResponse(
                    gettext("Write a number such as 12 or 0.5 where one is asked for."),
                    draft={"gaps": filled},
                )
        return {"gaps": filled}

    def score(self, content: Content, response: Response) -> Score:
        filled, gaps = response.get("gaps", {}), entries(content, "gaps")
        right = sum(self._is_right(content, gap, filled.get(id_, "")) for id_, gap in gaps)
        possible = self.possible(content)
        return Score(points=right / len(gaps) * possible, possible=possible)

    def key(self, content: Content) -> Response:
        return {
            "gaps": {
                id_: lines(gap["accepted"])[0].replace(r"\*", "*")
                for id_, gap in entries(content, "gaps")
            }
        }

    @staticmethod
    def _is_right(content: Content, gap: Mapping[str, Any], text: str) -> bool:
        accepted = lines(gap["accepted"])
        if gap["kind"] == CHOICE:
            return text == accepted[0]
        if gap["kind"] == NUMBER:
            number, reach = parse_number(text), exact(gap.get("tolerance") or 0)
            values = [parse_number(one) for one in accepted]
            return number is not None and any(
                value is not None and abs(number - value) <= reach for value in values
            )
        exactly = any(matches(text, one) for one in accepted)
        words = [one for one in accepted if not is_pattern(one)]
        slips = bool(content.get("forgive_slips"))
        return exactly or (slips and any(matches(text, one, slips=True) for one in words))


def _options(gap: Mapping[str, Any]) -> list[str]:
    """What can be chosen, in alphabetical order: the key must not always come first."""
    if gap["kind"] != CHOICE:
        return []
    texts = {*lines(gap["accepted"]), *lines(gap.get("distractors"))}
    numbers = [parse_number(text) for text in texts]
    if None not in numbers:
        return sorted(texts, key=lambda text: (parse_number(text), text))
    return sorted(texts, key=lambda text: (text.casefold(), text))


def _segments(text: str, gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The text cut at its gaps; a mark without a gap stays as it is written."""
    parts = _MARK.split(text)
    found: list[dict[str, Any]] = []
    for place, part in enumerate(parts):
        if place % 2 and 0 < int(part) <= len(gaps):
            found.append({"gap": gaps[int(part) - 1]})
        else:
            found.append({"html": f"[[{part}]]" if place % 2 else part})
    return found
