"""A long upload on a bad line: cut, server killed, browser closed; one lecture comes of it."""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.running_hub import ROOT

from .clips import make_clip
from .conftest import SeededHub, new_context, sign_in
from .held import Held, late_script

ARRIVES_WITHIN_MS = 90_000
BYTES_PER_S = 1_500_000
SIZE = 12_000_000


class Server:
    """A web server of the hub's own beside the one all journeys share: this one gets killed."""

    def __init__(self, hub: SeededHub) -> None:
        self.env = hub.hub.env
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
                *("--port", str(self.port), "--workers", "1", "--blocking-threads", "4"),
                *("--no-ws", "--log-level", "warning", "hub.wsgi:application"),
            ],
            cwd=ROOT,
            env=self.env,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/robots.txt", timeout=5)  # noqa: S310
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError("The server did not start")

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Line:
    """The browser's connection: slow, and cut or whole as the test has it."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.devtools = context.new_cdp_session(page)
        self.set(cut=False)

    def set(self, *, cut: bool) -> None:
        self.devtools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": cut,
                "latency": 0,
                "downloadThroughput": -1,
                "uploadThroughput": BYTES_PER_S,
            },
        )


@pytest.fixture
def server(hub: SeededHub) -> Iterator[Server]:
    started = Server(hub)
    started.start()
    yield started
    started.kill()


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A recording made longer by a `free` box, which players skip (ISO/IEC 14496-12, 8.1.2)."""
    path = make_clip(tmp_path / "chest_film.mp4", seconds=2)
    missing = SIZE - path.stat().st_size - 8
    with path.open("ab") as file:
        file.write((missing + 8).to_bytes(4, "big") + b"free" + os.urandom(missing))
    return path


def lectures_titled(hub: SeededHub, title: str) -> list[dict]:
    """Name and digest of the originals of all lectures of that title."""
    code = (
        "import hashlib, json; from pathlib import Path; from media.models import Lecture;"
        f"print(json.dumps([{{'name': l.original_name, 'sha256': hashlib.sha256("
        f"Path(l.original.path).read_bytes()).hexdigest()}}"
        f" for l in Lecture.objects.filter(title={title!r})]))"
    )
    return json.loads(hub.hub.manage("shell", "--no-imports", "-c", code).splitlines()[-1])


def open_form(context: BrowserContext) -> tuple[Page, Line]:
    page = context.new_page()
    sign_in(page, "editor@example.com")
    page.goto("/admin/lectures/new/")
    page.wait_for_selector("[data-uploader][data-ready]")
    return page, Line(context, page)


def row_of(page: Page, name: str) -> Locator:
    return page.locator(".uploader__row", has_text=name)


def wait_for_share(page: Page, share: float) -> None:
    page.wait_for_function(
        "share => document.querySelector('.uploader__row progress').value >= share",
        arg=share,
        timeout=ARRIVES_WITHIN_MS,
    )


def submit(page: Page) -> None:
    page.locator("#w-editor-form footer button[type=submit]").click()


def open_without_script(page: Page) -> Held:
    """The form while its uploader is still on the way."""
    script = late_script(page, "upload")
    # Modules are waited for before the document counts as loaded.
    page.goto("/admin/lectures/new/", wait_until="commit")
    page.wait_for_selector("#w-editor-form footer button[type=submit]")
    script.wait_for()
    assert page.locator("[data-uploader][data-ready]").count() == 0
    return script


def test_upload_survives_a_cut_line_and_a_killed_server(
    hub: SeededHub, browser, server: Server, talk: Path
):
    context = new_context(browser, base_url=server.url, locale="en-GB")
    page, line = open_form(context)
    page.locator("#id_title").fill("Chest film, long way")
    page.locator("#id_original").set_input_files(talk)
    row = row_of(page, "chest_film.mp4")
    expect(row).to_be_visible()

    wait_for_share(page, 0.2)
    line.set(cut=True)
    expect(row).to_contain_text("No connection")
    expect(page.locator("[data-live]")).to_have_text(re.compile("connection is lost"))
    line.set(cut=False)
    expect(row).not_to_contain_text("No connection", timeout=ARRIVES_WITHIN_MS)
    expect(page.locator("[data-live]")).to_contain_text("chest_film.mp4", timeout=ARRIVES_WITHIN_MS)

    wait_for_share(page, 0.5)
    row.get_by_role("button", name=re.compile("^Pause")).click()
    expect(row).to_contain_text(re.compile(r"Paused at \d+\s?%"))
    row.get_by_role("button", name=re.compile("^Continue")).click()

    wait_for_share(page, 0.6)
    server.kill()
    time.sleep(1)
    server.start()
    expect(row).to_contain_text("Has arrived", timeout=ARRIVES_WITHIN_MS)

    page.locator("#w-editor-form footer button[type=submit]").dblclick()
    page.wait_for_url(re.compile(r"/admin/lectures/(edit/)?\d+/"), timeout=ARRIVES_WITHIN_MS)
    digest = hashlib.sha256(talk.read_bytes()).hexdigest()
    assert lectures_titled(hub, "Chest film, long way") == [
        {"name": "chest_film.mp4", "sha256": digest}
    ]
    context.close()


