"""A resident takes a course on a phone, loses the line in the exam, and ends it on a laptop."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .axe import violations
from .conftest import SeededHub, new_context, sign_in
from .exam_course import EMAIL
from .held import Held, late_script

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
LAPTOP = {"viewport": {"width": 1366, "height": 768}}


@pytest.fixture(scope="module")
def course(hub: SeededHub) -> dict:
    return hub.hub.script("tests.journeys.exam_course")


def _look(page: Page, name: str) -> None:
    """A picture of the screen for people to look at, where a folder is named for it."""
    if folder := os.environ.get("VIEWBOX_JOURNEY_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def _heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def _choose(page: Page, text: str) -> None:
    page.get_by_text(text, exact=True).click()


def _told_saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_text("Saved")


def _go_on_before_the_script_has_come(page: Page, *, answer: str) -> None:
    """To the next question, and an answer to it: it is saved as soon as the script is there."""
    script = late_script(page, "quiz")
    page.get_by_role("link", name="Next question").click()
    script.wait_for()
    _choose(page, answer)
    expect(page.get_by_label(answer)).to_be_checked()
    expect(page.locator("[data-saved]")).to_be_empty()
    script.come()
    _told_saved(page)


def _hurry(page: Page, *, first: str, then: str) -> None:
    """Two answers in quick succession: nobody is told "Saved" while the newer is on its way."""
    held = Held(page, "**/attempts/**")
    _choose(page, first)
    held.wait_for(1)
    _choose(page, then)
    held.routes.pop().continue_()
    held.wait_for(1)
    expect(page.locator("[data-saved]")).to_have_text("Saving …")
    held.come()
    _told_saved(page)


def _watch_lecture(page: Page) -> None:
    """Play it through, at the pace that the clip has."""
    page.wait_for_selector("[data-player][data-ready]")
    page.get_by_role("button", name="Play", exact=True).first.click()
    # The player tells what it played now and then, and again at the end.
    expect(page.locator("progress[data-watch-progress]")).to_have_js_property(
        "value", 1, timeout=90_000
    )


def _learn_on_the_phone(page: Page, course: dict) -> None:
    page.goto(course["course"])
    _look(page, "phone-01-course")
    page.get_by_role("button", name="Enrol").click()
    _heading(page, "Before you begin")
    _look(page, "phone-02-text")

    # What comes later is shut, and says why.
    page.goto(course["exam"])
    expect(page.get_by_role("heading", name="This lesson is not open yet")).to_be_visible()
    _look(page, "phone-03-shut")
    page.locator("#content").get_by_role("link", name="Before you begin").first.click()
    page.get_by_role("button", name="I have read this").click()

    _heading(page, "The lecture")
    _watch_lecture(page)
    _look(page, "phone-04-lecture")
    page.reload()
    page.get_by_role("link", name=re.compile("Next lesson: A case to solve")).click()

    _heading(page, "A case to solve")
    page.get_by_role("link", name="Solve the case").click()
    _look(page, "phone-05-case")
    _choose(page, "Epidural")
    page.get_by_role("button", name="Commit and see the discussion").click()
    expect(page.get_by_text("Secretdiagnosis").first).to_be_visible()

    page.goto("/en/my/learning/")
    _look(page, "phone-06-my-learning")
    page.get_by_role("link", name="Continue: Warm up").click()
    page.get_by_role("button", name="Start the quiz").click()
    _choose(page, "0 HU")
    page.get_by_role("button", name="Confirm answer").click()
    page.get_by_role("button", name="See the result").click()
    expect(page.get_by_text("Passed.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Back to the lesson").first.click()
    page.get_by_role("link", name=re.compile("Next lesson: Exam")).click()


def _lose_the_line_in_the_exam(page: Page) -> None:
    _heading(page, "Exam")
    page.get_by_role("button", name="Start the quiz").click()
    _look(page, "phone-07-exam")
    _choose(page, "Right for water")
    _told_saved(page)
    page.get_by_role("link", name="Next question").click()
    expect(page.get_by_text("Which density has fat?")).to_be_visible()

    page.context.set_offline(True)
    # A second thought meanwhile: only the last one counts.
    _choose(page, "1000 HU")
    expect(page.locator("[data-saved]")).to_contain_text("No connection")
    _choose(page, "Right for fat")
    expect(page.locator("[data-saved]")).to_contain_text("No connection")
    _look(page, "phone-08-offline")
    page.context.set_offline(False)
    _told_saved(page)


def _finish_on_the_laptop(page: Page, course: dict) -> None:
    page.goto("/en/my/learning/")
    page.get_by_role("link", name="Continue: Exam").click()
    _look(page, "laptop-09-exam-lesson")
    page.get_by_role("button", name="Go on with the quiz").click()
    expect(page.get_by_text("Which density has blood?")).to_be_visible()
    page.get_by_role("link", name="Previous question").click()
    expect(page.get_by_label("Right for fat")).to_be_checked()
    _look(page, "laptop-10-answer-of-the-phone")
    page.get_by_role("link", name="Next question").click()
    expect(page.get_by_text("Which density has blood?")).to_be_visible()
    page.wait_for_load_state()
    _hurry(page, first="1000 HU", then="Right for blood")
    _go_on_before_the_script_has_come(page, answer="Right for air")
    expect(page.get_by_text("Which density has air?")).to_be_visible()
    # Once the last answer is saved there is nothing to leave unanswered.
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("You scored 100%.")).to_be_visible()
    _look(page, "laptop-11-result")
    page.goto(course["course"])
    expect(page.get_by_text("You have completed this course.")).to_be_visible()
    expect(page.get_by_role("link", name="Certificate (PDF)")).to_be_visible()
    _look(page, "laptop-12-completed")


def _rate(page: Page) -> None:
    page.get_by_role("link", name="Say how it was").click()
    page.get_by_label("5: excellent").check()
    page.get_by_label("What helped you most?").fill("The exam survived the tunnel.")
    _look(page, "laptop-13-feedback")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()


def test_course_begun_on_a_phone_is_passed_on_a_laptop_and_its_certificate_verified(
    hub: SeededHub, browser: Browser, course: dict
):
    phone = new_context(browser, base_url=hub.url, locale="en-GB", **PHONE)
    page = phone.new_page()
    sign_in(page, EMAIL)
    _learn_on_the_phone(page, course)
    _lose_the_line_in_the_exam(page)
    phone.close()

    laptop = new_context(browser, base_url=hub.url, locale="en-GB", **LAPTOP)
    page = laptop.new_page()
    sign_in(page, EMAIL)
    _finish_on_the_laptop(page, course)
    _rate(page)
    page.goto("/en/my/learning/")
    _look(page, "laptop-14-my-learning")
    certificate = page.locator(".certificate-row a", has_text="Densities in five lessons").first
    address = certificate.get_attribute("href")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^PDF")).click()
    pdf = Path(download.value.path())
    assert pdf.read_bytes().startswith(b"%PDF")

    # Anybody can check it, by its address or by the file itself.
    stranger = new_context(browser, base_url=hub.url, locale="en-GB", **LAPTOP)
    page = stranger.new_page()
    page.goto(address)
    expect(page.get_by_text("Valid", exact=True)).to_be_visible()
    expect(page.get_by_text("Amina Haddad")).to_be_visible()
    assert EMAIL not in page.content()
    _look(page, "stranger-15-verified")
    page.locator("input[type=file]").set_input_files(
        {"name": "c.pdf", "mimeType": "application/pdf", "buffer": pdf.read_bytes()}
    )
    page.locator("main").get_by_role("button", name="Check").click()
    expect(page.get_by_text("This file is the one that was issued, unchanged.")).to_be_visible()
    laptop.close()
    stranger.close()


def test_teacher_sees_how_the_course_went(hub: SeededHub, browser: Browser, course: dict):
    # The scanner for accessibility is let in past the CSP.
    context = new_context(browser, base_url=hub.url, locale="en-GB", bypass_csp=True, **LAPTOP)
    page = context.new_page()
    sign_in(page, "teacher@example.com")
    page.goto("/en/my/learning/")
    page.get_by_role("link", name="Courses I teach").click()
    page.get_by_role("link", name="Densities in five lessons").click()
    expect(page.get_by_role("link", name="Open a cohort")).to_be_visible()
    assert violations(page) == []
    _look(page, "teacher-16-course")
    page.get_by_role("link", name="Open a cohort").click()
    page.get_by_label("Name").fill("Autumn")
    page.get_by_label("First day").fill("2026-09-01")
    page.get_by_role("button", name="Open it").click()
    page.get_by_label("E-mail addresses").fill(EMAIL)
    page.get_by_role("button", name="Put them in").click()
    page.get_by_text("Write to everybody in the cohort").click()
    page.get_by_label("Subject (English)").fill("Welcome to the autumn")
    page.get_by_label("Letter (English)").fill("We begin on Tuesday.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your letter is on its way to 1 person.")).to_be_visible()
    # The worker sends it; the page tells when it is loaded again.
    sent = page.get_by_text("sent to 1 of 1")
    for _attempt in range(60):
        if sent.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(sent).to_be_visible()
    assert violations(page) == []
    _look(page, "teacher-17-cohort")
    page.goto(f"/en/my/teaching/{course['course_id']}/learners/")
    assert violations(page) == []
    assert any("Subject: Welcome to the autumn" in letter for letter in hub.hub.mail())
    context.close()
