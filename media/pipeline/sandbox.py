"""The box in which ffmpeg and the probe read distrusted files, and which kind of it there is.

Nobody has to set anything up: the best wall that this system really offers is found by trying,
once per process. ``VIEWBOX_SANDBOX`` (``auto``, ``required``, or one kind by name) decides what
happens where it offers little.
"""

import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from media.pipeline.refusals import Refusal, Refused

CHOICE_VARIABLE = "VIEWBOX_SANDBOX"
BWRAP_VARIABLE = "VIEWBOX_BWRAP"

_CONFINE = Path(__file__).with_name("confine.py")
_PACKAGE = Path(__file__).resolve().parents[1]
_TRIAL_S = 20
# Where dynamic linkers look; a statically linked ffmpeg needs none of it.
_LIBRARIES = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache",
    "/etc/alternatives", "/nix/store", "/gnu/store",
)  # fmt: skip
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def _(sentence: str) -> str:
    """Mark a sentence for ``makemessages``; whoever shows it translates it."""
    return sentence


class Wall(StrEnum):
    """What stands around a child, strongest first."""

    BWRAP = "bwrap"
    NAMESPACES = "namespaces"
    LANDLOCK = "landlock"
    LIMITS = "none"

    @property
    def sentence(self) -> str:
        """What it means, for an administrator; untranslated."""
        return WALL_SENTENCES[self]


WALL_SENTENCES: dict[Wall, str] = {
    Wall.BWRAP: _(
        "bubblewrap: no network, no other processes, no files but the recording and its output"
    ),
    Wall.NAMESPACES: _(
        "Linux namespaces: no network, no other processes, no files but the recording and its "
        "output"
    ),
    Wall.LANDLOCK: _("Landlock and seccomp: no network, no files but the recording and its output"),
    Wall.LIMITS: _(
        "limits of time, memory and output only; on Linux, install bubblewrap to shut it in"
    ),
}

_BOXES = (Wall.BWRAP, Wall.NAMESPACES, Wall.LANDLOCK)
_AUTO, _REQUIRED = "auto", "required"


@dataclass(frozen=True)
class Reach:
    """All that a child may see of the file system beside programs and their libraries.

    ``reads`` are files or directories it may read, ``writes`` directories it may write as well.
    """

    reads: tuple[Path, ...] = ()
    writes: tuple[Path, ...] = ()


def protection() -> Wall:
    """The wall that stands around every child of this process.

    Raises ``Refused(NO_SANDBOX)`` where the one asked for by ``VIEWBOX_SANDBOX`` can't be had.
    """
    return _find(
        os.environ.get(CHOICE_VARIABLE, "").strip().lower() or _AUTO,
        os.environ.get(BWRAP_VARIABLE, "") or "bwrap",
    )


@functools.cache
def _find(choice: str, bwrap: str) -> Wall:
    if choice == Wall.LIMITS:
        return Wall.LIMITS
    wanted = _BOXES if choice in (_AUTO, _REQUIRED) else tuple(w for w in _BOXES if w == choice)
    if not wanted:
        raise Refused(Refusal.NO_SANDBOX, f"{CHOICE_VARIABLE} can't be {choice!r}")
    troubles = []
    for wall in wanted:
        trouble = _trouble_with(wall, bwrap)
        if not trouble:
            return wall
        troubles.append(f"{wall}: {trouble}")
    if choice == _AUTO:
        return Wall.LIMITS
    raise Refused(Refusal.NO_SANDBOX, "; ".join(troubles))


def boxed(
    command: list[str], reach: Reach | None, *, wall: Wall, directory: Path | None
) -> tuple[list[str], list[str]]:
    """What to tell ``confine.py`` to start ``command`` behind ``wall``: its options, the command.

    Without a ``reach`` only the limits hold: for our own programs on our own files.
    """
    # What isn't there can't be started: confine.py says so better than a box does.
    if reach is None or wall is Wall.LIMITS or not Path(command[0]).is_file():
        return [], command
    reads = _without_nested([*_program_reads(command[0]), *_as_named_and_real(reach.reads)])
    writes = _without_nested(_as_named_and_real(reach.writes))
    if wall is Wall.BWRAP:
        return [], [*_bwrap(reads, writes, directory), *command]
    options = [f"box={wall}", *(f"read={path}" for path in reads)]
    if wall is Wall.LANDLOCK:
        options += [f"read={path}" for path in _DEVICES]
        # Python looks for a package by listing the folder it is in. Elsewhere that folder holds
        # nothing else; here names below it can be listed, but not read.
        options += [f"list={_PACKAGE.parent}"] if command[0] == sys.executable else []
    return [*options, *(f"write={path}" for path in writes)], command


