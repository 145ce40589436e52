"""`make screens`: pictures of the demo hub into `docs/screenshots/`, to be looked at.

Runs against a hub of its own with the demo loaded, or with `--url` against one that is running:
`make screens ARGS="--url http://127.0.0.1:8000"`. `--all` takes every page at both widths, in both
themes and all languages (into `var/screenshots`); without it the few that the docs show.
"""

import argparse
import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.running_hub import ROOT, running_hub

DOCS = ROOT / "docs" / "screenshots"
WIDTHS = {390: 844, 1440: 900}
RESIDENT = "resident@viewbox.example.org"
EDITOR = "editor@viewbox.example.org"
COURSE = "chest-ct"
PLANES_DRAWN_MS = 3000
WIDEST_KEPT_PX = 1440
TALLEST_KEPT_PX = 2400


@dataclass(frozen=True)
class Shot:
    """One picture: a page in a language, a width and a theme."""

    name: str
    language: str
    width: int
    theme: str

    @property
    def file(self) -> str:
        return f"{self.name}-{self.width}-{self.theme}-{self.language}.webp"


PUBLIC = (
    *("home", "courses", "cases", "course", "lesson", "case", "case-planes", "events", "news"),
    "sign-in",
)
LEARNER = ("my-learning", "reviews", "letters", "quiz", "quiz-answered", "case-solved", "profile")
TEACHER = ("courses-taught", "course-taught", "learners-of-course")
ADMIN = (
    "admin-dashboard",
    "admin-lectures",
    "admin-peer-review",
    "admin-outbox",
    "admin-question-files",
    "admin-quiz-results",
    "admin-certificates",
)
KEPT = (
    *(Shot("home", "en", width, theme) for width in WIDTHS for theme in ("light", "dark")),
    *(Shot("home", "ru", width, "light") for width in WIDTHS),
    *(Shot("home", "ar", width, "light") for width in WIDTHS),
    *(
        Shot(name, "en", width, "light")
        for name in ("course", "lesson", "case", "quiz-answered", "sign-in", "cases")
        for width in WIDTHS
    ),
    Shot("lesson", "en", 1440, "dark"),
    Shot("case-solved", "ru", 1440, "dark"),
    Shot("case-planes", "en", 1440, "dark"),
    Shot("quiz", "ru", 390, "dark"),
    Shot("case", "ru", 390, "light"),
    Shot("admin-dashboard", "en", 1440, "light"),
    Shot("admin-dashboard", "en", 390, "light"),
    Shot("admin-lectures", "en", 1440, "light"),
    Shot("admin-lectures", "en", 1440, "dark"),
)


def every_shot() -> list[Shot]:
    """All pages at both widths, in both themes and in every language they exist in."""
    return [
        Shot(name, language, width, theme)
        for name in (*PUBLIC, *LEARNER, *TEACHER, *ADMIN)
        for language in ("en", "ru", *(("ar",) if name in ("home", "sign-in") else ()))
        for width in WIDTHS
        for theme in ("light", "dark")
        if not (name in ADMIN and language != "en")
    ]


