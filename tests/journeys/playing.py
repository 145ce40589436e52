"""What journeys do with the lecture player: open, play, wait for what plays."""

import time

from playwright.sync_api import Page

VIDEO = "document.querySelector('video')"


def open_player(page: Page, address: str) -> None:
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_selector("[data-player][data-ready]")


def position(page: Page) -> float:
    return page.evaluate(f"{VIDEO}.currentTime")


def until(page: Page, truth: str, *, timeout: int = 30_000) -> None:
    """Wait for an expression (Playwright's own waiting is refused by our policy on scripts)."""
    deadline = time.monotonic() + timeout / 1000
    while not page.evaluate(truth):
        assert time.monotonic() < deadline, truth
        page.wait_for_timeout(30)


def play(page: Page, *, until_s: float = 0.5) -> None:
    page.get_by_role("button", name="Play", exact=True).first.click()
    until(page, f"{VIDEO}.currentTime > {until_s}")
