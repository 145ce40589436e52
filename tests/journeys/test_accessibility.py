"""Every page type, scanned by axe-core in both themes, on a telephone and on a desk."""

import json

import pytest

from .conftest import AXE, SeededHub, new_context, sign_in

PAGES = [
    *("home", "cases", "courses", "events", "news_list", "guidelines", "departments"),
    *("department", "case", "course", "reading", "lecture", "quiz", "case_lesson", "news"),
    *("event", "guideline", "russian_home", "arabic_home", "sign_in", "sign_up", "missing"),
]
GRAVE = {"serious", "critical"}


def _violations(tab) -> list[str]:
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate(
        """async () => (await axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        })).violations.map(v => ({
            id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 160))
        }))"""
    )
    return [json.dumps(v, ensure_ascii=False) for v in found if v["impact"] in GRAVE]


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


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is installed with the front end")
@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_grave_accessibility_violation(hub: SeededHub, tabs, name: str):
    for tab in tabs:
        tab.goto(hub.pages[name])
        assert _violations(tab) == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is installed with the front end")
def test_pages_of_a_learner_have_no_grave_accessibility_violation(hub: SeededHub, browser):
    context = new_context(browser, base_url=hub.url, bypass_csp=True)
    tab = context.new_page()
    sign_in(tab, "author@example.com")
    for address in ("/en/my/learning/", "/en/profile/", hub.pages["lecture"]):
        tab.goto(address)
        assert _violations(tab) == [], address
    # An open and an answered question, and a revealed case.
    tab.goto(hub.pages["quiz"])
    tab.get_by_role("button", name="Start the quiz").click()
    assert _violations(tab) == []
    tab.locator("input[name=option]").first.check()
    tab.get_by_role("button", name="Confirm answer").click()
    assert _violations(tab) == []
    tab.goto(hub.pages["case"])
    tab.locator("input[name=option]").first.check()
    tab.get_by_role("button", name="Commit and see the discussion").click()
    assert _violations(tab) == []
    context.close()
