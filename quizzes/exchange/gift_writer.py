"""GIFT: writing. What the format can't say becomes a note on the draft."""

import html
import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from .drafts import Draft, Skipped, weights
from .markup import is_plain, to_text
from .writing import Unwritable, number_text, values

Say = Callable[[str], str]

_SPECIAL = re.compile(r"([~=#{}:\\])")


def write_gift(drafts: list[Draft]) -> tuple[str, list[Skipped]]:
    """The file's text, and what could not be written with the reason."""
    blocks, skipped = [], []
    for draft in drafts:
        try:
            blocks.append(_block(draft))
        except Unwritable as problem:
            skipped.append(Skipped(0, draft.title, str(problem)))
    return "\n\n".join(blocks) + ("\n" if blocks else ""), skipped


def escape(text: str) -> str:
    """A text without meaning to GIFT, in one line."""
    return _SPECIAL.sub(r"\\\1", text).replace("\r", "").replace("\n", "\\n")


def _block(draft: Draft) -> str:
    writer = _WRITERS.get(draft.item_type)
    if writer is None:
        raise Unwritable(_("GIFT has no question of this type."))
    content = draft.content
    if draft.pictures:
        draft.note(_("GIFT holds no pictures: they are left out."))
    if content.get("references"):
        draft.note(_("GIFT holds no references: they are left out."))
    is_html = not (is_plain(content["stem"]) and is_plain(content.get("explanation") or ""))
    stem, explanation = _prose(content["stem"], is_html), _prose(content["explanation"], is_html)

    def say(text: str) -> str:
        # "->" can't be escaped: it always means a pair.
        text = text.replace("->", "→")
        return escape(html.escape(text, quote=False) if is_html else text)

    answers = writer(draft, say)
    if explanation:
        answers += f"\n####{explanation}\n"
    tags = "".join(f" [tag:{topic}]" for topic in draft.topics)
    comment = f"//{tags}\n" if tags else ""
    prefix = "[html]" if is_html else ""
    return f"{comment}::{escape(draft.title)}::{prefix}{stem}{{{answers}}}"


def _prose(text: str, is_html: bool) -> str:
    if is_html:
        return escape(text)
    return escape("\n".join(to_text(part) for part in (text or "").split("</p>") if to_text(part)))


def _feedback(say: Say, text: str) -> str:
    return f"#{say(text)}" if text else ""


def _options(draft: Draft, say: Say) -> str:
    options = values(draft, "options")
    keys = [bool(option["is_key"]) for option in options]
    if draft.item_type == "single_best_answer":
        marks = ["=" if key else "~" for key in keys]
    else:
        marks = [f"~%{number_text(weight)}%" for weight in weights(keys)]
        if draft.content.get("scoring") not in (None, "minus"):
            draft.note(_("The way of giving marks is not kept."))
    lines = [
        f"\t{_weight(mark, option['text'])}{say(option['text'])}"
        f"{_feedback(say, option.get('feedback') or '')}"
        for mark, option in zip(marks, options, strict=True)
    ]
    return "\n" + "\n".join(lines) + "\n"


def _statements(draft: Draft, say: Say) -> str:
    statements = values(draft, "statements")
    if len(statements) > 1:
        draft.note(_("GIFT judges one statement only: written as matching."))
        return _matching_lines(
            [(one["text"], "True" if one["is_true"] else "False") for one in statements], say
        )
    return ("TRUE" if statements[0]["is_true"] else "FALSE") + _feedback(
        say, statements[0].get("feedback") or ""
    )


def _short(draft: Draft, say: Say) -> str:
    if draft.content.get("forgive_slips"):
        draft.note(_("Slips of the pen are not forgiven there."))
    lines = [
        f"\t={_credit(answer, answer['text'])}{say(answer['text'])}"
        f"{_feedback(say, answer.get('feedback') or '')}"
        for answer in values(draft, "answers")
    ]
    return "\n" + "\n".join(lines) + "\n"


def _credit(answer: dict, text: str = "") -> str:
    return f"%{answer['credit']}%" if answer["credit"] != 100 or text.startswith("%") else ""


def _weight(mark: str, text: str) -> str:
    """The sign before an option; with its weight where the text itself begins like one."""
    if not text.startswith("%") or "%" in mark:
        return mark
    return f"{mark}%{100 if mark == '=' else 0}%"


def _numeric(draft: Draft, say: Say) -> str:
    if draft.content.get("unit"):
        draft.note(_("Units are not kept: write the unit into the question."))
    lines = []
    for answer in values(draft, "answers"):
        tolerance = answer.get("tolerance") or 0
        if answer.get("tolerance_kind") == "percent":
            tolerance = round(abs(answer["value"]) * tolerance / 100, 10)
        feedback = _feedback(say, answer.get("feedback") or "")
        value = f"{number_text(answer['value'])}:{number_text(tolerance)}"
        lines.append(f"\t={_credit(answer)}{value}{feedback}")
    return "#\n" + "\n".join(lines) + "\n"


def _matching(draft: Draft, say: Say) -> str:
    pairs = [(pair["prompt"], pair["match"]) for pair in values(draft, "pairs")]
    return _matching_lines(pairs + [("", text) for text in values(draft, "distractors")], say)


def _matching_lines(pairs: list[tuple[str, str]], say: Say) -> str:
    lines = [f"\t={say(prompt)} -> {say(match)}" for prompt, match in pairs]
    return "\n" + "\n".join(lines) + "\n"


def _extended(draft: Draft, say: Say) -> str:
    draft.note(_("Extended matching is written as matching."))
    options = values(draft, "options")
    taken = [(v["text"], options[ord(v["key"]) - ord("A")]) for v in values(draft, "vignettes")]
    used = {option for _text, option in taken}
    return _matching_lines(taken + [("", option) for option in options if option not in used], say)


def _essay(draft: Draft, _say: Say) -> str:
    rubric = values(draft, "rubric")
    if len(rubric) > 1 or rubric[0]["points"] != 1 or draft.content.get("model_answer"):
        draft.note(_("GIFT holds neither rubric nor model answer: they are left out."))
    return ""


_WRITERS: dict[str, Callable[[Draft, Say], str]] = {
    "single_best_answer": _options,
    "multiple_response": _options,
    "true_false_set": _statements,
    "short_answer": _short,
    "numeric": _numeric,
    "matching": _matching,
    "extended_matching": _extended,
    "free_text": _essay,
}
