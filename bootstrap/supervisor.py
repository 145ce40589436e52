"""Keeps web server and worker running together, and ends them together."""

import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from . import processes
from .progress import SetupError, say

LONGEST_WAIT_S = 30.0
HEALTHY_AFTER_S = 60.0
SLOW_AFTER_S = 60.0
DEGRADED_AFTER_S = 20.0
MOST_CRASHES_AT_START = 3
NAP_S = 0.1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def restart_wait_s(crashes: int) -> float:
    """Seconds to wait before the restart after the `crashes`-th crash in a row: 1, 2, 4 … 30."""
    return min(LONGEST_WAIT_S, 2.0 ** (crashes - 1))


@dataclass
class Service:
    """One process to keep alive.

    Attributes:
        name: as people read it.
        command: its argument vector.
        crashes: how often in a row it ended by itself within `HEALTHY_AFTER_S`.
        due_at: monotonic time of the next (re)start, while it does not run.
    """

    name: str
    command: list[str]
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    crashes: int = 0
    started_at: float = 0.0
    due_at: float = 0.0

    def tend(self, now: float, undertaker: processes.Undertaker) -> None:
        """Start it when due; notice its end and set the time of the restart."""
        if self.process is None:
            if now >= self.due_at:
                self.process = processes.start(self.command, env=self.env)
                undertaker.watch(self.process.pid)
                self.started_at = now
            return
        code = self.process.poll()
        if code is None:
            return
        processes.kill_group(self.process)
        undertaker.forget(self.process.pid)
        self.crashes = 1 if now - self.started_at > HEALTHY_AFTER_S else self.crashes + 1
        wait_s = restart_wait_s(self.crashes)
        say(f"The {self.name} ended ({describe_exit(code)}); starting it again in {wait_s:.0f} s.")
        self.process, self.due_at = None, now + wait_s


def describe_exit(code: int) -> str:
    """`exit code 1`, or the signal's name for a process that one ended."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def require_free_port(host: str, port: int) -> None:
    """
    Raises:
        SetupError: somebody else listens on the port, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SetupError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Choose another: PORT={port + 1} make run"
            ) from error


@dataclass(frozen=True)
class Health:
    """What the web server answered: not yet (`answers` False), or which parts are down."""

    answers: bool
    down: tuple[str, ...] = ()


def ask_health(url: str) -> Health:
    """Ask `/healthz` once; an answer that is not 5xx counts as healthy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=5).close()
    except urllib.error.HTTPError as error:
        return Health(answers=True, down=_parts_down(error.read()) if error.code >= 500 else ())
    except (OSError, ValueError):
        return Health(answers=False)
    return Health(answers=True)


def _parts_down(body: bytes) -> tuple[str, ...]:
    try:
        report = json.loads(body)
    except ValueError:
        return ("the web server",)
    return tuple(sorted(name for name, state in report.items() if state in (False, "down")))


@dataclass
class Supervisor:
    """Runs services until it is told to stop.

    Attributes:
        services: the first one is the web server: when it cannot start, nothing can.
        health_url: asked until it answers.
        when_ready: called once, as soon as everything is up.
    """

    services: list[Service]
    health_url: str
    when_ready: Callable[[Health], None]
    stopping: bool = field(default=False, init=False)
    said_slow: bool = field(default=False, init=False)

    def run(self) -> int:
        """Supervise until SIGINT, SIGTERM or SIGHUP; returns the exit code."""
        undertaker = processes.Undertaker()
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        try:
            return self._watch(undertaker)
        finally:
            self._end_all(undertaker)

    def _watch(self, undertaker: processes.Undertaker) -> int:
        began = time.monotonic()
        ready = False
        while not self.stopping:
            now = time.monotonic()
            for service in self.services:
                service.tend(now, undertaker)
            ready = ready or self.look_whether_ready(waited_s=now - began)
            time.sleep(NAP_S)
        return 0

    def look_whether_ready(self, *, waited_s: float) -> bool:
        """Announce the hub as soon as everything is up; True once that is done.

        A web server that lives is waited for, however slow the machine: only one that keeps
        ending can't be helped.

        Raises:
            SetupError: the web server ended again and again.
        """
        if self.services[0].crashes >= MOST_CRASHES_AT_START:
            raise SetupError("The web server does not start; the reason stands above.")
        health = ask_health(self.health_url)
        if health.answers and (not health.down or waited_s > DEGRADED_AFTER_S):
            self.when_ready(health)
            return True
        if waited_s > SLOW_AFTER_S and not self.said_slow:
            self.said_slow = True
            say("The web server is still starting, slowly: this machine is busy. Ctrl-C stops it.")
        return False

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if self.stopping:  # a second Ctrl-C: no more patience
            for service in self.services:
                if service.process:
                    processes.kill_group(service.process)
        self.stopping = True

    def _end_all(self, undertaker: processes.Undertaker) -> None:
        running = [service.process for service in self.services if service.process]
        processes.end(*running)
        for process in running:
            undertaker.forget(process.pid)
        undertaker.dismiss()
