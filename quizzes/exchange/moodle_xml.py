"""Moodle XML (docs.moodle.org, "Moodle XML format"): reading."""

import base64
import binascii
from collections.abc import Callable

from django.utils.translation import gettext as _

from .cloze import BadCloze, read_cloze
from .drafts import (
    Draft,
    Line,
    NotAQuestionFile,
    Parsed,
    Picture,
    Skipped,
    common,
    entry_list,
    fill_choice,
    fill_essay,
    fill_gaps,
    fill_matching,
    fill_numeric,
    fill_ordering,
    fill_short,
    fill_true_false,
    title_of,
)
from .markup import clean, file_name, to_html, to_text
from .moodle_regions import read_regions
from .xml_tree import Node, read_tree

# Feedback that Moodle's own form puts into every question.
_STOCK_FEEDBACK = {
    "Your answer is correct.",
    "Your answer is partially correct.",
    "Your answer is incorrect.",
}
_USUAL_PENALTIES = {"", "0", "0.0000000", "0.3333333", "1.0000000", "1", "0.1", "0.1000000"}


class Unreadable(ValueError):
    """A question that can't be taken in; the message says why."""


def parse_moodle_xml(data: bytes) -> Parsed:
    """Read a Moodle XML file; what can't be taken in is listed with its line."""
    root = read_tree(data)
    if root.tag != "quiz":
        raise NotAQuestionFile(
            _("This is XML, but no Moodle quiz: its root is <%(tag)s>.") % {"tag": root.tag}
        )
    parsed, category = Parsed(), ""
    for node in root.all("question"):
        kind = node.get("type")
        if kind == "category":
            category = node.value("category")
            continue
        try:
            parsed.drafts.append(_question(node, kind, category))
        except (Unreadable, BadCloze, ValueError) as problem:
            title = node.value("name") or kind
            parsed.skipped.append(Skipped(node.line, title[:80], str(problem)))
    return parsed


def _question(node: Node, kind: str, category: str) -> Draft:
    reader = _READERS.get(kind)
    if reader is None:
        raise Unreadable(_("Questions of the type “%(kind)s” are not taken in.") % {"kind": kind})
    draft = Draft("", "", {}, line=node.line, topics=_topics(node, category))
    draft.content = common("", "")
    stem = _prose(draft, node.first("questiontext"), takes_picture=True)
    draft.content["stem"] = stem
    draft.content["explanation"] = _prose(draft, node.first("generalfeedback"))
    if not stem and not draft.content["image"]:
        raise Unreadable(_("The question has no text."))
    draft.title = title_of(to_text(node.value("name")), stem)
    reader(draft, node)
    _note_settings(draft, node)
    return draft


def _topics(node: Node, category: str) -> list[str]:
    tags = node.first("tags")
    names = [(one.first("text") or one).text.strip() for one in tags.all("tag")] if tags else []
    last = category.replace("//", "\x00").split("/")[-1].replace("\x00", "/").strip()
    last = "" if last.startswith("$") or last == "top" else last
    return list(dict.fromkeys(name for name in [*names, last] if name))


def _prose(draft: Draft, node: Node | None, *, takes_picture: bool = False) -> str:
    """A text of the file as ours; its first picture becomes the item's where it may."""
    if node is None:
        return ""
    inner = node.first("text")
    text = inner.text if inner else node.text
    if node.get("format") == "plain_text":
        return to_html(text)
    if node.get("format") == "markdown":
        draft.note(_("Markdown is kept as it is written, not set."), node.line)
        return to_html(text)
    cleaned = clean(text)
    for tag in cleaned.lost:
        draft.note(_("<%(tag)s> is not kept.") % {"tag": tag}, node.line)
    for source, words in cleaned.pictures:
        if takes_picture and draft.content["image"] is None:
            key = _take_picture(draft, node, source)
            if key:
                draft.content |= {"image": key, "image_alt": words.strip()}
        else:
            draft.note(
                _("One picture goes with the question; this one is left out: %(source)s")
                % {"source": source},
                node.line,
            )
    return cleaned.html


def _take_picture(draft: Draft, node: Node, source: str) -> str | None:
    """Keep a picture the text shows, from the file beside it; its key, or None with a note."""
    name = file_name(source)
    found = (
        next((one for one in node.all("file") if one.get("name") == name), None) if name else None
    )
    if found is None:
        draft.note(_("The picture is not in the file: %(source)s") % {"source": source}, node.line)
        return None
    data = decoded(found)
    if data is None:
        draft.note(_("The picture can't be read: %(source)s") % {"source": name}, found.line)
        return None
    return draft.take_picture(Picture(name=name, data=data))


