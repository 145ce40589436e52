"""Database set-up for `run`: migrations and demo content, skipped while nothing changed.

`python -m bootstrap.database` is the part that loads Django: it applies what is pending and
prints which database that was, as JSON.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from .places import APPS, REQUIREMENTS, ROOT
from .progress import SetupError, run_quietly, say, step
from .stamps import files_below, fingerprint, read_stamp, run_stamp, write_stamp

MANAGE = [sys.executable, str(ROOT / "manage.py")]


def schema_digest() -> str:
    """A digest of all that decides the schema: migrations, library versions, the database named."""
    migrations = [path for app in APPS for path in (ROOT / app / "migrations").glob("*.py")]
    return fingerprint(
        [*migrations, REQUIREMENTS / "base.lock"],
        base=ROOT,
        also=[os.environ.get("DATABASE_URL", ""), os.environ.get("DJANGO_SETTINGS_MODULE", "")],
    )


def identity(engine: str, name: str) -> str | None:
    """A name for one very database, or None where a file cannot tell (a server, no file yet)."""
    if not engine.endswith("sqlite3"):
        return None
    try:
        status = Path(name).stat()
    except OSError:
        return None
    return f"{name}#{status.st_ino}"


def is_migrated(stamp: dict[str, Any], *, digest: str) -> bool:
    """Whether the stamp vouches for the present schema in the present database file."""
    present = identity(stamp.get("engine", ""), stamp.get("name", ""))
    return present is not None and stamp.get("database") == present and stamp["schema"] == digest


def migrate() -> dict[str, Any]:
    """Apply pending migrations; returns the stamp (`engine`, `name`, `database`, `schema`)."""
    place = run_stamp("migrated")
    digest = schema_digest()
    stamp = read_stamp(place)
    if is_migrated(stamp, digest=digest):
        return stamp
    with step("database"):
        answer = run_quietly(
            [sys.executable, "-m", "bootstrap.database"],
            failure="The database could not be brought up to date.",
            cwd=ROOT,
        )
    found = json.loads(answer.splitlines()[-1])
    stamp = {**found, "database": identity(found["engine"], found["name"]), "schema": digest}
    write_stamp(place, stamp)
    return stamp


def load_demo(migrated: dict[str, Any]) -> None:
    """Load the demo content into a database that never had it.

    Raises:
        SetupError: the command failed; its output stands above.
    """
    place = run_stamp("demo")
    which = migrated["database"] or f"{migrated['engine']}:{os.environ.get('DATABASE_URL', '')}"
    if read_stamp(place).get("database") == which:
        return
    with step("demo content, first run only", shows_output=True):
        command = [*MANAGE, "demo"]
        if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode:
            raise SetupError("The demo content could not be loaded; the reason stands above.")
    write_stamp(place, {"database": which})


def print_accounts() -> None:
    """Print one account per role, as `manage.py demo --accounts` tells them."""
    place = run_stamp("accounts")
    digest = fingerprint(
        [path for path in files_below(ROOT / "hub" / "demo") if path.suffix == ".py"], base=ROOT
    )
    stamp = read_stamp(place)
    if stamp.get("sources") != digest:
        text = run_quietly(
            [*MANAGE, "demo", "--accounts"], failure="The accounts could not be listed.", cwd=ROOT
        )
        stamp = {"sources": digest, "text": text.rstrip()}
        write_stamp(place, stamp)
    say(stamp["text"])


def apply_pending() -> dict[str, str]:
    """Migrate if anything is pending; returns the engine and name of the database."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    settings = connection.settings_dict
    return {"engine": settings["ENGINE"], "name": str(settings["NAME"])}


if __name__ == "__main__":
    print(json.dumps(apply_pending()))
