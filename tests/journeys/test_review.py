"""A case on its way: author, reviewers, editor, revision, acceptance, a resident's telephone."""

import os
import re
import time
from email import message_from_string, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cases.water_phantom import write_study

from .axe import violations
from .conftest import SeededHub, new_context, sign_in
from .review_people import FIRST, RESIDENT, SECOND

TITLE = "A bright ring in the phantom"
SLUG = "a-bright-ring-in-the-phantom"
MAIL_WITHIN_S = 120
CRITERIA = ("image_quality", "educational_value", "correctness", "language", "privacy")
SCREENS = os.environ.get("VIEWBOX_SCREENS")


def _shot(page: Page, name: str) -> None:
    """Keep a picture of the step, where somebody wants to look at it."""
    if SCREENS:
        page.screenshot(path=Path(SCREENS) / f"review-{name}.png", full_page=True)


def _as(browser: Browser, hub: SeededHub, email: str, **options) -> Page:
    context = new_context(browser, base_url=hub.url, locale="en-GB", **options)
    page = context.new_page()
    sign_in(page, email)
    return page


def _write(page: Page, field: str, text: str) -> None:
    """Add `text` to a rich-text field of the case's editor."""
    editor = page.locator(f"[data-contentpath='{field}'] .public-DraftEditor-content")
    editor.click()
    expect(editor).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type(text, delay=5)
    expect(editor).to_contain_text(text)
    # What is sent is a hidden field, which the editor writes with a delay of its own.
    expect(page.locator(f"[name='{field}']")).to_have_value(re.compile(re.escape(text)))


def _submit(page: Page) -> None:
    page.get_by_role("button", name="More actions").last.click()
    page.get_by_role("button", name=re.compile("^(Res|S)ubmit to")).last.click()


def _invitation_path(hub: SeededHub, email: str) -> str:
    """Where the invitation mailed to `email` leads."""
    until = time.monotonic() + MAIL_WITHIN_S
    while time.monotonic() < until:
        for text in hub.hub.mail():
            for part in text.split("\n" + "-" * 79):
                message = message_from_string(part.lstrip(), policy=policy.default)
                if email in str(message["To"]) and "review" in str(message["Subject"]):
                    body = message.get_body(preferencelist=("plain",)).get_content()
                    return re.search(r"http://[^/]+(/en/peer-review/\d+/)", body).group(1)
        time.sleep(1)
    raise AssertionError(f"No invitation to {email}")


def _review(page: Page, path: str, *, name: str, recommendation: str) -> None:
    """A reviewer takes the case on, reads it, writes and hands in."""
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    _shot(page, f"3-{name}-invitation")
    page.get_by_role("button", name="Take it on").click()
    expect(page.get_by_role("heading", name="Findings")).to_be_visible()
    for telling in ("Harbour", "author@example.com"):
        assert telling not in page.content()
    _shot(page, f"4-{name}-blind-page")
    form = page.locator("[data-review][data-started]")
    expect(form).to_be_visible()
    page.get_by_label("Comments to the authors").fill(f"{name}: name the window you used.")
    expect(page.locator("[data-review-status]")).to_have_text("Draft saved")
    page.reload()  # what was kept is there again
    expect(page.get_by_label("Comments to the authors")).to_have_value(
        f"{name}: name the window you used."
    )
    for criterion in CRITERIA:
        page.locator(f"input[name='{criterion}'][value='4']").check()
    page.get_by_label("Confidential comments to the editor").fill("Fine otherwise.")
    page.locator(f"input[name='recommendation'][value='{recommendation}']").check()
    assert violations(page, impacts=None) == []
    page.get_by_role("button", name="Hand in the review").click()
    expect(page.locator("body")).to_contain_text("your review is handed in")
    _shot(page, f"5-{name}-desk")


@pytest.fixture
def people(hub: SeededHub) -> None:
    hub.hub.script("tests.journeys.review_people")


