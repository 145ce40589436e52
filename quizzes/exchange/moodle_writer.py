"""Moodle XML: writing. What the format can't say becomes a note on the draft."""

import base64
import re
from collections.abc import Callable
from html import escape
from typing import Any
from xml.sax.saxutils import quoteattr

from django.utils.translation import gettext as _

from .cloze import write_gap
from .drafts import Draft, Skipped, weights
from .markup import to_html
from .moodle_regions import picture_size, write_region
from .writing import Unwritable, number_text, values


def write_moodle_xml(drafts: list[Draft]) -> tuple[str, list[Skipped]]:
    """The file's text, and what could not be written with the reason."""
    questions, skipped = [], []
    for draft in drafts:
        try:
            questions.append(_question(draft))
        except Unwritable as problem:
            skipped.append(Skipped(0, draft.title, str(problem)))
    body = "\n".join(questions)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{body}\n</quiz>\n', skipped


def _question(draft: Draft) -> str:
    found = _WRITERS.get(draft.item_type)
    if found is None:
        raise Unwritable(_("Moodle XML has no question of this type."))
    kind, writer = found
    kind = "matching" if kind == "truefalse" and len(values(draft, "statements")) > 1 else kind
    body = writer(draft)
    if draft.content.get("references"):
        draft.note(_("References are written into the general feedback."))
    references = "".join(f"<li>{escape(text)}</li>" for text in values(draft, "references"))
    explanation = (draft.content.get("explanation") or "") + (
        f"<ol>{references}</ol>" if references else ""
    )
    stem = draft.content["stem"] + (body.pop("text", ""))
    files = ""
    if draft.item_type != "hotspot" and draft.content.get("image"):
        picture, files = _picture(draft, draft.content["image"], draft.content["image_alt"])
        stem += picture
    parts = [
        f"  <question type={quoteattr(kind)}>",
        f"    <name>{_text(draft.title)}</name>",
        f'    <questiontext format="html">{_text(stem)}{files}</questiontext>',
        f'    <generalfeedback format="html">{_text(explanation)}</generalfeedback>',
        f"    <defaultgrade>{number_text(body.pop('grade', 1))}</defaultgrade>",
        *(f"    {line}" for line in body["lines"]),
        _tags(draft),
        "  </question>",
    ]
    return "\n".join(part for part in parts if part)


def _text(text: str) -> str:
    # Signs that XML can't hold at all, however they are written.
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
    return f"<text>{escape(text, quote=False)}</text>"


def _tags(draft: Draft) -> str:
    tags = "".join(f"<tag>{_text(topic)}</tag>" for topic in draft.topics)
    return f"    <tags>{tags}</tags>" if tags else ""


def _picture(draft: Draft, key: str, alt: str) -> tuple[str, str]:
    """(the picture in the text, the <file> beside it)."""
    picture = draft.pictures.get(key)
    if picture is None:
        draft.note(_("The picture's file is missing: it is left out."))
        return "", ""
    source = f"@@PLUGINFILE@@/{picture.name}"
    shown = f'<p><img src="{escape(source)}" alt="{escape(alt)}"></p>'
    return shown, _file(draft, key)


def _file(draft: Draft, key: str) -> str:
    picture = draft.pictures[key]
    data = base64.b64encode(picture.data).decode("ascii")
    return f'<file name={quoteattr(picture.name)} path="/" encoding="base64">{data}</file>'


def _answer(text: str, fraction: float, feedback: str = "", *, extra: str = "") -> str:
    told = f'<feedback format="html">{_text(to_html(feedback))}</feedback>' if feedback else ""
    worth = quoteattr(number_text(fraction))
    return f'<answer fraction={worth} format="html">{_text(text)}{extra}{told}</answer>'


def _plain_answer(text: str, fraction: float, feedback: str = "", *, extra: str = "") -> str:
    return _answer(text, fraction, feedback, extra=extra).replace(
        ' format="html">', ' format="plain_text">', 1
    )


def _choice(draft: Draft) -> dict[str, Any]:
    options = values(draft, "options")
    keys = [bool(option["is_key"]) for option in options]
    single = draft.item_type == "single_best_answer"
    worth = [100.0 if key else 0.0 for key in keys] if single else weights(keys)
    if not single and draft.content.get("scoring") not in (None, "minus"):
        draft.note(_("The way of giving marks is not kept."))
    lines = [f"<single>{str(single).lower()}</single>", "<shuffleanswers>false</shuffleanswers>"]
    for option, fraction in zip(options, worth, strict=True):
        text, file = escape(option["text"], quote=False), ""
        if option.get("image"):
            shown, file = _picture(draft, option["image"], option.get("image_alt") or "")
            text = f"<p>{text}</p>{shown}"
        lines.append(_answer(text, fraction, option.get("feedback") or "", extra=file))
    return {"lines": lines}


def _statements(draft: Draft) -> dict[str, Any]:
    statements = values(draft, "statements")
    if len(statements) > 1:
        draft.note(_("A set of statements is written as matching with True and False."))
        pairs = [(one["text"], "True" if one["is_true"] else "False") for one in statements]
        return {"lines": _subquestions(pairs)}
    is_true, feedback = bool(statements[0]["is_true"]), statements[0].get("feedback") or ""
    return {
        "lines": [
            _plain_answer("true", 100.0 if is_true else 0.0, "" if is_true else feedback),
            _plain_answer("false", 0.0 if is_true else 100.0, feedback if is_true else ""),
        ]
    }


