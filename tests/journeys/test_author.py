"""A department's author: writes below their own section only, and submits."""

import re

from playwright.sync_api import Page, expect

from .conftest import SeededHub, sign_in


def test_author_writes_a_page_in_own_section_and_submits_it(hub: SeededHub, page: Page):
    sign_in(page, "author@example.com")
    page.goto(f"/admin/pages/add/hub/newspage/{hub.section_id}/")
    page.get_by_label(re.compile("^Title")).first.fill("Our Wednesday reading room")
    page.get_by_role("button", name=re.compile("Insert a block|Text"), exact=False).first.click()
    page.get_by_role("option", name=re.compile("^Text")).first.click()
    text = page.locator(".public-DraftEditor-content").last
    text.click()
    expect(text).to_be_focused()
    page.keyboard.type("Every Wednesday at noon.", delay=20)
    expect(text).to_have_text("Every Wednesday at noon.")
    # The editor writes its form field with a delay of its own.
    expect(page.locator("[name='body-0-value']")).to_have_value(re.compile("at noon"))
    expect(page.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Save draft").first.click()
    expect(page.locator(".messages")).to_contain_text("Our Wednesday reading room")
    page.get_by_role("button", name="More actions").last.click()
    page.get_by_role("button", name=re.compile("Submit")).last.click()
    expect(page.locator("body")).to_contain_text(re.compile("submitted"))


def test_author_cannot_write_anywhere_else(hub: SeededHub, page: Page):
    sign_in(page, "author@example.com")
    own = page.goto(f"/admin/pages/add/hub/newspage/{hub.section_id}/")
    assert own is not None
    assert own.status == 200
    assert page.url.endswith(f"/{hub.section_id}/")
    page.goto(f"/admin/pages/add/hub/newspage/{hub.news_index_id}/")
    expect(page.locator("body")).to_contain_text("you do not have permission")
    assert "/add/" not in page.url
