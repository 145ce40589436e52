"""Moodle's embedded answers ("Cloze"): {1:SHORTANSWER:=right~%50%nearly#feedback}."""

import html
import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from quizzes.item_types.gap_fill import CHOICE, NUMBER, TEXT, lines

from .writing import number_text

_KINDS = {
    "SHORTANSWER": TEXT, "SA": TEXT, "MW": TEXT, "SHORTANSWER_C": TEXT, "SAC": TEXT, "MWC": TEXT,
    "NUMERICAL": NUMBER, "NM": NUMBER,
    "MULTICHOICE": CHOICE, "MC": CHOICE, "MULTICHOICE_V": CHOICE, "MCV": CHOICE,
    "MULTICHOICE_H": CHOICE, "MCH": CHOICE, "MULTICHOICE_S": CHOICE, "MCS": CHOICE,
    "MULTICHOICE_VS": CHOICE, "MCVS": CHOICE, "MULTICHOICE_HS": CHOICE, "MCHS": CHOICE,
}  # fmt: skip
_GAP = re.compile(r"(?<!\\)\{(\d*):([A-Z_]+):((?:\\.|[^}\\])*)\}", re.DOTALL)
_ANSWER = re.compile(r"((?:\\.|[^~\\])+)", re.DOTALL)
_SPECIAL = re.compile(r"([~=#{}\\/\"])")


class BadCloze(ValueError):
    """The embedded answers can't be read; the message says why."""


def read_cloze(text: str, note: Callable[[str], None]) -> tuple[str, list[dict[str, Any]]]:
    """(text with [[1]], [[2]] …, gaps) of a cleaned HTML text; raises `BadCloze`."""
    gaps: list[dict[str, Any]] = []

    def replace(match: re.Match[str]) -> str:
        weight, kind, answers = match.groups()
        if kind not in _KINDS:
            raise BadCloze(_("Gaps of the kind %(kind)s are not taken in.") % {"kind": kind})
        if weight not in ("", "1"):
            note(
                _("Every gap counts the same: its weight %(weight)s is not kept.")
                % {"weight": weight}
            )
        gaps.append(_gap(_KINDS[kind], html.unescape(answers), note))
        return f"[[{len(gaps)}]]"

    replaced = _GAP.sub(replace, text)
    if not gaps:
        raise BadCloze(_("The text has no gaps."))
    return re.sub(r"\\([{}])", r"\1", replaced), gaps


def _gap(kind: str, text: str, note: Callable[[str], None]) -> dict[str, Any]:
    right: list[str] = []
    wrong: list[str] = []
    tolerance = 0.0
    for answer in _ANSWER.findall(text):
        fraction, words, feedback = _answer(answer)
        if feedback:
            note(_("Feedback in gaps is not kept: “%(text)s”") % {"text": feedback})
        if 0 < fraction < 100:
            note(
                _("“%(text)s” is worth %(fraction)g %% there, nothing here.")
                % {"text": words, "fraction": fraction}
            )
        if kind == NUMBER:
            words, _colon, reach = words.partition(":")
            tolerance = float(reach or 0) if fraction >= 100 else tolerance
        (right if fraction >= 100 else wrong).append(words)
    if not right:
        raise BadCloze(_("A gap has no right answer."))
    if kind == CHOICE and len(right) > 1:
        note(_("Only the first right choice of a gap is kept."))
        right = right[:1]
    if kind != CHOICE and wrong:
        note(_("Wrong answers of gaps are not kept: %(texts)s") % {"texts": ", ".join(wrong)})
        wrong = []
    return {
        "kind": kind,
        "accepted": "\n".join(right),
        "distractors": "\n".join(wrong),
        "tolerance": tolerance,
        "feedback": "",
    }


def _answer(text: str) -> tuple[float, str, str]:
    """(fraction, words, feedback) of one answer."""
    fraction = 0.0
    if text.startswith("="):
        fraction, text = 100.0, text[1:]
    elif match := re.match(r"%(-?\d+(?:\.\d+)?)%", text):
        fraction, text = float(match[1]), text[match.end() :]
    words, *feedback = re.split(r"(?<!\\)#", text, maxsplit=1)
    return fraction, _unescape(words), _unescape(feedback[0]) if feedback else ""


def _unescape(text: str) -> str:
    return " ".join(re.sub(r"\\(.)", r"\1", text).split())


def write_gap(gap: dict[str, Any]) -> str:
    """A gap as Moodle writes it into the text (HTML)."""
    kind = {TEXT: "SHORTANSWER", NUMBER: "NUMERICAL", CHOICE: "MULTICHOICE"}[gap["kind"]]
    right = [_escape(text) for text in lines(gap["accepted"])]
    if gap["kind"] == NUMBER:
        right = [f"{text}:{number_text(gap.get('tolerance') or 0)}" for text in right]
    answers = [f"={text}" for text in right]
    answers += [_escape(text) for text in lines(gap.get("distractors"))]
    return "{1:" + kind + ":" + "~".join(answers) + "}"


def _escape(text: str) -> str:
    return html.escape(_SPECIAL.sub(r"\\\1", text), quote=False)
