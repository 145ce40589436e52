"""One running hub for all journeys, and a real Chromium to walk through it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.factories import PASSWORD
from tests.running_hub import RunningHub, running_hub

# What a reader would call broken takes longer; what passes waits no longer than it must.
TIMEOUT_MS = 30_000
expect.set_options(timeout=TIMEOUT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


class SeededHub:
    """The running hub with the addresses of what was put into it."""

    def __init__(self, hub: RunningHub, seeded: dict) -> None:
        self.hub = hub
        self.url = hub.url
        self.pages: dict[str, str] = seeded["pages"]
        self.section_id: int = seeded["section_id"]
        self.news_index_id: int = seeded["news_index_id"]
        self.lecture_lesson_id: int = seeded["lecture_lesson_id"]

    def address(self, name: str) -> str:
        return self.url + self.pages[name]


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeededHub]:
    var = tmp_path_factory.mktemp("hub")
    with running_hub(var) as running:
        yield SeededHub(running, running.script("tests.journeys.seed"))


@pytest.fixture(scope="session")
def lecture(hub: SeededHub) -> dict:
    """A minute's lecture in the course of the seed; its lesson's address and its number."""
    return hub.hub.script("tests.journeys.recorded_lecture", "head-ct")


def new_context(browser: Browser, **options) -> BrowserContext:
    context = browser.new_context(**options)
    context.set_default_timeout(TIMEOUT_MS)
    return context


@pytest.fixture
def page(browser: Browser, hub: SeededHub) -> Iterator[Page]:
    """A fresh browser profile on a desk; fails the test on any script error or blocked resource."""
    context = new_context(
        browser, base_url=hub.url, viewport={"width": 1280, "height": 900}, locale="en-GB"
    )
    tab = context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(f"{tab.url}: {error}"))
    tab.on(
        "console",
        lambda message: (
            problems.append(f"{tab.url}: {message.text}")
            if message.type == "error" and "Content Security Policy" in message.text
            else None
        ),
    )
    yield tab
    context.close()
    assert problems == []


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in through the form, as a person does."""
    page.goto("/en/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
