"""Which tests go to the same worker: those that share something dear, and no others.

pytest-xdist's own groups are of no use here: it writes them into the names of the tests, which
pytest 9.2 no longer lets anybody change, so every worker would start a hub of its own.
"""

import functools
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
JOURNEYS = "tests/journeys/"


def scope_of(nodeid: str) -> str:
    """The group of a test: all journeys, or a module with fixtures of its own, or the test alone.

    One hub and one browser serve all journeys; what a module makes once, it makes for itself.
    """
    if nodeid.startswith(JOURNEYS):
        return JOURNEYS
    module = nodeid.split("::", 1)[0]
    return module if _shares_fixtures(module) else nodeid


@functools.cache
def _shares_fixtures(module: str) -> bool:
    path = ROOT / module
    return path.is_file() and 'scope="module"' in path.read_text(encoding="utf-8")


class ByWhatIsShared(LoadScopeScheduling):
    """Hands out groups of tests, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
