"""Where the open part of a case says what is to be found out. Pure."""

import re
from typing import Any

from django.utils.html import strip_tags

from cases.models import CasePage

# Shorter words are "right", "of", "left"; a word is recognised by its beginning, so that
# "haematoma" is found in "haematomas" and «опухоль» in «опухоли».
_SHORTEST, _ENDING = 6, 2
# Words of a diagnosis that say nothing by themselves.
_EMPTY = frozenset(
    {
        "artery",
        "bilateral",
        "cerebral",
        "chronic",
        "diffuse",
        "middle",
        "primary",
        "secondary",
        "хронический",
        "левого",
        "правого",
        "верхней",
        "нижней",
        "средней",
        "первичный",
        "вторичный",
    }
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def giveaways(case: CasePage) -> list[tuple[str, list[str]]]:
    """(field, words) of what learners see before the answer and the diagnosis says as well."""
    told = _words(f"{case.final_diagnosis} {case.telling_title}")
    names = ("title", "slug", "summary", "history", "seo_title", "search_description")
    texts: list[tuple[Any, str]] = [
        (_called(case, name), getattr(case, name) or "") for name in names
    ]
    pictures = _called(case, "pictures")
    texts += [(pictures, block.value.get("early_alt") or "") for block in case.pictures]
    found = []
    for field, text in texts:
        plain = _words(strip_tags(text).replace("-", " "))
        same = sorted(word for word in told if any(_alike(word, other) for other in plain))
        if same:
            found.append((str(field), same))
    return found


def _called(case: CasePage, name: str) -> str:
    return str(getattr(case._meta.get_field(name), "verbose_name", name))


def _words(text: str) -> set[str]:
    return {
        word
        for word in _WORD.findall(text.casefold().replace("ё", "е"))
        if len(word) >= _SHORTEST and word not in _EMPTY
    }


def _alike(one: str, other: str) -> bool:
    length = max(_SHORTEST - 1, min(len(one), len(other)) - _ENDING)
    return one[:length] == other[:length]
