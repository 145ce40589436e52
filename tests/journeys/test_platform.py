"""A learner in a hospital's learning platform: a quiz of the hub in a frame, the grade back."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Page

from tests.interop.platform_emulator import PlatformEmulator, running_platform
from tests.journeys.conftest import SeededHub, new_context

GRADE_WITHIN_S = 90.0

REGISTER = """
import json
from interop.models import Platform
from quizzes.models import Quiz
Platform.objects.create(**json.loads({registration!r}))
print(Quiz.objects.get(title="Densities").translation_key)
"""


def fetch_keys(hub: SeededHub) -> Callable[[], dict]:
    def fetch() -> dict:
        with urllib.request.urlopen(f"{hub.url}/lti/keys/", timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    return fetch


@pytest.fixture(scope="module")
def platform(hub: SeededHub) -> Iterator[PlatformEmulator]:
    """On another site than the hub: for a browser `localhost` and `127.0.0.1` are two."""
    with running_platform(host="localhost", tool_keys=fetch_keys(hub), tool_url=hub.url) as running:
        script = REGISTER.format(registration=json.dumps(running.registration))
        printed = hub.hub.manage("shell", "--no-imports", "-c", script)
        key = printed.strip().splitlines()[-1]
        running.person["target"] = f"/lti/open/quiz/{key}/"
        yield running


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = new_context(browser, locale="en-GB", viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


def take_quiz(frame: FrameLocator) -> None:
    frame.get_by_role("button", name="Start the quiz").click()
    frame.get_by_text("0 HU", exact=True).click()
    frame.get_by_role("button", name="Confirm answer").click()
    frame.get_by_role("link", name="Next question").click()
    frame.get_by_text("−100 HU", exact=True).click()
    frame.get_by_role("button", name="Confirm answer").click()
    frame.get_by_role("button", name="See the result").click()
    frame.get_by_text("Passed.", exact=True).wait_for()


def wait_for_score(platform: PlatformEmulator) -> dict:
    deadline = time.monotonic() + GRADE_WITHIN_S
    while not platform.scores and time.monotonic() < deadline:
        time.sleep(0.2)
    assert platform.scores, platform.asked
    return platform.scores[-1]


def test_a_quiz_in_a_frame_of_another_site_brings_its_grade_back(
    tab: Page, platform: PlatformEmulator
):
    tab.goto(f"{platform.url}/course")
    frame = tab.frame_locator("iframe")
    frame.get_by_role("heading", name="Welcome").wait_for()
    frame.get_by_text("Amina Otieno").wait_for()
    frame.get_by_role("button", name="Go on with a new account").click()
    take_quiz(frame)
    score = wait_for_score(platform)
    assert (score["userId"], score["scoreGiven"]) == ("moodle-42", 100.0)

    tab.reload()
    frame.get_by_role("button", name="Take it again").wait_for()
    names = {cookie["name"]: cookie for cookie in tab.context.cookies()}
    assert "sessionid" not in names
    assert names["viewbox_embedded"]["sameSite"] == "None"


def test_a_frame_without_cookies_offers_a_window(browser: Browser, platform: PlatformEmulator):
    context = new_context(browser, locale="en-GB")

    def forget(route) -> None:
        """As a browser that keeps no cookies of frames from other sites."""
        if route.request.frame.parent_frame:
            context.clear_cookies()
        route.continue_()

    context.route("**/lti/launch/", forget)
    tab = context.new_page()
    tab.goto(f"{platform.url}/course")
    frame = tab.frame_locator("iframe")
    with context.expect_page() as opened:
        frame.get_by_role("link", name="Open in a new window").click()
    opened.value.get_by_role("button", name="Go on with a new account").or_(
        opened.value.get_by_role("button", name="Start the quiz")
    ).or_(opened.value.get_by_role("button", name="Take it again")).wait_for()
    context.close()
