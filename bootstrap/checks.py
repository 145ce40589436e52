"""`lint`: every check that needs no running product. Each one runs, whatever the others found."""

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import frontend
from .places import FRONTEND, ROOT, VENV
from .progress import WIDTH, say

BIN = VENV / "bin"


@dataclass(frozen=True)
class Check:
    """A command that exits non-zero when it finds something; `fix` is what a person types then."""

    name: str
    command: tuple[str, ...]
    cwd: Path = ROOT
    fix: str = ""
    env: Mapping[str, str] | None = None


def checks() -> list[Check]:
    """All of them, in the order in which they are quickest to learn from."""
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "hub.settings.test"}
    node = frontend.installed_node()
    tool = {name: str(BIN / name) for name in ("ruff", "djlint", "mypy", "lint-imports", "python")}
    return [
        Check("ruff check", (tool["ruff"], "check", "."), fix=".venv/bin/ruff check --fix ."),
        Check(
            "ruff format", (tool["ruff"], "format", "--check", "."), fix=".venv/bin/ruff format ."
        ),
        Check("import layers", (tool["lint-imports"], "--no-logo")),
        Check("templates", (tool["djlint"], "templates", "--lint", "--quiet")),
        Check("types", (tool["mypy"],), env=settings),
        Check(
            "system check",
            (tool["python"], "manage.py", "check", "--fail-level", "WARNING"),
            env=settings,
        ),
        Check(
            "migrations",
            (tool["python"], "manage.py", "makemigrations", "--check", "--dry-run"),
            fix="python3 manage.py makemigrations",
            env=settings,
        ),
        Check("TypeScript", ("npm", "run", "--silent", "check"), cwd=FRONTEND, env=node.env),
    ]


def run_all() -> list[str]:
    """Run every check; returns the names of those that found something."""
    return [check.name for check in checks() if not passes(check)]


def passes(check: Check) -> bool:
    """Run one check, show what it printed only when it found something."""
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=check.cwd,
        env=check.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    took = f"{time.monotonic() - began:.1f} s"
    if done.returncode == 0:
        say(f"  {check.name} {took.rjust(WIDTH + 1 - len(check.name))}")
        return True
    say(f"  {check.name}: found something ({took})")
    say(done.stdout.rstrip())
    if check.fix:
        say(f"  To fix what can be fixed by itself: {check.fix}")
    return False