def test_a_case_goes_from_its_author_through_review_to_a_residents_telephone(
    hub: SeededHub, browser: Browser, people: None, tmp_path: Path
):
    desk = {"viewport": {"width": 1440, "height": 900}}
    author = _as(browser, hub, "author@example.com", **desk)
    _author_begins_and_submits(hub, author, tmp_path)

    editor = _as(browser, hub, "editor@example.com", **desk)
    editor.goto("/admin/peer-review/")
    _shot(editor, "2-editor-desk")
    editor.get_by_role("link", name=TITLE).click()
    for reviewer in ("First Person", "Second Person"):
        editor.get_by_role("checkbox", name=reviewer).check()
    editor.get_by_role("button", name="Invite", exact=True).click()
    expect(editor.locator("body")).to_contain_text("2 reviewers are invited.")

    for email, name, recommendation in (
        (FIRST, "first", "minor"),
        (SECOND, "second", "accept"),
    ):
        reviewer = _as(browser, hub, email, **desk)
        path = _invitation_path(hub, email)
        _review(reviewer, path, name=name, recommendation=recommendation)
        reviewer.context.close()

    editor.reload()
    expect(editor.locator("body")).to_contain_text("first: name the window you used.")
    _shot(editor, "6-editor-round")
    _decide(editor, "minor", letter="Please name the window.")

    _author_revises(author)

    editor.goto("/admin/peer-review/")
    editor.get_by_role("link", name=TITLE).first.click()
    editor.get_by_role("link", name="Compared with round 1").click()
    expect(editor.locator("body")).to_contain_text("Seen in the brain window.")
    _shot(editor, "8-editor-comparison")
    editor.go_back()
    _decide(editor, "accept", letter="")
    _shot(editor, "9-editor-accepted")

    _resident_reads(hub, browser)


def _author_begins_and_submits(hub: SeededHub, page: Page, tmp_path: Path) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="New case").click()
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Computed tomography").check()
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("body")).to_contain_text("Add a picture or import a DICOM study.")
    _shot(page, "1-author-begins")
    _submit(page)
    expect(page.locator("body")).to_contain_text("Needed before the case can be reviewed")
    hub.hub.manage("import_dicom", str(write_study(tmp_path, slices=(4,))), "--case", SLUG)
    page.locator("#id_final_diagnosis").fill("A ring of water")
    for field in ("history", "findings", "discussion"):
        _write(page, field, f"In the {field}: a ring around a bag of water.")
    page.locator("#id_body_regions").get_by_text("Head", exact=True).click()
    page.locator("#id_pictures_checked").check()
    _shot(page, "1-author-before-submission")
    _submit(page)
    expect(page.locator("body")).to_contain_text(re.compile("has been submitted"))


def _decide(page: Page, decision: str, *, letter: str) -> None:
    page.locator(f"input[name='decision'][value='{decision}']").check()
    page.get_by_label("Letter to the authors").fill(letter)
    page.get_by_role("button", name="Decide and send the letter").click()
    expect(page.locator("body")).to_contain_text("The authors get your letter by mail.")


def _author_revises(page: Page) -> None:
    page.goto("/en/peer-review/")
    expect(page.get_by_text("Your turn")).to_be_visible()
    _shot(page, "7-author-desk")
    page.get_by_role("link", name="Letter and comments").click()
    expect(page.locator("main")).to_contain_text("Please name the window.")
    expect(page.locator("main")).to_contain_text("second: name the window you used.")
    assert "Person" not in page.locator("main").inner_text()
    assert violations(page, impacts=None) == []
    _shot(page, "7-author-letter")
    page.get_by_role("link", name="Revise the case").click()
    _write(page, "discussion", " Seen in the brain window.")
    _submit(page)
    expect(page.locator("body")).to_contain_text(re.compile("has been submitted"))


def _resident_reads(hub: SeededHub, browser: Browser) -> None:
    telephone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
    page = _as(browser, hub, RESIDENT, **telephone)
    page.goto("/en/cases/")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    assert "A ring of water" not in page.content()
    page.locator("#diagnosis").fill("A ring of water")
    page.get_by_role("button", name="Commit and see the discussion").click()
    expect(page.locator("#solution")).to_contain_text("Seen in the brain window.")
    record = page.locator(".case-record")
    expect(record).to_contain_text("version 1")
    record.scroll_into_view_if_needed()
    assert violations(page, impacts=None) == []
    _shot(page, "10-resident")
    page.context.close()
