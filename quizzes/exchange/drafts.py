"""What is read from a question file and written to one."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from quizzes.item_types.parts import ALL_OR_NOTHING, EACH, MINUS

from .markup import to_text


class NotAQuestionFile(ValueError):
    """The file is none of the format; the message (translated) says why."""


@dataclass(frozen=True)
class Note:
    """What a file says that we can't, or a writer had to leave out, and on which line."""

    line: int
    text: str


@dataclass(frozen=True)
class Picture:
    """A picture that travels with a question."""

    name: str
    data: bytes


@dataclass
class Draft:
    """An item on its way in or out.

    `content` is as an item's block stores it; where it names a picture, it has the picture's key
    in `pictures`. `topics` are names.
    """

    item_type: str
    title: str
    content: dict[str, Any]
    line: int = 0
    topics: list[str] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def note(self, text: str, line: int | None = None) -> None:
        """Record what is lost."""
        self.notes.append(Note(line=self.line if line is None else line, text=text))

    def take_picture(self, picture: Picture) -> str:
        """Keep a picture; returns its key."""
        key = f"picture-{len(self.pictures) + 1}"
        self.pictures[key] = picture
        return key


@dataclass(frozen=True)
class Skipped:
    """A question that can't be taken in, and why."""

    line: int
    title: str
    reason: str


@dataclass
class Parsed:
    """Everything a file holds, in its order."""

    drafts: list[Draft] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """An answer as question files have it: its worth in per cent (−100 to 100) and feedback."""

    text: str
    fraction: float
    feedback: str = ""
    tolerance: float = 0.0
    picture: str | None = None
    picture_alt: str = ""


def entry_list(values: Iterable[Any]) -> list[dict[str, Any]]:
    """Values as a ListBlock stores them, with ids that tell nothing."""
    return [{"type": "item", "value": value, "id": str(uuid.uuid4())} for value in values]


def common(stem: str, explanation: str = "") -> dict[str, Any]:
    """The parts of a content that every type has. Both texts are HTML."""
    return {
        "stem": stem,
        "image": None,
        "image_alt": "",
        "explanation": explanation,
        "references": [],
    }


def fill_choice(draft: Draft, lines: list[Line], *, single: bool) -> None:
    """Make the draft a single-best-answer or multiple-response item."""
    if single:
        best = max(lines, key=lambda line: line.fraction)
        keys = [line is best for line in lines]
        for line in lines:
            if line is not best and line.fraction > 0:
                draft.note(
                    _("“%(text)s” is worth %(fraction)g %% there; here only the key counts.")
                    % {"text": line.text, "fraction": line.fraction}
                )
        draft.item_type = "single_best_answer"
    else:
        keys = [line.fraction > 0 for line in lines]
        draft.item_type = "multiple_response"
        draft.content["scoring"] = MINUS
        _note_weights(draft, lines)
    draft.content["options"] = entry_list(
        {
            "text": line.text,
            "is_key": is_key,
            "feedback": line.feedback,
            "image": line.picture,
            "image_alt": line.picture_alt,
        }
        for line, is_key in zip(lines, keys, strict=True)
    )


def weights(keys: list[bool]) -> list[float]:
    """What each option of a multiple-response item is worth, in per cent, to other systems."""
    right, wrong = keys.count(True), keys.count(False)
    return [round(100 / right, 5) if is_key else -round(100 / wrong, 5) for is_key in keys]


def _note_weights(draft: Draft, lines: list[Line]) -> None:
    wanted = weights([line.fraction > 0 for line in lines])
    pairs = zip(lines, wanted, strict=True)
    if any(abs(line.fraction - weight) > 0.01 for line, weight in pairs):
        draft.note(
            _("The options' weights are not kept: right ones count alike, wrong ones cost alike.")
        )


def fill_true_false(draft: Draft, *, is_true: bool, if_true: str, if_false: str) -> None:
    """Make the draft a set of one statement, the stem. Feedback as given for each answer."""
    wrong, right = (if_false, if_true) if is_true else (if_true, if_false)
    feedback = wrong or right
    if wrong and right:
        draft.note(_("Feedback for the right answer is not kept: “%(text)s”") % {"text": right})
    draft.item_type = "true_false_set"
    draft.content["statements"] = entry_list(
        [{"text": "", "is_true": is_true, "feedback": feedback}]
    )
    draft.content["scoring"] = EACH


def fill_short(draft: Draft, lines: list[Line]) -> None:
    """Make the draft a short-answer item."""
    draft.item_type = "short_answer"
    draft.content["answers"] = entry_list(
        {"text": line.text, "credit": _credit(draft, line), "feedback": line.feedback}
        for line in lines
    )
    draft.content["forgive_slips"] = False


def fill_numeric(
    draft: Draft,
    lines: list[Line],
    *,
    unit: str = "",
    others: Iterable[tuple[str, float]] = (),
) -> None:
    """Make the draft a numeric item; texts of `lines` are numbers."""
    draft.item_type = "numeric"
    draft.content |= {
        "answers": entry_list(
            {
                "value": float(line.text),
                "tolerance": line.tolerance,
                "tolerance_kind": "absolute",
                "credit": _credit(draft, line),
                "feedback": line.feedback,
            }
            for line in lines
        ),
        "unit": unit,
        "other_units": entry_list({"unit": name, "factor": factor} for name, factor in others),
    }


def _credit(draft: Draft, line: Line) -> int:
    credit = min(100, max(0, round(line.fraction)))
    if abs(credit - line.fraction) > 0.01:
        draft.note(
            _("“%(text)s” is worth %(fraction)g %% there, %(credit)d %% here.")
            % {"text": line.text, "fraction": line.fraction, "credit": credit}
        )
    return credit


def fill_matching(draft: Draft, pairs: list[tuple[str, str]]) -> None:
    """Make the draft a matching item; a pair without a prompt is a distractor."""
    draft.item_type = "matching"
    right = [(prompt, match) for prompt, match in pairs if prompt]
    used = {match for _prompt, match in right}
    extra = dict.fromkeys(match for prompt, match in pairs if not prompt and match not in used)
    draft.content["pairs"] = entry_list({"prompt": p, "match": m} for p, m in right)
    draft.content["distractors"] = entry_list(extra)


def fill_ordering(draft: Draft, texts: list[str], *, partial: bool) -> None:
    """Make the draft an ordering item; `texts` in their right order."""
    draft.item_type = "ordering"
    draft.content["elements"] = entry_list(texts)
    draft.content["scoring"] = EACH if partial else ALL_OR_NOTHING


def fill_gaps(draft: Draft, text: str, gaps: list[dict[str, Any]]) -> None:
    """Make the draft a gap-fill item; `text` is HTML with [[1]] for the first gap."""
    draft.item_type = "gap_fill"
    draft.content |= {
        "stem": "",
        "text": text,
        "gaps": entry_list(gaps),
        "forgive_slips": False,
    }


def fill_essay(draft: Draft, *, points: float = 1, model_answer: str = "") -> None:
    """Make the draft a free text with one criterion, worth `points`."""
    draft.item_type = "free_text"
    whole = max(1, min(20, round(points)))
    draft.content["rubric"] = entry_list([{"text": WHOLE_ANSWER, "points": whole}])
    draft.content["model_answer"] = model_answer


# Written into the bank, so in no language in particular; authors change it there.
WHOLE_ANSWER = "The answer as a whole"


def title_of(title: str, stem: str) -> str:
    """A title for the bank: the file's own, else how the question begins."""
    return (title.strip() or to_text(stem).strip() or "?")[:200]
