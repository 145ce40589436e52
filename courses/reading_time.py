"""How long a lesson takes: words to read, seconds to watch, questions to answer. Pure."""

import re
from collections.abc import Mapping, Sequence
from html import unescape

# Silent reading of non-fiction in English: 238 words a minute (Brysbaert, J Mem Lang
# 2019;109:104047). Teaching texts are read more slowly, and pictures want a look.
WORDS_PER_MINUTE = 180
QUESTION_S = 75
CASE_S = 8 * 60
# What a StreamField block says about itself is not read by learners.
_NOT_READ = frozenset({"id", "type", "level", "kind", "image", "alt"})
_TAG = re.compile(r"<[^>]+>")
_WORD = re.compile(r"\w[\w’'-]*")


def count_words(value: object) -> int:
    """The words a reader meets in a StreamField's stored value (lists, mappings, HTML)."""
    if isinstance(value, str):
        return len(_WORD.findall(unescape(_TAG.sub(" ", value))))
    if isinstance(value, Mapping):
        return sum(count_words(part) for name, part in value.items() if name not in _NOT_READ)
    if isinstance(value, Sequence):
        return sum(map(count_words, value))
    return 0


def reading_s(words: int) -> float:
    """Seconds that `words` take to read."""
    return words / WORDS_PER_MINUTE * 60


def estimate_s(
    *,
    words: int,
    lecture_s: float = 0.0,
    questions: int = 0,
    limit_min: int = 0,
    has_case: bool = False,
    webinar_min: int = 0,
) -> int:
    """Seconds a lesson takes; a quiz with a time limit takes that, others so much a question."""
    quiz_s = limit_min * 60 if limit_min else questions * QUESTION_S
    return round(
        reading_s(words) + lecture_s + quiz_s + (CASE_S if has_case else 0) + webinar_min * 60
    )
