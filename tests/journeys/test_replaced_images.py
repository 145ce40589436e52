"""A page stays open while its pictures are replaced: it says so, and offers itself anew."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cases.water_phantom import write_study

from .conftest import SeededHub, new_context
from .held import Held
from .viewing import READY_MS, case_with, open_viewer

REPLACED = "These images have been replaced since the page was opened."


@pytest.fixture
def case_url(hub: SeededHub, tmp_path) -> str:
    slug = f"replaced-{tmp_path.name}".replace("_", "-").lower()
    return case_with(hub, slug, write_study(tmp_path / "water"))


@pytest.fixture(params=[390, 1440])
def reader(request, browser: Browser, hub: SeededHub) -> Iterator[Page]:
    """A page on a telephone or a desk that fails its test on any uncaught error."""
    context = new_context(
        browser, base_url=hub.url, viewport={"width": request.param, "height": 844}
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def _not_there(page: Page, asked: list[str]) -> None:
    """From now on the server has none of the images."""

    def answer(route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=404, body="")

    page.route("**/*.dcm", answer)


def test_what_has_come_can_be_read_on_and_the_rest_is_said_to_be_replaced(
    reader: Page, case_url: str
):
    later = Held(reader, re.compile(r"\.dcm$"))
    reader.goto(case_url)
    reader.locator("[data-dicom]").scroll_into_view_if_needed()
    later.wait_for()
    # The first image alone has come when all are taken away.
    later.pass_others()
    asked: list[str] = []
    _not_there(reader, asked)
    later.routes[0].continue_()
    reader.locator("[data-dicom-frame][data-ready]").wait_for(timeout=READY_MS)
    notice = reader.locator(".dicom__replaced")
    expect(notice).to_contain_text(REPLACED)
    pane = reader.locator("[data-pane]")
    expect(pane).not_to_have_attribute("data-blank", "")

    pane.focus()
    reader.keyboard.press("End")
    expect(reader.locator(".dicom__mark--number")).to_have_text("20 / 20")
    # The image before is not shown under another's number.
    expect(pane).to_have_attribute("data-blank", "")
    for key in ("i", "2", "r", "0", "Shift+ArrowUp", "e"):
        reader.keyboard.press(key)
    reader.get_by_role("slider", name="Image in the stack").fill("11")
    expect(pane).not_to_have_attribute("data-blank", "")
    # Four are fetched at a time: no flood of questions for what is not there.
    assert len(asked) <= 8

    reader.unroute_all()
    notice.get_by_role("button", name="Reload the page").click()
    expect(notice).to_have_count(0)
    reader.locator("[data-dicom-frame][data-ready]").wait_for(timeout=READY_MS)
    reader.locator("[data-pane][data-whole]").wait_for(timeout=READY_MS)


def test_a_page_whose_images_are_gone_says_so_in_every_pane(
    reader: Page, hub: SeededHub, case_url: str
):
    # The files themselves go, as they do when a face is overwritten.
    reader.goto(case_url)
    base = reader.evaluate(
        "JSON.parse(document.querySelector('[data-dicom] script[type=\"application/json\"]')"
        ".textContent).stacks.map((stack) => stack.base)"
    )
    open_viewer(reader, case_url)
    reader.locator("[data-pane][data-whole]").wait_for(timeout=READY_MS)
    for folder in hub.hub.var.rglob(base[1].strip("/").split("/")[-1]):
        shutil.rmtree(folder)
    reader.get_by_role("combobox", name="Layout").select_option("1x2")
    notice = reader.locator(".dicom__replaced")
    # The first series is whole and stays.
    expect(notice).to_have_count(1)
    second = reader.locator("[data-pane]").nth(1)
    expect(second).to_contain_text(REPLACED)
    expect(second).to_have_attribute("data-blank", "")
    second.focus()
    for key in ("ArrowDown", "i", "1", "r", "0", "k", "k"):
        reader.keyboard.press(key)
    expect(second.locator(".dicom__mark--number")).to_have_text("22 / 40")
    expect(second).to_contain_text(REPLACED)
