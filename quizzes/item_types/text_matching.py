"""Whether a typed answer says the same as an accepted one. Pure; needs no database.

Case, accents, ё, dashes and punctuation are folded away. Words of Russian count as equal in any
of their forms (pymorphy3, where it is installed). One slip a word can be forgiven, for words
long enough that a slip does not make another word: distance after Damerau, "A technique for
computer detection and correction of spelling errors", Commun ACM 1964;7:171–176.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

# Below this many letters one slip too easily makes another word (ileum, ilium).
SHORTEST_FORGIVEN = 6
_CYRILLIC_WORD = re.compile(r"[а-я]+")
# й is a letter of its own: its breve is no accent.
_KEPT = {"й": "й"}
_SIGNS = "+*/%°<>="
WILDCARD = "*"


def fold(text: str) -> str:
    """Lower case, without accents, dashes and punctuation, words set apart by one space."""
    letters = (_fold_letter(sign) for sign in unicodedata.normalize("NFKC", text).casefold())
    spaced = "".join(letters)
    # A point or comma between digits belongs to the number.
    spaced = re.sub(r"(?<=\d)[.,](?=\d)", "\x00", spaced)
    spaced = re.sub(r"[.,]", " ", spaced).replace("\x00", ".")
    return " ".join(spaced.split())


def _fold_letter(sign: str) -> str:
    if sign in _KEPT:
        return _KEPT[sign]
    if sign in _SIGNS or sign in ".,":
        return sign
    plain = "".join(
        part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)
    )
    return plain if plain.isalnum() else (" " if not unicodedata.combining(sign) else "")


def matches(given: str, accepted: str, *, slips: bool = False) -> bool:
    """Whether `given` says what `accepted` says; `accepted` may have * for any text.

    `slips` forgives one slip in each word of six letters or more, never in its first letter and
    never in a word with a digit.
    """
    if is_pattern(accepted):
        return _matches_pattern(fold(given), accepted)
    theirs, ours = fold(given).split(), fold(accepted.replace(r"\*", "*")).split()
    return (
        bool(theirs)
        and len(theirs) == len(ours)
        and all(
            same_word(one, other) or (slips and is_slip(one, other))
            for one, other in zip(theirs, ours, strict=True)
        )
    )


def is_pattern(accepted: str) -> bool:
    """Whether an accepted answer has a * that stands for any text (not one written \\*)."""
    return WILDCARD in accepted.replace(r"\*", "")


def _matches_pattern(given: str, pattern: str) -> bool:
    """`pattern` with * for any text; greedy from the left, so never slower than its length."""
    parts = [fold(part) for part in re.split(r"(?<!\\)\*", pattern)]
    if not given.startswith(parts[0]) or not given.endswith(parts[-1]):
        return False
    place, end = len(parts[0]), len(given) - len(parts[-1])
    for part in parts[1:-1]:
        found = given.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return place <= end


def same_word(one: str, other: str) -> bool:
    """Equal, or forms of one Russian word."""
    return one == other or bool(lemmas(one) & lemmas(other))


def is_slip(given: str, word: str) -> bool:
    """Whether `given` is `word` with one letter wrong, missing, doubled or swapped."""
    if min(len(given), len(word)) < SHORTEST_FORGIVEN or given[0] != word[0]:
        return False
    if not (given.isalpha() and word.isalpha()):
        return False
    return distance(given, word) <= 1


def distance(one: str, other: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before_that, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before_that[j - 2] + 1)
            row.append(cost)
    return row[-1]


@cache
def _morphology() -> Any:
    try:
        import pymorphy3  # noqa: PLC0415  a megabyte of dictionary, loaded when first needed
    except ImportError:
        return None
    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=4096)
def lemmas(word: str) -> frozenset[str]:
    """Dictionary forms of a folded Russian word; nothing for other words."""
    analyser = _morphology() if _CYRILLIC_WORD.fullmatch(word) else None
    if analyser is None:
        return frozenset()
    parses: Sequence[Any] = analyser.parse(word)
    return frozenset(fold(parse.normal_form) for parse in parses if parse.is_known)
