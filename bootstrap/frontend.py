"""The front-end bundle: `frontend/` → `frontend/dist/`, built only when something changed."""

from pathlib import Path

from .node import Node, find_node
from .places import FRONTEND
from .progress import run_quietly, step
from .stamps import files_below, fingerprint, one_at_a_time, read_stamp, write_stamp

DIST = FRONTEND / "dist"
MODULES = FRONTEND / "node_modules"
STAMP_NAME = ".viewbox-stamp"


def sources_digest(frontend: Path = FRONTEND) -> str:
    """A digest of everything the bundle is made from, `package-lock.json` included."""
    sources = files_below(frontend, without=["dist", "node_modules", "test-results", "tests"])
    return fingerprint(sources, base=frontend)


def is_built() -> bool:
    """Whether `dist/` was made from the present sources."""
    return read_stamp(DIST / STAMP_NAME).get("sources") == sources_digest()


def build() -> None:
    """Build the bundle unless it is there.

    Raises:
        SetupError: npm failed; its output is in the message.
    """
    if is_built():
        return
    with one_at_a_time():
        if is_built():
            return
        digest = sources_digest()
        node = find_node()
        _install(node)
        with step("front end"):
            run_quietly(
                ["npm", "run", "build"],
                failure="The front end could not be built.",
                cwd=FRONTEND,
                env=node.env,
            )
        write_stamp(DIST / STAMP_NAME, {"sources": digest})


def installed_node() -> Node:
    """A Node.js, with the front end's locked packages in place."""
    node = find_node()
    with one_at_a_time():
        _install(node)
    return node


def _install(node: Node) -> None:
    wanted = {
        "lock": fingerprint([FRONTEND / "package-lock.json"], base=FRONTEND),
        "node": node.version[0],
    }
    if read_stamp(MODULES / STAMP_NAME) == wanted:
        return
    with step("npm packages"):
        run_quietly(
            ["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"],
            failure="The locked npm packages could not be installed.",
            cwd=FRONTEND,
            env=node.env,
        )
    write_stamp(MODULES / STAMP_NAME, wanted)
