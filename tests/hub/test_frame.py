"""What every page carries: where one is, other languages, head matter, policy, theme."""

import json
import re
from http import HTTPStatus

import pytest
from django.urls import reverse

from hub.models import HomePage, PlainPage
from tests.factories import (
    locale_of,
    make_case,
    make_course,
    make_department,
    make_event,
    make_image,
    make_lesson,
    make_news,
    section_of,
)

pytestmark = pytest.mark.django_db

HOST = "http://testserver"


def text(client, url: str, **kwargs) -> str:
    answer = client.get(url, **kwargs)
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def switcher(page: str) -> dict[str, str]:
    return {
        code: url
        for url, code in re.findall(r'<a class="menu__item" href="([^"]+)" lang="(\w+)"', page)
    }


def alternates(page: str) -> dict[str, str]:
    return dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page))


def structured(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])


def translate(page, code: str):
    translated = page.copy_for_translation(locale_of(code), copy_parents=True)
    translated.save_revision().publish()
    return translated


def test_breadcrumbs_lead_up_and_end_here(client):
    course = make_course(title="Chest")
    page = text(client, make_lesson(course, title="Pleura").url)
    crumbs = re.search(r'<nav class="breadcrumbs".*?</nav>', page, re.DOTALL)[0]
    assert re.findall(r'<a href="([^"]+)">', crumbs) == ["/en/", "/en/courses/", course.url]
    assert '<span aria-current="page">Pleura</span>' in crumbs
    assert "breadcrumbs" not in text(client, "/en/")


def test_navigation_marks_the_section_one_is_in(client):
    page = text(client, make_news().url)
    assert '<a href="/en/news/" aria-current="true">News</a>' in page
    assert page.count('aria-current="page"') == 1


def test_navigation_marks_the_list_that_shows_a_departments_page(client):
    section = section_of(make_department())
    course, case = make_course(parent=section), make_case(parent=section)
    for shown, listed in ((course, "Courses"), (make_lesson(course), "Courses"), (case, "Cases")):
        marked = re.findall(r'aria-current="(?:true|page)">(\w+)</a>', text(client, shown.url))
        assert marked[:1] == [listed]
        assert "Departments" not in marked


def test_switcher_keeps_the_filters_of_a_list_but_not_its_page(client):
    page = text(client, "/en/cases/?modality=CT&modality=MR&page=1")
    assert switcher(page)["ru"] == "/ru/cases/?modality=CT&amp;modality=MR"


def test_theme_is_changed_from_a_form_that_was_refused(client):
    case = make_case()
    refused = client.post(reverse("cases:commit_answer", args=[case.pk]), {})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'name="next" value="{case.url}"' in refused.content.decode()


def test_switcher_stays_on_the_page_and_falls_back_to_the_languages_home(client):
    news = make_news()
    russian = translate(news, "ru")
    page = text(client, news.url)
    assert switcher(page) == {"en": news.url, "ru": russian.url, "ar": "/ar/"}
    assert switcher(text(client, russian.url))["en"] == news.url


def test_switcher_stays_on_pages_outside_the_tree(client):
    page = text(client, reverse("account_login"))
    assert switcher(page)["ru"] == reverse("account_login").replace("/en/", "/ru/")


def test_translations_are_announced_to_search_engines(client):
    news = make_news()
    assert alternates(text(client, news.url)) == {}
    russian = translate(news, "ru")
    expected = {"en": HOST + news.url, "ru": HOST + russian.url, "x-default": HOST + news.url}
    assert alternates(text(client, news.url)) == expected
    assert alternates(text(client, russian.url)) == expected


def test_draft_translation_is_not_announced(client):
    news = make_news()
    type(news).objects.get(pk=translate(news, "ru").pk).unpublish()
    page = text(client, news.url)
    assert (alternates(page), switcher(page)["ru"]) == ({}, "/ru/")


def test_alias_is_readable_but_points_to_its_original(client):
    news = make_news()
    alias = news.copy_for_translation(locale_of("ru"), copy_parents=True, alias=True)
    page = text(client, alias.url)
    assert f'<link rel="canonical" href="http://localhost{news.url}">' in page
    assert alternates(text(client, news.url)) == {}
    assert switcher(text(client, news.url))["ru"] == alias.url


def test_arabic_runs_from_right_to_left(client):
    assert '<html lang="ar" dir="rtl"' in text(client, "/ar/")
    assert '<html lang="ru" dir="ltr"' in text(client, "/ru/")


def test_address_without_language_leads_to_the_readers(client):
    answer = client.get("/news/", headers={"Accept-Language": "ru"})
    assert answer.url == "/ru/news/"
    assert client.get("/").url == "/en/"


