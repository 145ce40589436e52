"""Every page type, scanned by axe-core in both themes, on a telephone and on a desk."""

import pytest
from playwright.sync_api import expect

from .axe import violations
from .conftest import SeededHub, new_context, sign_in

PAGES = [
    *("home", "cases", "courses", "events", "news_list", "guidelines", "departments"),
    *("department", "case", "course", "reading", "lecture", "quiz", "case_lesson", "news"),
    *("event", "guideline", "russian_home", "arabic_home", "sign_in", "sign_up", "missing"),
]


@pytest.fixture(scope="module")
def tabs(hub: SeededHub, browser):
    """A desk in light and a telephone in dark. The scanner is let in past the CSP."""
    options = [
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    ]
    contexts = [
        new_context(browser, base_url=hub.url, bypass_csp=True, **option) for option in options
    ]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_grave_accessibility_violation(hub: SeededHub, tabs, name: str):
    for tab in tabs:
        tab.goto(hub.pages[name])
        assert violations(tab) == []


def test_pages_of_a_learner_have_no_grave_accessibility_violation(hub: SeededHub, browser):
    context = new_context(browser, base_url=hub.url, bypass_csp=True)
    tab = context.new_page()
    sign_in(tab, "author@example.com")
    for address in ("/en/my/learning/", "/en/profile/", hub.pages["lecture"]):
        tab.goto(address)
        assert violations(tab) == [], address
    # An open and an answered question, and a revealed case.
    tab.goto(hub.pages["quiz"])
    tab.get_by_role("button", name="Start the quiz").click()
    expect(tab.get_by_role("button", name="Confirm answer")).to_be_visible()
    assert violations(tab) == []
    tab.locator("input[name=option]").first.check()
    tab.get_by_role("button", name="Confirm answer").click()
    expect(tab.get_by_text("Feedback on").first).to_be_visible()
    assert violations(tab) == []
    tab.goto(hub.pages["case"])
    tab.locator("input[name=option]").first.check()
    tab.get_by_role("button", name="Commit and see the discussion").click()
    expect(tab.get_by_role("heading", name="Secretdiagnosis")).to_be_visible()
    assert violations(tab) == []
    context.close()
