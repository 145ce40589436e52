"""Workers that stop or die in the middle of an encode, as real processes on a real database."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from jobs.models import WorkState
from media.models import LectureState
from media.pipeline.hls import read_media_playlist

LEASE_S = 3.0
PATIENCE_S = 120.0
PICTURES = "encode ladder.000"


@pytest.fixture(scope="module")
def copied_database(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple]:
    """Name and address of a copy of the migrated test database, for other processes.

    Of a wider scope than a test, so that it is made before the test's own transaction begins.
    """
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            name = str(tmp_path_factory.mktemp("crash") / "crash.sqlite3")
            connection.ensure_connection()
            with closing(sqlite3.connect(name)) as copy:
                connection.connection.backup(copy)
            yield name, f"sqlite:///{name}"
            return
        access = connection.settings_dict
        name = f"{access['NAME']}_crash"
        # A template may have no visitor while it is copied.
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{access["NAME"]}"')
        login = f"{quote(access['USER'], safe='')}:{quote(access['PASSWORD'], safe='')}"
        host = quote(access["HOST"] or "localhost", safe="")
        yield name, f"postgres://{login}@{host}:{access['PORT'] or 5432}/{name}"
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def ask(copied_database, db) -> Callable[[str], list[tuple]]:
    """Rows of that database, read past Django, whose tests may open none but their own."""
    name, address = copied_database

    def rows(sql: str) -> list[tuple]:
        if address.startswith("sqlite"):
            with closing(sqlite3.connect(name, timeout=20)) as opened:
                return opened.execute(sql).fetchall()
        with psycopg.connect(address) as opened:
            return opened.execute(sql).fetchall()

    return rows


@pytest.fixture
def command(copied_database, tmp_path) -> Callable[..., list]:
    """Environment and arguments of `manage.py …` on that database, with quick leases."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "hub.settings.development",
        "DATABASE_URL": copied_database[1],
        "VIEWBOX_VAR": str(tmp_path / "var"),
        "VIEWBOX_LEASE_S": str(LEASE_S),
        "VIEWBOX_SWEEP_EVERY_S": "1",
        "VIEWBOX_LECTURE_POLICY": "reach",
    }

    def start(*arguments: str | Path) -> subprocess.Popen:
        with (tmp_path / "output.log").open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "django", *map(str, arguments)],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=output,
                stderr=output,
            )

    return start


@pytest.fixture
def worker(command) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts workers; none outlives the test."""
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        started.append(command("worker", "--interval", "0.2"))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_for(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


def programs_below(folder: Path) -> list[int]:
    """Processes that work in `folder` or below: every ffmpeg of these workers does."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and (entry / "cwd").readlink().is_relative_to(folder):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; ffmpeg outlives kills elsewhere")
def test_lecture_survives_workers_that_stop_and_die(ask, command, worker, recording, tmp_path):
    def stages(columns: str) -> dict[str, tuple]:
        found = ask(f"SELECT kind, part, {columns} FROM media_stage")  # noqa: S608  columns of ours
        return {f"{kind} {part}".strip(): tuple(values) for kind, part, *values in found}

    def encoding_well_under_way() -> bool:
        state, progress = stages("state, progress").get(PICTURES, ("", 0))
        return state == WorkState.RUNNING and 0.1 < progress < 0.8

    work, uploads = tmp_path / "var/work/lectures", tmp_path / "var/uploads/lectures"
    imported = command("import_lecture", recording("long.mp4"), "--title", "Head CT")
    assert imported.wait(PATIENCE_S) == 0, (tmp_path / "output.log").read_text()

    # A worker asked to stop hands its stage over; the attempt does not count.
    first = worker()
    wait_for(encoding_well_under_way, "the first encode")
    assert programs_below(work)
    first.send_signal(signal.SIGTERM)
    first.wait(20)
    assert programs_below(work) == []
    assert stages("state, attempts")[PICTURES] == (WorkState.WAITING, 0)

    # A worker killed without warning takes its ffmpeg with it.
    second = worker()
    wait_for(encoding_well_under_way, "the second encode")
    assert programs_below(work)
    second.send_signal(signal.SIGKILL)
    second.wait(20)
    wait_for(lambda: programs_below(work) == [], "the end of its ffmpeg")
    assert stages("state, attempts, token")[PICTURES] == (WorkState.RUNNING, 1, 2)

    # The next one finds the stage when its lease has run out, and finishes the lecture.
    third = worker()
    wait_for(
        lambda: ask("SELECT state FROM media_lecture") == [(LectureState.READY,)], "the lecture"
    )
    found = stages("state, attempts")
    # The lecture is ready without it.
    del found["stills"]
    assert found == {
        "probe": (WorkState.DONE, 1),
        "encode sound.000": (WorkState.DONE, 1),
        PICTURES: (WorkState.DONE, 2),
        "package": (WorkState.DONE, 1),
    }
    names = ask("SELECT name FROM media_rendition ORDER BY name")
    assert names == [("480p",), ("720p",), ("audio",), ("saver",)]
    [(directory,)] = ask("SELECT directory FROM media_lecture")
    published = tmp_path / "var/uploads" / directory
    for playlist in published.glob("*/index.m3u8"):
        assert read_media_playlist(playlist).duration_s == pytest.approx(24.0, abs=0.1)
    assert len(list(published.glob("*/index.m3u8"))) == len(names)

    # Nothing is left of the attempts that came to nothing, nor of one that died publishing.
    orphan = published.with_name("1-0")
    orphan.mkdir()
    wait_for(lambda: not orphan.exists(), "the sweep of published directories")
    wait_for(lambda: not list(work.glob("*/*/*")), "the sweep of work directories")
    assert [p for p in uploads.glob("*/*") if not p.name.startswith("stills-")] == [published]
    third.send_signal(signal.SIGTERM)
    assert third.wait(20) == 0