def _bwrap(reads: list[Path], writes: list[Path], directory: Path | None) -> list[str]:
    program = shutil.which(os.environ.get(BWRAP_VARIABLE, "") or "bwrap") or "bwrap"
    arguments = [
        program,
        "--unshare-all",
        "--die-with-parent",
        "--cap-drop",
        "ALL",
        "--dev",
        "/dev",
    ]
    for path in reads:
        arguments += ["--ro-bind", str(path), str(path)]
    for path in writes:
        arguments += ["--bind", str(path), str(path)]
    arguments += ["--remount-ro", "/"]
    if directory is not None:
        arguments += ["--chdir", str(directory.resolve())]
    return [*arguments, "--"]


def _as_named_and_real(paths: Iterable[Path]) -> list[Path]:
    return [form for path in paths for form in (path.absolute(), path.resolve())]


def _program_reads(program: str) -> list[Path]:
    """What a program needs to start: itself and its libraries; Python, also our pipeline."""
    path = Path(program)
    libraries = [*map(Path, _LIBRARIES), path.resolve().parent.parent / "lib"]
    reads = [path, path.resolve(), *libraries]
    if program == sys.executable:
        reads += [*_python_homes(), _PACKAGE / "__init__.py", _PACKAGE / "pipeline"]
    return [read for read in reads if read.exists()]


def _python_homes() -> list[Path]:
    """The environment, the installation below it, and every link that leads from one to it."""
    homes = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve()]
    link = Path(sys.executable)
    while link.is_symlink():
        link = link.parent / link.readlink()
        homes.append(Path(os.path.normpath(link)).parent.parent)
    return homes


def _without_nested(paths: Iterable[Path]) -> list[Path]:
    """Leave out what lies below another: it is seen with that."""
    kept: list[Path] = []
    for path in sorted(set(paths)):
        if not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
    return kept


# The proof, run inside: a file outside must be hidden, a listener out of reach, output possible.
_TRIAL = """
import socket, sys
outside, output, port = sys.argv[1:]
open(output + "/written", "w").close()
try:
    open(outside).close()
except OSError:
    pass
else:
    sys.exit("a file outside could be read")
try:
    socket.create_connection(("127.0.0.1", int(port)), 2).close()
except OSError:
    pass
else:
    sys.exit("the network could be reached")
"""


def _trouble_with(wall: Wall, bwrap: str) -> str:
    """Why a wall can't be used here; empty when it holds."""
    if sys.platform != "linux":
        return "not on this system"
    if wall is Wall.BWRAP and shutil.which(bwrap) is None:
        return "not installed"
    with tempfile.TemporaryDirectory() as scratch, socket.create_server(("127.0.0.1", 0)) as door:
        outside, output = Path(scratch, "outside"), Path(scratch, "output")
        outside.touch()
        output.mkdir()
        command = [sys.executable, "-I", "-S", "-c", _TRIAL, str(outside), str(output)]
        options, trial = boxed(
            [*command, str(door.getsockname()[1])],
            Reach(writes=(output,)),
            wall=wall,
            directory=output,
        )
        try:
            ended = subprocess.run(  # noqa: S603  the command is built by us, no shell
                [
                    sys.executable, "-I", "-S", str(_CONFINE), f"parent={os.getpid()}", *options,
                    "--", *trial,
                ],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_TRIAL_S,
                cwd=output,
                env={"PATH": os.defpath},
                check=False,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            return str(error)
        if ended.returncode != 0:
            return ended.stderr.strip()[-500:] or f"exit {ended.returncode}"
        return "" if (output / "written").exists() else "nothing could be written"
