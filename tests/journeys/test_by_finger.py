"""Places on pictures by finger: an author draws regions, a learner marks, both on a telephone."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from .conftest import TIMEOUT_MS, SeededHub, new_context, sign_in

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}


@pytest.fixture
def phone(browser: Browser, hub: SeededHub) -> Iterator[Page]:
    context = new_context(browser, base_url=hub.url, locale="en-GB", **PHONE)
    yield context.new_page()
    context.close()


def _look(page: Page, name: str) -> None:
    """A picture of the screen for people to look at, where a folder is named for it."""
    if folder := os.environ.get("VIEWBOX_JOURNEY_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


class Fingers:
    """Fingers on an element; places in per cent of its width and height."""

    def __init__(self, page: Page, element: Locator) -> None:
        element.scroll_into_view_if_needed()
        box = element.bounding_box()
        assert box is not None
        self.box = box
        self.page = page
        self.line: CDPSession = page.context.new_cdp_session(page)

    def _points(self, *places: tuple[float, float]) -> list[dict]:
        box = self.box
        return [
            {
                "x": box["x"] + box["width"] * x / 100,
                "y": box["y"] + box["height"] * y / 100,
                "id": number,
            }
            for number, (x, y) in enumerate(places)
        ]

    def _tell(self, kind: str, *places: tuple[float, float]) -> None:
        message = {"type": kind, "touchPoints": self._points(*places)}
        self.line.send("Input.dispatchTouchEvent", message)

    def drag(self, *way: tuple[float, float]) -> None:
        self._tell("touchStart", way[0])
        for place in way[1:]:
            self._tell("touchMove", place)
        self._tell("touchEnd")

    def tap(self, x: float, y: float) -> None:
        [point] = self._points((x, y))
        self.page.touchscreen.tap(point["x"], point["y"])

    def interrupted(self, *way: tuple[float, float], second: tuple[float, float]) -> None:
        """One finger draws, a second comes down, both leave."""
        self._tell("touchStart", way[0])
        for place in way[1:]:
            self._tell("touchMove", place)
        self._tell("touchStart", way[-1], second)
        self._tell("touchMove", (way[-1][0] + 9, way[-1][1]), (second[0] - 9, second[1]))
        self._tell("touchEnd")


def _coordinates(page: Page, number: int = 0) -> Locator:
    return page.locator('[data-contentpath="coordinates"] textarea').nth(number)


def _expect_numbers(field: Locator, expected: list[float], *, which: slice = slice(None)) -> None:
    """Wait until the field's numbers (`which` of them) are these, to one per cent."""
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while True:
        told = [float(part) for part in re.split("[, ]", field.input_value())][which]
        if told == pytest.approx(expected, abs=1):
            return
        assert time.monotonic() < deadline, (told, expected)
        field.page.wait_for_timeout(30)


def test_author_draws_regions_with_a_finger(hub: SeededHub, phone: Page):
    item_id = hub.hub.script("tests.journeys.question_bank", "hotspot")
    sign_in(phone, "editor@example.com")
    phone.goto(f"/admin/snippets/quizzes/item/edit/{item_id}/")
    plate = phone.get_by_role("group", name="Picture with its regions")
    expect(plate.locator("img")).to_have_js_property("complete", value=True)
    scrolled = phone.evaluate("scrollY")
    finger = Fingers(phone, plate)

    finger.drag((20, 20), (30, 30), (40, 45))
    _expect_numbers(_coordinates(phone), [30, 32.5, 10, 12.5])
    assert phone.evaluate("scrollY") == pytest.approx(scrolled, abs=2000)  # nothing jumped away

    # A finger takes hold of a handle that it covers only in part.
    finger.drag((34, 36), (50, 50), (60, 60))
    _expect_numbers(_coordinates(phone), [60, 60, 10, 12.5])
    _look(phone, "finger-01-ellipse")

    # A second finger means to enlarge the picture: what was half drawn is taken back.
    before = _coordinates(phone).input_value()
    finger.interrupted((10, 10), (15, 20), (20, 30), second=(80, 80))
    expect(_coordinates(phone)).to_have_value(before)

    phone.get_by_role("button", name="Another region").tap()
    phone.get_by_role("button", name="Polygon").tap()
    finger = Fingers(phone, plate)
    for corner in ((20, 70), (45, 70), (45, 90)):
        finger.tap(*corner)
    _expect_numbers(_coordinates(phone, 1), [20, 70, 45, 70, 45, 90])
    finger.drag((45, 90), (60, 90), (70, 92))
    _expect_numbers(_coordinates(phone, 1), [70, 92], which=slice(-2, None))
    _look(phone, "finger-02-polygon")


def test_learner_marks_places_with_a_finger(hub: SeededHub, phone: Page):
    made = hub.hub.script("tests.journeys.question_bank", "picture-exam")
    sign_in(phone, made["email"])
    phone.goto(f"/en/quizzes/attempts/{made['attempt']}/1/")
    other = phone.context.new_page()
    other.goto(phone.url)
    phone.bring_to_front()
    picture = phone.locator("[data-hotspot] input[type=image]")
    finger = Fingers(phone, picture)
    finger.tap(64, 47)
    finger.tap(20, 20)
    marks = phone.locator("[data-marks] li")
    expect(marks).to_have_count(2)
    expect(phone.locator("[data-saved]")).to_have_text("Saved")
    # A tab that was open before is told that its answer is an older one, and what is stored stands.
    other.bring_to_front()
    Fingers(other, other.locator("[data-hotspot] input[type=image]")).tap(10, 90)
    expect(other.locator("[data-saved]")).to_contain_text("another window")
    other.close()
    phone.bring_to_front()
    # Of the places asked for the latest count; a mark can be taken away.
    finger = Fingers(phone, picture)
    marks.last.get_by_role("button").tap()
    expect(marks).to_have_count(1)
    finger = Fingers(phone, picture)
    finger.tap(37, 50)
    expect(marks).to_have_count(2)
    expect(phone.locator("[data-saved]")).to_have_text("Saved")
    _look(phone, "finger-03-marks")
    # Nothing is left unanswered, and the page says so without being loaded again.
    expect(phone.get_by_role("button", name="Hand in")).to_be_visible()
    phone.reload()
    expect(marks).to_have_count(2)
    phone.get_by_role("button", name="Hand in").tap()
    expect(phone.get_by_text("You scored 100%.")).to_be_visible()
    _look(phone, "finger-04-result")
