"""The demo's markup: paragraphs, lists, **bold**, *italic*, [links](…) and nothing else.

Paragraphs are separated by a blank line; a line that begins with "- " is an item of a list.
Everything that is not markup is escaped. Pure functions of text.
"""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any

_URL = r"(?:[^\s()]|\([^\s()]*\))+"  # one pair of parentheses, as in doi:10.1016/S0140-6736(00)…
_INLINE = re.compile(
    rf"\*\*(?P<bold>\S|\S.*?\S)\*\*"
    rf"|\*(?P<italic>[^\s*]|[^\s*][^*]*?[^\s*])\*"
    rf"|\[(?P<label>[^\[\]]+)\]\((?P<url>(?:https?://|mailto:){_URL})\)"
)
_BULLET = "- "
_HEADING = re.compile(r"\*\*(?P<title>(?:(?!\*\*).)+?)[:.]?\*\*")
_RUN_IN_HEADING = re.compile(
    r"\*\*(?P<title>(?:(?!\*\*).){1,80}?)(?:[.:,]|(?P<mark>[?!]))\*\*\s+(?P<rest>\S.*)"
)
_ENDS_IN_DOI = re.compile(r"\[doi:[^\[\]]+\]\([^\s]+\)\.?$")

Block = tuple[str, Any]


def to_html(text: str, *, heading_tag: str = "") -> str:
    """Rich text of `text`. With `heading_tag`, a paragraph that is all bold becomes a heading."""
    return "".join(
        _list_html(lines) if is_list else _paragraph_html(" ".join(lines), heading_tag)
        for is_list, lines in _pieces(text)
    )


def to_text(text: str) -> str:
    """`text` without markup, unescaped, on one line; links leave their label."""
    return _plain(" ".join(text.split()))


def to_blocks(text: str) -> list[Block]:
    """Blocks of a page body: ("heading", title), ("paragraph", html), ("references", [text, …]).

    A paragraph that is all bold becomes a heading; so does one that begins with bold words and a
    full stop, colon or comma within them, and what follows becomes a paragraph. A list whose
    items all end in a linked DOI becomes references, which need no heading of their own.
    """
    blocks: list[Block] = []
    for is_list, lines in _pieces(text):
        if not is_list:
            for kind, value in _split_heading(" ".join(lines)):
                _append(blocks, kind, value)
        elif all(_ENDS_IN_DOI.search(line) for line in lines):
            if blocks and blocks[-1][0] == "heading":
                blocks.pop()
            blocks.append(("references", [to_text(line) for line in lines]))
        else:
            _append(blocks, "paragraph", _list_html(lines))
    return blocks


def _append(blocks: list[Block], kind: str, value: str) -> None:
    if kind == "paragraph" and blocks and blocks[-1][0] == "paragraph":
        value = f"{blocks.pop()[1]}{value}"
    blocks.append((kind, value))


def _split_heading(paragraph: str) -> Iterator[tuple[str, str]]:
    if whole := _HEADING.fullmatch(paragraph):
        yield "heading", _plain(whole["title"])
    elif run_in := _RUN_IN_HEADING.fullmatch(paragraph):
        rest = run_in["rest"]
        yield "heading", _plain(run_in["title"]) + (run_in["mark"] or "")
        yield "paragraph", _paragraph_html(rest[0].upper() + rest[1:])
    else:
        yield "paragraph", _paragraph_html(paragraph)


def _pieces(text: str) -> Iterator[tuple[bool, list[str]]]:
    """(is it a list?, lines): the items of a list, or the lines of one paragraph."""
    paragraphs = re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    for paragraph in paragraphs:
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        for is_list, group in groupby(lines, key=lambda line: line.startswith(_BULLET)):
            marker = len(_BULLET) if is_list else 0
            yield is_list, [line[marker:].strip() for line in group]


def _list_html(items: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{_inline_html(item)}</li>" for item in items) + "</ul>"


def _paragraph_html(paragraph: str, heading_tag: str = "") -> str:
    if heading_tag and (whole := _HEADING.fullmatch(paragraph)):
        return f"<{heading_tag}>{escape(_plain(whole['title']))}</{heading_tag}>"
    return f"<p>{_inline_html(paragraph)}</p>"


def _inline_html(text: str) -> str:
    html, end = "", 0
    for match in _INLINE.finditer(text):
        html += escape(text[end : match.start()])
        if match["bold"]:
            html += f"<b>{_inline_html(match['bold'])}</b>"
        elif match["italic"]:
            html += f"<i>{_inline_html(match['italic'])}</i>"
        else:
            # Links are not nested in links: the label keeps no markup.
            html += f'<a href="{escape(match["url"])}">{escape(_plain(match["label"]))}</a>'
        end = match.end()
    return html + escape(text[end:])


def _plain(text: str) -> str:
    return _INLINE.sub(
        lambda match: _plain(match["bold"] or match["italic"] or match["label"]), text
    )
