"""Start a program that can't outlive, outgrow or leave its place: ``confine.py OPTIONS -- CMD``.

Runs as a script of its own (standard library only, so that it starts in milliseconds), sets
limits on itself and then becomes the program. This does what ``preexec_fn`` would do without
running Python between fork and exec in a process that may hold threads and locks.

``parent=PID``, ``memory=``, ``cpu=``, ``file=`` and ``files=`` (bytes, seconds, bytes per written
file, open files) hold everywhere. On Linux the program is killed when the parent's thread that
started it ends, however it ends (prctl(2) PR_SET_PDEATHSIG), and it can gain no privileges
(PR_SET_NO_NEW_PRIVS). ``box=namespaces`` or ``box=landlock`` shuts it in: no network, and of
the files only those named by ``read=PATH`` and ``write=PATH``, which may be repeated; Landlock
also takes ``list=PATH``, below which names may be seen. A box that can't be built ends the start
with ``NO_BOX``: nothing runs unprotected by mistake.
"""

import ctypes
import os
import resource
import signal
import sys
from collections import defaultdict
from pathlib import Path
from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CANNOT_START = 127
NO_BOX = 126


def main(arguments: list[str]) -> int:
    """Set the limits, build the box, become the command after ``--``."""
    split = arguments.index("--")
    options: dict[str, list[str]] = defaultdict(list)
    for argument in arguments[:split]:
        name, _, value = argument.partition("=")
        options[name].append(value)
    command = arguments[split + 1 :]
    _die_with_parent(int(options["parent"][0]))
    _limit(resource.RLIMIT_AS, options["memory"])
    _limit(resource.RLIMIT_CPU, options["cpu"])
    _limit(resource.RLIMIT_FSIZE, options["file"])
    _limit(resource.RLIMIT_NOFILE, options["files"])
    _limit(resource.RLIMIT_CORE, ["0"])
    # Python ignores these two; a program that inherited that would behave oddly in a pipe.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        _enter_box(options, command)
    except OSError as error:
        sys.stderr.write(f"no box for {command[0]}: {error}\n")
        return NO_BOX
    return _become(command)


def _enter_box(options: dict[str, list[str]], command: list[str]) -> None:
    if not options["box"]:
        return
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from media.pipeline import namespaces, walls  # noqa: PLC0415  no box, no import

    reads, writes, lists = (
        [Path(path) for path in options[name]] for name in ("read", "write", "list")
    )
    if options["box"] == ["landlock"]:
        walls.only_these_files(reads=reads, writes=writes, lists=lists)
        walls.without_network()
        return

    def start() -> NoReturn:
        walls.without_network()
        os._exit(_become(command))

    namespaces.run_in_box(start, reads=reads, writes=writes)


def _become(command: list[str]) -> int:
    try:
        os.execv(command[0], command)  # noqa: S606  no shell is wanted
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error}\n")
        sys.stderr.flush()
        return CANNOT_START


def _limit(kind: int, values: list[str]) -> None:
    if not values:
        return
    _, hard = resource.getrlimit(kind)
    value = int(values[0])
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(kind, (wanted, wanted))
    except (ValueError, OSError):
        # macOS knows RLIMIT_AS but refuses to set it; the wall-time limit still holds.
        if sys.platform == "linux":
            raise


def _die_with_parent(parent: int) -> None:
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # The parent may have died before the request was made; then nobody would send the signal.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