def test_upload_goes_on_after_the_browser_was_closed(hub: SeededHub, browser, talk: Path):
    context = new_context(browser, base_url=hub.url, locale="en-GB")
    page, _line = open_form(context)
    page.locator("#id_original").set_input_files(talk)
    wait_for_share(page, 0.6)
    context.close()

    context = new_context(browser, base_url=hub.url, locale="en-GB")
    page, line = open_form(context)
    row = row_of(page, "chest_film.mp4")
    expect(row).to_contain_text("Choose the same file again")
    # However quick the machine, nothing more arrives before the form is sent.
    line.set(cut=True)
    with page.expect_file_chooser() as chooser:
        row.get_by_role("button", name=re.compile("^Continue")).press("Enter")
    chooser.value.set_files(talk)
    expect(row).to_have_count(1)
    assert row.locator("progress").evaluate("bar => bar.value") >= 0.2
    # Sent before everything has arrived: the form waits for it.
    page.locator("#id_title").fill("After the break")
    submit(page)
    expect(page.locator("[data-note]")).to_contain_text("as soon as everything has arrived")
    line.set(cut=False)
    page.wait_for_url(re.compile(r"/admin/lectures/(edit/)?\d+/"), timeout=ARRIVES_WITHIN_MS)
    assert len(lectures_titled(hub, "After the break")) == 1
    context.close()


def test_file_chosen_before_the_script_came_is_uploaded(hub: SeededHub, page: Page, tmp_path: Path):
    sign_in(page, "editor@example.com")
    script = open_without_script(page)
    page.locator("#id_title").fill("Chosen early")
    page.locator("#id_original").set_input_files(make_clip(tmp_path / "early_bird.mp4", seconds=1))
    script.come()
    page.wait_for_selector("[data-uploader][data-ready]")
    expect(row_of(page, "early_bird.mp4")).to_contain_text("Has arrived", timeout=ARRIVES_WITHIN_MS)
    submit(page)
    page.wait_for_url(re.compile(r"/admin/lectures/(edit/)?\d+/"), timeout=ARRIVES_WITHIN_MS)
    assert len(lectures_titled(hub, "Chosen early")) == 1


def test_form_sent_before_the_script_came_takes_its_file_along(
    hub: SeededHub, page: Page, tmp_path: Path
):
    sign_in(page, "editor@example.com")
    open_without_script(page)
    clip = make_clip(tmp_path / "early_bird.mp4", seconds=1)
    page.locator("#id_title").fill("Sent early")
    page.locator("#id_original").set_input_files(clip)
    submit(page)
    page.wait_for_url(re.compile(r"/admin/lectures/(edit/)?\d+/"), timeout=ARRIVES_WITHIN_MS)
    digest = hashlib.sha256(clip.read_bytes()).hexdigest()
    assert lectures_titled(hub, "Sent early") == [{"name": "early_bird.mp4", "sha256": digest}]


def test_what_is_no_recording_is_refused_in_the_form_and_others_go_on(
    hub: SeededHub, browser, tmp_path: Path
):
    context = new_context(browser, base_url=hub.url, locale="en-GB")
    page, _line = open_form(context)
    minutes = tmp_path / "minutes.mp4"
    minutes.write_text("Minutes of the department meeting.\n" * 20_000)
    one, two = (make_clip(tmp_path / name, seconds=1) for name in ("part_one.mp4", "b.mp4"))
    page.locator("#id_original").set_input_files([minutes, one, two])
    expect(row_of(page, "minutes.mp4").get_by_role("alert")).to_contain_text("text file")
    for name in ("part_one.mp4", "b.mp4"):
        expect(row_of(page, name)).to_contain_text("Has arrived", timeout=ARRIVES_WITHIN_MS)
    row_of(page, "b.mp4").get_by_label("Title").fill("Part two")
    submit(page)
    page.wait_for_url(re.compile(r"/admin/lectures/$"), timeout=ARRIVES_WITHIN_MS)
    expect(page.locator("body")).to_contain_text("2 lectures are being transcoded")
    for title in ("part one", "Part two"):
        assert len(lectures_titled(hub, title)) == 1
    context.close()
