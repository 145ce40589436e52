"""Child processes that never outlive us: started in a group of their own, ended as a group."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def dies_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` that has Linux send `death_signal` when the parent dies, even by SIGKILL.

    None where the system has no such thing (macOS): there the child outlives a SIGKILL.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and here
            os.kill(os.getpid(), death_signal)

    return ask_kernel


def start(
    command: Sequence[object],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    user: str | None = None,
    stdout: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, out of reach of the terminal's Ctrl-C."""
    return subprocess.Popen(
        [str(part) for part in command],
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=None if stdout is None else subprocess.STDOUT,
        start_new_session=True,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        preexec_fn=dies_with_parent(death_signal),  # noqa: PLW1509  no threads here
    )


def end(
    *running: subprocess.Popen[bytes],
    ask: signal.Signals = signal.SIGTERM,
    patience_s: float = 10,
) -> None:
    """Ask processes to end, wait for all together, then kill whatever is left of their groups."""
    for process in running:
        if process.poll() is None:
            process.send_signal(ask)
    deadline = time.monotonic() + patience_s
    while any(process.poll() is None for process in running) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in running:
        kill_group(process)
        process.wait()


class Undertaker:
    """A small process that outlives ours to end the groups we leave behind, should we be killed.

    It hears of groups through a pipe and acts when the pipe breaks without their dismissal. The
    kernel's own notice (`dies_with_parent`) reaches children only; this one reaches what those
    have started, an encoder for example, and works on every POSIX system.
    """

    def __init__(self, *, patience_s: float = 10) -> None:
        hears, self._tells = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(self._tells)
            os.setsid()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            try:
                with os.fdopen(hears) as lines:
                    _bury(_groups_told(lines), patience_s=patience_s)
            finally:
                os._exit(0)
        os.close(hears)
        self._pid = pid

    def watch(self, group: int) -> None:
        """From now on this group must not outlive us."""
        os.write(self._tells, f"+{group}\n".encode())

    def forget(self, group: int) -> None:
        """This group has ended."""
        os.write(self._tells, f"-{group}\n".encode())

    def dismiss(self) -> None:
        """Let it go; call when every group was forgotten."""
        os.close(self._tells)
        os.waitpid(self._pid, 0)


def _groups_told(lines: Iterable[str]) -> set[int]:
    groups: set[int] = set()
    for line in lines:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    return groups


def _bury(groups: set[int], *, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    for group in groups:
        _signal_group(group, signal.SIGTERM)
    while time.monotonic() < deadline and any(_signal_group(group, 0) for group in groups):
        time.sleep(0.1)
    for group in groups:
        _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> bool:
    """Send a signal to a group; False when nobody is left in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill every process left in the group that `process` leads or led."""
    _signal_group(process.pid, signal.SIGKILL)
