"""Recordings kept elsewhere: shown as a card, played when asked for, never loaded before."""

import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Collection

from courses.domain.progress import Facts, asks_only_for_reading, is_fulfilled
from media.blocks import LectureBlock
from media.domain.links import save_link
from media.domain.stages import refresh_state, sweep_stages
from media.elsewhere import InvalidLink, read_link
from media.models import Lecture, LectureState, Visibility
from media.playing import player_context
from tests.factories import make_course, make_lesson, make_ready_lecture

YOUTUBE = "https://www.youtube.com/watch?v=aqz-KE-bpKQ"


@pytest.mark.parametrize(
    ("url", "host", "player"),
    [
        (YOUTUBE, "youtube.com", "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"),
        ("https://youtu.be/aqz-KE-bpKQ?t=1m30s", "youtu.be",
         "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?start=90"),
        ("https://m.youtube.com/live/aqz-KE-bpKQ", "m.youtube.com",
         "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"),
        ("https://vimeo.com/76979871", "vimeo.com",
         "https://player.vimeo.com/video/76979871?dnt=1"),
        ("https://vimeo.com/76979871/0a1b2c3d4e", "vimeo.com",
         "https://player.vimeo.com/video/76979871?dnt=1&h=0a1b2c3d4e"),
        ("https://tube.example.org/w/9c9de5e8-0a1e-484a-b099-e80766180a6d", "tube.example.org",
         "https://tube.example.org/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d"),
        ("https://tube.example.org/w/kkGMgK9ZtnKfYAgnEtQxbv", "tube.example.org",
         "https://tube.example.org/videos/embed/kkGMgK9ZtnKfYAgnEtQxbv"),
        ("https://lectures.example.edu/2026/chest", "lectures.example.edu", ""),
        ("https://www.youtube.com/@channel", "youtube.com", ""),
    ],
)  # fmt: skip
def test_players_of_known_sites_are_found_in_an_address(url, host, player):
    found = read_link(url)
    assert (found.url, found.host, found.player_url) == (url, host, player)


@pytest.mark.parametrize(
    "url",
    [
        "", "youtube.com/watch?v=aqz-KE-bpKQ", "http://example.org/talk", "javascript:alert(1)",
        "data:text/html,x", "https://", "https://localhost/x", "https://127.0.0.1/x",
        "https://[::1]/x", "https://2130706433/x", "https://user:pw@example.org/x",
        "https://example.org:8443/x", "https://intranet/x", "https://printer.local/x",
        "https://exa mple.org/", "https://example.org/" + "x" * 500,
        "https://exam\tple.org/",
    ],
)  # fmt: skip
def test_what_is_no_public_https_address_is_refused(url):
    with pytest.raises(InvalidLink):
        read_link(url)


@given(st.one_of(st.text(max_size=80), st.text(max_size=80).map(lambda rest: f"https://{rest}")))
def test_any_text_is_understood_or_refused_and_a_player_names_one_origin(text):
    try:
        found = read_link(text)
    except InvalidLink:
        return
    assert found.url.startswith("https://")
    assert re.fullmatch(r"(https://[a-z0-9.-]+)?", found.player_origin)


@given(st.text(max_size=60))
def test_no_path_or_query_leads_a_player_away_from_its_host(rest):
    try:
        found = read_link(f"https://vimeo.com/{rest}")
    except InvalidLink:
        return
    assert found.player_origin in {"", "https://player.vimeo.com", "https://vimeo.com"}


@pytest.fixture
def link(db) -> Lecture:
    lecture = Lecture(title="Hip MRI", language="en", collection=Collection.get_first_root_node())
    return save_link(lecture=lecture, link=YOUTUBE)


def test_link_is_ready_and_nothing_is_made_of_it(link):
    assert link.state == LectureState.READY
    assert not link.stages.exists()
    assert refresh_state(lecture_id=link.pk) == LectureState.READY
    assert sweep_stages() == 0


