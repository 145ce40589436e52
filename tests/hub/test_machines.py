"""What machines read: sitemap, robots, feeds, calendars, health."""

import datetime as dt
from http import HTTPStatus
from xml.etree import ElementTree as ET

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from jobs.domain.worker import beat
from media.models import Visibility
from tests.factories import (
    UserFactory,
    make_case,
    make_course,
    make_event,
    make_lesson,
    make_news,
    make_ready_lecture,
)

pytestmark = pytest.mark.django_db


def feed(client, url: str) -> ET.Element:
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (
        HTTPStatus.OK,
        "application/rss+xml; charset=utf-8",
    )
    return ET.fromstring(answer.content)  # noqa: S314  our own output


def test_sitemap_lists_what_is_public(client):
    news, draft = make_news(), make_news(live=False)
    answer = client.get("/sitemap.xml")
    tree = ET.fromstring(answer.content)  # noqa: S314  our own output
    places = [entry.text for entry in tree.iter() if entry.tag.endswith("loc")]
    paths = [place.split("/", 3)[3] for place in places]
    assert news.url.lstrip("/") in paths
    assert draft.url.lstrip("/") not in paths
    assert {"en/", "ru/", "ar/"} <= set(paths)


def test_sitemap_lists_transcripts_of_lessons_that_everybody_may_watch(client):
    def places() -> set[str]:
        tree = ET.fromstring(client.get("/sitemap.xml").content)  # noqa: S314  our own output
        return {
            "/" + entry.text.split("/", 3)[3]
            for entry in tree.iter()
            if entry.tag.endswith("loc") and "/transcript/" in (entry.text or "")
        }

    webvtt = "WEBVTT\n\n00:00.000 --> 00:01.000\nApices.\n"
    taught, unused, members = (make_ready_lecture() for _ in range(3))
    for lecture in (taught, unused, members):
        for language in ("en", "ru"):
            lecture.captions.create(language=language, webvtt=webvtt)
    taught.captions.create(language="ar", webvtt=webvtt, drafted_by="an engine")
    members.visibility = Visibility.MEMBERS
    members.save()
    course = make_course()
    make_lesson(course, title="Watch", slug="watch", lecture=taught, body=[])
    make_lesson(course, title="Members", slug="members", lecture=members, body=[])
    assert places() == {f"/lectures/{taught.pk}/transcript/{code}/" for code in ("en", "ru")}


def test_robots_find_the_sitemap_and_stay_out_of_the_desk(client):
    assert client.get("/robots.txt").content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Sitemap: http://testserver/sitemap.xml",
    ]


@pytest.mark.parametrize("words", ["<b>&</b>", "]]>", "a\x0bb\x01c\x1f", "Новость “№ 1”"])
def test_feed_is_valid_whatever_the_words(client, words):
    news = make_news(title=f"T {words}", summary=words)
    item = feed(client, "/en/feeds/news/").find("channel/item")
    kept = "".join(c for c in words if c.isprintable())
    assert (item.findtext("title"), item.findtext("description")) == (f"T {kept}", kept)
    assert item.findtext("link") == f"http://testserver{news.url}"


def test_feed_has_the_latest_first_in_its_language_only(client):
    old = make_news(title="Old", date=dt.date(2020, 1, 1))
    make_news(title="New", date=dt.date(2026, 1, 1))
    make_news(title="Draft", live=False)
    channel = feed(client, "/en/feeds/news/").find("channel")
    assert [item.findtext("title") for item in channel.findall("item")] == ["New", "Old"]
    assert channel.findtext("language") == "en"
    assert feed(client, "/ru/feeds/news/").findall("channel/item") == []
    assert old.url in client.get("/en/feeds/news/").content.decode()


def test_case_feed_has_summaries_and_no_solutions(client):
    case = make_case()
    item = feed(client, "/en/feeds/cases/").find("channel/item")
    assert (item.findtext("title"), item.findtext("description")) == (case.title, case.summary)


