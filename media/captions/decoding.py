"""The characters of a caption file, whatever program wrote it and whether or not it said how."""

import codecs
import re
import unicodedata

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]{2,30})[\"']")
_SAMPLE_BYTES = 200_000
_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйх"
_ARABIC = "اليمونترعبسفدةهكقحش"
_LATIN = "éèêàâçùûôîïëüöäñóíáúœæ«»—–’“”…°¿¡"
# Encodings that subtitles are met in, with the characters that are frequent in what they hold.
_CANDIDATES = (
    ("cp1251", _CYRILLIC, ("ru",)),
    ("koi8-r", _CYRILLIC, ("ru",)),
    ("cp866", _CYRILLIC, ("ru",)),
    ("mac_cyrillic", _CYRILLIC, ("ru",)),
    ("iso8859_5", _CYRILLIC, ("ru",)),
    ("cp1256", _ARABIC, ("ar",)),
    ("iso8859_6", _ARABIC, ("ar",)),
    ("cp1252", _LATIN, ("en", "fr", "es", "de")),
    ("mac_roman", _LATIN, ("en", "fr", "es", "de")),
)


def decode(data: bytes, *, language: str = "en") -> str:
    """The text of a file. Bytes that mean nothing become U+FFFD; no file is refused.

    By its byte order mark, else UTF-8 if it is that, else what an XML declaration says, else the
    old encoding that makes the likeliest text; `language` (ISO 639-1) is a hint for the last.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    name = _by_zeros(data)
    if name:
        return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _declared(data)
    if declared:
        return data.decode(declared, "replace")
    mended = data.decode("utf-8", "replace")
    if _is_nearly_utf8(mended):
        return mended
    sample = data[:_SAMPLE_BYTES]
    best = max(_CANDIDATES, key=lambda candidate: _likeness(sample, *candidate, language=language))
    return data.decode(best[0], "replace")


def _by_zeros(data: bytes) -> str:
    """UTF-16 without a mark: every other byte of Western text and of all line ends is zero."""
    sample = data[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    # Times and line ends alone make a tenth of a caption file.
    if max(even, odd) < len(sample) / 20:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _declared(data: bytes) -> str:
    match = _DECLARED.match(data[:400])
    if match is None:
        return ""
    try:
        found = codecs.lookup(match[1].decode("ascii"))
    except LookupError:
        return ""
    # Codecs like "zip" and "rot13" are none of text's.
    return found.name if getattr(found, "_is_text_encoding", True) else ""


def _is_nearly_utf8(mended: str) -> bool:
    """A file cut in the middle of a character, or with a line pasted in from elsewhere."""
    strange = mended.count("\ufffd")
    other = sum(character > "\x7f" for character in mended) - strange
    return other > 20 * strange


def _likeness(
    sample: bytes, name: str, frequent: str, languages: tuple[str, ...], *, language: str
) -> float:
    """How much like written language the bytes are in an encoding; higher is likelier."""
    text = sample.decode(name, "replace")
    score = 0.0
    before = " "
    for character in text:
        if character > "\x7f":
            score += _worth(character, before, frequent)
        elif character.isalpha() and before.isalpha() and before > "\x7f":
            score -= 3 * (frequent is not _LATIN)
        before = character
    return score + (0.02 * abs(score) + 1 if language.split("-", maxsplit=1)[0] in languages else 0)


def _worth(character: str, before: str, frequent: str) -> float:
    if character in frequent:
        return 2.0
    category = unicodedata.category(character)
    if category.startswith("L"):
        if category == "Lu" and unicodedata.category(before) == "Ll":
            # A capital in the middle of a word.
            return -2.0
        return 0.5
    return 0.0 if category in ("Pd", "Pi", "Pf", "Po", "Zs") else -2.0
