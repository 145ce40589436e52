"""A resident solves a case on its stack, an author marks it, a teacher shows it in a round."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cases.water_phantom import write_study

from .axe import violations
from .conftest import SeededHub, new_context, sign_in
from .viewing import READY_MS

SLUG = "solve-on-a-stack"
SECRETS = ("dense vertebra", "Secretdiagnosis", "Osteopetrosis", "vertebra1")


def _prepare(hub: SeededHub) -> dict:
    return hub.hub.script("tests.journeys.solve_case", SLUG)


@pytest.fixture(scope="module")
def solvable(hub: SeededHub, tmp_path_factory: pytest.TempPathFactory) -> dict:
    _prepare(hub)
    study: Path = write_study(tmp_path_factory.mktemp("solve"), slices=(8,))
    hub.hub.manage("import_dicom", str(study), "--case", SLUG)
    return _prepare(hub)


def _ready(page: Page) -> None:
    page.locator("[data-dicom]").scroll_into_view_if_needed()
    if not page.evaluate("!!document.createElement('canvas').getContext('webgl2')"):
        pytest.skip("This browser has no WebGL 2, not even in software.")
    page.locator("[data-dicom-frame][data-ready]").wait_for(timeout=READY_MS)


def _image(page: Page):
    return page.locator(".dicom__mark--number").first


def test_a_resident_marks_the_lesion_by_keyboard_and_follows_the_findings(
    page: Page, solvable: dict
):
    page.goto(solvable["url"])
    assert not [one for one in SECRETS if one in page.content()]
    _ready(page)
    start = page.get_by_role("button", name="Mark on the stack")
    start.press("Enter")
    # The stack opens in its middle, image 5 of 8: one back, one on, then the cross and the mark.
    expect(page.locator("[data-pane]").first).to_be_focused()
    page.keyboard.press("PageUp")
    expect(_image(page)).to_have_text("4 / 8")
    page.keyboard.press("PageDown")
    expect(_image(page)).to_have_text("5 / 8")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    told = page.locator("[data-stack-told]")
    expect(told).to_contain_text("Marked on image 5")
    page.keyboard.press("Escape")
    expect(start).to_be_focused()
    page.get_by_label("Fairly sure").check()
    page.get_by_role("button", name="Commit", exact=True).click()

    expect(page.get_by_text("Your mark lies within the author's region.")).to_be_visible()
    assert "Secretdiagnosis" not in page.content()
    _ready(page)
    phrase = page.get_by_role("button", name="dense vertebra")
    page.locator("[data-pane]").first.focus()
    page.keyboard.press("Home")
    expect(_image(page)).to_have_text("1 / 8")
    phrase.press("Enter")
    expect(_image(page)).to_have_text("5 / 8")
    expect(page.locator(".dicom__mark--window").first).to_have_text("Centre 400, width 1800")
    expect(page.locator(".dicom__drawn--chosen")).to_contain_text("vertebra")
    assert violations(page, "main", impacts=None) == []
    page.get_by_role("button", name="Back to the text").click()
    expect(phrase).to_be_focused()

    page.get_by_label("Your diagnosis").fill("Osteopetrosis")
    page.get_by_role("button", name="Commit and see the discussion").click()
    expect(page.get_by_role("heading", name="Secretdiagnosis")).to_be_visible()
    expect(page.get_by_role("heading", name="Osteopetrosis at last")).to_be_visible()


def test_a_click_on_the_image_marks_it_on_a_telephone(
    browser: Browser, hub: SeededHub, solvable: dict
):
    context = new_context(
        browser, base_url=hub.url, viewport={"width": 390, "height": 844}, has_touch=True
    )
    page = context.new_page()
    page.goto(solvable["url"])
    _ready(page)
    page.get_by_role("button", name="Mark on the stack").tap()
    expect(page.locator("[data-dicom-frame][data-drawing=point]")).to_be_visible()
    page.locator(".dicom__stage").first.tap()
    expect(page.locator("[data-stack-told]")).to_contain_text("Marked on image 5")
    expect(page.locator(".dicom__drawn--own")).to_have_count(1)
    page.get_by_role("button", name="Done").tap()
    page.get_by_role("button", name="Commit", exact=True).tap()
    expect(page.get_by_text("Your mark lies within the author's region.")).to_be_visible()
    context.close()


def test_without_scripts_the_place_is_typed(browser: Browser, hub: SeededHub, solvable: dict):
    context = new_context(browser, base_url=hub.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(solvable["url"])
    page.get_by_label("Image, 1 to 8").fill("5")
    page.get_by_label("From the left, %").fill("50")
    page.get_by_label("From the top, %").fill("50,5")
    page.get_by_role("button", name="Commit", exact=True).click()
    expect(page.get_by_text("Your mark lies within the author's region.")).to_be_visible()
    context.close()


def test_an_author_draws_an_arrow_and_ties_it_to_a_phrase(page: Page, solvable: dict):
    sign_in(page, "marks@example.com")
    page.goto(f"/en/solve/{solvable['id']}/marks/")
    _ready(page)
    page.locator("[data-marks-editor][data-ready]").wait_for()
    page.get_by_role("button", name="Arrow").click()
    box = page.locator(".dicom__stage").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 60, y - 40)
    page.mouse.down()
    page.mouse.move(x, y, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="Done").click()
    rows = page.locator("[data-marks-list] li")
    expect(rows).to_have_count(2)
    rows.nth(1).get_by_label("Phrase of the findings").fill("no such words")
    page.get_by_role("button", name="Save the marks").click()
    expect(page.get_by_text("The marks are saved.")).to_be_visible()
    expect(page.get_by_text(re.compile("“no such words” does not stand"))).to_be_visible()
    page.locator("[data-marks-editor][data-ready]").wait_for(timeout=READY_MS)
    expect(rows).to_have_count(2)


def test_a_round_hides_the_diagnosis_until_the_teacher_reveals_it(
    browser: Browser, page: Page, hub: SeededHub, solvable: dict
):
    sign_in(page, "round@example.com")
    for number, url in enumerate((solvable["url"], hub.pages["case"])):
        page.goto(url)
        page.get_by_role("link", name="Put into a collection").click()
        if number == 0:
            page.get_by_label("Title").fill("Monday round")
            page.get_by_role("button", name="Begin a collection").click()
            expect(page.get_by_role("heading", name="Monday round")).to_be_visible()
        else:
            page.get_by_role("button", name="Put it here").click()
    link = page.get_by_label("Link for guests").input_value()
    page.get_by_role("link", name="Show the cases").click()
    expect(page.get_by_text("1 / 2")).to_be_visible()

    context = new_context(browser, base_url=hub.url)
    guest = context.new_page()
    guest.goto(link)
    guest.get_by_role("link", name="A stack to solve").click()
    expect(guest.get_by_role("heading", level=1)).to_be_visible()
    guest.wait_for_load_state()
    assert "Secretdiagnosis" not in guest.content()
    for stage in ("Findings", "Differential diagnosis", "Diagnosis"):
        page.get_by_role("button", name=f"Reveal: {stage}").wait_for()
        # Each stage is a page of its own, whose script hears the keys.
        page.wait_for_load_state()
        page.keyboard.press("r")
        page.get_by_role("button", name=f"Reveal: {stage}").wait_for(state="detached")
    expect(page.get_by_role("heading", name="Secretdiagnosis")).to_be_visible()
    # The guest's page follows by itself.
    expect(guest.get_by_role("heading", name="Secretdiagnosis")).to_be_visible()
    context.close()

    page.wait_for_load_state()
    page.keyboard.press("n")
    expect(page.get_by_text("2 / 2")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("p")
    expect(page.get_by_text("1 / 2")).to_be_visible()