def test_calendar_file_is_a_valid_event(client):
    start = dt.datetime(2027, 3, 1, 15, 0, tzinfo=dt.UTC)
    event = make_event(
        title="Webinar; nodes, and\nmore",
        summary="Comma, semicolon; done",
        starts_at=start,
        ends_at=start + dt.timedelta(hours=1),
    )
    answer = client.get(reverse("events:calendar_file", args=[event.pk]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{event.slug}.ics"'
    [entry] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (entry.decoded("dtstart"), entry.decoded("dtend")) == (event.starts_at, event.ends_at)
    assert str(entry["summary"]) == "Webinar; nodes, and\nmore"
    assert str(entry["location"]) == "Online"
    assert str(entry["uid"]) == f"event-{event.translation_key}@testserver"
    assert entry.errors == []
    assert b"DTSTART:20270301T150000Z" in answer.content


def test_calendar_file_of_a_draft_is_not_found(client):
    event = make_event(live=False)
    answer = client.get(reverse("events:calendar_file", args=[event.pk]))
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_event_is_shown_in_the_readers_zone(client):
    start = dt.datetime(2027, 3, 1, 15, 0, tzinfo=dt.UTC)
    event = make_event(starts_at=start, ends_at=start + dt.timedelta(hours=1))
    assert "3 p.m." in client.get(event.url).content.decode()
    client.force_login(UserFactory(time_zone="Asia/Novosibirsk"))
    page = client.get(event.url).content.decode()
    assert "10 p.m." in page
    assert "Asia/Novosibirsk" in page
    assert 'datetime="2027-03-01T22:00:00+07:00"' in page


def test_event_that_is_over_says_so_and_asks_nobody_to_register(client):
    past = timezone.now() - timezone.timedelta(days=2)
    link = "https://example.org/register"
    over = make_event(starts_at=past, ends_at=past, link=link)
    coming = make_event(link=link)
    page = client.get(over.url).content.decode()
    assert ("This event is over." in page, link in page.split("<main")[1]) == (True, False)
    page = client.get(coming.url).content.decode()
    assert ("This event is over." in page, f'href="{link}"' in page) == (False, True)


def test_event_cannot_end_before_it_starts():
    event = make_event()
    event.ends_at = event.starts_at - timezone.timedelta(minutes=1)
    with pytest.raises(ValidationError, match="The event ends before it starts"):
        event.full_clean()


def test_calendar_lists_what_comes_soonest_first_then_what_was_latest_first(client):
    now = timezone.now()
    for title, days in (("Far", 30), ("Soon", 1), ("Long ago", -30), ("Just over", -1)):
        at = now + timezone.timedelta(days=days)
        make_event(title=title, slug=title.lower().replace(" ", "-"), starts_at=at, ends_at=at)
    page = client.get("/en/events/").content.decode()
    words = ["Upcoming", "Soon", "Far", "Past events", "Just over", "Long ago"]
    places = [page.index(f">{word}<") for word in words]
    assert places == sorted(places)


def test_health_tells_part_by_part(client, monkeypatch, settings):
    answer = client.get("/healthz")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.json() == {
        "database": True,
        "storage": True,
        "worker": False,
        "ffmpeg": True,
        "queue_depth": 0,
    }
    beat(name="tester")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["worker"]) == (HTTPStatus.OK, True)
    assert "no-store" in answer["Cache-Control"]


def test_health_notices_a_missing_ffmpeg_and_a_full_or_missing_disk(client, settings, tmp_path):
    beat(name="tester")
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    settings.MEDIA_ROOT = blocked / "uploads"
    settings.FFMPEG_BINARY = "/nowhere/ffmpeg"
    answer = client.get("/healthz")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    parts = answer.json()
    assert (parts["storage"], parts["ffmpeg"], parts["database"]) == (False, False, True)


def test_health_says_no_when_the_database_is_gone(client, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/healthz")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.json()["database"] is False
    assert answer.json()["queue_depth"] is None
