"""A Chromium for the browser journeys: the machine's, Debian's, or Playwright's own."""

import os
import shutil
import sys
from pathlib import Path

from . import debian
from .places import var_dir
from .progress import SetupError, run_quietly, step
from .stamps import one_at_a_time

NAMES = ("chromium", "google-chrome", "google-chrome-stable")


def browser_environment() -> dict[str, str]:
    """The variables that tell the tests which browser to start, installing one if need be.

    `VIEWBOX_CHROMIUM` is the path of an installed browser; where it is absent, Playwright's own
    lies below `PLAYWRIGHT_BROWSERS_PATH`.

    Raises:
        SetupError: none is there and none can be installed.
    """
    chosen = os.environ.get("VIEWBOX_CHROMIUM") or _installed()
    if not chosen and debian.can_install() and debian.distribution() == "debian":
        debian.apt_install("chromium", "fonts-dejavu-core")
        chosen = _installed()
    if chosen:
        return {"VIEWBOX_CHROMIUM": chosen}
    place = {
        "PLAYWRIGHT_BROWSERS_PATH": os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
        or str(var_dir() / "browsers")
    }
    _install_playwrights_own(place)
    return place


def _installed() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _install_playwrights_own(place: dict[str, str]) -> None:
    if list(Path(place["PLAYWRIGHT_BROWSERS_PATH"]).glob("chromium*/INSTALLATION_COMPLETE")):
        return
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if debian.can_install():
        command.append("--with-deps")
    try:
        with one_at_a_time(), step("Chromium for the tests"):
            run_quietly(command, failure="", env={**os.environ, **place})
    except SetupError as error:
        raise SetupError(
            "The browser tests need Chromium, and Playwright could not bring one. "
            f"Install the package chromium, or set VIEWBOX_CHROMIUM to a browser.{error}"
        ) from error
