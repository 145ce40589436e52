"""A migrated database to copy, so that the migrations run once and not for every test process.

The template is what `migrate` makes of an empty database, nothing else. It is made by whoever
needs it first and found again by a digest of all that decides the schema: for SQLite a file below
`VIEWBOX_VAR/cache/test-databases`, for PostgreSQL a database of the tests' own server.
"""

import contextlib
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bootstrap.database import schema_digest
from bootstrap.places import ROOT, var_dir


def fresh_database(place: Path | str, *, server: str | None = None) -> str:
    """Make a migrated, empty database and return its `DATABASE_URL`.

    Args:
        place: the path of an SQLite file that is not there yet; with `server` the name of a
            database, which is replaced when it exists.
        server: address of a PostgreSQL, with a database to visit for the purpose.
    """
    if server:
        return _fresh_on_server(str(place), server)
    with _one_at_a_time():
        shutil.copyfile(_sqlite_template(), place)
    return f"sqlite:///{place}"


def copy_into(connection: sqlite3.Connection) -> None:
    """Overwrite an open SQLite database, in memory for example, with the template's content."""
    with _one_at_a_time(), contextlib.closing(sqlite3.connect(_sqlite_template())) as template:
        template.backup(connection)


def drop(name: str, *, server: str) -> None:
    """Remove a database from the PostgreSQL at `server`, if it is there."""
    with psycopg.connect(server, autocommit=True) as visitor:
        visitor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _folder() -> Path:
    folder = var_dir() / "cache" / "test-databases"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Everybody else waits while one process makes or copies a template."""
    with (_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sqlite_template() -> Path:
    path = _folder() / f"{schema_digest()[:20]}.sqlite3"
    if path.exists():
        return path
    for old in _folder().glob("*.sqlite3*"):
        old.unlink()
    unfinished = path.with_name(f"unfinished-{path.name}")
    _migrate(f"sqlite:///{unfinished}")
    # Everything into the one file, which is what gets copied.
    with contextlib.closing(sqlite3.connect(unfinished)) as made:
        made.execute("PRAGMA journal_mode=DELETE")
    return unfinished.replace(path)


def _fresh_on_server(name: str, server: str) -> str:
    template = f"viewbox_template_{schema_digest()[:20]}"
    with _one_at_a_time(), psycopg.connect(server, autocommit=True) as visitor:
        found = visitor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if found.fetchone() is None:
            unfinished = f"{template}_unfinished"
            _replace(visitor, unfinished)
            _migrate(_address_of(unfinished, server))
            visitor.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(unfinished), sql.Identifier(template)
                )
            )
        _replace(visitor, name, template=template)
    return _address_of(name, server)


def _replace(visitor: psycopg.Connection, name: str, *, template: str = "template1") -> None:
    visitor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    visitor.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def _address_of(name: str, server: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _migrate(address: str) -> None:
    """Run `migrate` on an empty database, in a process that nobody measures the coverage of."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-m", "bootstrap.database"],
        cwd=ROOT,
        env={**env, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "hub.settings.test"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The tests' database could not be migrated:\n{done.stderr}")


if __name__ == "__main__":  # `make test` makes the template beside its other preparations
    with _one_at_a_time():
        _sqlite_template()
