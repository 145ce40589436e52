"""A department brings its question bank along, draws a region, and sees how its items proved."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import SeededHub, sign_in
from .question_bank import LEARNERS


def _look(page: Page, name: str) -> None:
    """A picture of the screen for people to look at, where a folder is named for it."""
    if folder := os.environ.get("VIEWBOX_JOURNEY_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_author_imports_a_moodle_bank_and_sees_how_it_proved(hub: SeededHub, page: Page):
    sign_in(page, "editor@example.com")
    page.goto("/admin/quizzes/files/")
    content = hub.hub.script("tests.journeys.question_bank", "file")
    page.locator("input[type=file]").set_input_files(
        {"name": "bank.xml", "mimeType": "application/xml", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Look into the file").click()

    # Everything is shown before anything is taken in, also what can't be kept.
    expect(page.locator("input[name=place]")).to_have_count(7)
    expect(page.get_by_role("heading", name="Left out")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Dose")
    expect(page.get_by_label("Language of the questions")).to_have_value("en")
    expect(page.get_by_role("row", name=re.compile("Nodule"))).to_contain_text(
        "Single best answer · 1 picture"
    )
    _look(page, "bank-01-preview")
    page.get_by_role("button", name="Take in what is chosen").click()
    expect(page.locator("main")).to_contain_text("Nodule")
    _look(page, "bank-02-taken-in")

    analysis = hub.hub.script("tests.journeys.question_bank", "quiz")
    page.goto(analysis)
    expect(page.locator("main")).to_contain_text(f"{LEARNERS} learners, first attempts only.")
    expect(page.get_by_role("heading", name="Nodule")).to_be_visible()
    # Every figure of an ability model: stronger learners do better on each item.
    told = page.locator(".proved__item dt", has_text="Correlation with the rest")
    expect(told).to_have_count(7)
    figures = told.locator("xpath=following-sibling::dd").all_inner_texts()
    assert all(float(figure) > 0.1 for figure in figures)
    _look(page, "bank-03-analysis")


def _coordinates(page: Page, number: int = 0):
    return page.locator('[data-contentpath="coordinates"] textarea').nth(number)


def test_author_draws_regions_by_mouse_and_keyboard(hub: SeededHub, page: Page):
    item_id = hub.hub.script("tests.journeys.question_bank", "hotspot")
    sign_in(page, "editor@example.com")
    page.goto(f"/admin/snippets/quizzes/item/edit/{item_id}/")
    plate = page.get_by_role("group", name="Picture with its regions")
    expect(plate.locator("img")).to_have_js_property("complete", value=True)
    plate.scroll_into_view_if_needed()
    box = plate.bounding_box()
    assert box is not None

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + box["width"] * x / 100, box["y"] + box["height"] * y / 100

    # A box drawn over the first region's ellipse makes it anew; undo brings the old one back.
    before = _coordinates(page).input_value()
    page.mouse.move(*at(60, 60))
    page.mouse.down()
    page.mouse.move(*at(65, 65))
    page.mouse.move(*at(80, 80))
    page.mouse.up()
    expect(_coordinates(page)).not_to_have_value(before)
    drawn = [float(part) for part in re.split("[, ]", _coordinates(page).input_value())]
    assert drawn == pytest.approx([70, 70, 10, 10], abs=1)
    _look(page, "regions-01-ellipse")
    page.get_by_role("button", name="Undo").click()
    expect(_coordinates(page)).to_have_value(before)

    # A second region as a polygon, by keyboard alone.
    page.get_by_role("button", name="Another region").click()
    page.get_by_role("button", name="Polygon").click()
    plate.focus()
    page.keyboard.press("ArrowLeft")  # the cross appears in the middle
    page.keyboard.press("Enter")
    for _step in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    for _step in range(4):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    expect(_coordinates(page, 1)).to_have_value("50,50 70,50 70,70")
    page.keyboard.press("Backspace")
    expect(_coordinates(page, 1)).to_have_value("50,50 70,50")
    page.keyboard.press("Control+z")
    expect(_coordinates(page, 1)).to_have_value("50,50 70,50 70,70")
    _look(page, "regions-02-polygon")
    page.locator('[data-contentpath="name"] input').last.fill("Effusion")
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    expect(page.locator("body")).to_contain_text(re.compile("updated|saved", re.IGNORECASE))
