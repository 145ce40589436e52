"""A lecture that the pipeline made: played in the codec that fits, given words by its author."""

import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .axe import violations
from .clips import make_clip
from .conftest import SeededHub, new_context, sign_in

VIDEO = "document.querySelector('video')"
ARROW = "-->"
SUBTITLES = f"""1
00:00:01,000 {ARROW} 00:00:03,000
Look at both apices.

2
00:00:05,000 {ARROW} 00:00:04,000
The left hilum is higher.
"""


@pytest.fixture(scope="module")
def lecture(hub: SeededHub, tmp_path_factory: pytest.TempPathFactory) -> dict:
    clip = make_clip(tmp_path_factory.mktemp("clips") / "thrifty.mp4", seconds=13)
    return hub.hub.script("tests.journeys.thrift_lecture", str(clip), "head-ct")


def _until(page: Page, truth: str) -> None:
    deadline = time.monotonic() + 60
    while not page.evaluate(truth):
        assert time.monotonic() < deadline, truth
        page.wait_for_timeout(50)


def _watch(page: Page, lecture: dict, **told: bool) -> None:
    """Open the lecture in a browser that says this of how it plays AV1."""
    answer = {"supported": True, "smooth": True, "powerEfficient": True, **told}
    page.add_init_script(
        f"navigator.mediaCapabilities.decodingInfo = async () => ({json.dumps(answer)})"
    )
    page.goto(lecture["lesson"], wait_until="domcontentloaded")
    page.wait_for_selector("[data-player][data-mode=auto]")


def test_browser_that_plays_av1_well_plays_it_and_falls_back_without_a_break(
    page: Page, lecture: dict
):
    assert "av1" in lecture["playlists"]
    _watch(page, lecture)
    page.locator("[data-play]").click()
    _until(page, f"{VIDEO}.currentTime > 1")
    assert "/av1-" in page.evaluate(f"{VIDEO}.currentSrc")
    _until(page, f"{VIDEO}.getVideoPlaybackQuality().totalVideoFrames > 0")
    # As when a decoder gives up: on in the other codec, from the same second, still playing.
    left_s = page.evaluate(
        f"(() => {{ const at = {VIDEO}.currentTime;"
        f" {VIDEO}.dispatchEvent(new Event('error')); return at; }})()"
    )
    _until(page, f"{VIDEO}.currentSrc.includes('/master-') && !{VIDEO}.paused")
    _until(page, f"{VIDEO}.currentTime > {left_s} && {VIDEO}.readyState > 2")
    expect(page.locator("[data-failed]")).to_be_hidden()


def test_browser_that_would_stutter_plays_the_codec_that_all_play(page: Page, lecture: dict):
    _watch(page, lecture, smooth=False)
    page.locator("[data-play]").click()
    _until(page, f"{VIDEO}.currentTime > 0.5")
    assert "/master-" in page.evaluate(f"{VIDEO}.currentSrc")


def test_waveform_is_drawn_for_the_eye_alone_and_not_while_saving_data(page: Page, lecture: dict):
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    _watch(page, lecture)
    wave = page.locator("svg.player__wave")
    expect(wave).to_be_visible()
    assert wave.get_attribute("aria-hidden") == "true"
    page.evaluate("localStorage.setItem('viewbox.player.quality', 'saver')")
    fetched.clear()
    page.reload()
    page.wait_for_selector("[data-player][data-mode=saver]")
    page.locator("[data-play]").click()
    _until(page, f"{VIDEO}.currentTime > 0.5")
    assert [url for url in fetched if "waveform" in url] == []


def test_address_of_a_second_opens_there_without_a_script(
    browser: Browser, hub: SeededHub, lecture: dict
):
    context = new_context(browser, base_url=hub.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(lecture["lesson"] + "?t=0:07")
    sources = page.locator("video source").evaluate_all("all => all.map(one => one.src)")
    assert sources
    assert all(source.endswith("#t=7") for source in sources)
    context.close()


def test_author_mends_captions_shifts_them_divides_the_lecture_and_chooses_its_poster(
    browser: Browser, hub: SeededHub, lecture: dict, tmp_path: Path
):
    context = new_context(browser, base_url=hub.url, locale="en-GB", bypass_csp=True)
    page = context.new_page()
    sign_in(page, "editor@example.com")
    home = f"/admin/lectures/edit/{lecture['lecture']}/"
    file = tmp_path / "talk.srt"
    file.write_text(SUBTITLES)

    page.goto(home)
    page.get_by_role("link", name="Add captions").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Save captions").click()
    fault = page.get_by_role("button", name="Line 6: The caption ends before it begins.")
    fault.click()
    text = page.locator("textarea[name=webvtt]")
    selected = text.evaluate("t => t.value.slice(t.selectionStart, t.selectionEnd)")
    assert selected == f"00:00:05,000 {ARROW} 00:00:04,000"
    text.fill(text.input_value().replace("00:00:04,000", "00:00:10,000"))
    page.get_by_role("button", name="Edit in rows").click()
    expect(page.locator("[data-captions-rows] > li")).to_have_count(2)
    page.get_by_label("Shift all by").fill("1.5")
    page.get_by_role("button", name="Save and stay").click()
    starts = page.locator("[data-captions-rows] input[data-start]")
    expect(starts).to_have_count(2)
    for place, start in enumerate(("00:00:02.500", "00:00:06.500")):
        expect(starts.nth(place)).to_have_value(start)
    page.locator("[data-act=play]").nth(1).click()
    _until(page, f"!{VIDEO}.paused && {VIDEO}.currentTime > 6.5")
    # Stopped there, however long the looking takes.
    page.evaluate(f"{VIDEO}.pause()")
    expect(page.locator("[data-captions-rows] > li[data-current]")).to_have_count(1)
    showing = f"[...{VIDEO}.textTracks[0].activeCues].map(c => c.text).join()"
    _until(page, f"{showing} === 'The left hilum is higher.'")
    assert violations(page, "main") == []

    page.goto(home)
    page.get_by_role("link", name="Edit chapters").click()
    page.get_by_label("Start").first.fill("0:06")
    page.get_by_label("Title").first.fill("Hila")
    page.get_by_role("button", name="Save chapters").click()
    expect(page.get_by_role("main")).to_contain_text("Hila")

    page.get_by_role("link", name="Choose the poster").click()
    page.get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="Use this poster").click()
    expect(page.get_by_role("main")).to_contain_text("The poster is chosen.")
    context.close()


def test_browser_with_free_codecs_alone_plays_the_saver_in_them(page: Page, lecture: dict):
    """As Firefox built without licensed codecs: AV1 and Opus, no H.264, no AAC, no HLS."""
    page.add_init_script("""
        const common = /avc1|mp4a|mpegurl/;
        const asked = HTMLMediaElement.prototype.canPlayType;
        HTMLMediaElement.prototype.canPlayType = function (type) {
            return common.test(type) ? "" : asked.call(this, type);
        };
        const supported = MediaSource.isTypeSupported;
        MediaSource.isTypeSupported = (type) => !common.test(type) && supported(type);
    """)
    page.goto(lecture["lesson"], wait_until="domcontentloaded")
    page.wait_for_selector("[data-player][data-mode=saver]")
    page.locator("[data-play]").click()
    _until(page, f"{VIDEO}.currentTime > 1")
    _until(page, f"{VIDEO}.getVideoPlaybackQuality().totalVideoFrames > 0")
    assert page.locator("[data-unplayable]").is_hidden()
