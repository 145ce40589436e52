"""Database set-up for `run`: migrations and demo content, skipped while nothing changed.

`python -m bootstrap.database` is the part that loads Django: it applies what is pending and
prints which database that was, as JSON.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .places import APPS, REQUIREMENTS, ROOT, var_dir
from .progress import SetupError, run_quietly, say, step
from .stamps import files_below, fingerprint, read_stamp, run_stamp, write_stamp

MANAGE = [sys.executable, str(ROOT / "manage.py")]


def schema_digest(*, also: Iterable[str] = ()) -> str:
    """A digest of all that decides the schema: migrations, library versions, apps installed."""
    migrations = [path for app in APPS for path in (ROOT / app / "migrations").glob("*.py")]
    settings = [ROOT / "hub" / "settings" / name for name in ("base.py", "accounts.py")]
    return fingerprint([*migrations, *settings, REQUIREMENTS / "base.lock"], base=ROOT, also=also)


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
    """Apply pending migrations; returns the stamp (`engine`, `name`, `database`, `schema`).

    Silent: it runs beside steps that print.

    Raises:
        SetupError: a migration failed, or the database cannot be reached.
    """
    place = run_stamp("migrated")
    digest = schema_digest(
        also=[os.environ.get("DATABASE_URL", ""), os.environ.get("DJANGO_SETTINGS_MODULE", "")]
    )
    stamp = read_stamp(place)
    if is_migrated(stamp, digest=digest):
        return stamp
    answer = run_quietly(
        [sys.executable, "-m", "bootstrap.database"],
        failure="The database could not be brought up to date.",
        cwd=ROOT,
    )
    found = json.loads(answer.splitlines()[-1])
    stamp = {**found, "database": identity(found["engine"], found["name"]), "schema": digest}
    write_stamp(place, stamp)
    return stamp


def make_template() -> None:
    """Make the migrated database that the tests copy, if it is not there yet; silent.

    Raises:
        SetupError: a migration failed.
    """
    run_quietly(
        [sys.executable, "-m", "tests.template_database"],
        failure="The tests' database could not be made.",
        cwd=ROOT,
        env={**os.environ, "VIEWBOX_VAR": str(var_dir())},
    )


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
        # Each step renders models by the dozen; looking for garbage less often saves a seventh
        # of the time for some 100 MB.
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        call_command("migrate", verbosity=0, interactive=False)
    settings = connection.settings_dict
    return {"engine": settings["ENGINE"], "name": str(settings["NAME"])}


if __name__ == "__main__":
    print(json.dumps(apply_pending()))
