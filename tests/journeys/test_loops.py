"""A resident plays a loop on a telephone, at the rate of its recording, and takes it in hand."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cases.water_phantom import write_run, write_study

from .conftest import SeededHub, new_context
from .viewing import case_with, open_viewer, problems_of

FRAMES, RATE = 48, 24


@pytest.fixture(scope="module")
def case_url(hub: SeededHub, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A case with a stack of slices and an angiography run."""
    folder: Path = tmp_path_factory.mktemp("run")
    write_study(folder / "slices", slices=(8,))
    write_run(folder / "run.dcm", frames=FRAMES, FrameTime=str(round(1000 / RATE, 2)))
    return case_with(hub, "with-a-run", folder)


@pytest.fixture
def telephone(browser: Browser, hub: SeededHub, case_url: str):
    context = new_context(browser, base_url=hub.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    problems = problems_of(page)
    open_viewer(page, case_url)
    yield page
    context.close()
    # A frame that is all but black has a window, too.
    assert problems == []


def _pane_button(page: Page, name: str):
    return page.locator("[data-pane]").get_by_role("button", name=name)


def _number(page: Page) -> int:
    return int(page.locator(".dicom__mark--number").inner_text().split(" / ")[0])


def test_a_loop_is_played_from_below_its_picture_and_stops_under_the_hand(telephone: Page):
    page = telephone
    expect(_pane_button(page, "Play")).to_have_count(0)
    series = page.get_by_role("combobox", name="Series")
    series.select_option(label=f"2 · XA · {FRAMES} images")
    speed = page.get_by_role("combobox", name="Images per second")
    expect(speed.locator("option:checked")).to_have_text(f"{RATE}/s")
    play = _pane_button(page, "Play")
    expect(play).to_be_in_viewport(ratio=1)
    page.locator("[data-pane][data-whole]").wait_for()

    play.click()
    pause = _pane_button(page, "Pause")
    expect(pause).to_be_visible()
    expect(page.get_by_role("toolbar").get_by_role("button", name="Pause")).to_have_count(1)
    page.wait_for_function(
        "from => !document.querySelector('.dicom__mark--number').innerText.startsWith(from)",
        arg=f"{_number(page)} /",
    )

    page.get_by_role("slider", name="Image in the stack").fill("5")
    expect(_pane_button(page, "Play")).to_be_visible()
    expect(page.locator(".dicom__mark--number")).to_have_text(f"5 / {FRAMES}")
    page.wait_for_timeout(1000)
    assert _number(page) == 5


def test_a_recording_without_directions_does_not_keep_those_of_the_stack_before(telephone: Page):
    sides = [telephone.locator(f".dicom__mark--{side}") for side in ("left", "right", "top")]
    for side, letter in zip(sides, "RLA", strict=True):
        expect(side).to_have_text(letter)
    series = telephone.get_by_role("combobox", name="Series")
    series.select_option(label=f"2 · XA · {FRAMES} images")
    expect(telephone.locator(".dicom__mark--number")).to_have_text(f"1 / {FRAMES}")
    for side in sides:
        expect(side).to_be_empty()


def test_another_speed_and_another_series_are_kept_apart(telephone: Page):
    page = telephone
    series = page.get_by_role("combobox", name="Series")
    speed = page.get_by_role("combobox", name="Images per second")
    expect(speed.locator("option:checked")).to_have_text("10/s")
    series.select_option(label=f"2 · XA · {FRAMES} images")
    speed.select_option("5/s")
    _pane_button(page, "Play").click()
    expect(_pane_button(page, "Pause")).to_be_visible()
    # What is played goes with its series.
    series.select_option(index=0)
    expect(page.get_by_role("toolbar").get_by_role("button", name="Play")).to_have_count(1)
    expect(speed.locator("option:checked")).to_have_text("10/s")
    series.select_option(label=f"2 · XA · {FRAMES} images")
    expect(speed.locator("option:checked")).to_have_text("5/s")
