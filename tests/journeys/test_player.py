"""The lecture player in a real browser: keys, captions, slides, sources, no line at all."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .axe import violations
from .conftest import SeededHub, new_context, sign_in
from .held import late_script
from .playing import VIDEO, open_player, play, position, until


@pytest.fixture
def viewer(page: Page, lecture: dict) -> Page:
    """A visitor before the lecture."""
    open_player(page, lecture["lesson"])
    return page


def _choose(page: Page, menu: str, value: str) -> None:
    page.locator(f"[data-menu={menu}]").click()
    page.locator(f"[data-menu-panel={menu}] label:has(input[value='{value}'])").click()
    expect(page.locator(f"[data-menu-panel={menu}]")).to_be_hidden()


def test_keys_do_what_they_do_on_large_video_sites(viewer: Page):
    play(viewer)
    press = viewer.keyboard.press
    press("k")
    assert viewer.evaluate(f"{VIDEO}.paused")
    for key, expected_s in (("5", 30), ("j", 20), ("l", 30), ("ArrowRight", 35), ("ArrowLeft", 30)):
        press(key)
        assert position(viewer) == pytest.approx(expected_s, abs=0.1), key
    for key, rate in ((">", 1.25), (">", 1.5), ("<", 1.25), ("<", 1)):
        press(key)
        assert viewer.evaluate(f"{VIDEO}.playbackRate") == rate
    assert viewer.evaluate(f"{VIDEO}.preservesPitch")
    press("n")
    assert position(viewer) == pytest.approx(45, abs=0.1)
    press("m")
    assert viewer.evaluate(f"{VIDEO}.muted")
    press("c")
    showing = f"[...{VIDEO}.textTracks].filter(t => t.mode === 'showing').map(t => t.language)"
    assert viewer.evaluate(showing) == ["en"]
    press("?")
    expect(viewer.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    press("Escape")
    panel = viewer.get_by_role("tab", name="Transcript")
    expect(panel).to_be_visible()
    press("t")
    expect(panel).to_be_hidden()


def test_browser_without_the_decoders_is_told_so_and_not_that_its_line_is_slow(
    page: Page, lecture: dict
):
    page.add_init_script("""
        const common = /avc1|mp4a/;
        const asked = HTMLMediaElement.prototype.canPlayType;
        HTMLMediaElement.prototype.canPlayType = function (type) {
            return common.test(type) || type.includes("mpegurl") ? "" : asked.call(this, type);
        };
        const supported = MediaSource.isTypeSupported;
        MediaSource.isTypeSupported = (type) => !common.test(type) && supported(type);
        MediaSource.prototype.addSourceBuffer = () => {
            throw new DOMException("none", "NotSupportedError");
        };
    """)
    open_player(page, lecture["lesson"])
    told = page.get_by_role("alert").filter(has_text="This browser can't decode the lecture")
    # The saver is there in free codecs, perhaps; it is tried, and this lecture has none.
    expect(told).to_be_visible()
    expect(told.get_by_role("link", name="Open the video file")).to_be_visible()
    page.keyboard.press("k")
    # Longer than the player's patience with a slow line.
    page.wait_for_timeout(4500)
    expect(page.locator("[data-notice]")).not_to_contain_text("slow")
    expect(page.locator("[data-failed]")).to_be_hidden()
    expect(told).to_be_visible()


def test_single_keys_can_be_turned_off(viewer: Page):
    viewer.keyboard.press("?")
    viewer.get_by_label("Use single keys as shortcuts").uncheck()
    viewer.get_by_role("button", name="Close").click()
    viewer.locator("video").focus()
    viewer.keyboard.press("5")
    assert position(viewer) == 0


def test_captions_and_speed_are_chosen_and_remembered(viewer: Page, lecture: dict):
    _choose(viewer, "captions", "ar")
    _choose(viewer, "speed", "1.5")
    open_player(viewer, lecture["lesson"])
    modes = viewer.evaluate(f"[...{VIDEO}.textTracks].map(t => [t.language, t.mode])")
    assert modes == [["ar", "showing"], ["en", "disabled"]]
    assert viewer.evaluate(f"{VIDEO}.playbackRate") == 1.5
    # The transcript follows the language chosen.
    expect(viewer.locator("[data-lines]")).to_contain_text("العقيدات")


def test_transcript_leads_to_the_moment_and_is_searched(viewer: Page):
    line = viewer.locator("[data-lines] button", has_text="Nodules hide here.")
    line.click()
    assert position(viewer) == pytest.approx(30, abs=0.1)
    expect(line).to_have_attribute("aria-current", "true")
    search = viewer.get_by_label("Search the transcript")
    search.fill("HÍLUM")
    expect(viewer.locator("[data-lines] li:visible")).to_have_count(1)
    search.press("Enter")
    assert position(viewer) == pytest.approx(15, abs=0.1)
    search.fill("pancreas")
    expect(viewer.locator("[data-count]")).to_have_text("Not found")


def test_slides_and_chapters_lead_to_their_moments(viewer: Page):
    viewer.get_by_role("tab", name="Slides").click()
    viewer.get_by_role("button", name="Slide 4 of 4, 0:45. Corners").click()
    assert position(viewer) == pytest.approx(45, abs=0.1)
    # There is a tab of chapters when their list has come.
    expect(viewer.get_by_role("tab", name="Chapters")).to_be_visible()
    viewer.get_by_role("tab", name="Slides").press("ArrowRight")
    viewer.locator("[data-chapters] button", has_text="Part 2: Hila").click()
    assert position(viewer) == pytest.approx(30, abs=0.1)
    expect(viewer.locator("button[data-chapter]")).to_have_text("Part 2: Hila")


def test_link_to_a_second_opens_there(viewer: Page, lecture: dict):
    open_player(viewer, lecture["lesson"] + "?t=42")
    until(viewer, f"{VIDEO}.readyState > 0")
    assert position(viewer) == pytest.approx(42, abs=0.1)


def test_one_size_of_picture_is_played_by_hls_js_and_automatic_by_the_browser(viewer: Page):
    play(viewer, until_s=2)
    left_s = position(viewer)
    native = viewer.evaluate(f"{VIDEO}.currentSrc")
    assert native.endswith("master.m3u8")
    _choose(viewer, "quality", "720")
    until(viewer, f"{VIDEO}.currentSrc.startsWith('blob:') && !{VIDEO}.paused")
    # On from there, not from the beginning.
    until(viewer, f"{VIDEO}.currentTime > {left_s} && {VIDEO}.readyState > 2")
    here_s = position(viewer)
    assert viewer.evaluate(f"{VIDEO}.played.start(0)") >= left_s - 0.5
    until(viewer, f"{VIDEO}.currentTime > {here_s + 0.5}")


def test_hls_js_plays_where_the_browser_cannot(page: Page, lecture: dict):
    page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
    open_player(page, lecture["lesson"])
    until(page, f"{VIDEO}.currentSrc.startsWith('blob:')")
    play(page, until_s=1)
    assert page.evaluate(f"{VIDEO}.currentSrc").startswith("blob:")


def test_who_plays_before_hls_js_has_come_is_played_on(page: Page, lecture: dict):
    page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
    script = late_script(page, "hls")
    open_player(page, lecture["lesson"] + "?t=10")
    script.wait_for()
    play(page, until_s=11)
    assert not page.evaluate(f"{VIDEO}.currentSrc").startswith("blob:")
    page.keyboard.press("5")
    until(page, f"{VIDEO}.currentTime > 30")
    script.come()
    until(page, f"{VIDEO}.currentSrc.startsWith('blob:')")
    until(page, f"{VIDEO}.currentTime > 30.5 && {VIDEO}.readyState > 2 && !{VIDEO}.paused")
    assert page.evaluate(f"{VIDEO}.played.start(0)") >= 29.5


@pytest.fixture
def member(hub: SeededHub, browser: Browser) -> Iterator[Page]:
    context = new_context(browser, base_url=hub.url)
    tab = context.new_page()
    sign_in(tab, "author@example.com")
    yield tab
    context.close()


def _reports(tab: Page) -> list[dict]:
    sent: list[dict] = []
    tab.on(
        "request",
        lambda r: (
            sent.append(r.post_data_json) if r.method == "POST" and "watch" in r.url else None
        ),
    )
    return sent


def test_watching_without_a_line_is_kept_and_sent_later_and_followed_elsewhere(
    member: Page, hub: SeededHub, browser: Browser, lecture: dict
):
    open_player(member, lecture["lesson"])
    sent = _reports(member)
    play(member, until_s=1)
    # Play and pause in quick succession make no flood of reports.
    for _ in range(6):
        member.keyboard.press("k")
    until(member, f"{VIDEO}.buffered.end(0) > 4")
    member.context.set_offline(offline=True)
    until(member, f"{VIDEO}.currentTime > 3")
    member.keyboard.press("k")
    paused_s = position(member)
    assert len(sent) <= 1
    kept = "Object.keys(localStorage).filter(k => k.startsWith('viewbox.watch.')).length"
    assert member.evaluate(kept) == 1
    with member.expect_response(lambda r: "watch" in r.url, timeout=30_000) as answer:
        member.context.set_offline(offline=False)
    told = answer.value.json()
    assert told["position_s"] == pytest.approx(paused_s, abs=0.1)
    assert told["watched_share"] == pytest.approx(paused_s / 60, abs=0.02)
    until(member, f"{kept} === 0")

    member.evaluate(f"{VIDEO}.currentTime = 20")
    member.keyboard.press("k")
    until(member, f"{VIDEO}.currentTime > 21")
    member.keyboard.press("k")
    left_s = position(member)
    member.goto("about:blank")
    assert all("age_s" in report for report in sent)
    # Another device: on from there.
    other = new_context(browser, base_url=hub.url)
    tab = other.new_page()
    sign_in(tab, "author@example.com")
    open_player(tab, lecture["lesson"])
    expect(tab.locator("[data-notice]")).to_contain_text("Resumed at 0:2")
    until(tab, f"{VIDEO}.readyState > 0")
    assert position(tab) == pytest.approx(left_s, abs=0.2)
    other.close()


def test_moment_is_marked_with_a_note_and_a_removal_taken_back(member: Page, lecture: dict):
    open_player(member, lecture["lesson"] + "?t=33")
    until(member, f"{VIDEO}.readyState > 0")
    member.keyboard.press("b")
    note = member.get_by_label("Note at 0:33")
    expect(note).to_be_focused()
    note.fill("Ask about this")
    with member.expect_response(lambda r: r.request.method == "POST" and "bookmarks" in r.url):
        note.press("Enter")
    open_player(member, lecture["lesson"])
    member.get_by_role("tab", name="Bookmarks").click()
    expect(note).to_have_value("Ask about this")
    member.get_by_role("button", name="Go to 0:33").click()
    assert position(member) == pytest.approx(33, abs=0.1)
    member.get_by_role("button", name="Remove the bookmark at 0:33").click()
    expect(note).to_have_count(0)
    undo = member.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.click()
    expect(note).to_have_value("Ask about this")


def test_marking_a_moment_on_a_slow_line_keeps_its_note_and_the_field(member: Page, lecture: dict):
    held: list[Route] = []

    def slowly(route: Route) -> None:
        if route.request.method == "GET" and not held:
            held.append(route)
        else:
            route.continue_()

    open_player(member, lecture["lesson"] + "?t=21")
    until(member, f"{VIDEO}.readyState > 0")
    member.keyboard.press("b")
    with member.expect_response(lambda r: r.request.method == "POST" and "bookmarks" in r.url):
        member.get_by_label("Note at 0:21").fill("Kept")
        member.keyboard.press("Enter")
    member.route("**/bookmarks/", slowly)
    open_player(member, lecture["lesson"] + "?t=21")
    until(member, f"{VIDEO}.readyState > 0")
    member.keyboard.press("b")
    while not held:
        member.wait_for_timeout(30)
    held[0].continue_()
    note = member.get_by_label("Note at 0:21")
    expect(note).to_be_focused()
    expect(note).to_have_value("Kept")
    # Half a word written while another moment is marked by button stays, and so does its field.
    note.press_sequentially(", an")
    member.evaluate(f"{VIDEO}.currentTime = 25")
    member.locator("[data-tab-body=bookmarks] [data-bookmark]").dispatch_event("click")
    expect(member.get_by_label("Note at 0:25")).to_be_focused()
    expect(note).to_have_value("Kept, an")


def test_arabic_readers_have_the_bar_mirrored_and_time_from_left_to_right(
    browser: Browser, hub: SeededHub, lecture: dict
):
    context = new_context(
        browser, base_url=hub.url, locale="ar", viewport={"width": 390, "height": 844}
    )
    tab = context.new_page()
    open_player(tab, f"/lectures/{lecture['lecture']}/transcript/")
    assert tab.evaluate("document.dir") == "rtl"
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    play, full = (tab.locator(name).bounding_box() for name in ("[data-play]", "[data-fullscreen]"))
    assert play["x"] > full["x"]
    tab.locator("[data-seek]").focus()
    tab.keyboard.press("End")
    tab.keyboard.press("ArrowLeft")
    share = tab.evaluate("document.querySelector('[data-seek]').value / 60")
    assert 0.9 < share < 1
    context.close()


def test_without_script_the_browsers_own_controls_remain(
    browser: Browser, hub: SeededHub, lecture: dict
):
    context = new_context(browser, base_url=hub.url, java_script_enabled=False)
    tab = context.new_page()
    tab.goto(lecture["lesson"])
    assert tab.locator("video[controls] source[type='video/mp4']").count() == 1
    assert tab.locator("video track").count() == 2
    expect(tab.locator("[data-controls]")).to_be_hidden()
    expect(tab.get_by_role("tab")).to_have_count(0)
    context.close()


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_player_has_no_grave_accessibility_violation_whatever_is_open(
    browser: Browser, hub: SeededHub, lecture: dict, width: int, theme: str
):
    context = new_context(
        browser, base_url=hub.url, bypass_csp=True, color_scheme=theme,
        viewport={"width": width, "height": 900},
    )  # fmt: skip
    tab = context.new_page()
    sign_in(tab, "author@example.com")
    open_player(tab, lecture["lesson"])
    if width < 900:
        tab.locator("[data-panel-toggle]").click()
    for name in ("Slides", "Chapters", "Bookmarks", "Transcript"):
        tab.get_by_role("tab", name=name).click()
        assert violations(tab) == [], name
    for menu in ("captions", "speed", "quality", "more"):
        tab.locator(f"[data-menu={menu}]").click()
        assert violations(tab) == [], menu
        tab.keyboard.press("Escape")
    tab.keyboard.press("?")
    assert violations(tab) == []
    context.close()


def test_who_has_seen_the_beginning_is_led_on_when_the_rest_is_made(
    hub: SeededHub, page: Page, lecture: dict
):
    def tell(opening_s: float | None, duration_s: float) -> None:
        hub.hub.manage(
            "shell", "--no-imports", "-c",
            "from media.models import Lecture;"
            f"Lecture.objects.filter(pk={lecture['lecture']})"
            f".update(opening_s={opening_s}, duration_s={duration_s})",
        )  # fmt: skip

    length_s = 60.0
    tell(length_s, 2 * length_s)
    try:
        open_player(page, lecture["lesson"])
        to_come = page.get_by_text("The rest is being prepared")
        expect(to_come).to_be_visible()
        play(page)
        tell(None, 2 * length_s)
        page.evaluate(f"{VIDEO}.currentTime = {VIDEO}.duration - 1")
        expect(page.get_by_text("More of it is ready")).to_be_visible()
        expect(to_come).to_be_hidden()
        page.get_by_role("link", name="Go on watching").click()
        page.wait_for_selector("[data-player][data-ready]")
        expect(page.locator("[data-to-come], [data-more]")).to_have_count(0)
    finally:
        tell(None, length_s)
