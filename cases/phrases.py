"""Phrases of a text that lead to a mark on the stack. Pure functions of HTML and words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape

_TAG = re.compile(r"(<[^>]*>)")
_BARE_HEADING = re.compile(r"<p[^>]*>[^<]*:\s*</p>")


@dataclass(frozen=True)
class Phrase:
    """Words of the findings and the mark they speak of."""

    text: str
    mark: str


def without_bare_headings(html: str) -> str:
    """The text without headings of a template that nothing was written under."""
    return _BARE_HEADING.sub("", html)


def tie_phrases(html: str, phrases: Iterable[Phrase]) -> str:
    """The text with each phrase, where it first stands, as a button that names its mark.

    Looked for between tags, without regard to case and kind of space; not inside links, and not
    inside one another: the longer phrase goes first. What is not found leaves the text as it is.
    """
    pieces = _TAG.split(html)
    for phrase in sorted(phrases, key=lambda one: -len(one.text)):
        _tie(pieces, phrase)
    return "".join(pieces)


def missing_phrases(html: str, phrases: Iterable[Phrase]) -> list[Phrase]:
    """Those phrases that do not stand in the text, so that the author can be told."""
    return [phrase for phrase in phrases if tie_phrases(html, [phrase]) == html]


def _tie(pieces: list[str], phrase: Phrase) -> None:
    pattern = _pattern(phrase.text)
    if pattern is None:
        return
    closed_to = ""
    for place, piece in enumerate(pieces):
        if _TAG.fullmatch(piece):
            closed_to = _enclosing(piece, closed_to)
            continue
        # Even places are text between tags; a tied phrase is a piece of its own.
        found = None if closed_to else pattern.search(piece)
        if found is None:
            continue
        opening = f'<button class="phrase" type="button" data-mark="{escape(phrase.mark)}">'
        pieces[place : place + 1] = [
            piece[: found.start()],
            opening,
            found.group(),
            "</button>",
            piece[found.end() :],
        ]
        return


def _enclosing(tag: str, closed_to: str) -> str:
    """The link or button that text after this tag stands in, as its tag's name."""
    name = re.match(r"</?\s*([a-z0-9]+)", tag, re.IGNORECASE)
    found = name.group(1).lower() if name else ""
    if found not in ("a", "button"):
        return closed_to
    return "" if tag.startswith("</") else found


def _pattern(text: str) -> re.Pattern[str] | None:
    words = [re.escape(escape(word, quote=False)) for word in unescape(text).split()]
    if not words:
        return None
    space = r"(?:\s|&nbsp;|&#160;|\u00a0)+"
    return re.compile(space.join(words), re.IGNORECASE)
