"""The Python environment `.venv`: found or made, and kept equal to the lock files.

uv does the installing. Without uv on the machine, pip brings the release pinned in
`requirements/uv.lock`; without pip, `ensurepip` brings pip; without that (Debian's bare
`python3`), root gets it from apt and everybody else is told the one package to install.
"""

import enum
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import debian
from .places import REQUIREMENTS, ROOT, VENV, VENV_PYTHON
from .progress import SetupError, run_quietly, step
from .stamps import fingerprint, one_at_a_time, read_stamp, write_stamp
from .versions import Version, parse_version, program_version

STAMP = VENV / "viewbox-stamp.json"
OLDEST_UV: Version = (0, 5)
OLDEST_PIP_WITH_TARGET: Version = (22, 3)  # `pip --python` came with this release
CONTAINED_IN = {"base": "test"}  # a lock → the lock that holds all of it and more


class PipSource(enum.Enum):
    """Where the pip that installs uv comes from."""

    ENVIRONMENT = "the environment's own pip"
    INTERPRETER = "the interpreter's pip, aimed at the environment"
    ENSUREPIP = "ensurepip"
    APT = "ensurepip, after installing it through apt"
    NONE = "nowhere"


def choose_pip(
    *, in_environment: bool, own_pip: Version | None, ensurepip: bool, can_install: bool
) -> PipSource:
    """The least intrusive pip there is."""
    if in_environment:
        return PipSource.ENVIRONMENT
    if ensurepip:
        return PipSource.ENSUREPIP
    if own_pip and own_pip >= OLDEST_PIP_WITH_TARGET:
        return PipSource.INTERPRETER
    return PipSource.APT if can_install else PipSource.NONE


def locks_to_sync(
    wanted: Iterable[str], *, stamp: dict[str, Any], digests: dict[str, str], python: str
) -> list[str] | None:
    """Which lock files to install together, or None when all that is wanted is there.

    What an earlier sync brought stays (`run` after `test` does not uninstall the test tools),
    and a lock that another one contains is not asked for beside it.

    Args:
        wanted: names of locks, such as `{"base", "node"}`.
        stamp: what the last sync left: `python`, and `locks` as name → digest.
        digests: the present digest of every lock.
        python: version of the environment's interpreter.
    """
    installed: dict[str, str] = stamp.get("locks", {}) if stamp.get("python") == python else {}
    current = {name for name, digest in installed.items() if digests.get(name) == digest}
    present = current | {part for part, whole in CONTAINED_IN.items() if whole in current}
    if set(wanted) <= present:
        return None
    together = set(wanted) | (set(installed) & set(digests))
    return sorted(name for name in together if CONTAINED_IN.get(name) not in together)


def inside() -> bool:
    """Whether this process runs in the checkout's own environment."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def enter(arguments: list[str]) -> None:
    """Continue this command inside the environment; returns at once when already there."""
    if not inside():
        sys.stdout.flush()
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), str(ROOT / "manage.py"), *arguments])


def ensure(*wanted: str) -> None:
    """Bring the environment to the wanted locks (`base`, `test`, `node`, `uv`), if it is not.

    Raises:
        SetupError: something is missing that only the person can bring.
    """
    digests = {
        path.stem: fingerprint([path], base=ROOT) for path in sorted(REQUIREMENTS.glob("*.lock"))
    }
    if _pending(wanted, digests) is None:
        return
    with one_at_a_time():
        locks = _pending(wanted, digests)
        if locks is None:
            return
        if _python_version() is None:
            _make_environment()
        uv = find_uv() or _install_uv()
        if uv.parent == VENV_PYTHON.parent:
            locks = sorted({*locks, "uv"})
        with step(f"Python packages ({', '.join(locks)})"):
            run_quietly(
                [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", VENV_PYTHON]
                + [REQUIREMENTS / f"{name}.lock" for name in locks],
                failure="The locked Python packages could not be installed.",
                env=uv_environment(),
            )
        made_of = {name: digests[name] for name in locks}
        write_stamp(STAMP, {"python": _python_version(), "locks": made_of})


def find_uv() -> Path | None:
    """A usable uv: the machine's, else the one in the environment."""
    for place in (shutil.which("uv"), VENV_PYTHON.with_name("uv")):
        if place and (program_version(place) or ()) >= OLDEST_UV:
            return Path(place)
    return None


def uv_environment() -> dict[str, str]:
    """uv's settings: no Python downloads, and pip's index mirror where only pip knows one."""
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    mirror = os.environ.get("PIP_INDEX_URL")
    if mirror and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(os.environ):
        env["UV_DEFAULT_INDEX"] = mirror
    return env


def _pending(wanted: Iterable[str], digests: dict[str, str]) -> list[str] | None:
    return locks_to_sync(
        wanted, stamp=read_stamp(STAMP), digests=digests, python=_python_version() or ""
    )


def _python_version() -> str | None:
    """The environment's Python as `3.11.2`; None when there is none that works."""
    if inside():
        return ".".join(str(part) for part in sys.version_info[:3])
    found = program_version(VENV_PYTHON) if VENV_PYTHON.exists() else None
    return ".".join(str(part) for part in found) if found else None


def _make_environment() -> None:
    with step(f"Python environment {VENV.name} ({sys.version.split()[0]})"):
        run_quietly(
            [sys.executable, "-m", "venv", "--clear", "--without-pip", VENV],
            failure="The Python environment could not be made.",
        )


def _install_uv() -> Path:
    source = choose_pip(
        in_environment=_answers([VENV_PYTHON, "-m", "pip", "--version"]),
        own_pip=_own_pip(),
        ensurepip=importlib.util.find_spec("ensurepip") is not None,
        can_install=debian.can_install(),
    )
    if source is PipSource.NONE:
        raise SetupError(
            f"This Python ({sys.executable}) has neither pip nor ensurepip, so nothing can be "
            f"installed with it.\n{_how_to_get_venv()}"
        )
    if source is PipSource.APT:
        debian.apt_install(_venv_package())
    with step("uv, the installer"):
        if source in (PipSource.ENSUREPIP, PipSource.APT):
            run_quietly(
                [VENV_PYTHON, "-m", "ensurepip", "--default-pip"],
                failure=f"pip could not be set up.\n{_how_to_get_venv()}",
            )
        pip: list[object] = (
            [sys.executable, "-m", "pip", "--python", VENV_PYTHON]
            if source is PipSource.INTERPRETER
            else [VENV_PYTHON, "-m", "pip"]
        )
        run_quietly(
            [*pip, "install", "--quiet", "--require-hashes", "-r", REQUIREMENTS / "uv.lock"],
            failure="uv could not be installed from the Python package index.",
        )
    return VENV_PYTHON.with_name("uv")


def _own_pip() -> Version | None:
    if importlib.util.find_spec("pip") is None:
        return None
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, text=True, check=False
    )
    return parse_version(done.stdout)


def _answers(command: list[str | Path]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _venv_package() -> str:
    """Debian's package with ensurepip for the running interpreter."""
    usual = Path("/usr/bin/python3")
    if usual.exists() and Path(sys.executable).resolve() == usual.resolve():
        return "python3-venv"
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def _how_to_get_venv() -> str:
    if debian.has_apt():
        return f"Install one package and try again: sudo apt-get install {_venv_package()}"
    return "Install a Python that has ensurepip, or uv (https://docs.astral.sh/uv/), and try again."
