"""Start a program that can't outlive or outgrow its parent: ``python confine.py LIMITS -- CMD``.

Runs as a script of its own (standard library only, so that it starts in milliseconds), sets
limits on itself and then becomes the program. This does what ``preexec_fn`` would do without
running Python between fork and exec in a process that may hold threads and locks.

On Linux the program is killed when the parent's thread that started it ends, however it ends
(prctl(2) PR_SET_PDEATHSIG), and it can gain no privileges (PR_SET_NO_NEW_PRIVS). Elsewhere
only the resource limits hold.
"""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CANNOT_START = 127


def main(arguments: list[str]) -> int:
    """Apply ``parent=PID``, ``memory=``, ``cpu=``, ``file=`` and become the command after --."""
    split = arguments.index("--")
    options = dict(argument.split("=", 1) for argument in arguments[:split])
    command = arguments[split + 1 :]
    _die_with_parent(int(options["parent"]))
    _limit(resource.RLIMIT_AS, options.get("memory"))
    _limit(resource.RLIMIT_CPU, options.get("cpu"))
    _limit(resource.RLIMIT_FSIZE, options.get("file"))
    _limit(resource.RLIMIT_CORE, "0")
    # Python ignores these two; a program that inherited that would behave oddly in a pipe.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execv(command[0], command)  # noqa: S606  no shell is wanted
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error}\n")
        return CANNOT_START


def _limit(kind: int, value: str | None) -> None:
    if value is None:
        return
    _, hard = resource.getrlimit(kind)
    wanted = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
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
