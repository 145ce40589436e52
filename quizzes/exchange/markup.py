"""Texts of question files: HTML reduced to what an item may say, and back to plain words. Pure."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

# Tag → the one we write for it.
_KEPT = {
    "p": "p", "b": "b", "strong": "b", "i": "i", "em": "i", "sup": "sup", "sub": "sub",
    "ol": "ol", "ul": "ul", "li": "li", "br": "br", "a": "a",
}  # fmt: skip
_BLOCKS = {"p", "ol", "ul", "li"}
_AS_PARAGRAPH = {"div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "tr"}
_SILENT = {
    "span",
    "font",
    "html",
    "body",
    "tbody",
    "thead",
    "td",
    "th",
    "u",
    "code",
    *_AS_PARAGRAPH,
}
_WITHOUT_TEXT = {"script", "style", "head", "title", "object", "iframe", "video", "audio", "svg"}
_SCHEMES = {"http", "https", "mailto"}


@dataclass
class Cleaned:
    """What is left of a text: its HTML, the pictures it shows (source, words), tags lost."""

    html: str = ""
    pictures: list[tuple[str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Cleaned()
        self.parts: list[str] = []
        self.open: list[str] = []
        self.dropping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _WITHOUT_TEXT:
            self.dropping += 1
            self._lose(tag)
        elif tag == "img":
            values = dict(attrs)
            self.found.pictures.append((values.get("src") or "", values.get("alt") or ""))
        elif tag in _AS_PARAGRAPH:
            self._begin_block()
        elif tag in _KEPT:
            self._open(_KEPT[tag], dict(attrs))
        elif tag not in _SILENT:
            self._lose(tag)

    def _lose(self, tag: str) -> None:
        if tag not in self.found.lost:
            self.found.lost.append(tag)

    def _begin_block(self) -> None:
        if "li" not in self.open:
            self._close_down_to("p")
            self.parts.append("<p>")
            self.open.append("p")

    def _open(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "br":
            self.parts.append("<br/>")
            return
        if tag == "p":
            self._begin_block()
            return
        if tag == "a":
            target = attrs.get("href") or ""
            if urlsplit(target.strip()).scheme.lower() not in _SCHEMES:
                return
            self.parts.append(f'<a href="{html.escape(target.strip())}">')
        else:
            if tag in _BLOCKS and tag != "li":
                self._close_down_to("p")
            if tag == "li" and not {"ol", "ul"} & set(self.open):
                self._open("ul", {})
            self.parts.append(f"<{tag}>")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _WITHOUT_TEXT:
            self.dropping = max(0, self.dropping - 1)
        elif tag in _AS_PARAGRAPH:
            self._close_down_to("p")
        elif tag in _KEPT and tag != "br":
            self._close_down_to(_KEPT[tag])

    def _close_down_to(self, tag: str) -> None:
        if tag in self.open:
            while (last := self.open.pop()) != tag:
                self.parts.append(f"</{last}>")
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.dropping or (not data.strip() and not self.open):
            return
        if not self.open:
            self._begin_block()
        self.parts.append(html.escape(data, quote=False))

    def finish(self) -> Cleaned:
        while self.open:
            self.parts.append(f"</{self.open.pop()}>")
        text = "".join(self.parts)
        while (shorter := re.sub(r"<(p|b|i|sup|sub|li|ol|ul)>\s*</\1>", "", text)) != text:
            text = shorter
        self.found.html = re.sub(r"[ \t\r\n]+", " ", text).strip()
        return self.found


def clean(text: str) -> Cleaned:
    """Reduce HTML to paragraphs, lists, emphasis and links; never fails, never keeps script."""
    cleaner = _Cleaner()
    cleaner.feed(text.replace("\x00", ""))
    cleaner.close()
    return cleaner.finish()


def to_html(text: str) -> str:
    """Plain text as HTML: a paragraph for each line that says something."""
    lines = [line.strip() for line in text.splitlines()]
    return "".join(
        f"<p>{html.escape(' '.join(line.split()), quote=False)}</p>" for line in lines if line
    )


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list) -> None:
        if tag in ("br", "p", "li", "div", "tr"):
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def to_text(text: str) -> str:
    """The words of an HTML text in one line."""
    words = _Words()
    words.feed(text)
    words.close()
    return " ".join("".join(words.parts).split())


def is_plain(text: str) -> bool:
    """Whether an HTML text is paragraphs of plain words, as `to_html` makes them."""
    return not re.sub(r"</?p>", "", text).count("<")


def file_name(source: str, prefix: str = "@@PLUGINFILE@@/") -> str:
    """The name of the file that a picture's source in Moodle XML means; "" for any other."""
    return unquote(source[len(prefix) :]) if source.startswith(prefix) else ""
