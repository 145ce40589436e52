"""The menu names the window that is on; words beside regions leave room for the picture."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cases.water_phantom import write_study

from .conftest import SeededHub, new_context
from .viewing import case_with, open_viewer


@pytest.fixture(scope="module")
def case_url(hub: SeededHub, tmp_path_factory: pytest.TempPathFactory) -> str:
    return case_with(hub, "windows", write_study(tmp_path_factory.mktemp("windows")))


@pytest.fixture
def desk(browser: Browser, hub: SeededHub, case_url: str) -> Iterator[Page]:
    context = new_context(browser, base_url=hub.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    open_viewer(page, case_url)
    yield page
    context.close()


def _drag(page: Page, pane: int, at: tuple[float, float], by: tuple[float, float]) -> None:
    """Drag on an image from a point given from its centre, in CSS pixels."""
    box = page.locator(".dicom__stage").nth(pane).bounding_box()
    x = box["x"] + box["width"] / 2 + at[0]
    y = box["y"] + box["height"] / 2 + at[1]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=6)
    page.mouse.up()


def test_the_menu_names_the_window_of_the_active_pane(desk: Page):
    menu = desk.get_by_role("combobox", name="Window preset")
    named = menu.locator("option:checked")
    window = desk.locator(".dicom__mark--window")
    panes = desk.locator("[data-pane]")
    expect(named).to_have_text("As recorded")
    # It has the numbers of what was recorded, but it is this that was chosen.
    menu.select_option("Soft tissue")
    expect(named).to_have_text("Soft tissue")
    menu.select_option("Lung")
    expect(named).to_have_text("Lung")

    # Another layout, another pane, and back.
    desk.get_by_role("combobox", name="Layout").select_option("1x2")
    expect(panes).to_have_count(2)
    expect(window).to_have_text(["Centre -600, width 1500", "Centre 40, width 400"])
    expect(named).to_have_text("Lung")
    panes.nth(1).focus()
    expect(named).to_have_text("As recorded")
    _drag(desk, 1, (0, 0), (40, 0))
    expect(named).to_have_text("Own window")
    panes.nth(0).focus()
    expect(named).to_have_text("Lung")
    panes.nth(1).focus()
    expect(named).to_have_text("Own window")
    menu.select_option("Full range")
    expect(named).to_have_text("Full range")


def test_small_panes_tell_all_of_the_chosen_region_and_the_mean_of_others(desk: Page):
    desk.get_by_role("combobox", name="Layout").select_option("2x2")
    expect(desk.locator("[data-pane]")).to_have_count(4)
    expect(desk.locator(".dicom__mark--number").nth(3)).to_have_text("21 / 40")
    desk.get_by_role("button", name="Ellipse, mean density").click()
    stage = desk.locator(".dicom__stage").first
    words = stage.locator("[data-annotation-uid] text")
    told = desk.locator("[data-announce]")
    _drag(desk, 0, (0, 0), (8, 8))
    expect(told).to_contain_text("Mean 900 HU")
    expect(words).to_have_count(1)
    expect(words).to_contain_text("Area")
    expect(words).to_have_attribute("font-size", "12px")
    _drag(desk, 0, (-40, -40), (10, 10))
    expect(told).to_contain_text("Mean 0 HU")
    desk.get_by_role("button", name="Ellipse, mean density").hover()
    expect(words.nth(0)).to_have_text("900 HU")
    expect(words.nth(1)).to_contain_text("Area")
