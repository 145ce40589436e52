"""The text of a cue, made safe: WebVTT's own few tags, everything else as plain characters.

W3C WebVTT, section 4.2: cue text has the spans b, i, u, c, v, lang, ruby and rt, and escapes &,
< and >. Anything that looks like another tag is left out; its content stays.
"""

import html
import re

_TAG = re.compile(r"<(/?)([A-Za-z]+)(?:\.[^\s<>]*)?(?:\s([^<>]*))?>|<\d[\d:.]*>")
_PLAIN = frozenset({"b", "i", "u", "ruby", "rt"})
_SETTINGS = {
    "vertical": re.compile(r"rl|lr"),
    "line": re.compile(r"-?\d{1,4}|(?:\d{1,2}|100)(?:\.\d{1,4})?%(?:,(?:start|center|end))?"),
    "position": re.compile(r"(?:100|\d{1,2}(?:\.\d{1,4})?)%(?:,(?:line-left|center|line-right))?"),
    "size": re.compile(r"(?:100|\d{1,2}(?:\.\d{1,4})?)%"),
    "align": re.compile(r"start|center|end|left|right"),
}


def clean(markup: str) -> str:
    """Cue text with safe tags only, each closed, without empty lines. Cleaning twice is once."""
    output: list[str] = []
    still_open: list[str] = []
    at = 0
    for match in _TAG.finditer(markup):
        output.append(escape(html.unescape(markup[at : match.start()])))
        at = match.end()
        if match[2] is not None:
            _take_tag(match, output, still_open)
    output.append(escape(html.unescape(markup[at:])))
    output += [f"</{name}>" for name in reversed(still_open)]
    lines = (line.strip() for line in "".join(output).split("\n"))
    return "\n".join(line for line in lines if line)


def _take_tag(match: re.Match[str], output: list[str], still_open: list[str]) -> None:
    name = match[2].lower()
    if match[1]:
        if name in still_open:
            # What was opened inside is closed with it.
            while still_open[-1] != name:
                output.append(f"</{still_open.pop()}>")
            output.append(f"</{still_open.pop()}>")
        return
    opened = _opening(name, match[3] or "")
    # Nobody nests deeper; a file that does means harm.
    if opened and len(still_open) < 16 and name not in still_open:
        output.append(opened)
        still_open.append(name)


def _opening(name: str, annotation: str) -> str:
    if name in _PLAIN:
        return f"<{name}>"
    if name == "v":
        speaker = " ".join(escape(html.unescape(annotation)).split())
        return f"<v {speaker}>" if speaker else ""
    if name == "lang" and re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}", annotation):
        return f"<lang {annotation}>"
    return ""


def escape(text: str) -> str:
    """Plain characters as WebVTT wants them; what can't be shown is left out."""
    shown = "".join(
        c if c.isprintable() or c in "\n\u200c\u200d\u200e\u200f" else " " * (c in "\t\u2028\u2029")
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
    )
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(cue_text: str) -> str:
    """The words of a cue without tags, for search, transcripts and SubRip."""
    return html.unescape(_TAG.sub("", cue_text))


def speaker_of(cue_text: str) -> str:
    """Who speaks, where the cue says so."""
    match = re.match(r"<v ([^<>]*)>", cue_text)
    return html.unescape(match[1]) if match else ""


def clean_settings(text: str) -> str:
    """WebVTT's cue settings that are valid, the rest left out."""
    kept: dict[str, str] = {}
    for part in text.split():
        name, _, value = part.partition(":")
        rule = _SETTINGS.get(name)
        if rule and rule.fullmatch(value):
            kept[name] = f"{name}:{value}"
    return " ".join(kept.values())
