"""What journeys through the viewer share: a case with a study, the viewer open, a clean console."""

from pathlib import Path

from playwright.sync_api import Page

from .conftest import SeededHub

READY_MS = 60_000


def case_with(hub: SeededHub, slug: str, study: Path) -> str:
    """A case whose study came in through the product's own import; its address."""
    done = hub.hub.script("tests.journeys.viewer_case", slug)
    hub.hub.manage("import_dicom", str(study), "--case", slug)
    return done["url"]


def open_viewer(page: Page, url: str) -> None:
    """Open a case and wait until its viewer can be used."""
    page.goto(url)
    page.locator("[data-dicom]").scroll_into_view_if_needed()
    page.locator("[data-dicom-frame][data-ready]").wait_for(timeout=READY_MS)


def problems_of(page: Page) -> list[str]:
    """Uncaught errors of a page and errors on its console, from now on."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    return problems
