"""Run a child under limits of memory, CPU, output and wall time, and never leave it behind."""

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from media.pipeline.confine import NO_BOX
from media.pipeline.refusals import Refusal, Refused
from media.pipeline.sandbox import Reach, Wall, boxed, protection

_CONFINE = Path(__file__).with_name("confine.py")
_TICK_S = 0.5
_STDERR_LINES = 60
_MAX_LINE = 2000
# A shell's way, and bubblewrap's, to tell that a signal ended a program.
_SIGNAL_BASE, _LAST_SIGNAL = 128, 31
# Of our own environment nothing is handed on: it holds passwords.
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8"}
_HANDED_ON = ("LD_LIBRARY_PATH",)
# What a signal that ended a child says about the machine; others say something of the file.
_STOPPED_BY = {
    -signal.SIGXCPU: Refusal.TIMED_OUT,
    -signal.SIGKILL: Refusal.ENCODER_STOPPED,
    -signal.SIGTERM: Refusal.ENCODER_STOPPED,
    -signal.SIGINT: Refusal.ENCODER_STOPPED,
}


@dataclass(frozen=True)
class Limits:
    """What a child may use. Memory is address space; ``file_bytes`` is per written file."""

    wall_s: float
    cpu_s: int
    memory_bytes: int
    file_bytes: int
    open_files: int = 512


@dataclass(frozen=True)
class Finished:
    """How a child ended: exit status (negative: killed by that signal) and its last words."""

    returncode: int
    stderr: str

    @property
    def stopped(self) -> Refusal | None:
        """Why it was stopped from outside, where it was: the file may be innocent."""
        return _STOPPED_BY.get(self.returncode)


def run_confined(
    command: list[str],
    *,
    limits: Limits,
    on_output: Callable[[str], None] = lambda line: None,  # noqa: ARG005
    on_tick: Callable[[], None] | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    reach: Reach | None = None,
) -> Finished:
    """Run ``command`` in a process group of its own, handing each line of stdout to a callback.

    With a ``reach`` it runs in the box that this system offers (see
    :mod:`media.pipeline.sandbox`) and sees no other files. ``env`` is added to a bare
    environment; nothing is inherited.

    ``on_tick`` is called about twice a second whatever the child does, so that a caller can
    renew a lease or stop: an exception from either callback kills the group and goes on up.
    Call and stay in one thread: on Linux the child dies with the thread that started it.

    Raises ``Refused`` with TIMED_OUT after ``limits.wall_s``, or NO_SANDBOX where a box is
    required and can't be had.
    """
    wall = Wall.LIMITS if reach is None else protection()
    options, program = boxed(command, reach, wall=wall, directory=cwd)
    confined = confined_command(program, limits=limits, options=options)
    deadline = time.monotonic() + limits.wall_s
    child = subprocess.Popen(  # noqa: S603  the command is built by us, no shell
        confined,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=child_environment(env),
        start_new_session=True,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    tail: deque[str] = deque(maxlen=_STDERR_LINES)
    drain = threading.Thread(target=_drain, args=(child.stderr, tail), daemon=True)
    drain.start()
    try:
        _pump(child.stdout, deadline, on_output, on_tick)
        # Output is closed, so only the exit is outstanding.
        while not _exits_within(child, _TICK_S):
            _check_deadline(deadline)
            if on_tick is not None:
                on_tick()
    finally:
        kill_group(child)
        drain.join(timeout=5)
        # The other pipe is the thread's to close: where a process that left its group still
        # holds it, closing it here would wait for that process, past every limit.
        child.stdout.close()
    if options and child.returncode == NO_BOX:
        raise Refused(Refusal.NO_SANDBOX, "\n".join(tail))
    return Finished(
        returncode=_as_signal(child.returncode) if wall is Wall.BWRAP else child.returncode,
        stderr="\n".join(tail),
    )


def confined_command(
    program: Sequence[str], *, limits: Limits, options: Sequence[str]
) -> list[str]:
    """`program` behind `confine.py`, which sets limits and the wall's options, then becomes it."""
    return [
        sys.executable, "-I", "-S", str(_CONFINE),
        f"parent={os.getpid()}",
        f"memory={limits.memory_bytes}",
        f"cpu={limits.cpu_s}",
        f"file={limits.file_bytes}",
        f"files={limits.open_files}",
        *options,
        "--", *program,
    ]  # fmt: skip


def child_environment(added: Mapping[str, str] | None) -> dict[str, str]:
    """A bare environment with `added`: nothing of our own is handed on but library paths."""
    kept = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    return {**_ENVIRONMENT, **kept, **(added or {})}


def _as_signal(status: int) -> int:
    number = status - _SIGNAL_BASE
    return -number if 0 < number <= _LAST_SIGNAL else status


def _pump(
    stdout: IO[bytes],
    deadline: float,
    on_output: Callable[[str], None],
    on_tick: Callable[[], None] | None,
) -> None:
    pending = b""
    last_tick = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while True:
            _check_deadline(deadline)
            if selector.select(timeout=_TICK_S):
                read = os.read(stdout.fileno(), 65536)
                if not read:
                    break
                *lines, pending = (pending + read).split(b"\n")
                for line in lines:
                    on_output(line.decode("utf-8", "replace"))
            if on_tick is not None and time.monotonic() - last_tick >= _TICK_S:
                last_tick = time.monotonic()
                on_tick()
    if pending:
        on_output(pending.decode("utf-8", "replace"))


def _check_deadline(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise Refused(Refusal.TIMED_OUT)


def _drain(stderr: IO[bytes], tail: deque[str]) -> None:
    """Keep the last lines only: a hostile file can make a decoder complain without end."""
    try:
        with stderr:
            while line := stderr.readline(_MAX_LINE):
                tail.append(line.decode("utf-8", "replace").rstrip())
    except (OSError, ValueError):
        return


def _exits_within(child: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill a child with all that it started, and wait for it."""
    # Once the child has been waited for, its number may belong to somebody else.
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
