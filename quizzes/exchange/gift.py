"""GIFT, Moodle's text format for questions (docs.moodle.org, "GIFT format"): reading."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .drafts import (
    Draft,
    Line,
    Parsed,
    Skipped,
    common,
    fill_choice,
    fill_essay,
    fill_matching,
    fill_numeric,
    fill_short,
    fill_true_false,
    title_of,
)
from .markup import clean, to_html, to_text

# Escaped signs stand in a private area of Unicode while the rest is taken apart.
_ESCAPED = {sign: chr(0xE000 + place) for place, sign in enumerate("~=#{}:\\")}
_PLAIN = {private: sign for sign, private in _ESCAPED.items()}
GAP = "_____"
_FORMAT = re.compile(r"^\s*\[(html|plain|markdown|moodle)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"^\s*%(-?\d+(?:\.\d+)?)%")
_NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$")


@dataclass
class _Block:
    line: int
    text: str
    tags: list[str]
    category: str


class _Problem(ValueError):
    """A question that can't be read; the message says why."""


def parse_gift(source: str) -> Parsed:
    """Read a GIFT file; what can't be read is listed with its line, nothing is left out."""
    parsed = Parsed()
    for block in _blocks(source):
        try:
            parsed.drafts.append(_question(block))
        except _Problem as problem:
            title = block.text.strip().splitlines()[0][:80]
            parsed.skipped.append(Skipped(block.line, _restore(title), str(problem)))
    return parsed


def _blocks(source: str) -> list[_Block]:
    """The questions with the line each begins on, its tags and category."""
    found: list[_Block] = []
    lines: list[str] = []
    tags: list[str] = []
    start, category = 0, ""
    for number, raw in enumerate([*source.splitlines(), ""], start=1):
        line = raw.lstrip("\ufeff")
        if line.strip().startswith("//"):
            tags += _tags(line)
            continue
        if line.strip().startswith("$CATEGORY:"):
            category = line.split(":", 1)[1].strip()
            continue
        if line.strip():
            start = start or number
            lines.append(_escape(line))
        elif lines and _is_whole(lines):
            found.append(_Block(start, "\n".join(lines), tags, category))
            lines, tags, start = [], [], 0
        elif lines:
            lines.append("")  # a blank line between braces belongs to the answers
    if lines:
        found.append(_Block(start, "\n".join(lines), tags, category))
    return found


def _is_whole(lines: list[str]) -> bool:
    text = "\n".join(lines)
    return text.count("{") <= text.count("}")


def _tags(comment: str) -> list[str]:
    return [tag.strip() for tag in re.findall(r"\[tag:([^\]]+)\]", comment) if tag.strip()]


def _escape(text: str) -> str:
    text = re.sub(r"[\ue000-\ue00f]", "", text)
    escaped = re.sub(r"\\([~=#{}:\\])", lambda match: _ESCAPED[match[1]], text)
    return escaped.replace("\\n", "\n")


def _restore(text: str) -> str:
    return "".join(_PLAIN.get(sign, sign) for sign in text)


def _question(block: _Block) -> Draft:
    text, title = block.text.strip(), ""
    if match := re.match(r"::(.*?)::", text, re.DOTALL):
        title, text = _restore(match[1]).strip(), text[match.end() :]
    is_html = (match := _FORMAT.match(text)) is not None and match[1].lower() != "plain"
    text_format = match[1].lower() if match else ""
    text = text[match.end() :] if match else text
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0:
        raise _Problem(_("A description asks nothing: it is not a question here."))
    if end < begin:
        raise _Problem(_("The answers' braces are not closed."))
    before, inside, after = text[:begin].strip(), text[begin + 1 : end], text[end + 1 :].strip()
    if "{" in inside or "}" in inside:
        raise _Problem(_("Several answers in one text: use gaps of Moodle XML instead."))
    stem = f"{before} {GAP} {after}" if after else before
    inside, explanation = _split_explanation(inside)
    draft = Draft("", "", {}, line=block.line, topics=_topics(block))
    draft.content = common(
        _prose(draft, stem, is_html=is_html), _prose(draft, explanation, is_html=is_html)
    )
    draft.title = title_of(title, draft.content["stem"])
    if text_format == "markdown":
        draft.note(_("Markdown is kept as it is written, not set."))
    if not draft.content["stem"]:
        raise _Problem(_("The question has no text."))
    _fill(draft, inside.strip(), is_html=is_html)
    return draft


def _topics(block: _Block) -> list[str]:
    """Tags, and the last part of the category's path."""
    last = re.split(r"(?<!/)/(?!/)", block.category)[-1].strip() if block.category else ""
    return list(
        dict.fromkeys([*block.tags, *([last] if last not in ("", "$course$", "top") else [])])
    )


def _split_explanation(inside: str) -> tuple[str, str]:
    answers, mark, explanation = inside.partition("####")
    return (answers, explanation) if mark else (inside, "")


