"""What all tests share: the bare site in the database, and people in every role."""

import os
import threading
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from factory.random import reseed_random
from playwright.sync_api import Browser, sync_playwright

from hub.domain.site import prepare_site
from hub.models import HomePage
from jobs.domain.leases import Lease
from jobs.domain.stopping import forget_stop
from people.domain.roles import give_role
from people.roles import Role
from tests import template_database
from tests.factories import UserFactory
from tests.scheduling import ByWhatIsShared


def pytest_configure() -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # How long an example takes says more of the machine than of what is tested. In CI the verdict
    # depends on the change alone; on a developer's machine new examples are tried each time.
    hypothesis.settings.register_profile(
        "untimed",
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        derandomize="CI" in os.environ,
    )
    hypothesis.settings.load_profile("untimed")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByWhatIsShared:
    """Tests that share a hub, or what their module makes, stay together on one worker."""
    return ByWhatIsShared(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    """The test database starts as every installation does: prepared, without demo content.

    It is a copy of a migrated template instead of a run of all migrations in every process.
    """
    with django_db_blocker.unblock():
        server = os.environ.get("DATABASE_URL") if connection.vendor == "postgresql" else None
        name = _copy_template(server)
        prepare_site()
        yield
        connection.close()
        if server:
            template_database.drop(name, server=server)


def _copy_template(server: str | None) -> str:
    """Make this process's database and lead Django to it; returns its name."""
    if server:
        name = f"viewbox_tests_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        template_database.fresh_database(name, server=server)
    else:
        name = "file:viewbox_tests?mode=memory&cache=shared"
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    if not server:
        connection.ensure_connection()
        template_database.copy_into(connection.connection)
    return name


@pytest.fixture(autouse=True)
def _clean_surroundings():
    """Each test starts in English, with an empty cache, no worker asked to stop, known names."""
    cache.clear()
    reseed_random(__name__)
    forget_stop()
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _no_heartbeat_into_a_transaction(request: pytest.FixtureRequest, monkeypatch) -> None:
    """Inside a test's own transaction, no lease is renewed from another thread.

    A heartbeat has a connection of its own, to which an uncommitted row does not exist: work that
    takes longer than the first renewal would count as lost, on PostgreSQL and on a slow machine.
    """
    marker = request.node.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(request.fixturenames)
    commits = bool(asked) or (marker is not None and marker.kwargs.get("transaction", False))
    if (marker or "db" in request.fixturenames) and not commits:
        here, renew = threading.get_ident(), Lease.renew

        def renew_here(lease: Lease, progress: float | None = None) -> None:
            if threading.get_ident() == here:
                renew(lease, progress)

        monkeypatch.setattr(Lease, "renew", renew_here)


@pytest.fixture
def home(db) -> HomePage:
    return HomePage.objects.get(locale__language_code="en")


@pytest.fixture
def resident(db):
    user = UserFactory(email="resident@example.com")
    give_role(user=user, role=Role.RESIDENT)
    return user


@pytest.fixture
def editor(db):
    user = UserFactory(email="editor@example.com")
    give_role(user=user, role=Role.EDITOR)
    return user


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; Playwright allows one of itself per process, so all tests share it.

    Its event loop counts as running as long as it lives, which Django takes for a coroutine's
    and keeps the database from whatever test comes next.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("VIEWBOX_CHROMIUM") or None,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--autoplay-policy=no-user-gesture-required",
                # WebGL by the processor, for the viewer, where a machine has no graphics card.
                "--enable-unsafe-swiftshader",
            ],
        )
        yield chromium
        chromium.close()
