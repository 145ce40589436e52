"""A throw-away PostgreSQL from the system's own binaries, for one run of the tests."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import debian, processes
from .progress import SetupError, run_quietly, step
from .versions import parse_version

PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
ROLE = DATABASE = "viewbox"
START_LIMIT_S = 30.0
# Nothing here survives the run, so nothing is forced to disk.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}


def newest(folders: list[Path]) -> Path | None:
    """Of folders such as /usr/lib/postgresql/15/bin, the one with the highest version."""
    usable = [folder for folder in folders if (folder / "initdb").exists()]

    def version(folder: Path) -> tuple[int, ...]:
        name = folder.parent.name
        return parse_version(f"{name}.0".removeprefix("postgresql@")) or (0,)

    return max(usable, key=version, default=None)


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`, installed through apt if need be and possible.

    Raises:
        SetupError: there is none and it cannot be installed here.
    """
    found = _installed_binaries()
    if found is None:
        with _no_cluster_of_its_own():
            debian.need("postgresql", for_what="make test-postgres")
        found = _installed_binaries()
    if found is None:
        raise SetupError("PostgreSQL is installed, but initdb was not found in the usual places.")
    return found


@contextmanager
def throw_away_server() -> Iterator[str]:
    """Start a server in a temporary folder; yields its `DATABASE_URL`; nothing of it stays.

    Raises:
        SetupError: PostgreSQL is missing or does not start.
    """
    binaries = find_binaries()
    user = _unprivileged_user()
    # Below /tmp, not the longer TMPDIR of macOS: a socket's path may have 103 bytes.
    folder = Path(tempfile.mkdtemp(prefix="viewbox-pg-", dir="/tmp"))
    server = None
    try:
        with step("throw-away PostgreSQL"):
            password = secrets.token_hex(16)
            _make_cluster(binaries, folder, user=user, password=password)
            port = _free_port()
            server = _start(binaries, folder, user=user, port=port)
            _wait_for(server, port=port, log=folder / "log")
        yield f"postgres://{ROLE}:{password}@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            processes.end(server, ask=signal.SIGQUIT)  # immediate shutdown
        shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(binaries: Path, folder: Path, *, user: str | None, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password, encoding="utf-8")
    if user:
        for path in (folder, secret):
            shutil.chown(path, user)
    command = [
        binaries / "initdb",
        *("-D", folder / "data", "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        *("--auth=scram-sha-256", f"--pwfile={secret}"),
    ]
    process = processes.start(command, cwd=folder, user=user, stdout=subprocess.PIPE)
    output, _ = process.communicate()
    if process.returncode:
        raise SetupError(f"initdb failed.\n{output.decode(errors='replace')}")


def _start(binaries: Path, folder: Path, *, user: str | None, port: int) -> subprocess.Popen[bytes]:
    options = {**OPTIONS, "port": str(port), "unix_socket_directories": str(folder)}
    command: list[object] = [binaries / "postgres", "-D", folder / "data"]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        return processes.start(
            command, cwd=folder, user=user, stdout=log.fileno(), death_signal=signal.SIGQUIT
        )


def _wait_for(server: subprocess.Popen[bytes], *, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SetupError(f"PostgreSQL did not start.\n{log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged_user() -> str | None:
    """Whom to run the server as: PostgreSQL refuses root. None for ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _installed_binaries() -> Path | None:
    folders = [folder for pattern in PLACES for folder in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    if not folders and shutil.which("pg_config"):
        folders = [Path(run_quietly(["pg_config", "--bindir"], failure="pg_config failed").strip())]
    return newest(folders)


@contextmanager
def _no_cluster_of_its_own() -> Iterator[None]:
    """Keep Debian's package from making and starting a server of its own while it installs."""
    note = Path("/etc/postgresql-common/createcluster.d/viewbox-tests.conf")
    if not debian.can_install() or note.parent.exists():
        yield
        return
    note.parent.mkdir(parents=True)
    note.write_text("create_main_cluster = false\n", encoding="utf-8")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)
