"""pytest plugin: prints line and branch coverage by app above pytest's closing line.

Works inside the environment, in a pytest started by `coverage run`; the other processes (xdist's
workers, servers and workers under test) are measured through coverage's `patch = subprocess`.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
from coverage import Coverage

from .places import ROOT


@dataclass
class Tally:
    """Counts of statements and branches; `percent` is of both together, as coverage counts."""

    statements: int = 0
    missed: int = 0
    branches: int = 0
    partial: int = 0

    @property
    def percent(self) -> float:
        everything = self.statements + self.branches
        return 100 * (everything - self.missed - self.partial) / everything if everything else 100.0


def by_app(coverage: Coverage, root: Path = ROOT) -> dict[str, Tally]:
    """Counts per top-level package, for every measured file."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for name in coverage.get_data().measured_files():
        path = Path(name)
        if not path.exists() or not path.is_relative_to(root):
            continue
        numbers = coverage._analyze(name).numbers
        tally = tallies[path.relative_to(root).parts[0]]
        tally.statements += numbers.n_statements
        tally.missed += numbers.n_missing
        tally.branches += numbers.n_branches
        tally.partial += numbers.n_missing_branches
    return dict(sorted(tallies.items()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Have each of xdist's workers write down what it measured.

    They are stopped before their interpreter's end, where coverage would write it by itself.
    """
    running = Coverage.current()
    if running is not None and hasattr(session.config, "workerinput"):
        running.stop()
        running.save()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Collect what all processes measured and print the table."""
    running = Coverage.current()
    if running is None:
        return
    running.stop()
    running.save()
    whole = Coverage(config_file=str(ROOT / "pyproject.toml"))
    whole.combine(strict=False)
    whole.load()
    tallies = by_app(whole)
    if not tallies:
        return
    terminalreporter.write_sep("-", "coverage by app")
    for app, tally in tallies.items():
        terminalreporter.write_line(
            f"{app:<12}{tally.percent:6.1f} %   {tally.statements:6d} statements"
        )
