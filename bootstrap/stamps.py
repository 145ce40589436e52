"""Stamps: small JSON files that remember from what a result was made, so it is made once.

A stamp lies beside its result (in `.venv/`, in `frontend/dist/`, below `VIEWBOX_VAR`): whoever
deletes the result deletes the stamp with it.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .places import var_dir
from .progress import say


def fingerprint(paths: Iterable[Path], *, base: Path, also: Iterable[str] = ()) -> str:
    """A digest of the files' names (below `base`) and contents, and of the strings in `also`."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(base).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    for text in also:
        digest.update(f"\0{text}".encode())
    return digest.hexdigest()


def files_below(folder: Path, *, without: Iterable[str] = ()) -> list[Path]:
    """All files below `folder`, except in sub-folders of its own named in `without`."""
    skipped = set(without)
    found = []
    for directory, subdirectories, names in os.walk(folder):
        if Path(directory) == folder:
            subdirectories[:] = [name for name in subdirectories if name not in skipped]
        found += [Path(directory, name) for name in names]
    return found


def read_stamp(path: Path) -> dict[str, Any]:
    """What the stamp says; empty when it is missing or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_stamp(path: Path, content: dict[str, Any]) -> None:
    """Write a stamp whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
    unfinished.replace(path)


def run_stamp(name: str) -> Path:
    """Where a stamp about the data below `VIEWBOX_VAR` lies."""
    return var_dir() / "stamps" / f"{name}.json"


class _Turn:
    """Whether this process has its turn already; the lock is not given twice."""

    taken = False


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let two commands started together set up one after the other, not over each other."""
    if _Turn.taken:
        yield
        return
    with (var_dir() / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("  waiting for another set-up of this checkout to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        _Turn.taken = True
        try:
            yield
        finally:
            _Turn.taken = False
