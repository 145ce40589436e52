"""Where the kills happen: a hub of its own with a database, workers, and eyes on all of it."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from media.pipeline.refusals import Refusal
from tests.template_database import fresh_database

STATES_OPEN = "('queued', 'processing')"
TAKE_IN = """
import sys
from pathlib import Path
from django.core.files import File
from wagtail.models import Collection
from media.domain.lectures import create_lecture
for path in map(Path, {paths!r}):
    with path.open("rb") as opened:
        create_lecture(
            title=path.name, language="en", file=File(opened, name=path.name),
            collection=Collection.get_first_root_node(),
        )
"""
_STARTS_WITHIN_S = 60.0


class Sqlite:
    """A file."""

    def __init__(self, scratch: Path) -> None:
        self.path = scratch / "kills.sqlite3"
        # Migrations are run once for all tests and benches of one state of the code.
        self.address = fresh_database(self.path)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query, or nothing of a statement, committed."""
        with closing(sqlite3.connect(self.path, timeout=30)) as opened, opened:
            return opened.execute(sql).fetchall()

    def close(self) -> None:
        """Nothing runs."""


class Postgres:
    """A server of our own, which can be killed and comes back on the same port."""

    def __init__(self, scratch: Path) -> None:
        self.folder = scratch / "postgres"
        self.folder.mkdir()
        self.user = None
        if os.geteuid() == 0:
            known = {entry.pw_name for entry in pwd.getpwall()}
            self.user = next(name for name in ("postgres", "nobody") if name in known)
            shutil.chown(self.folder, self.user)
            scratch.chmod(0o755)
        initdb = shutil.which("initdb")
        if initdb is None:
            raise FileNotFoundError("PostgreSQL's initdb is not on the path")
        self.binaries = Path(initdb).resolve().parent
        password = secrets.token_hex(16)
        secret = self.folder / "password"
        secret.write_text(password)
        command = [
            self.binaries / "initdb", "-D", self.folder / "data", "-U", "viewbox", "-E", "UTF8",
            "--auth=scram-sha-256", f"--pwfile={secret}",
        ]  # fmt: skip
        if self.user:
            shutil.chown(secret, self.user)
        subprocess.run(
            command, cwd=self.folder, user=self.user, check=True, stdout=subprocess.DEVNULL
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"postgres://viewbox:{password}@127.0.0.1:{self.port}/postgres"
        self.server = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            server = subprocess.Popen(
                [
                    self.binaries / "postgres", "-D", self.folder / "data",
                    "-c", f"port={self.port}", "-c", "listen_addresses=127.0.0.1",
                    "-c", f"unix_socket_directories={self.folder}",
                ],
                cwd=self.folder,
                user=self.user,
                stdout=log,
                stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.address, connect_timeout=2).close()
            except psycopg.OperationalError:
                # After a kill the children of the old server may still hold its memory.
                if server.poll() is not None:
                    time.sleep(0.2)
                    return self._start()
                time.sleep(0.1)
            else:
                return server
        raise TimeoutError("PostgreSQL did not start")

    def kill_and_restart(self) -> bool:
        """SIGKILL to the server; it is away for a moment, then recovers from its log."""
        self.server.kill()
        self.server.wait()
        time.sleep(1.0)
        self.server = self._start()
        return True

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query, or nothing of a statement, committed."""
        with psycopg.connect(self.address, connect_timeout=10) as opened:
            answer = opened.execute(sql)  # type: ignore[arg-type]  statements of ours
            return answer.fetchall() if answer.description else []

    def close(self) -> None:
        """End the server and wait for it."""
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait()


class Arena:
    """A hub with its own folder, database and workers."""

    lease_s = 3.0
    # A lecture that met with one harm after the other may be given up, but says so.
    honest_reasons = frozenset({"gave_up", *(code.value for code in Refusal if code.is_transient)})

    def __init__(
        self,
        *,
        root: Path,
        scratch: Path,
        var: Path,
        database: Sqlite | Postgres,
        has_small_disk: bool,
    ) -> None:
        self.root, self.scratch, self.var, self.database = root, scratch, var, database
        self.has_small_disk = has_small_disk
        self.log = scratch / "log"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.reception: subprocess.Popen[bytes] | None = None
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "hub.settings.development",
            "DATABASE_URL": database.address,
            "VIEWBOX_VAR": str(var),
            "VIEWBOX_LEASE_S": str(self.lease_s),
            "VIEWBOX_SWEEP_EVERY_S": "1",
        }

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "django", *arguments],
                cwd=self.root,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def _do(self, *arguments: str) -> None:
        if self._start(*arguments).wait() != 0:
            raise RuntimeError(f"{arguments[0]} failed:\n{self.log_tail()}")

    def log_tail(self) -> str:
        """The last words of everything that was started."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def set_up(self) -> None:
        """Make the tables."""
        self._do("migrate", "--no-input", "-v", "0")

    def take_in(self, paths: list[Path]) -> None:
        """Upload recordings."""
        self.begin_to_take_in(paths)
        if self.reception is None or self.reception.wait() != 0:
            raise RuntimeError(f"nothing could be taken in:\n{self.log_tail()}")

    def begin_to_take_in(self, paths: list[Path]) -> None:
        """Upload recordings beside all else; a database that is killed may cut it short."""
        code = TAKE_IN.format(paths=[str(path) for path in paths])
        self.reception = self._start("shell", "-v", "0", "-c", code)

    @property
    def is_taking_in(self) -> bool:
        """Whether recordings are on their way."""
        return self.reception is not None and self.reception.poll() is None

    def start_workers(self, count: int) -> None:
        """Start workers beside those that run."""
        for _ in range(count):
            self.workers.append(self._start("worker", "--interval", "0.2"))

    def replace_worker(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill a worker without warning and start another."""
        worker.kill()
        worker.wait()
        self.workers.remove(worker)
        self.start_workers(1)

    def children(self) -> list[int]:
        """Everything that the workers have started, at any depth."""
        return [pid for worker in self.workers for pid in self.children_of(worker)]

    def children_of(self, worker: subprocess.Popen[bytes]) -> list[int]:
        """Everything that one worker has started, at any depth."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                parents[int(entry.name)] = _parent_of(entry)
        found, ring = [], {worker.pid}
        while ring:
            ring = {pid for pid, parent in parents.items() if parent in ring}
            found += sorted(ring)
        return found

    def _patiently(self, ask: Callable[[], list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while True:
            try:
                return ask()
            except (sqlite3.OperationalError, psycopg.OperationalError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database, which may just be coming back."""
        return self._patiently(lambda: self.database.ask(sql))

    def let_time_pass(self) -> None:
        """Cut short the waits before another attempt."""
        self.ask("UPDATE media_stage SET not_before = NULL WHERE state = 'waiting'")
        self.ask("UPDATE django_tasks_database_dbtaskresult SET run_after = enqueued_at")

    def open_lectures(self) -> int:
        """Lectures that are neither ready nor failed, or still have stages in work."""
        [(lectures,)] = self.ask(
            f"SELECT count(*) FROM media_lecture WHERE state IN {STATES_OPEN}"  # noqa: S608
        )
        return int(lectures)

    def ended(self) -> list[tuple[str, str, str, str]]:
        """File, state, reason and published directory of each lecture."""
        return [
            (name, state, code or "", directory)
            for name, state, code, directory in self.ask(
                "SELECT original_name, state, (SELECT max(failure_code) FROM media_stage WHERE "
                "lecture_id = media_lecture.id AND media_stage.state = 'failed'), directory "
                "FROM media_lecture ORDER BY id"
            )
        ]

    def stages_over_their_attempts(self) -> list[Any]:
        """Stages that were tried more often than they may be."""
        return [
            pk for (pk,) in self.ask("SELECT id FROM media_stage WHERE attempts > max_attempts")
        ]

    def published(self, directory: str) -> Path:
        """Where a published directory lies."""
        return self.var / "uploads" / directory

    def orphans(self, shown: set[Path]) -> list[Path]:
        """Directories of attempts, and published ones, that nobody has a claim to.

        Those of a failed lecture that it would go on with belong to it, and what a long lecture
        showed before it was whole to whoever watches that.
        """
        kept = set(shown)
        for lecture, generation, kind, part, token, state in self.ask(
            "SELECT lecture_id, s.generation, kind, part, token, l.state FROM media_stage s "
            "JOIN media_lecture l ON l.id = lecture_id WHERE s.state = 'done'"
        ):
            if state == "failed":
                work = self.var / f"work/lectures/{lecture}/{generation}"
                attempt = f"{kind}.{part}-{token}" if part else f"{kind}-{token}"
                kept |= {work / attempt, work / "renditions"}
            # What was published before the whole lecture.
            shows = "opening" if kind == "probe" else part
            if kind == "probe" or (kind == "package" and part):
                folder = self.var / f"uploads/lectures/{lecture}"
                kept.add(folder / f"{generation}-{shows}-{token}")
        found = [
            *(self.var / "work/lectures").glob("*/*/*"),
            *(self.var / "uploads/lectures").glob("*/*"),
        ]
        return [path for path in found if path not in kept and not path.name.startswith("stills-")]

    def left_behind(self) -> list[int]:
        """Processes that still have to do with this arena after its end."""
        mark, found = os.fsencode(self.scratch), []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdecimal() and int(entry.name) != os.getpid():
                    where = os.fsencode((entry / "cwd").readlink())
                    if mark in (entry / "cmdline").read_bytes() or where.startswith(mark):
                        found.append(int(entry.name))
            except OSError:
                continue
        return found

    def close(self) -> None:
        """Ask the workers to stop, then make them; end the database."""
        if self.reception is not None:
            self.reception.wait()
        for worker in self.workers:
            worker.send_signal(signal.SIGCONT)
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            try:
                worker.wait(30)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        self.database.close()


def _parent_of(process: Path) -> int:
    try:
        # The name in brackets may hold blanks and brackets itself.
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0
