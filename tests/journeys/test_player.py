"""The lecture player in a real browser: keys, captions, slides, thin lines, no line at all."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .axe import violations
from .conftest import SeededHub, new_context, sign_in
from .recorded_lecture import SLIDES

LINE_BYTES_PER_S = 200_000 / 8
HALF_AN_HOUR_S = 1800
VIDEO = "document.querySelector('video')"


@pytest.fixture(scope="module")
def lecture(hub: SeededHub) -> dict:
    return hub.hub.script("tests.journeys.recorded_lecture", "head-ct")


@pytest.fixture
def viewer(page: Page, lecture: dict) -> Page:
    """A visitor before the lecture."""
    _open(page, lecture["lesson"])
    return page


def _open(page: Page, address: str) -> None:
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_selector("[data-player][data-ready]")


def _at(page: Page) -> float:
    return page.evaluate(f"{VIDEO}.currentTime")


def _until(page: Page, truth: str, *, timeout: int = 30_000) -> None:
    """Wait for an expression (Playwright's own waiting is refused by our policy on scripts)."""
    deadline = time.monotonic() + timeout / 1000
    while not page.evaluate(truth):
        assert time.monotonic() < deadline, truth
        page.wait_for_timeout(30)


def _play(page: Page, *, until_s: float = 0.5) -> None:
    page.get_by_role("button", name="Play", exact=True).first.click()
    _until(page, f"{VIDEO}.currentTime > {until_s}")


def _choose(page: Page, menu: str, value: str) -> None:
    page.locator(f"[data-menu={menu}]").click()
    page.locator(f"[data-menu-panel={menu}] label:has(input[value='{value}'])").click()
    expect(page.locator(f"[data-menu-panel={menu}]")).to_be_hidden()


def test_keys_do_what_they_do_on_large_video_sites(viewer: Page):
    _play(viewer)
    press = viewer.keyboard.press
    press("k")
    assert viewer.evaluate(f"{VIDEO}.paused")
    for key, expected_s in (("5", 30), ("j", 20), ("l", 30), ("ArrowRight", 35), ("ArrowLeft", 30)):
        press(key)
        assert _at(viewer) == pytest.approx(expected_s, abs=0.1), key
    for key, rate in ((">", 1.25), (">", 1.5), ("<", 1.25), ("<", 1)):
        press(key)
        assert viewer.evaluate(f"{VIDEO}.playbackRate") == rate
    assert viewer.evaluate(f"{VIDEO}.preservesPitch")
    press("n")
    assert _at(viewer) == pytest.approx(45, abs=0.1)
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
    _open(page, lecture["lesson"])
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
    assert _at(viewer) == 0


def test_captions_and_speed_are_chosen_and_remembered(viewer: Page, lecture: dict):
    _choose(viewer, "captions", "ar")
    _choose(viewer, "speed", "1.5")
    _open(viewer, lecture["lesson"])
    modes = viewer.evaluate(f"[...{VIDEO}.textTracks].map(t => [t.language, t.mode])")
    assert modes == [["ar", "showing"], ["en", "disabled"]]
    assert viewer.evaluate(f"{VIDEO}.playbackRate") == 1.5
    # The transcript follows the language chosen.
    expect(viewer.locator("[data-lines]")).to_contain_text("العقيدات")


def test_transcript_leads_to_the_moment_and_is_searched(viewer: Page):
    line = viewer.locator("[data-lines] button", has_text="Nodules hide here.")
    line.click()
    assert _at(viewer) == pytest.approx(30, abs=0.1)
    expect(line).to_have_attribute("aria-current", "true")
    search = viewer.get_by_label("Search the transcript")
    search.fill("HÍLUM")
    expect(viewer.locator("[data-lines] li:visible")).to_have_count(1)
    search.press("Enter")
    assert _at(viewer) == pytest.approx(15, abs=0.1)
    search.fill("pancreas")
    expect(viewer.locator("[data-count]")).to_have_text("Not found")


def test_slides_and_chapters_lead_to_their_moments(viewer: Page):
    viewer.get_by_role("tab", name="Slides").click()
    viewer.get_by_role("button", name="Slide 4 of 4, 0:45. Corners").click()
    assert _at(viewer) == pytest.approx(45, abs=0.1)
    viewer.get_by_role("tab", name="Slides").press("ArrowRight")
    viewer.locator("[data-chapters] button", has_text="Part 2: Hila").click()
    assert _at(viewer) == pytest.approx(30, abs=0.1)
    expect(viewer.locator("button[data-chapter]")).to_have_text("Part 2: Hila")


def test_link_to_a_second_opens_there(viewer: Page, lecture: dict):
    _open(viewer, lecture["lesson"] + "?t=42")
    _until(viewer, f"{VIDEO}.readyState > 0")
    assert _at(viewer) == pytest.approx(42, abs=0.1)


def test_one_size_of_picture_is_played_by_hls_js_and_automatic_by_the_browser(viewer: Page):
    _play(viewer)
    native = viewer.evaluate(f"{VIDEO}.currentSrc")
    assert native.endswith("master.m3u8")
    _choose(viewer, "quality", "720")
    _until(viewer, f"{VIDEO}.currentSrc.startsWith('blob:') && !{VIDEO}.paused")
    here_s = _at(viewer)
    _until(viewer, f"{VIDEO}.currentTime > {here_s + 0.5}")
    assert here_s < 10


def test_hls_js_plays_where_the_browser_cannot(page: Page, lecture: dict):
    page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
    _open(page, lecture["lesson"])
    _play(page, until_s=1)
    assert page.evaluate(f"{VIDEO}.currentSrc").startswith("blob:")


def _count_uploads(tab: Page) -> dict[str, int]:
    """Bytes on the wire by address, kept up to date; of lectures' files only."""
    addresses: dict[str, str] = {}
    fetched: dict[str, int] = {}
    devtools = tab.context.new_cdp_session(tab)

    def begin(event: dict) -> None:
        if "/uploads/" in event["request"]["url"]:
            addresses[event["requestId"]] = event["request"]["url"]

    def end(event: dict) -> None:
        if url := addresses.get(event["requestId"]):
            fetched[url] = fetched.get(url, 0) + int(event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", begin)
    devtools.on("Network.loadingFinished", end)
    devtools.send("Network.enable")
    return fetched


def _fetched_until(tab: Page, fetched: dict[str, int], second: int) -> None:
    """Wait for every segment of the voice, of six seconds each, that begins before `second`."""
    wanted = {f"audio-{n:03d}.m4s" for n in range(-(-second // 6))}
    deadline = time.monotonic() + 60
    while not wanted <= {url.rsplit("/", 1)[1] for url in fetched}:
        assert time.monotonic() < deadline, (second, sorted(fetched))
        tab.wait_for_timeout(50)


def test_half_an_hour_of_slides_and_voice_costs_under_12_mb(browser: Browser, hub, lecture: dict):
    context = new_context(browser, base_url=hub.url, viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    tab.goto(lecture["lesson"])
    tab.evaluate("localStorage.setItem('viewbox.player.quality', 'slides')")
    tab.goto("about:blank")
    fetched = _count_uploads(tab)
    _open(tab, lecture["lesson"])
    _play(tab)
    # As who listens to all of it, in less time: on only when what comes before the next is there.
    for second in (15, 30, 45, 54):
        _fetched_until(tab, fetched, second)
        tab.evaluate(f"{VIDEO}.currentTime = {second}")
        _until(tab, f"{VIDEO}.readyState >= 3")
        slide = tab.get_by_role("img", name=SLIDES[second // 15])
        expect(slide).to_be_visible()
    _fetched_until(tab, fetched, 60)
    context.close()
    names = {url.rsplit("/", 1)[1] for url in fetched}
    assert not [name for name in names if name.startswith(("full", "thin", "master"))]
    assert {f"audio-{n:03d}.m4s" for n in range(10)} <= names
    per_half_hour = sum(fetched.values()) * HALF_AN_HOUR_S / 60
    print(f"slides and voice: {per_half_hour / 1e6:.1f} MB per half hour")  # noqa: T201  the figure
    assert per_half_hour < 12e6


def _thin_line(tab: Page, *, of: dict) -> dict:
    """Slow the tab down to 200 kbit/s once its static files are cached; gives a byte counter."""
    tab.route("**/uploads/**", lambda route: route.abort())
    _open(tab, of["lesson"])
    tab.wait_for_timeout(800)
    tab.unroute("**/uploads/**")
    tab.goto("about:blank")
    tab.evaluate("0")
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("Network.enable")
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 100,
            "downloadThroughput": LINE_BYTES_PER_S,
            "uploadThroughput": LINE_BYTES_PER_S,
            "connectionType": "cellular3g",
        },
    )
    counted = {"bytes": 0}
    devtools.on(
        "Network.dataReceived",
        lambda event: counted.update(bytes=counted["bytes"] + event["encodedDataLength"]),
    )
    return counted


def test_on_200_kbits_data_saver_starts_with_what_three_seconds_bring(
    browser: Browser, hub: SeededHub, lecture: dict
):
    context = new_context(browser, base_url=hub.url)
    tab = context.new_page()
    counted = _thin_line(tab, of=lecture)
    _open(tab, lecture["lesson"])
    before, clicked = counted["bytes"], time.monotonic()
    _play(tab, until_s=0.05)
    waited_s, needed = time.monotonic() - clicked, counted["bytes"] - before
    print(f"200 kbit/s: playing {waited_s:.1f} s after the click, {needed} bytes")  # noqa: T201
    assert tab.locator("[data-player]").get_attribute("data-mode") == "saver"
    # Bytes, because the machine's own slowness is not the line's.
    assert needed <= 3 * LINE_BYTES_PER_S
    stalls = tab.evaluate(
        f"""() => new Promise(resolve => {{
            let count = 0;
            {VIDEO}.addEventListener("waiting", () => {{ count += 1; }});
            setTimeout(() => resolve(count), 8000);
        }})"""
    )
    assert stalls == 0
    context.close()


def test_on_a_thin_line_the_strip_of_slides_waits_for_the_picture(
    browser: Browser, hub: SeededHub, lecture: dict
):
    context = new_context(browser, base_url=hub.url)
    tab = context.new_page()
    tab.goto(lecture["lesson"])
    tab.evaluate("localStorage.setItem('viewbox.player.tab', 'slides')")
    _thin_line(tab, of=lecture)
    asked: list[str] = []
    tab.on("request", lambda r: asked.append(r.url) if "/uploads/" in r.url else None)
    _open(tab, lecture["lesson"])
    expect(tab.locator("[data-slides] img")).to_have_count(len(SLIDES))
    tab.wait_for_timeout(500)
    order = [name.rsplit("/", 1)[1].partition("-")[0] for name in asked]
    assert order.index("slide") > order.index("thin")
    context.close()


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
    _open(member, lecture["lesson"])
    sent = _reports(member)
    _play(member, until_s=1)
    # Play and pause in quick succession make no flood of reports.
    for _ in range(6):
        member.keyboard.press("k")
    member.context.set_offline(offline=True)
    _until(member, f"{VIDEO}.currentTime > 3")
    member.keyboard.press("k")
    paused_s = _at(member)
    assert len(sent) <= 1
    kept = "Object.keys(localStorage).filter(k => k.startsWith('viewbox.watch.')).length"
    assert member.evaluate(kept) == 1
    with member.expect_response(lambda r: "watch" in r.url, timeout=30_000) as answer:
        member.context.set_offline(offline=False)
    told = answer.value.json()
    assert told["position_s"] == pytest.approx(paused_s, abs=0.1)
    assert told["watched_share"] == pytest.approx(paused_s / 60, abs=0.02)
    _until(member, f"{kept} === 0")

    member.evaluate(f"{VIDEO}.currentTime = 20")
    member.keyboard.press("k")
    _until(member, f"{VIDEO}.currentTime > 21")
    member.keyboard.press("k")
    left_s = _at(member)
    member.goto("about:blank")
    assert all("age_s" in report for report in sent)
    # Another device: on from there.
    other = new_context(browser, base_url=hub.url)
    tab = other.new_page()
    sign_in(tab, "author@example.com")
    _open(tab, lecture["lesson"])
    expect(tab.locator("[data-notice]")).to_contain_text("Resumed at 0:2")
    _until(tab, f"{VIDEO}.readyState > 0")
    assert _at(tab) == pytest.approx(left_s, abs=0.2)
    other.close()


def test_moment_is_marked_with_a_note_and_a_removal_taken_back(member: Page, lecture: dict):
    _open(member, lecture["lesson"] + "?t=33")
    _until(member, f"{VIDEO}.readyState > 0")
    member.keyboard.press("b")
    note = member.get_by_label("Note at 0:33")
    expect(note).to_be_focused()
    note.fill("Ask about this")
    with member.expect_response(lambda r: r.request.method == "POST" and "bookmarks" in r.url):
        note.press("Enter")
    _open(member, lecture["lesson"])
    member.get_by_role("tab", name="Bookmarks").click()
    expect(note).to_have_value("Ask about this")
    member.get_by_role("button", name="Go to 0:33").click()
    assert _at(member) == pytest.approx(33, abs=0.1)
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

    _open(member, lecture["lesson"] + "?t=21")
    _until(member, f"{VIDEO}.readyState > 0")
    member.keyboard.press("b")
    with member.expect_response(lambda r: r.request.method == "POST" and "bookmarks" in r.url):
        member.get_by_label("Note at 0:21").fill("Kept")
        member.keyboard.press("Enter")
    member.route("**/bookmarks/", slowly)
    _open(member, lecture["lesson"] + "?t=21")
    _until(member, f"{VIDEO}.readyState > 0")
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
    _open(tab, f"/lectures/{lecture['lecture']}/transcript/")
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
    _open(tab, lecture["lesson"])
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
