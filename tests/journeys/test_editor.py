"""An editor uploads a lecture; a resident watches it inside the course."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .clips import make_clip
from .conftest import SeededHub, new_context, sign_in

TRANSCODED_WITHIN_MS = 120_000
# A player takes nobody back who left in the first five seconds or the last ten.
SECONDS = 30


def _upload(page: Page, *, title: str, file: Path) -> None:
    page.goto("/admin/lectures/")
    page.get_by_role("link", name=re.compile("Add|Upload", re.IGNORECASE)).first.click()
    page.wait_for_selector("[data-uploader][data-ready]")
    page.get_by_label("Title", exact=False).first.fill(title)
    page.locator("input[type=file]").first.set_input_files(file)
    page.locator("main, .content-wrapper").locator("button[type=submit]").first.click()


def test_lecture_goes_from_upload_to_a_watching_resident(
    hub: SeededHub, page: Page, browser, tmp_path: Path
):
    sign_in(page, "editor@example.com")
    _upload(page, title="Head CT, spoken", file=make_clip(tmp_path / "talk.mp4", seconds=SECONDS))

    # Live: the page says it is ready without being loaded again.
    expect(page.locator("body")).to_contain_text("Head CT, spoken")
    expect(page.locator("body")).to_contain_text(
        re.compile(r"\bReady\b"), timeout=TRANSCODED_WITHIN_MS
    )

    # Into the lesson, through the chooser.
    page.goto(f"/admin/pages/{hub.lecture_lesson_id}/edit/")
    page.get_by_role("button", name=re.compile("Choose a lecture", re.IGNORECASE)).click()
    page.get_by_role("link", name="Head CT, spoken").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Head CT, spoken").first).to_be_visible()
    page.get_by_role("button", name="More actions").last.click()
    page.get_by_role("button", name="Publish").last.click()
    expect(page.locator("body")).to_contain_text("published")

    _watch(hub, browser)


def _watch(hub: SeededHub, browser) -> None:
    """A resident plays the lecture by keyboard; the place is kept for another device."""
    desk = new_context(browser, base_url=hub.url)
    tab = desk.new_page()
    sign_in(tab, "author@example.com")
    tab.goto(hub.pages["course"])
    tab.get_by_role("button", name="Enrol").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("How to read")
    tab.goto(hub.pages["lecture"])
    video = tab.locator("video")
    expect(video).to_be_visible()
    video.focus()
    tab.keyboard.press("k")
    tab.wait_for_function("() => document.querySelector('video').currentTime > 5.5")
    with tab.expect_response(lambda r: r.request.method == "POST" and "watch" in r.url):
        tab.keyboard.press("k")
    tab.wait_for_function("() => document.querySelector('video').paused")
    stopped_at = tab.evaluate("document.querySelector('video').currentTime")
    assert 5.5 <= stopped_at < SECONDS - 10
    desk.close()

    telephone = new_context(
        browser, base_url=hub.url, viewport={"width": 390, "height": 844}, is_mobile=True
    )
    tab = telephone.new_page()
    sign_in(tab, "author@example.com")
    tab.goto(hub.pages["lecture"])
    tab.locator("[data-play]").click()  # telephones load nothing before
    tab.wait_for_function(
        "at => document.querySelector('video').currentTime >= at - 0.5", arg=stopped_at
    )
    # On from there: nothing of what lies before was played.
    played = "(p => [...Array(p.length).keys()].map(i => [p.start(i), p.end(i)]))"
    stretches = tab.evaluate(f"{played}(document.querySelector('video').played)")
    began_at = next(start for start, end in stretches if end > start)
    assert began_at == pytest.approx(stopped_at, abs=0.5), stretches
    telephone.close()


def test_broken_upload_gets_a_sentence_and_does_not_stop_others(
    hub: SeededHub, page: Page, tmp_path: Path
):
    sign_in(page, "editor@example.com")
    pretender = tmp_path / "minutes.mp4"
    pretender.write_text("Minutes of the department meeting.\n" * 200)
    _upload(page, title="Not a film at all", file=pretender)
    # Told in the form already, from the file's first bytes.
    expect(page.locator(".uploader__row").get_by_role("alert")).to_contain_text("a text file")