def _short(draft: Draft) -> dict[str, Any]:
    if draft.content.get("forgive_slips"):
        draft.note(_("Slips of the pen are not forgiven there."))
    lines = [
        _plain_answer(answer["text"], answer["credit"], answer.get("feedback") or "")
        for answer in values(draft, "answers")
    ]
    return {"lines": ["<usecase>0</usecase>", *lines]}


def _numeric(draft: Draft) -> dict[str, Any]:
    lines = []
    for answer in values(draft, "answers"):
        tolerance = answer.get("tolerance") or 0
        if answer.get("tolerance_kind") == "percent":
            tolerance = round(abs(answer["value"]) * tolerance / 100, 10)
        extra = f"<tolerance>{number_text(tolerance)}</tolerance>"
        value = number_text(answer["value"])
        lines.append(
            _plain_answer(value, answer["credit"], answer.get("feedback") or "", extra=extra)
        )
    units = [(draft.content.get("unit") or "", 1.0)] if draft.content.get("unit") else []
    units += [
        (other["unit"], float(f"{1 / other['factor']:.12g}"))
        for other in values(draft, "other_units")
    ]
    named = "".join(
        f"<unit><multiplier>{number_text(multiplier)}</multiplier>"
        f"<unit_name>{escape(name, quote=False)}</unit_name></unit>"
        for name, multiplier in units
    )
    return {"lines": [*lines, f"<units>{named}</units>"] if named else lines}


def _subquestions(pairs: list[tuple[str, str]]) -> list[str]:
    return [
        f'<subquestion format="html">{_text(to_html(prompt))}'
        f"<answer>{_text(match)}</answer></subquestion>"
        for prompt, match in pairs
    ]


def _matching(draft: Draft) -> dict[str, Any]:
    pairs = [(pair["prompt"], pair["match"]) for pair in values(draft, "pairs")]
    return {"lines": _subquestions(pairs + [("", text) for text in values(draft, "distractors")])}


def _extended(draft: Draft) -> dict[str, Any]:
    draft.note(_("Extended matching is written as matching."))
    options = values(draft, "options")
    pairs = [(v["text"], options[ord(v["key"]) - ord("A")]) for v in values(draft, "vignettes")]
    used = {option for _vignette, option in pairs}
    return {"lines": _subquestions(pairs + [("", one) for one in options if one not in used])}


def _ordering(draft: Draft) -> dict[str, Any]:
    partial = draft.content.get("scoring") != "all"
    grading = "RELATIVE_ALL_PREVIOUS_AND_NEXT" if partial else "ALL_OR_NOTHING"
    lines = [
        _answer(escape(text, quote=False), place)
        for place, text in enumerate(values(draft, "elements"), start=1)
    ]
    head = [
        "<layouttype>VERTICAL</layouttype>",
        "<selecttype>ALL</selecttype>",
        "<selectcount>0</selectcount>",
        f"<gradingtype>{grading}</gradingtype>",
    ]
    return {"lines": [*head, *lines]}


def _gaps(draft: Draft) -> dict[str, Any]:
    text = draft.content["text"]
    for number, gap in enumerate(values(draft, "gaps"), start=1):
        if gap.get("feedback"):
            draft.note(_("Feedback of gap %(number)d is not kept.") % {"number": number})
        text = text.replace(f"[[{number}]]", write_gap(gap), 1)
    if draft.content.get("forgive_slips"):
        draft.note(_("Slips of the pen are not forgiven there."))
    return {"lines": [], "text": text}


def _essay(draft: Draft) -> dict[str, Any]:
    rubric = values(draft, "rubric")
    told = draft.content.get("model_answer") or ""
    if len(rubric) > 1:
        draft.note(_("The rubric is written into the information for graders."))
        told += "<ul>" + "".join(
            f"<li>{escape(one['text'], quote=False)} ({one['points']})</li>" for one in rubric
        )
        told += "</ul>"
    return {
        "grade": sum(one["points"] for one in rubric),
        "lines": [f'<graderinfo format="html">{_text(told)}</graderinfo>'],
    }


def _hotspot(draft: Draft) -> dict[str, Any]:
    key = draft.content.get("image")
    if key not in draft.pictures:
        raise Unwritable(_("The picture's file is missing."))
    size = picture_size(draft.pictures[key].data)
    if draft.content.get("tolerance"):
        draft.note(_("The tolerance is not kept: regions are written as they are."))
    drags: list[str] = []
    drops: list[str] = []
    for region in values(draft, "regions"):
        if not region.get("is_key"):
            draft.note(_("The region “%(name)s”, not to be marked, is left out.") % region)
            continue
        number = len(drags) + 1
        shape, coords = write_region(draft, region, size)
        drags.append(
            f"<drag><no>{number}</no>{_text(region['name'])}<noofdrags>1</noofdrags></drag>"
        )
        drops.append(
            f"<drop><no>{number}</no><shape>{shape}</shape><coords>{coords}</coords>"
            f"<choice>{number}</choice></drop>"
        )
    return {"lines": [_file(draft, key), *drags, *drops]}


_WRITERS: dict[str, tuple[str, Callable[[Draft], dict[str, Any]]]] = {
    "single_best_answer": ("multichoice", _choice),
    "multiple_response": ("multichoice", _choice),
    "true_false_set": ("truefalse", _statements),
    "short_answer": ("shortanswer", _short),
    "numeric": ("numerical", _numeric),
    "matching": ("matching", _matching),
    "extended_matching": ("matching", _extended),
    "ordering": ("ordering", _ordering),
    "gap_fill": ("cloze", _gaps),
    "free_text": ("essay", _essay),
    "hotspot": ("ddmarker", _hotspot),
}
