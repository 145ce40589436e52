"""The lecture player on thin lines: what is fetched, how much of it, in which order."""

import time

from playwright.sync_api import Browser, Page, expect

from .conftest import SeededHub, new_context
from .playing import VIDEO, open_player, play, until
from .recorded_lecture import SLIDES

LINE_BYTES_PER_S = 200_000 / 8
HALF_AN_HOUR_S = 1800


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
    open_player(tab, lecture["lesson"])
    play(tab)
    # As who listens to all of it, in less time: on only when what comes before the next is there.
    for second in (15, 30, 45, 54):
        _fetched_until(tab, fetched, second)
        tab.evaluate(f"{VIDEO}.currentTime = {second}")
        until(tab, f"{VIDEO}.readyState >= 3")
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
    open_player(tab, of["lesson"])
    tab.wait_for_load_state("networkidle")
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
    # Told by the page itself: while this test looks, more bytes come.
    played: list[tuple[float, int]] = []
    tab.expose_function("tellPlaying", lambda: played.append((time.monotonic(), counted["bytes"])))
    open_player(tab, lecture["lesson"])
    tab.evaluate(f"""() => {VIDEO}.addEventListener("timeupdate", function tell() {{
        if (this.currentTime < 0.05) return;
        this.removeEventListener("timeupdate", tell);
        tellPlaying();
    }})""")
    before, clicked = counted["bytes"], time.monotonic()
    play(tab, until_s=0.05)
    while not played:
        tab.wait_for_timeout(30)
    waited_s, needed = played[0][0] - clicked, played[0][1] - before
    print(f"200 kbit/s: playing {waited_s:.1f} s after the click, {needed} bytes")  # noqa: T201
    assert tab.locator("[data-player]").get_attribute("data-mode") == "saver"
    # Bytes, because the machine's own slowness is not the line's.
    assert needed <= 3 * LINE_BYTES_PER_S
    stalls = tab.evaluate(
        f"""() => new Promise(resolve => {{
            let count = 0;
            const video = {VIDEO};
            const ahead = () => {{
                const {{ buffered, currentTime }} = video;
                const ends = Array.from({{ length: buffered.length }}, (_, i) => buffered.end(i));
                return (ends.find((end) => end >= currentTime) ?? currentTime) - currentTime;
            }};
            // A decoder without a processor to itself may wait as well: it is not the line's fault.
            video.addEventListener("waiting", () => {{ count += ahead() < 0.5 ? 1 : 0; }});
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
    open_player(tab, lecture["lesson"])
    expect(tab.locator("[data-slides] img")).to_have_count(len(SLIDES))
    while not any("/slide-" in name for name in asked):
        tab.wait_for_timeout(30)
    order = [name.rsplit("/", 1)[1].partition("-")[0] for name in asked]
    assert order.index("slide") > order.index("thin")
    context.close()
