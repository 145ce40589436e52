"""A resident reads a case's stack as on a workstation: scrolls, windows, measures."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.cases.water_phantom import write_study
from tests.running_hub import ROOT

from .axe import violations
from .conftest import SeededHub, new_context
from .held import Held
from .viewing import READY_MS, case_with, problems_of

SAMPLES = Path(os.environ.get("VIEWBOX_DICOM_SAMPLES", ROOT.parent / "shared/data/dicom"))
SHARED_STUDY = SAMPLES / "mr-synthetic-pacsman-128.zip"
SLICES = (20, 40)
# The code comes uncompressed in development: half a minute of such a line.
SLOW_READY_MS = 180_000
ONE_MEGABIT_BYTES_S = 125_000


@pytest.fixture(scope="module")
def phantom_url(hub: SeededHub, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = write_study(tmp_path_factory.mktemp("water"), slices=SLICES)
    return case_with(hub, "water-phantom", folder)


@pytest.fixture
def desk(browser: Browser, hub: SeededHub) -> Iterator[Page]:
    """A page that fails its test on any error or warning of the console."""
    context = new_context(browser, base_url=hub.url, viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    problems = problems_of(tab)
    yield tab
    context.close()
    assert problems == []


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("[data-dicom]").scroll_into_view_if_needed()
    if not page.evaluate("!!document.createElement('canvas').getContext('webgl2')"):
        pytest.skip("This browser has no WebGL 2, not even in software.")
    page.locator("[data-dicom-frame][data-ready]").wait_for(timeout=READY_MS)


def _mark(page: Page, name: str, pane: int = 0):
    return page.locator(f".dicom__mark--{name}").nth(pane)


def _drag(page: Page, by: tuple[float, float], at: tuple[float, float] = (0, 0)) -> None:
    """Drag on the first image from a point given from its centre, in CSS pixels."""
    box = page.locator(".dicom__stage").first.bounding_box()
    x = box["x"] + box["width"] / 2 + at[0]
    y = box["y"] + box["height"] / 2 + at[1]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=6)
    page.mouse.up()


def test_a_resident_scrolls_windows_and_measures(desk: Page, phantom_url: str):
    _open(desk, phantom_url)
    expect(_mark(desk, "number")).to_have_text("11 / 20")
    expect(_mark(desk, "window")).to_have_text("Centre 40, width 400")
    for side, letter in {"left": "R", "right": "L", "top": "A", "bottom": "P"}.items():
        expect(_mark(desk, side)).to_have_text(letter)

    # Keys, wheel, slider.
    desk.locator("[data-pane]").focus()
    desk.keyboard.press("ArrowDown")
    expect(_mark(desk, "number")).to_have_text("12 / 20")
    desk.keyboard.press("End")
    expect(_mark(desk, "number")).to_have_text("20 / 20")
    slider = desk.get_by_role("slider", name="Image in the stack")
    slider.fill("5")
    expect(slider).to_have_attribute("aria-valuetext", "Image 5 of 20")
    expect(_mark(desk, "number")).to_have_text("5 / 20")
    desk.locator(".dicom__stage").hover()
    desk.wait_for_timeout(300)
    desk.mouse.wheel(0, 100)
    expect(_mark(desk, "number")).to_have_text("6 / 20")

    # Grey levels: by preset and by dragging.
    presets = desk.get_by_role("combobox", name="Window preset")
    presets.select_option("Lung")
    expect(_mark(desk, "window")).to_have_text("Centre -600, width 1500")
    _drag(desk, (40, 0))
    expect(_mark(desk, "window")).not_to_have_text("Centre -600, width 1500")
    expect(presets.locator("option:checked")).to_have_text("Own window")

    # Densities are those that were written: bone in the centre, water around it.
    desk.get_by_role("button", name="Ellipse, mean density").click()
    _drag(desk, (20, 20))
    expect(desk.locator("[data-announce]")).to_contain_text("Mean 900 HU")
    desk.get_by_role("button", name="Rectangle, mean density").click()
    _drag(desk, (30, 30), at=(110, -60))
    expect(desk.locator("[data-announce]")).to_contain_text("Mean 0 HU")
    desk.get_by_role("button", name="Density at a point").click()
    _drag(desk, (1, 1), at=(-140, 60))
    expect(desk.locator("[data-announce]")).to_have_text("Measured: 0 HU")
    desk.get_by_role("button", name="Remove measurements").click()
    expect(desk.locator("[data-annotation-uid] text")).to_have_count(0)


def test_a_resident_keeps_the_measurements_as_a_file(desk: Page, phantom_url: str):
    _open(desk, phantom_url)
    desk.get_by_role("button", name="Save measurements as a file").click()
    expect(desk.locator("[data-announce]")).to_have_text("There are no measurements yet.")
    desk.get_by_role("button", name="Ellipse, mean density").click()
    _drag(desk, (20, 20))
    expect(desk.locator("[data-announce]")).to_contain_text("Mean 900 HU")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Save measurements as a file").click()
    expect(desk.locator("[data-announce]")).to_have_text("Measurements saved: 1")
    kept = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert (kept["format"], kept["version"]) == ("viewbox-measurements", 1)
    (measured,) = kept["measurements"]
    told = [measured[name] for name in ("kind", "image", "images", "unit")]
    assert told == ["ellipse", 11, SLICES[0], "HU"]
    assert measured["values"]["mean"] == 900
    assert "/uploads/dicom/" in measured["file"]
    # The rod of bone is in the centre of 96 by 96 pixels.
    for column, row in measured["points_px"]:
        assert 35 < column < 60
        assert 35 < row < 60


def test_scrolling_on_before_the_first_image_has_come_shows_what_is_told(
    desk: Page, phantom_url: str
):
    held = Held(desk, "**/*.dcm")
    desk.goto(phantom_url)
    desk.locator("[data-dicom]").scroll_into_view_if_needed()
    desk.locator("[data-pane]").focus(timeout=READY_MS)
    held.wait_for()
    for _step in range(2):
        desk.keyboard.press("ArrowDown")
    expect(_mark(desk, "number")).to_have_text("13 / 20")
    held.pass_others()
    # What was asked for first comes last.
    for route in reversed(held.routes):
        route.fulfill(response=route.fetch())
    desk.locator("[data-pane][data-whole]").wait_for(timeout=READY_MS)
    expect(_mark(desk, "number")).to_have_text("13 / 20")
    desk.get_by_role("button", name="Ellipse, mean density").click()
    _drag(desk, (20, 20))
    expect(desk.locator("[data-announce]")).to_contain_text("Mean 900 HU")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Save measurements as a file").click()
    (measured,) = json.loads(Path(download.value.path()).read_text("utf-8"))["measurements"]
    assert measured["image"] == 13


def test_a_measurement_is_read_out_also_where_pictures_come_slowly(desk: Page, phantom_url: str):
    desk.add_init_script("""
        const soon = window.requestAnimationFrame.bind(window);
        window.requestAnimationFrame = (act) => setTimeout(() => soon(act), 400);
    """)
    _open(desk, phantom_url)
    desk.get_by_role("button", name="Ellipse, mean density").click()
    _drag(desk, (20, 20))
    expect(desk.locator("[data-announce]")).to_contain_text("Mean 900 HU")


def test_two_series_of_a_study_scroll_together_by_place(desk: Page, phantom_url: str):
    _open(desk, phantom_url)
    desk.get_by_role("combobox", name="Layout").select_option("1x2")
    expect(_mark(desk, "number", 1)).to_have_text("21 / 40")
    desk.locator("[data-pane]").first.focus()
    # 4 mm in the first series are two images of 2 mm in the second.
    desk.keyboard.press("ArrowDown")
    expect(_mark(desk, "number", 0)).to_have_text("12 / 20")
    expect(_mark(desk, "number", 1)).to_have_text("23 / 40")


def test_a_resident_looks_at_a_volume_in_three_planes(desk: Page, phantom_url: str):
    _open(desk, phantom_url)
    desk.locator("[data-pane]").focus()
    desk.keyboard.press("m")
    planes = desk.locator(".dicom__panes[data-layout=planes] [data-pane]")
    expect(planes).to_have_count(3)
    expect(planes.locator(".dicom__series")).to_have_text(["Axial", "Coronal", "Sagittal"])
    # 20 slices of 4 mm; across them the pixels' own distance.
    expect(_mark(desk, "number", 0)).to_have_text("11 / 20")
    for number in (1, 2):
        expect(_mark(desk, "number", number)).to_have_text("49 / 96")
    expect(_mark(desk, "left", 1)).to_have_text("R")
    expect(_mark(desk, "top", 2)).to_have_text("H")
    expect(desk.locator(".dicom__cut")).to_have_count(6)

    # Pointing in one plane moves the two others, scrolling its own.
    _drag(desk, (30, 0))
    expect(_mark(desk, "number", 0)).to_have_text("11 / 20")
    expect(_mark(desk, "number", 2)).not_to_have_text("49 / 96")
    planes.first.focus()
    desk.keyboard.press("PageUp")
    expect(_mark(desk, "number", 0)).to_have_text("1 / 20")
    # One window for all three.
    desk.get_by_role("combobox", name="Window preset").select_option("Bone")
    for number in range(3):
        expect(_mark(desk, "window", number)).to_have_text("Centre 400, width 1800")

    # The stack comes back where the planes met.
    desk.get_by_role("combobox", name="Layout").select_option("1x1")
    expect(_mark(desk, "number")).to_have_text("1 / 20")
    expect(desk.locator("[data-pane]")).to_have_count(1)


def test_a_slow_line_gets_the_light_copy_and_the_reader_the_choice(
    browser: Browser, hub: SeededHub, phantom_url: str
):
    context = new_context(browser, base_url=hub.url, viewport={"width": 1280, "height": 900})
    context.add_init_script(
        "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    )
    page = context.new_page()
    page.route(re.compile(r"/water-phantom/$"), _with_light_copies)
    page.goto(phantom_url)
    page.get_by_role("button", name="Open the viewer").click()
    page.locator("[data-dicom-frame][data-ready]").wait_for(timeout=READY_MS)
    label = "Reduced copy, not for measurement"
    expect(_mark(page, "reduced")).to_have_text(label)
    expect(page.get_by_role("button", name="Length", exact=True)).to_be_disabled()
    page.locator("[data-pane]").focus()
    page.keyboard.press("l")
    expect(page.locator("[data-announce]")).to_have_text(label)

    # The full series comes at the same image, window and zoom.
    page.keyboard.press("ArrowDown")
    page.get_by_role("combobox", name="Window preset").select_option("Bone")
    page.locator("[data-pane]").focus()
    page.keyboard.press("+")
    page.keyboard.press("q")
    expect(_mark(page, "reduced")).to_have_text("")
    expect(_mark(page, "number")).to_have_text("12 / 20")
    expect(_mark(page, "window")).to_have_text("Centre 400, width 1800")
    page.get_by_role("button", name="Length", exact=True).click()
    _drag(page, (100, 0))
    expect(page.locator("[data-announce]")).to_contain_text("Measured")
    zoomed = page.locator("[data-announce]").inner_text()
    page.get_by_role("button", name="Reset the view").click()
    page.get_by_role("button", name="Remove measurements").click()
    expect(page.locator("[data-announce]")).not_to_contain_text("Measured")
    _drag(page, (100, 0))
    expect(page.locator("[data-announce]")).to_contain_text("Measured")
    assert page.locator("[data-announce]").inner_text() != zoomed

    # The choice outlasts the page.
    page.reload()
    page.get_by_role("button", name="Open the viewer").click()
    page.locator("[data-dicom-frame][data-ready]").wait_for(timeout=READY_MS)
    expect(_mark(page, "reduced")).to_have_text("")
    context.close()


def _with_light_copies(route: Route) -> None:
    """The page with a light copy of each stack: here the files of the true one, which have the
    same names."""
    answer = route.fetch()
    page = answer.text()
    data = re.search(r'type="application/json">(\{"version".*?)</script>', page)
    case = json.loads(data[1])
    for stack in case["stacks"]:
        stack["light"] = {
            "base": stack["base"],
            "files": len(stack["frames"]),
            "bytes": 1,
            "fullBytes": 10,
        }
    route.fulfill(response=answer, body=page.replace(data[1], json.dumps(case)))


def test_a_telephone_is_told_that_planes_need_a_larger_screen(
    browser: Browser, hub: SeededHub, phantom_url: str
):
    context = new_context(
        browser, base_url=hub.url, viewport={"width": 390, "height": 844}, has_touch=True
    )
    page = context.new_page()
    _open(page, phantom_url)
    page.get_by_role("button", name="Three planes (MPR)").click()
    expect(_mark(page, "note")).to_have_text("Planes need a larger screen than this one.")
    expect(page.get_by_role("combobox", name="Layout")).to_have_value("1x1")
    context.close()


def test_the_toolbar_is_one_stop_with_arrows_inside(desk: Page, phantom_url: str):
    _open(desk, phantom_url)
    desk.get_by_role("button", name="Scroll", exact=True).focus()
    desk.keyboard.press("ArrowRight")
    expect(desk.get_by_role("button", name="Window", exact=True)).to_be_focused()
    desk.keyboard.press("Tab")
    assert not desk.evaluate("!!document.activeElement.closest('[role=toolbar]')")


def test_the_open_viewer_is_accessible(desk: Page, phantom_url: str):
    _open(desk, phantom_url)
    assert violations(desk, "[data-dicom]", impacts=None) == []


def test_the_viewers_code_is_fetched_only_when_its_place_comes_into_sight(
    desk: Page, hub: SeededHub, phantom_url: str
):
    fetched: list[str] = []
    desk.on("request", lambda request: fetched.append(request.url))
    desk.goto(hub.pages["case"])
    desk.wait_for_load_state("networkidle")
    assert not [url for url in fetched if "/viewer-" in url or "/island-" in url]
    _open(desk, phantom_url)
    assert [url for url in fetched if "/island-" in url]


def test_a_second_visit_takes_the_stack_from_the_browsers_cache(desk: Page, phantom_url: str):
    _open(desk, phantom_url)
    desk.locator("[data-pane][data-whole]").wait_for()
    _open(desk, phantom_url)
    desk.locator("[data-pane][data-whole]").wait_for()
    sizes = desk.evaluate(
        """performance.getEntriesByType("resource")
             .filter((entry) => entry.name.endsWith(".dcm")).map((entry) => entry.transferSize)"""
    )
    assert len(sizes) >= SLICES[0]
    assert set(sizes) == {0}


def test_without_webgl_the_stills_are_shown(browser: Browser, hub: SeededHub, phantom_url: str):
    context = new_context(browser, base_url=hub.url)
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page = context.new_page()
    page.goto(phantom_url)
    expect(page.get_by_text("lacks WebGL 2")).to_be_visible()
    expect(page.locator(".dicom__strip img").first).to_be_visible()
    context.close()


def test_without_scripts_the_stills_can_be_opened(
    browser: Browser, hub: SeededHub, phantom_url: str
):
    context = new_context(browser, base_url=hub.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(phantom_url)
    expect(page.locator(".dicom__poster img")).to_be_visible()
    page.get_by_text("Still pictures of the series").click()
    expect(page.locator(".dicom__strip img").first).to_be_visible()
    context.close()


@pytest.mark.skipif(not SHARED_STUDY.is_file(), reason=f"{SHARED_STUDY} is not here")
def test_a_real_magnetic_resonance_study_opens(desk: Page, hub: SeededHub):
    _open(desk, case_with(hub, "real-mr", SHARED_STUDY))
    expect(_mark(desk, "number")).to_have_text("65 / 128")
    desk.locator("[data-pane]").focus()
    desk.keyboard.press("PageDown")
    expect(_mark(desk, "number")).to_have_text("75 / 128")
    expect(_mark(desk, "broken")).to_have_text("")


@pytest.mark.skipif(not SHARED_STUDY.is_file(), reason=f"{SHARED_STUDY} is not here")
def test_on_a_line_of_one_megabit_the_real_light_copy_is_chosen_and_said(
    browser: Browser, hub: SeededHub
):
    url = case_with(hub, "slow-line", SHARED_STUDY)
    hub.hub.manage("make_light_stacks", "--wait")
    context = new_context(browser, base_url=hub.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 40,
            "downloadThroughput": ONE_MEGABIT_BYTES_S,
            "uploadThroughput": ONE_MEGABIT_BYTES_S,
        },
    )
    page.goto(url, timeout=SLOW_READY_MS)
    page.locator("[data-dicom]").scroll_into_view_if_needed()
    page.locator("[data-dicom-frame][data-ready]").wait_for(timeout=SLOW_READY_MS)
    expect(_mark(page, "reduced")).to_have_text("Reduced copy, not for measurement")
    expect(page.get_by_role("button", name="Length", exact=True)).to_be_disabled()
    page.locator("[data-pane][data-whole]").wait_for(timeout=SLOW_READY_MS)
    images = [one for one in fetched if one.endswith(".dcm")]
    assert len(images) == 128
    assert {"/light-" in one for one in images} == {True}
    context.close()