@pytest.mark.parametrize(
    "title", ["</script><script>alert(1)</script>", 'a "b" & <c>', "\u2028line", "Кириллица"]
)
def test_structured_data_parses_and_cannot_be_broken_out_of(client, title):
    page = text(client, make_news(title=title, summary=title).url)
    assert structured(page)["name"] == title
    assert structured(page)["description"] == title
    assert "<script>alert" not in page


def test_structured_data_says_what_kind_of_page_it_is(client):
    kinds = {
        page.url: structured(text(client, page.url))["@type"]
        for page in (make_case(), make_course(), make_event(), make_news())
    }
    assert list(kinds.values()) == ["LearningResource", "Course", "EducationEvent", "NewsArticle"]
    event = structured(text(client, make_event(place="Nairobi").url))
    assert event["location"] == {"@type": "Place", "name": "Nairobi"}
    assert event["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"


def test_shared_link_shows_title_summary_and_picture(client):
    news = make_news(title="New & better", summary="It is.", picture=make_image())
    page = text(client, news.url)
    assert '<meta property="og:title" content="New &amp; better">' in page
    assert '<meta property="og:description" content="It is.">' in page
    assert '<meta property="og:type" content="article">' in page
    picture = re.search(r'<meta property="og:image" content="([^"]+)">', page)[1]
    assert picture.startswith(f"{HOST}/uploads/images/")
    assert '<meta property="og:image:alt" content="A grey square">' in page


def policy(client, url: str) -> str:
    return client.get(url)["Content-Security-Policy"]


def test_policy_is_strict_on_public_pages_and_looser_in_the_desk_only(client, editor):
    for url in ("/en/", make_case().url, reverse("account_login"), "/en/nothing-here/"):
        assert "unsafe-inline" not in policy(client, url)
        assert "script-src 'self'" in [part.strip() for part in policy(client, url).split(";")]
    client.force_login(editor)
    assert "script-src 'self' 'unsafe-inline'" in policy(client, reverse("wagtailadmin_home"))
    assert "unsafe-inline" not in policy(client, "/en/")


def test_public_pages_need_no_exception_from_the_policy(client, resident):
    client.force_login(resident)
    urls = ["/en/", "/en/cases/", make_case().url, make_course().url, make_event().url]
    for url in urls:
        page = text(client, url)
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"", page) == [], url
        inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page)
        assert [tag for tag in inline if "application/" not in tag] == [], url


def test_theme_is_remembered_and_leads_back(client):
    answer = client.post(reverse("set_theme"), {"theme": "dark", "next": "/en/cases/"})
    assert answer.url == "/en/cases/"
    assert 'data-theme="dark"' in text(client, "/en/")
    client.post(reverse("set_theme"), {"theme": "light"})
    assert 'data-theme="light"' in text(client, "/en/")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_theme_leads_nowhere_else(client, target):
    answer = client.post(reverse("set_theme"), {"theme": "dark", "next": target})
    assert answer.url == "/"
    answer = client.post(reverse("set_theme"), {"theme": "dark"}, headers={"Referer": target})
    assert answer.url == "/"


def test_theme_that_does_not_exist_is_not_remembered(client):
    client.post(reverse("set_theme"), {"theme": 'x" onload="'})
    assert "theme" not in client.cookies
    client.cookies["theme"] = 'x"><script>'
    assert 'data-theme="auto"' in text(client, "/en/")


def plain(parent, title: str, **fields) -> PlainPage:
    page = PlainPage(
        title=title,
        slug=title.lower(),
        locale=parent.locale,
        body=[("paragraph", "<p>Words.</p>")],
        **fields,
    )
    return parent.add_child(instance=page)


def section_links(page: str) -> list[str]:
    found = re.search(r'<nav [^>]*aria-label="In this section".*?</nav>', page, re.DOTALL)
    return re.findall(r">([^<>]+)</a>", found[0]) if found else []


def test_pages_of_text_lead_to_those_below_and_beside_them(client, home):
    about = plain(home, "About", in_footer=True)
    history, board = plain(about, "History"), plain(about, "Board")
    plain(about, "Draft", live=False)
    assert section_links(text(client, about.url)) == ["About", "History", "Board"]
    assert section_links(text(client, board.url)) == ["About", "History", "Board"]
    assert f'<a href="{board.url}" aria-current="page">Board</a>' in text(client, board.url)
    assert section_links(text(client, plain(home, "Privacy").url)) == []
    assert f'<a href="{about.url}">About</a>' in text(client, history.url)


def test_footer_links_the_pages_that_ask_for_it_in_their_language(client, home):
    plain(home, "Imprint", in_footer=True)
    plain(home, "Hidden")
    footer = text(client, "/en/").split("<footer", 1)[1]
    assert ("Imprint" in footer, "Hidden" in footer) == (True, False)
    assert "Imprint" not in text(client, "/ru/")
    assert HomePage.objects.count() == 3