def _prose(draft: Draft, text: str, *, is_html: bool) -> str:
    plain = _restore(text).strip()
    if not is_html:
        return to_html(plain)
    cleaned = clean(plain)
    for source, words in cleaned.pictures:
        draft.note(
            _("The picture is not in the file: %(source)s %(words)s")
            % {"source": source, "words": words}
        )
    for tag in cleaned.lost:
        draft.note(_("<%(tag)s> is not kept.") % {"tag": tag})
    return cleaned.html


def _words(draft: Draft, text: str, *, is_html: bool) -> str:
    """An answer or feedback as plain words in one line."""
    plain = _restore(text).strip()
    if match := _FORMAT.match(plain):
        is_html, plain = match[1].lower() == "html", plain[match.end() :].strip()
    if not is_html:
        return " ".join(plain.split())
    words = to_text(plain)
    if re.search(r"<(img|b|i|sup|sub|strong|em|table)\b", plain, re.IGNORECASE):
        draft.note(_("Formatting of “%(text)s” is not kept.") % {"text": words})
    return words


def _fill(draft: Draft, inside: str, *, is_html: bool) -> None:
    if not inside:
        fill_essay(draft)
    elif inside.startswith("#"):
        _fill_numeric(draft, inside[1:], is_html=is_html)
    elif match := re.match(r"(T|TRUE|F|FALSE)\s*(#|$)", inside, re.IGNORECASE):
        _fill_true_false(draft, inside, is_true=match[1].upper().startswith("T"), is_html=is_html)
    else:
        _fill_listed(draft, inside, is_html=is_html)


def _fill_true_false(draft: Draft, inside: str, *, is_true: bool, is_html: bool) -> None:
    _answer, *feedback = inside.split("#")
    wrong, right, *_more = [*(_words(draft, text, is_html=is_html) for text in feedback), "", ""]
    if_true, if_false = (right, wrong) if is_true else (wrong, right)
    fill_true_false(draft, is_true=is_true, if_true=if_true, if_false=if_false)


def _answers(inside: str) -> list[tuple[str, str]]:
    """(sign, rest) of every answer, the sign being = or ~."""
    parts = re.split(r"([=~])", inside)
    if parts[0].strip():
        raise _Problem(_("Answers begin with = or ~."))
    return list(zip(parts[1::2], parts[2::2], strict=True))


def _weighed(sign: str, rest: str) -> tuple[float, bool, str, str]:
    """(fraction, whether it was written, answer, feedback)."""
    fraction, is_written = (100.0 if sign == "=" else 0.0), False
    if match := _WEIGHT.match(rest):
        fraction, is_written, rest = float(match[1]), True, rest[match.end() :]
    answer, _mark, feedback = rest.partition("#")
    return fraction, is_written, answer, feedback


def _fill_listed(draft: Draft, inside: str, *, is_html: bool) -> None:
    answers = _answers(inside)
    weighed = [_weighed(sign, rest) for sign, rest in answers]
    if all("->" in answer for _f, _w, answer, _fb in weighed):
        pairs = [answer.split("->", 1) for _f, _w, answer, _fb in weighed]
        fill_matching(
            draft,
            [
                (_words(draft, one, is_html=is_html), _words(draft, other, is_html=is_html))
                for one, other in pairs
            ],
        )
        return
    lines = [
        Line(
            text=_words(draft, answer, is_html=is_html),
            fraction=fraction,
            feedback=_words(draft, feedback, is_html=is_html),
        )
        for fraction, _written, answer, feedback in weighed
    ]
    signs = {sign for sign, _rest in answers}
    if signs == {"="}:
        fill_short(draft, lines)
        return
    single = sum(line.fraction >= 100 for line in lines) == 1 or "=" in {s for s, _r in answers}
    fill_choice(draft, lines, single=single)


def _fill_numeric(draft: Draft, inside: str, *, is_html: bool) -> None:
    inside = inside.strip()
    answers = _answers(inside) if inside.startswith(("=", "~")) else [("=", inside)]
    lines = []
    for sign, rest in answers:
        fraction, _written, answer, feedback = _weighed(sign, rest)
        words = _words(draft, feedback, is_html=is_html)
        if sign == "~" or not answer.strip():
            draft.note(_("Feedback for any other number is not kept: “%(text)s”") % {"text": words})
            continue
        value, tolerance = _range(_restore(answer).strip())
        lines.append(Line(text=value, fraction=fraction, feedback=words, tolerance=tolerance))
    if not lines:
        raise _Problem(_("No number is right."))
    fill_numeric(draft, lines)


def _range(text: str) -> tuple[str, float]:
    """(value, tolerance) of "3", "3:0.1" or "1..5"."""
    low, dots, high = text.partition("..")
    if dots and _NUMBER.match(low.strip()) and _NUMBER.match(high.strip()):
        bounds = sorted((float(low), float(high)))
        return repr(round(sum(bounds) / 2, 10)), round((bounds[1] - bounds[0]) / 2, 10)
    value, _colon, tolerance = (part.strip() for part in text.partition(":"))
    if not _NUMBER.match(value) or (tolerance and not _NUMBER.match(tolerance)):
        raise _Problem(_("“%(text)s” is no number.") % {"text": text})
    return value, float(tolerance or 0)
