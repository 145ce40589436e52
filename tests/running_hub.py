"""A whole hub as it runs in life: its own database and files, web server and worker.

Journeys and screenshots use it; what they see is what `make run` serves.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.template_database import fresh_database

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN_S = 90.0


@dataclass(frozen=True)
class RunningHub:
    """Where the hub answers, where it writes, and the environment its commands need."""

    url: str
    var: Path
    env: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command in this hub; returns what it printed."""
        return _manage(*arguments, env=self.env)

    def script(self, module: str, *arguments: str) -> Any:
        """Run a script of the tests in this hub; returns what its last line says (JSON), if any."""
        lines = _run("-m", module, *arguments, env=self.env).splitlines()
        return json.loads(lines[-1]) if lines else None

    def mail(self) -> list[str]:
        """The e-mails sent so far, oldest first."""
        folder = self.var / "mail"
        files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime)
        return [path.read_text(encoding="utf-8") for path in files]


def _manage(*arguments: str, env: dict[str, str]) -> str:
    return _run("manage.py", *arguments, env=env)


def _run(*arguments: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(url: str, processes: list[subprocess.Popen]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        for process in processes:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args} ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310  our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError(f"The hub at {url} was not healthy within {READY_WITHIN_S:.0f} s")


def _stop(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def running_hub(var: Path, *, fill: tuple[tuple[str, ...], ...] = ()) -> Iterator[RunningHub]:
    """Set up a hub below `var`, run the `fill` commands, serve it, and stop it at the end."""
    port = _free_port()
    env = dict(os.environ) | {
        "DATABASE_URL": fresh_database(var / "viewbox.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "hub.settings.development",
        "VIEWBOX_VAR": str(var),
        "VIEWBOX_BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(ROOT),
    }
    hub = RunningHub(url=f"http://127.0.0.1:{port}", var=var, env=env)
    for command in (("prepare_site",), *fill):
        hub.manage(*command)
    web = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws"),
        *("--log-level", "warning", "hub.wsgi:application"),
    ]
    worker = [sys.executable, "manage.py", "worker", "--interval", "0.2"]
    with (var / "hub.log").open("wb") as log:
        processes = [
            subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )
            for command in (web, worker)
        ]
        try:
            _wait_until_healthy(hub.url, processes)
            yield hub
        finally:
            for process in processes:
                _stop(process)