class Photographer:
    """Takes the shots, finding each page as a visitor would: by following links."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url

    @contextlib.contextmanager
    def tab(self, shot: Shot, *, email: str = "") -> Iterator[Page]:
        context: BrowserContext = self.browser.new_context(
            base_url=self.url,
            viewport={"width": shot.width, "height": WIDTHS[shot.width]},
            color_scheme="dark" if shot.theme == "dark" else "light",
            device_scale_factor=1,
            reduced_motion="reduce",
        )
        page = context.new_page()
        if email:
            page.goto("/en/accounts/login/")
            page.locator("input[name=login]").fill(email)
            page.locator("input[name=password]").fill(_password())
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_url(lambda address: "/accounts/login/" not in address)
        yield page
        context.close()

    def take(self, shot: Shot, folder: Path) -> None:
        is_editors = shot.name in (*TEACHER, *ADMIN)
        email = RESIDENT if shot.name in LEARNER else EDITOR if is_editors else ""
        with self.tab(shot, email=email) as page:
            self._open(page, shot)
            page.wait_for_load_state("networkidle")
            self._load_lazy_pictures(page)
            picture = folder / f"{shot.file}.png"
            page.screenshot(path=picture, full_page=True)
        _shrink(picture, folder / shot.file)

    def _open(self, page: Page, shot: Shot) -> None:
        root = f"/{shot.language}"
        addresses = {
            "home": f"{root}/",
            "courses": f"{root}/courses/",
            "cases": f"{root}/cases/",
            "events": f"{root}/events/",
            "news": f"{root}/news/",
            "sign-in": f"{root}/accounts/login/",
            "my-learning": f"{root}/my/learning/",
            "profile": f"{root}/profile/",
            "letters": f"{root}/letters/",
            "reviews": f"{root}/quizzes/review/",
            "courses-taught": f"{root}/my/teaching/",
            "admin-dashboard": "/admin/",
            "admin-lectures": "/admin/lectures/",
            "admin-outbox": "/admin/outbox/",
            "admin-question-files": "/admin/quizzes/files/",
            "admin-quiz-results": "/admin/quizzes/",
            "admin-certificates": "/admin/certificates/",
            "admin-peer-review": "/admin/peer-review/",
        }
        if shot.name in addresses:
            page.goto(addresses[shot.name])
        elif shot.name == "case-planes":
            self._open_planes(page, shot)
        elif shot.name in ("course", "lesson", "quiz", "quiz-answered"):
            self._open_course(page, shot)
        elif shot.name in TEACHER:
            page.goto(addresses["courses-taught"])
            page.locator("main h2 a, main h3 a").first.click()
            if shot.name == "learners-of-course":
                page.locator("a[href$='/learners/']").first.click()
        else:
            self._open_case(page, shot)

    def _open_course(self, page: Page, shot: Shot) -> None:
        page.goto(f"/{shot.language}/courses/")
        page.locator(f"main .card__title a[href*='{COURSE}']").first.click()
        if shot.name == "course":
            return
        outline = page.locator(".outline__item a")
        wanted = "lesson" if shot.name == "lesson" else "quiz"
        links = [link.get_attribute("href") for link in outline.all()]
        for link in links:
            page.goto(link)
            found = page.locator("video" if wanted == "lesson" else "form[action*='/quizzes/']")
            if found.count():
                break
        if wanted == "lesson":
            return
        page.locator("form[action*='/quizzes/'] button").first.click()
        if shot.name == "quiz-answered" and page.locator("input[name=option]").count():
            page.locator("input[name=option]").first.check()
            page.locator("form[data-item] button[type=submit]").click()

    def _open_case(self, page: Page, shot: Shot) -> None:
        page.goto(f"/{shot.language}/cases/")
        page.locator("main .card__title a").first.click()
        if shot.name == "case-solved" and page.locator("input[name=option]").count():
            page.locator("input[name=option]").first.check()
            page.locator("form[data-item] button[type=submit]").click()

    def _open_planes(self, page: Page, shot: Shot) -> None:
        """The case with a stack, in three planes where the screen is large enough for them."""
        page.goto(f"/{shot.language}/cases/")
        page.goto(self._stack_case(page))
        page.locator("[data-dicom]").scroll_into_view_if_needed()
        page.locator("[data-dicom-frame][data-ready]").wait_for()
        page.locator("[data-pane][data-whole]").first.wait_for()
        if shot.width > min(WIDTHS):
            page.locator("[data-do=planes]").click()
            page.wait_for_timeout(PLANES_DRAWN_MS)

    @staticmethod
    def _stack_case(page: Page) -> str:
        """The address of the first listed case that has a stack."""
        links = page.locator("main .card__title a").all()
        addresses = [link.get_attribute("href") or "" for link in links]
        for address in addresses:
            page.goto(address)
            if page.locator("[data-dicom]").count():
                return address
        raise LookupError("No case of the first page has a stack.")

    @staticmethod
    def _load_lazy_pictures(page: Page) -> None:
        page.evaluate(
            """async () => {
                for (const image of document.images) image.loading = "eager";
                await Promise.all([...document.images].map(i => i.decode().catch(() => {})));
            }"""
        )


def _password() -> str:
    """The demo accounts' password."""
    from hub.demo.loader.accounts import PASSWORD

    return PASSWORD


def _shrink(source: Path, target: Path) -> None:
    """Keep the picture small: no taller than a few screens, as WebP."""
    with Image.open(source) as picture:
        height = min(picture.height, TALLEST_KEPT_PX)
        kept = picture.convert("RGB").crop((0, 0, min(picture.width, WIDEST_KEPT_PX), height))
        kept.save(target, "WEBP", quality=72, method=6)
    source.unlink()


@contextlib.contextmanager
def _hub(url: str | None) -> Iterator[str]:
    if url:
        yield url
        return
    with (
        tempfile.TemporaryDirectory(prefix="viewbox-screens-") as folder,
        running_hub(Path(folder), fill=(("demo",),)) as hub,
    ):
        hub.manage("worker", "--batch")
        yield hub.url


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    django.setup()
    parser = argparse.ArgumentParser(prog="screens", description=__doc__)
    parser.add_argument("--url", help="a running hub with the demo loaded")
    parser.add_argument("--all", action="store_true", help="every page, into var/screenshots")
    parser.add_argument("--only", default="", help="only shots whose file name contains this")
    options = parser.parse_args()
    folder = (
        Path(os.environ.get("VIEWBOX_VAR", ROOT / "var")) / "screenshots" if options.all else DOCS
    )
    folder.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in (every_shot() if options.all else KEPT) if options.only in shot.file]
    with _hub(options.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("VIEWBOX_CHROMIUM") or None, args=["--no-sandbox"]
        )
        photographer = Photographer(browser, url)
        for shot in shots:
            photographer.take(shot, folder)
            print(folder / shot.file)
        browser.close()


if __name__ == "__main__":
    main()
