import pytest

from bootstrap.database import identity, is_migrated

ENGINE = "django.db.backends.sqlite3"


@pytest.fixture
def stamp(tmp_path):
    path = tmp_path / "viewbox.sqlite3"
    path.write_bytes(b"SQLite")
    name = str(path)
    return {"engine": ENGINE, "name": name, "database": identity(ENGINE, name), "schema": "s1"}


def test_stamp_vouches_for_an_unchanged_schema(stamp):
    assert is_migrated(stamp, digest="s1")


def test_stamp_does_not_vouch_for_a_new_migration(stamp):
    assert not is_migrated(stamp, digest="s2")


def test_stamp_does_not_vouch_for_a_database_that_was_deleted(stamp, tmp_path):
    (tmp_path / "viewbox.sqlite3").unlink()

    assert not is_migrated(stamp, digest="s1")


def test_stamp_does_not_vouch_for_a_database_that_was_replaced(stamp, tmp_path):
    (tmp_path / "restored").write_bytes(b"SQLite")
    (tmp_path / "restored").replace(tmp_path / "viewbox.sqlite3")

    assert not is_migrated(stamp, digest="s1")


def test_stamp_does_not_vouch_for_a_server():
    stamp = {"engine": "django.db.backends.postgresql", "name": "viewbox", "schema": "s1"}

    assert not is_migrated({**stamp, "database": None}, digest="s1")


def test_missing_stamp_vouches_for_nothing():
    assert not is_migrated({}, digest="s1")
