"""A folder of images from the browser: broken off, gone on with, imported; names stay at home."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.cases.water_phantom import write_loop, write_study
from tests.journeys.conftest import SeededHub, new_context, sign_in
from tests.journeys.held import Held

ARRIVES_WITHIN_MS = 90_000
NAME = "Zebrowska"
SLICES = 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Slices of two series under a patient's name, with what file managers leave behind."""
    root = tmp_path / f"{NAME}^Quirina"
    write_study(root / "export" / "CT", slices=(SLICES, SLICES))
    (root / "DICOMDIR").write_bytes(b"\0" * 400)
    (root / ".DS_Store").write_bytes(b"Bud1")
    (root / "empty").touch()
    return root


def studies_page(hub: SeededHub, slug: str = "folder") -> str:
    """The page of studies of a case of its own."""
    code = (
        "from tests.factories import make_case;"
        "from django.urls import reverse;"
        "import json;"
        f"print(json.dumps(reverse('cases_dicom:studies', args=[make_case(slug='{slug}').pk])))"
    )
    return json.loads(hub.hub.manage("shell", "--no-imports", "-c", code).splitlines()[-1])


def state_on_server(hub: SeededHub) -> dict:
    code = (
        "import json;"
        "from media.models import Upload;"
        "from cases.models import CasePage, ImportJob;"
        "key = CasePage.objects.get(slug='folder').translation_key;"
        "images = Upload.objects.filter(purpose='images');"
        "print(json.dumps({"
        "'names': [[u.name, u.metadata, u.fingerprint] for u in images],"
        "'jobs': ImportJob.objects.filter(case_key=key).count()}))"
    )
    return json.loads(hub.hub.manage("shell", "--no-imports", "-c", code).splitlines()[-1])


def open_page(context: BrowserContext, address: str, *, bytes_per_s: int = -1) -> Page:
    page = context.new_page()
    sign_in(page, "editor@example.com")
    page.goto(address)
    page.wait_for_selector("[data-uploader][data-ready]")
    devtools = context.new_cdp_session(page)
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": bytes_per_s,
        },
    )
    return page


def choose(page: Page, folder: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a folder").click()
    chooser.value.set_files(folder)


def test_a_folder_broken_off_goes_on_and_is_imported_without_its_names(
    hub: SeededHub, browser, folder: Path
):
    address = studies_page(hub)
    context = new_context(browser, base_url=hub.url, locale="en-GB")
    page = open_page(context, address, bytes_per_s=200_000)
    choose(page, folder)
    row = page.locator(".uploader__row")
    # What is no image stays at home.
    expect(row).to_contain_text(f"Files: {2 * SLICES}")
    page.wait_for_function(
        "() => document.querySelector('.uploader__row progress').value > 0.4",
        timeout=ARRIVES_WITHIN_MS,
    )
    context.close()
    (kept,) = state_on_server(hub)["names"]
    assert kept[:2] == ["", ""]
    assert re.fullmatch("[0-9a-f]{64}", kept[2])

    context = new_context(browser, base_url=hub.url, locale="en-GB")
    page = open_page(context, address)
    row = page.locator(".uploader__row")
    expect(row).to_contain_text("Choose the same files again")
    before = row.locator("progress").evaluate("bar => bar.value")
    assert before > 0.1
    choose(page, folder)
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Has arrived", timeout=ARRIVES_WITHIN_MS)
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(re.compile(r"/dicom/import/\d+/"))
    expect(page.locator("main")).to_contain_text(f"{2 * SLICES} taken", timeout=ARRIVES_WITHIN_MS)
    assert NAME not in page.content()
    assert state_on_server(hub) == {"names": [], "jobs": 1}
    context.close()


def test_a_dropped_folder_is_taken_with_all_that_is_in_it(hub: SeededHub, browser, folder: Path):
    context = new_context(browser, base_url=hub.url, locale="en-GB")
    page = open_page(context, studies_page(hub, "dropped"))
    box = page.locator("[data-uploader]").bounding_box()
    devtools = context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": box["x"] + 20,
                "y": box["y"] + 10,
                "data": {"items": [], "files": [str(folder)], "dragOperationsMask": 1},
            },
        )
    row = page.locator(".uploader__row")
    expect(row).to_contain_text(f"Files: {2 * SLICES}")
    expect(row).to_contain_text("Has arrived", timeout=ARRIVES_WITHIN_MS)
    context.close()


def test_rectangles_typed_before_the_script_has_come_are_drawn(
    hub: SeededHub, browser, tmp_path: Path
):
    loop = write_loop(tmp_path / "few.dcm", frames=3)
    address = studies_page(hub, "few")
    hub.hub.manage("import_dicom", str(loop), "--case", "few")
    context = new_context(browser, base_url=hub.url, locale="en-GB")
    page = open_page(context, address)
    script = Held(page, re.compile(r"/cases/held[^/]*\.js"))
    page.get_by_role("link", name="3 frames").click()
    script.wait_for()
    page.locator("textarea[name=rectangles]").fill("1, 1, 20, 20")
    first = page.locator(".held-frame").first
    expect(first.locator("img")).to_have_js_property("complete", value=True)
    script.come()
    expect(first.locator(".held-mask")).to_have_count(1)
    context.close()


def test_a_long_loop_is_looked_at_frame_by_frame_and_masked_in_all(
    hub: SeededHub, browser, tmp_path: Path
):
    frames = 40
    loop = write_loop(tmp_path / "loop.dcm", frames=frames)
    address = studies_page(hub, "loop")
    hub.hub.manage("import_dicom", str(loop), "--case", "loop")
    context = new_context(
        browser, base_url=hub.url, locale="en-GB", viewport={"width": 390, "height": 844}
    )
    page = open_page(context, address)
    page.get_by_role("link", name=f"{frames} frames").click()
    told = page.locator("[data-held-told]")
    expect(told).to_have_text(f"Frame 1 of {frames} · 1 of {frames} frames seen")
    shown = page.locator(".held-frame:visible")
    expect(shown).to_have_count(1)

    page.wait_for_load_state()
    picture = shown.locator("img").bounding_box()
    page.mouse.move(picture["x"] + 2, picture["y"] + 2)
    page.mouse.down()
    page.mouse.move(picture["x"] + picture["width"] / 2, picture["y"] + picture["height"] / 8)
    page.mouse.up()
    expect(shown.locator(".held-mask")).to_have_count(1)
    page.get_by_role("button", name="Next frame").click()
    expect(told).to_contain_text("Frame 2 of")
    expect(shown.locator(".held-mask")).to_have_count(1)

    page.get_by_label("I have looked at every frame").check()
    page.get_by_role("button", name="Overwrite the rectangles and sign").click()
    expect(page.get_by_text(f"{frames - 2} frames have not been shown to you yet")).to_be_visible()
    # What was drawn is still there.
    expect(shown.locator(".held-mask")).to_have_count(1)
    page.get_by_role("button", name="Play").click()
    # A frame counts when it has come, which is later than that it is turned to.
    expect(told).to_have_text(
        f"Frame {frames} of {frames} · {frames} of {frames} frames seen", timeout=ARRIVES_WITHIN_MS
    )
    page.get_by_label("I have looked at every frame").check()
    page.get_by_role("button", name="Overwrite the rectangles and sign").click()
    expect(page.get_by_text("Signed. The picture is now part of the case.")).to_be_visible()
    context.close()
