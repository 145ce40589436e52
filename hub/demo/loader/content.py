"""The written demo content: TOML files below `hub/demo/content/`, facts apart from words."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

CONTENT_DIR = Path(__file__).resolve().parents[1] / "content"

# Everything is written in these; Arabic has a home page and one page of text.
LANGUAGES = ("en", "ru")
SOURCE_LANGUAGE = "en"

Content = dict[str, Any]


def keys(noun: str) -> list[str]:
    """Names of all entries of a noun ("cases", "courses", "lectures"), in alphabetical order."""
    return sorted(path.name for path in (CONTENT_DIR / noun).iterdir() if path.is_dir())


def facts(noun: str, key: str) -> Content:
    """What is true of an entry in every language."""
    return _read(CONTENT_DIR / noun / key / "meta.toml")


def words(noun: str, key: str, language: str) -> Content:
    """What an entry says in one language."""
    return _read(CONTENT_DIR / noun / key / f"{language}.toml")


def page_words(name: str, language: str) -> Content:
    """What the pages of a kind ("news", "events", "home", …) say in one language."""
    return _read(CONTENT_DIR / "pages" / language / f"{name}.toml")


@cache
def _read(path: Path) -> Content:
    return tomllib.loads(path.read_text(encoding="utf-8"))
