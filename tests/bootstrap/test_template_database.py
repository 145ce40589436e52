"""The tests' own database, and the copies for tests that start processes."""

import os
import sqlite3
from contextlib import closing

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.template_database import drop, fresh_database


@pytest.mark.django_db
def test_tests_run_on_a_database_that_every_migration_has_made():
    executor = MigrationExecutor(connection)

    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert set(executor.loader.applied_migrations) >= set(executor.loader.graph.nodes)


def test_fresh_database_is_migrated_and_empty(tmp_path):
    path = tmp_path / "hub.sqlite3"

    assert fresh_database(path) == f"sqlite:///{path}"
    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("SELECT count(*) > 200 FROM django_migrations").fetchone() == (1,)
        assert opened.execute("SELECT count(*) FROM people_user").fetchone() == (0,)
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="`make test-postgres` has the server")
def test_fresh_database_on_a_server_replaces_the_one_of_that_name():
    import psycopg

    server = os.environ["DATABASE_URL"]
    address = fresh_database("viewbox_fresh", server=server)
    with psycopg.connect(address) as visitor:
        visitor.execute("DELETE FROM django_migrations")
    try:
        assert fresh_database("viewbox_fresh", server=server) == address
        with psycopg.connect(address) as visitor:
            found = visitor.execute("SELECT count(*) > 200 FROM django_migrations")
            assert found.fetchone() == (True,)
    finally:
        drop("viewbox_fresh", server=server)
