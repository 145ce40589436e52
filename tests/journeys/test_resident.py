"""A resident: joins, learns, answers, and finds everything kept."""

import re
from email import message_from_string, policy

from playwright.sync_api import Page, expect

from .conftest import SeededHub, new_context, sign_in

EMAIL = "new.resident@example.com"
PASSPHRASE = "seventeen calm radiographs"


def _confirmation_link(hub: SeededHub, email: str) -> str:
    """The address in the confirmation mail to `email`."""
    for text in reversed(hub.hub.mail()):
        message = message_from_string(text.split("\n" + "-" * 79)[0], policy=policy.default)
        if email in str(message["To"]):
            body = message.get_body(preferencelist=("plain",)).get_content()
            return re.search(r"http://\S+confirm-email\S+", body).group(0)
    raise AssertionError(f"No mail to {email}")


def test_resident_joins_learns_and_solves_a_case(hub: SeededHub, page: Page):
    page.goto("/en/accounts/signup/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    again = page.locator("input[name=password2]")
    again.fill(PASSPHRASE)
    page.locator("main").get_by_role("button", name=re.compile("Sign up|Join|Create")).click()
    page.wait_for_url("**/confirm-email/**")

    page.goto(_confirmation_link(hub, EMAIL))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/confirm-email/" not in url)
    if "/login/" in page.url:
        sign_in(page, EMAIL, PASSPHRASE)

    # Enrol: the first lesson opens.
    page.goto(hub.pages["course"])
    page.get_by_role("button", name="Enrol").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How to read")
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The lecture")

    # The quiz: nothing of the key before the answer, the reasons after it.
    page.goto(hub.pages["quiz"])
    page.get_by_role("button", name="Start the quiz").click()
    expect(page.get_by_role("button", name="Confirm answer")).to_be_visible()
    assert "Feedback on" not in page.content()
    page.get_by_text("0 HU", exact=True).click()
    page.get_by_role("button", name="Confirm answer").click()
    expect(page.get_by_text("Right.")).to_be_visible()
    expect(page.get_by_text("Feedback on 0 HU.")).to_be_visible()
    page.get_by_role("link", name="Next question").click()
    page.get_by_text("−100 HU", exact=True).click()
    page.get_by_role("button", name="Confirm answer").click()
    page.get_by_role("button", name="See the result").click()
    expect(page.get_by_text("Passed.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Back to the lesson").first.click()

    # The case: commit, then read on.
    page.goto(hub.pages["case_lesson"])
    page.get_by_role("link", name="Solve the case").click()
    expect(page.get_by_role("button", name="Commit and see the discussion")).to_be_visible()
    page.wait_for_load_state()
    assert "Secret" not in page.content()
    page.get_by_text("Meningioma", exact=True).click()
    page.get_by_role("button", name="Commit and see the discussion").click()
    expect(page.get_by_role("heading", name="Secretdiagnosis")).to_be_visible()
    expect(page.get_by_text("Biconvex, bound by sutures.")).to_be_visible()

    # Three of four lessons are done; "My learning" leads to the fourth.
    page.goto("/en/my/learning/")
    expect(page.get_by_role("link", name=re.compile("Continue: The lecture"))).to_be_visible()


def test_reader_without_account_solves_a_case_by_keyboard(hub: SeededHub, page: Page):
    page.goto(hub.pages["case"])
    assert "Secret" not in page.content()
    page.locator("input[name=option]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Secretdiagnosis")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Secretdiagnosis")).to_be_visible()


def test_gallery_opens_closes_and_returns_focus_by_keyboard(hub: SeededHub, page: Page):
    page.goto(hub.pages["case"])
    picture = page.locator("[data-picture]").first
    picture.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog.viewer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.viewer")).to_be_hidden()
    expect(picture).to_be_focused()


def test_theme_and_language_stay_with_the_reader(hub: SeededHub, page: Page):
    page.goto(hub.pages["cases"])
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("footer").get_by_role("link", name=re.compile("усский")).click()
    page.wait_for_url("**/ru/cases/")
    expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_pages_work_without_script(hub: SeededHub, browser):
    context = new_context(browser, base_url=hub.url, java_script_enabled=False)
    tab = context.new_page()
    tab.goto(hub.pages["case"])
    tab.get_by_text("Epidural haematoma", exact=True).click()
    tab.get_by_role("button", name="Commit and see the discussion").click()
    expect(tab.get_by_role("heading", name="Secretdiagnosis")).to_be_visible()
    context.close()
