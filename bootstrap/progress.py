"""What a person sees: one calm line per step, with its time, and errors that say what to do."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

WIDTH = 58
KEPT_LINES = 60


class SetupError(Exception):
    """Set-up cannot go on; the message is a sentence for the person at the keyboard."""


def say(line: str = "") -> None:
    """Print one line at once, so that it keeps its place among the output of child processes."""
    print(line, flush=True)


@contextmanager
def step(label: str, *, shows_output: bool = False) -> Iterator[None]:
    """Announce a step and print how long it took.

    `shows_output` is for steps whose child writes to the terminal: the label then gets a line
    of its own.
    """
    began = time.monotonic()
    print(f"  {label} …", end="\n" if shows_output else "", flush=True)
    try:
        yield
    except BaseException:
        if not shows_output:
            print(" failed", flush=True)
        raise
    took = f"{time.monotonic() - began:.1f} s"
    if shows_output:
        say(f"  {label}: {took}")
    else:
        say(took.rjust(max(1, WIDTH - len(label))))


def run_quietly(
    command: Sequence[object],
    *,
    failure: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a command, return its standard output, show its whole output only when it fails.

    Raises:
        SetupError: `failure`, the end of the command's output, and the command itself.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise SetupError(f"{failure}\n{error}") from error
    if done.returncode:
        output = (done.stdout + done.stderr).strip().splitlines()[-KEPT_LINES:]
        shown = "\n".join(f"    {line}" for line in output)
        spelled = " ".join(str(part) for part in command)
        raise SetupError(f"{failure}\n{shown}\n  The command was: {spelled}")
    return done.stdout


def complain(message: object) -> int:
    """Print an error to standard error; return the exit code for it."""
    sys.stdout.flush()
    print(f"\n{message}", file=sys.stderr, flush=True)
    return 1
