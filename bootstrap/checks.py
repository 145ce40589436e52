"""`lint`: every check that needs no running product. Each one runs, whatever the others found.

`-p bootstrap.checks` makes it a pytest plugin: what checks found before the tests is then said
again at their end, above pytest's closing line.
"""

import os
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import frontend
from .places import FRONTEND, ROOT, VENV
from .progress import WIDTH, say

BIN = VENV / "bin"
AT_ONCE = 2
FAILED = "VIEWBOX_FAILED_CHECKS"  # how `make test` tells pytest


@dataclass(frozen=True)
class Check:
    """A command that exits non-zero when it finds something; `fix` is what a person types then."""

    name: str
    command: tuple[str, ...]
    cwd: Path = ROOT
    fix: str = ""
    env: Mapping[str, str] | None = None


def checks() -> list[Check]:
    """All of them: the longest first, so that the others run beside it."""
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "hub.settings.test"}
    node = frontend.installed_node()
    tool = {name: str(BIN / name) for name in ("ruff", "djlint", "mypy", "lint-imports", "python")}
    return [
        Check("types", (tool["mypy"],), env=settings),
        Check("ruff check", (tool["ruff"], "check", "."), fix=".venv/bin/ruff check --fix ."),
        Check(
            "ruff format", (tool["ruff"], "format", "--check", "."), fix=".venv/bin/ruff format ."
        ),
        Check("import layers", (tool["lint-imports"], "--no-logo")),
        Check("templates", (tool["djlint"], "templates", "--lint", "--quiet")),
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


@dataclass(frozen=True)
class Outcome:
    """How a check ended, and all that it printed."""

    check: Check
    passed: bool
    output: str
    took_s: float


def run_all() -> list[str]:
    """Run every check, some at once; returns the names of those that found something."""
    failed = []
    with ThreadPoolExecutor(min(AT_ONCE, os.cpu_count() or 1)) as pool:
        for done in as_completed([pool.submit(run, check) for check in checks()]):
            show(done.result())
            if not done.result().passed:
                failed.append(done.result().check.name)
    return sorted(failed)


def run(check: Check) -> Outcome:
    """Run one check."""
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
    return Outcome(check, done.returncode == 0, done.stdout, time.monotonic() - began)


def show(outcome: Outcome) -> None:
    """Print a check's time, and what it printed itself only when it found something."""
    name, took = outcome.check.name, f"{outcome.took_s:.1f} s"
    if outcome.passed:
        say(f"  {name} {took.rjust(WIDTH + 1 - len(name))}")
        return
    say(f"  {name}: found something ({took})")
    say(outcome.output.rstrip())
    if outcome.check.fix:
        say(f"  To fix what can be fixed by itself: {outcome.check.fix}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say again which checks found something before the tests began."""
    failed = os.environ.get(FAILED)
    if failed:
        terminalreporter.write_line(f"Checks found something, see the top: {failed}", red=True)