def test_lecture_with_a_recording_is_not_turned_into_a_link(db):
    with pytest.raises(ValueError, match="has a recording"):
        save_link(lecture=make_ready_lecture(), link=YOUTUBE)


def shown_to(rf, lecture: Lecture, user) -> str:
    request = rf.get("/")
    request.user = user
    block = LectureBlock()
    value = block.to_python({"lecture": lecture.pk, "caption": ""})
    return block.render(value, context={"request": request})


def test_card_names_the_site_and_loads_nothing_from_it(rf, link, resident):
    html = shown_to(rf, link, resident)
    assert "This recording is kept by youtube.com." in html
    assert reverse("lectures:elsewhere", args=[link.pk]) in html
    assert not re.search(r"<(iframe|img|script|link|video|source|object|embed)\b", html)


def test_card_of_a_members_link_is_kept_from_visitors(rf, link, resident):
    from django.contrib.auth.models import AnonymousUser

    Lecture.objects.filter(pk=link.pk).update(visibility=Visibility.MEMBERS)
    assert "youtube.com" in shown_to(rf, link, resident)
    assert "youtube.com" not in shown_to(rf, link, AnonymousUser())


def test_player_page_may_frame_the_one_site_and_no_other_page_any(client, link):
    answer = client.get(reverse("lectures:elsewhere", args=[link.pk]))
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-src https://www.youtube-nocookie.com;" in policy + ";"
    assert 'src="https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"' in answer.content.decode()
    assert "youtube" not in client.get("/en/").headers["Content-Security-Policy"]


def test_player_page_of_a_members_link_is_for_members(client, link, resident):
    Lecture.objects.filter(pk=link.pk).update(visibility=Visibility.MEMBERS)
    address = reverse("lectures:elsewhere", args=[link.pk])
    assert client.get(address).status_code in {302, 403, 404}
    client.force_login(resident)
    assert client.get(address).status_code == 200


def test_lecture_kept_here_has_no_page_for_players_of_others(client, db):
    lecture = make_ready_lecture()
    answer = client.get(reverse("lectures:elsewhere", args=[lecture.pk]), follow=True)
    assert answer.status_code == 404


def test_link_has_no_player_of_ours_and_counts_no_watching(link, resident):
    assert player_context(link, resident) is None


def test_lesson_with_a_link_is_done_by_the_learners_word(client, link, resident):
    lesson = make_lesson(make_course(), lecture=link)
    assert asks_only_for_reading(lesson)
    nothing = Facts(watched_share={}, solved_cases=frozenset(), passed_quizzes=frozenset())
    assert not is_fulfilled(lesson, nothing)
    lesson.lecture = make_ready_lecture()
    assert not asks_only_for_reading(lesson)


def test_lesson_shows_the_card_of_its_link(client, link):
    lesson = make_lesson(make_course(), lecture=link)
    html = client.get(lesson.get_url()).content.decode()
    assert "This recording is kept by youtube.com." in html
    assert "<iframe" not in html


def test_editor_adds_a_link_and_corrects_it(client, editor):
    client.force_login(editor)
    facts = {"title": "Hip MRI", "language": "en", "link": YOUTUBE}
    answer = client.post(reverse("lectures_admin:add_link"), facts)
    made = Lecture.objects.get()
    edit = reverse("lectures_admin:edit", args=[made.pk])
    assert answer.headers["Location"] == edit
    assert "Kept elsewhere" in client.get(edit).content.decode()
    other = "https://lectures.example.edu/hip"
    client.post(edit, {**facts, "link": other, "collection": made.collection_id})
    made.refresh_from_db()
    assert (made.link, made.state, made.uploaded_by) == (other, LectureState.READY, editor)


def test_address_that_is_none_is_refused_with_a_sentence(client, editor):
    client.force_login(editor)
    answer = client.post(
        reverse("lectures_admin:add_link"), {"title": "x", "language": "en", "link": "talk.mp4"}
    )
    assert "Copy the whole address" in answer.content.decode()
    assert not Lecture.objects.exists()
