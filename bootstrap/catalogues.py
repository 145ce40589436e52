"""Translations: `.po` → `.mo` in Python, so that nobody needs GNU gettext to run the hub.

Works inside the environment (polib).
"""

import os
from pathlib import Path

from .places import APPS, ROOT
from .progress import SetupError, step


def catalogues(root: Path = ROOT) -> list[Path]:
    """Every `.po` file of the checkout's own: in `locale/` and in the apps' `locale/`."""
    folders = [root / "locale", *(root / app / "locale" for app in APPS)]
    return sorted(path for folder in folders for path in folder.glob("*/LC_MESSAGES/*.po"))


def is_compiled(source: Path) -> bool:
    """Whether the `.mo` beside `source` is at least as new."""
    compiled = source.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns


def compile_catalogue(source: Path) -> None:
    """Write the `.mo` beside a `.po`, whole or not at all; fuzzy entries stay untranslated.

    Raises:
        SetupError: the file is not a valid catalogue.
    """
    import polib

    try:
        catalogue = polib.pofile(str(source), check_for_duplicates=True)
    except (OSError, ValueError) as error:
        raise SetupError(f"The translations in {source} cannot be read: {error}") from error
    unfinished = source.with_suffix(f".mo.{os.getpid()}")
    catalogue.save_as_mofile(str(unfinished))
    unfinished.replace(source.with_suffix(".mo"))


def compile_all() -> None:
    """Compile what changed."""
    stale = [source for source in catalogues() if not is_compiled(source)]
    if stale:
        with step("translations"):
            for source in stale:
                compile_catalogue(source)