def decoded(node: Node) -> bytes | None:
    """The bytes of a <file>, None where they are no base64."""
    try:
        return base64.b64decode("".join(node.text.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _words(draft: Draft, node: Node | None) -> str:
    """A text as plain words in one line, with a note where formatting goes."""
    if node is None:
        return ""
    inner = node.first("text")
    text = inner.text if inner else node.text
    if node.get("format", "html") in ("plain_text", "moodle_auto_format") and "<" not in text:
        return " ".join(text.split())
    words = to_text(text)
    cleaned = clean(text)
    if cleaned.lost or any(f"<{tag}>" in cleaned.html for tag in ("b", "i", "sup", "sub", "li")):
        draft.note(_("Formatting of “%(text)s” is not kept.") % {"text": words}, node.line)
    return words


def _lines(draft: Draft, node: Node, *, pictures: bool = False) -> list[Line]:
    return [_line(draft, answer, pictures=pictures) for answer in node.all("answer")]


def _line(draft: Draft, node: Node, *, pictures: bool) -> Line:
    text, key, alt = _words(draft, node), None, ""
    inner = node.first("text")
    for source, words in clean(inner.text if inner else node.text).pictures:
        if pictures and key is None:
            key, alt = _take_picture(draft, node, source), words.strip()
        else:
            draft.note(_("The picture is left out: %(source)s") % {"source": source}, node.line)
    return Line(
        text=text or alt,
        fraction=float(node.get("fraction", "0") or 0),
        feedback=_words(draft, node.first("feedback")),
        tolerance=float(node.value("tolerance", "0")),
        picture=key,
        picture_alt=alt,
    )


def _note_settings(draft: Draft, node: Node) -> None:
    """Say what a question's settings ask that ours can't."""
    grade = float(node.value("defaultgrade", "1"))
    if grade != 1 and draft.item_type != "free_text":
        draft.note(
            _("Its %(grade)g points are not kept: every question counts one.") % {"grade": grade}
        )
    if node.value("penalty") not in _USUAL_PENALTIES:
        draft.note(_("The penalty for repeated tries is not kept."))
    if node.value("hidden") == "1":
        draft.note(_("It was hidden there; here it is not."))
    if node.all("hint"):
        draft.note(_("Hints are not kept."))
    if node.value("idnumber"):
        draft.note(_("Its number is not kept: %(number)s") % {"number": node.value("idnumber")})
    for tag in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        words = to_text(node.value(tag))
        if words and words not in _STOCK_FEEDBACK:
            draft.note(_("Feedback is not kept: “%(text)s”") % {"text": words})


def _read_choice(draft: Draft, node: Node) -> None:
    lines = _lines(draft, node, pictures=True)
    if len(lines) < 2 or max(line.fraction for line in lines) <= 0:
        raise Unreadable(_("It needs two options or more, one of them right."))
    fill_choice(draft, lines, single=node.value("single", "true") in ("true", "1"))


def _read_true_false(draft: Draft, node: Node) -> None:
    by_word = {_words(draft, answer).lower(): answer for answer in node.all("answer")}
    if set(by_word) != {"true", "false"}:
        raise Unreadable(_("It needs the answers true and false."))
    fill_true_false(
        draft,
        is_true=float(by_word["true"].get("fraction", "0")) > 0,
        if_true=_words(draft, by_word["true"].first("feedback")),
        if_false=_words(draft, by_word["false"].first("feedback")),
    )


def _read_short(draft: Draft, node: Node) -> None:
    lines = _lines(draft, node)
    if not any(line.fraction >= 100 for line in lines):
        raise Unreadable(_("No answer is right."))
    if node.value("usecase") == "1":
        draft.note(_("Capital letters make no difference here."))
    fill_short(draft, lines)


def _read_numeric(draft: Draft, node: Node) -> None:
    lines = []
    for line in _lines(draft, node):
        if line.text == "*":
            draft.note(
                _("Feedback for any other number is not kept: “%(text)s”") % {"text": line.feedback}
            )
        else:
            lines.append(line)
    if not any(line.fraction >= 100 for line in lines):
        raise Unreadable(_("No number is right."))
    units = node.first("units")
    named = [
        (one.value("unit_name"), float(one.value("multiplier", "1")))
        for one in (units.all("unit") if units else [])
    ]
    base = next((name for name, multiplier in named if multiplier == 1), "")
    others = [
        (name, float(f"{1 / multiplier:.12g}"))
        for name, multiplier in named
        if name != base and multiplier
    ]
    if node.value("unitgradingtype", "0") != "0":
        draft.note(_("No marks are taken off for a wrong unit: it makes the answer wrong."))
    fill_numeric(draft, lines, unit=base, others=others)


def _read_matching(draft: Draft, node: Node) -> None:
    pairs = [
        (_words(draft, one), _words(draft, one.first("answer"))) for one in node.all("subquestion")
    ]
    for one in node.all("subquestion"):
        for source, _alt in clean((one.first("text") or one).text).pictures:
            draft.note(_("The picture is left out: %(source)s") % {"source": source}, one.line)
    fill_matching(draft, [(prompt, match) for prompt, match in pairs if match])


def _read_ordering(draft: Draft, node: Node) -> None:
    lines = sorted(_lines(draft, node), key=lambda line: line.fraction)
    grading = node.value("gradingtype", "ABSOLUTE_POSITION")
    if grading not in ("ALL_OR_NOTHING", "-1"):
        draft.note(_("Marks are given for every pair in the right order."))
    if node.value("selecttype", "ALL") not in ("ALL", "0"):
        draft.note(_("All elements are asked for, not some of them."))
    fill_ordering(
        draft, [line.text for line in lines], partial=grading not in ("ALL_OR_NOTHING", "-1")
    )


def _read_essay(draft: Draft, node: Node) -> None:
    grade = float(node.value("defaultgrade", "1"))
    if not (1 <= grade <= 20 and grade.is_integer()):
        draft.note(_("Its %(grade)g points are rounded.") % {"grade": grade})
    if to_text(node.value("responsetemplate")):
        draft.note(_("The template for the answer is not kept."))
    if node.value("attachments", "0") != "0":
        draft.note(_("Learners can't attach files here."))
    fill_essay(draft, points=grade, model_answer=_prose(draft, node.first("graderinfo")))


def _read_cloze(draft: Draft, _node: Node) -> None:
    text, gaps = read_cloze(draft.content["stem"], draft.note)
    fill_gaps(draft, text, gaps)


def _read_choice_gaps(draft: Draft, node: Node) -> None:
    """Choices numbered in the text: gapselect ("select missing words") and ddwtos ("drag")."""
    boxes = [*node.all("selectoption"), *node.all("dragbox")]
    options = [(to_text((box.first("text") or box).text), box.value("group", "1")) for box in boxes]
    text = draft.content["stem"]
    gaps: list[dict] = []

    def gap(number: int) -> str:
        if not 0 < number <= len(options):
            raise Unreadable(_("Gap %(number)d has no answer.") % {"number": number})
        right, group = options[number - 1]
        others = dict.fromkeys(o for o, g in options if g == group and o != right)
        gaps.append(
            {
                "kind": "choice",
                "accepted": right,
                "distractors": "\n".join(others),
                "tolerance": 0.0,
                "feedback": "",
            }
        )
        return f"[[{len(gaps)}]]"

    pieces = text.split("[[")
    for place, piece in enumerate(pieces[1:], start=1):
        number, mark, rest = piece.partition("]]")
        pieces[place] = gap(int(number)) + rest if mark and number.isdecimal() else f"[[{piece}"
    if not gaps:
        raise Unreadable(_("The text has no gaps."))
    fill_gaps(draft, "".join(pieces), gaps)


def _read_hotspot(draft: Draft, node: Node) -> None:
    file = node.first("file")
    data = decoded(file) if file else None
    if file is None or data is None:
        raise Unreadable(_("The picture is not in the file."))
    if draft.content["image"]:
        draft.note(_("The picture in the question's text is left out."))
        draft.pictures.clear()
    regions, aspect = read_regions(draft, node, data)
    draft.item_type = "hotspot"
    draft.content |= {
        "image": draft.take_picture(Picture(name=file.get("name"), data=data)),
        "image_alt": "",
        "regions": entry_list(regions),
        "marks": max(1, len(regions)),
        "tolerance": 0.0,
        "aspect": aspect,
    }


_READERS: dict[str, Callable[[Draft, Node], None]] = {
    "multichoice": _read_choice,
    "truefalse": _read_true_false,
    "shortanswer": _read_short,
    "numerical": _read_numeric,
    "matching": _read_matching,
    "ordering": _read_ordering,
    "essay": _read_essay,
    "cloze": _read_cloze,
    "gapselect": _read_choice_gaps,
    "ddwtos": _read_choice_gaps,
    "ddmarker": _read_hotspot,
}
