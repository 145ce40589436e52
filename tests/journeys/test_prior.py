"""A resident lays the prior study beside the present one: they go along by millimetres."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cases.water_phantom import write_study

from .conftest import SeededHub, new_context
from .viewing import case_with, open_viewer

# Over 80 mm: 2 mm between slices now, 4 mm then.
NOW, THEN = 40, 20


@pytest.fixture(scope="module")
def case_url(hub: SeededHub, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A case with two studies, each in coordinates of its own."""
    folder: Path = tmp_path_factory.mktemp("studies")
    write_study(folder / "now", slices=(NOW, THEN), study="now", date="20250102")
    write_study(folder / "then", slices=(THEN,), study="then", date="20240301", from_mm=-500.0)
    return case_with(hub, "with-a-prior", folder)


def _number(page: Page, pane: int):
    return page.locator(".dicom__mark--number").nth(pane)


@pytest.mark.parametrize("width", [390, 1440])
def test_a_prior_goes_along_by_millimetres_from_where_it_was_laid(
    browser: Browser, hub: SeededHub, case_url: str, width: int
):
    context = new_context(browser, base_url=hub.url, viewport={"width": width, "height": 900})
    page = context.new_page()
    open_viewer(page, case_url)
    page.get_by_role("combobox", name="Layout").select_option("1x2")
    panes = page.locator("[data-pane]")
    expect(panes).to_have_count(2)
    series = page.get_by_role("combobox", name="Series")
    # The case opens with the present study; beside it stands what the prior has of it.
    for pane, (study, images) in enumerate(
        (("Present study · 1", NOW), ("Prior, 10 months earlier · 3", THEN))
    ):
        chosen = series.nth(pane).locator("option:checked")
        expect(chosen).to_have_text(f"{study} · CT · axial · {images} images")
        expect(_number(page, pane)).to_have_text(f"{images // 2 + 1} / {images}")
    link = page.get_by_role("button", name="Scroll series together")
    expect(link).to_have_attribute("aria-pressed", "true")

    # What shows the same place is laid by hand: the other pane stays.
    panes.nth(1).focus()
    page.keyboard.press("k")
    expect(link).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-announce]")).to_have_text("Each series scrolls by itself.")
    page.keyboard.press("Home")
    for image in (2, 3, 4):
        page.keyboard.press("ArrowDown")
        expect(_number(page, 1)).to_have_text(f"{image} / {THEN}")
    expect(_number(page, 0)).to_have_text(f"21 / {NOW}")
    page.keyboard.press("k")
    expect(link).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-announce]")).to_have_text("Series scroll together from here.")
    expect(_number(page, 0)).to_have_text(f"21 / {NOW}")

    # 12 mm on: six images of 2 mm now, three of 4 mm then.
    panes.nth(0).focus()
    for _image in range(6):
        page.keyboard.press("ArrowDown")
    expect(_number(page, 0)).to_have_text(f"27 / {NOW}")
    expect(_number(page, 1)).to_have_text(f"7 / {THEN}")
    # And back; beyond its first image the prior waits, and is met again at the same place.
    page.keyboard.press("Home")
    expect(_number(page, 0)).to_have_text(f"1 / {NOW}")
    expect(_number(page, 1)).to_have_text(f"1 / {THEN}")
    page.get_by_role("slider", name="Image in the stack").first.fill("21")
    expect(_number(page, 1)).to_have_text(f"4 / {THEN}")

    # Scrolled by the prior, the present goes along as far.
    panes.nth(1).focus()
    page.keyboard.press("ArrowDown")
    expect(_number(page, 1)).to_have_text(f"5 / {THEN}")
    expect(_number(page, 0)).to_have_text(f"23 / {NOW}")

    link.click()
    expect(link).to_have_attribute("aria-pressed", "false")
    panes.nth(0).focus()
    page.keyboard.press("End")
    expect(_number(page, 0)).to_have_text(f"{NOW} / {NOW}")
    expect(_number(page, 1)).to_have_text(f"5 / {THEN}")
    expect(page.locator(".dicom__mark--broken").filter(has_text=re.compile("."))).to_have_count(0)
    context.close()
