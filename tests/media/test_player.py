"""What the player is told and shows, the bookmarks it keeps, and what its script weighs."""

import gzip
import json
import re
from http import HTTPStatus

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.urls import reverse

from hub.settings.base import FRONTEND_DIST
from media.domain import bookmarks as bookmark_verbs
from media.domain.bookmarks import TooManyBookmarks, remove_bookmark, set_bookmark
from media.models import Bookmark, Caption, Rendition
from media.moments import parse_moment
from media.playing import player_context
from tests.factories import UserFactory, make_ready_lecture

pytestmark = pytest.mark.django_db
KILOBYTE = 1000
WEBVTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nApices.\n"


def image(name: str, width: int, kind: str = "avif") -> dict:
    return {"name": name, "width": width, "height": width * 9 // 16, "type": f"image/{kind}"}


@pytest.fixture
def lecture():
    """A lecture with everything that the pipeline can make of one."""
    lecture = make_ready_lecture(duration_s=1800.0)
    lecture.playlists = {"saver": "saver.m3u8", "audio": "audio.m3u8"}
    lecture.stills_directory = "lectures/1/stills-1"
    lecture.stills = {
        "slides": [
            {
                "start_s": 0.0,
                "end_s": 900.0,
                "text": "Apices",
                "images": [image("one-1280.avif", 1280), image("one-640.avif", 640)],
            },
            {
                "start_s": 900.0,
                "end_s": 1800.0,
                "text": "Hila",
                "images": [image("two-640.webp", 640, "webp")],
            },
        ],
        "storyboard": "storyboard.vtt",
    }
    lecture.save()
    for name, height, size in (("1080p", 1080, 54_000_000), ("480p", 480, 20_000_000)):
        Rendition.objects.create(
            lecture=lecture, generation=1, name=name, width=height * 16 // 9, height=height,
            codec="avc1.640028", bitrate=240_000, size_bytes=size,
        )  # fmt: skip
    return lecture


def values(player: dict) -> list[str]:
    return [mode["value"] for mode in player["modes"]]


def test_qualities_go_from_automatic_to_sound_alone(lecture, resident):
    player = player_context(lecture, resident)
    assert values(player) == ["auto", "1080", "480", "saver", "slides", "audio"]
    assert player["modes"][1]["detail"] == "51.5\xa0MB"
    assert player["island"]["sources"] == {
        "auto": "/uploads/lectures/1/abc/master.m3u8",
        "saver": "/uploads/lectures/1/abc/saver.m3u8",
        "audio": "/uploads/lectures/1/abc/audio.m3u8",
    }
    assert (player["width"], player["height"]) == (1920, 1080)


def test_only_qualities_that_exist_are_offered(resident):
    player = player_context(make_ready_lecture(), resident)
    assert (player["modes"], player["slides"]) == ([], [])
    assert list(player["island"]["sources"]) == ["auto"]


def test_renditions_of_an_older_transcoding_are_not_offered(lecture, resident):
    Rendition.objects.create(
        lecture=lecture, generation=2, name="720p", width=1280, height=720,
        codec="avc1.64001f", bitrate=1, size_bytes=1,
    )  # fmt: skip
    assert values(player_context(lecture, resident)) == ["auto", "saver", "slides", "audio"]


def test_av1_at_full_size_is_offered_with_what_a_browser_is_asked_about_it(lecture, resident):
    assert "av1" not in player_context(lecture, resident)["island"]["sources"]
    lecture.playlists["av1"] = "av1.m3u8"
    lecture.save()
    for name, height in (("1080p-av1", 1080), ("480p-av1", 480)):
        Rendition.objects.create(
            lecture=lecture, generation=1, name=name, width=height * 16 // 9, height=height,
            codec="av01.0.08M.08", bitrate=90_000, size_bytes=9_000_000,
        )  # fmt: skip
    player = player_context(lecture, resident)
    assert player["island"]["sources"]["av1"].endswith("/av1.m3u8")
    assert player["island"]["av1"] == {
        "codec": "av01.0.08M.08",
        "width": 1920,
        "height": 1080,
        "bitrate": 90_000,
        "framerate": 30,
    }
    # Fixed sizes are those of the master playlist, and say what they cost.
    fixed = [mode for mode in player["modes"] if mode["value"].isdigit()]
    assert [(mode["value"], mode["detail"]) for mode in fixed] == [
        ("1080", "51.5\xa0MB"),
        ("480", "19.1\xa0MB"),
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("75", 75.0),
        ("75.5s", 75.5),
        ("1m15s", 75.0),
        ("1h1m15s", 3675.0),
        ("1:15", 75.0),
        ("1:01:15", 3675.0),
        ("", None),
        ("-5", None),
        ("nan", None),
        ("1e3", None),
        ("soon", None),
    ],
)
def test_moment_of_an_address_is_read_as_the_script_reads_it(asked, found):
    assert parse_moment(asked) == found


@pytest.mark.parametrize(
    ("asked", "fragment"), [("90", "#t=90"), ("1:30.5", ""), ("90.25", "#t=90.25"), ("1800", "")]
)
def test_page_opens_at_the_second_without_a_script(lecture, resident, rf, asked, fragment):
    request = rf.get("/", {"t": asked})
    page = render_to_string(
        "components/player.html", {"player": player_context(lecture, resident)}, request=request
    )
    sources = re.findall(r'<source src="([^"]+)"', page)
    assert sources
    assert all(source.partition("#")[2] == fragment[1:] for source in sources)


def test_slides_have_addresses_from_narrow_to_wide(lecture, resident):
    first, second = player_context(lecture, resident)["island"]["slides"]
    assert [i["url"] for i in first["images"]] == [
        "/uploads/lectures/1/stills-1/one-640.avif",
        "/uploads/lectures/1/stills-1/one-1280.avif",
    ]
    assert (second["start_s"], second["text"]) == (900.0, "Hila")


def test_lecture_of_sound_alone_has_no_picture_qualities(lecture, resident):
    lecture.fallback = "lecture.m4a"
    player = player_context(lecture, resident)
    assert values(player) == ["auto", "saver", "slides"]
    assert player["island"]["has_picture"] is False


def test_player_costs_the_same_whatever_the_lecture_has(
    lecture, resident, django_assert_max_num_queries, django_assert_num_queries
):
    bare = make_ready_lecture()
    with django_assert_max_num_queries(3) as least:
        player_context(bare, resident)
    for language in ("en", "ru", "ar"):
        Caption.objects.create(lecture=lecture, language=language, webvtt=WEBVTT)
    for second in range(20):
        set_bookmark(user=resident, lecture=lecture, position_s=second)
    with django_assert_num_queries(len(least)):
        player_context(lecture, resident)


def rendered(lecture, user) -> str:
    return render_to_string(
        "components/player.html", {"player": player_context(lecture, user), "csrf_token": "x"}
    )


def test_without_script_there_is_a_video_with_mp4_and_captions(lecture, resident):
    Caption.objects.create(lecture=lecture, language="ru", webvtt=WEBVTT)
    page = rendered(lecture, resident)
    video = re.search(r"<video controls.*?</video>", page, re.DOTALL).group(0)
    assert f'<source src="{lecture.fallback_url}" type="video/mp4">' in video
    captions = reverse("lectures:captions", args=[lecture.pk, "ru"])
    assert f'<track kind="captions" src="{captions}" srclang="ru"' in video


def test_player_needs_no_exception_from_the_content_security_policy(lecture, resident):
    page = rendered(lecture, resident)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style", page)
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in script or "application/json" in script for script in scripts)


def test_slide_text_cannot_break_out_of_the_page(lecture, resident):
    lecture.stills["slides"][0]["text"] = "</script><script>alert(1)</script>"
    assert "<script>alert(1)" not in rendered(lecture, resident)


def test_visitors_get_a_player_that_keeps_nothing_on_the_server(lecture):
    island = player_context(lecture, AnonymousUser())["island"]
    assert (island["watch"], island["bookmarks"], island["viewer"]) == ("", "", "")


# --- Bookmarks


def ask(client, lecture, method: str, **body):
    url = reverse("lectures:bookmarks", args=[lecture.pk])
    return client.generic(method, url, json.dumps(body), content_type="application/json")


def test_bookmarks_are_set_noted_and_removed(client, resident, lecture):
    client.force_login(resident)
    assert ask(client, lecture, "GET").json() == {"bookmarks": []}
    ask(client, lecture, "POST", position_s=250)
    ask(client, lecture, "POST", position_s=30, note="Ask about  this ")
    assert ask(client, lecture, "POST", position_s=250, note="Hilum").json() == {
        "bookmarks": [
            {"position_s": 30, "note": "Ask about this"},
            {"position_s": 250, "note": "Hilum"},
        ]
    }
    removed = {"bookmarks": [{"position_s": 250, "note": "Hilum"}]}
    assert ask(client, lecture, "DELETE", position_s=30).json() == removed
    assert ask(client, lecture, "DELETE", position_s=30).json() == removed


def test_nobody_sees_or_removes_anothers_bookmarks(client, resident, lecture):
    other = UserFactory()
    set_bookmark(user=other, lecture=lecture, position_s=5, note="Secretnote")
    client.force_login(resident)
    assert ask(client, lecture, "GET").json() == {"bookmarks": []}
    ask(client, lecture, "DELETE", position_s=5)
    assert Bookmark.objects.get().note == "Secretnote"


def test_visitors_have_no_bookmarks(client, lecture):
    for method in ("GET", "POST", "DELETE"):
        answer = ask(client, lecture, method, position_s=5)
        assert (answer.status_code, list(answer.json())) == (HTTPStatus.FORBIDDEN, ["error"])
    assert not Bookmark.objects.exists()
    with pytest.raises(PermissionDenied):
        set_bookmark(user=AnonymousUser(), lecture=lecture, position_s=5)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"position_s": 1.5}', b'{"position_s": true}', b"[" * 9999,
     b'{"position_s": 1e99}', b'{"position_s": 99999999999}', b'{"position_s": 1, "note": 5}'],
)  # fmt: skip
def test_malformed_bookmark_is_refused(client, resident, lecture, body):
    client.force_login(resident)
    url = reverse("lectures:bookmarks", args=[lecture.pk])
    answer = client.post(url, body, content_type="application/json")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert not Bookmark.objects.exists()


def test_bookmark_stays_within_the_lecture_and_its_note_within_its_field(resident, lecture):
    late = set_bookmark(user=resident, lecture=lecture, position_s=10**9, note="x" * 900)
    early = set_bookmark(user=resident, lecture=lecture, position_s=-5)
    assert (late.position_s, len(late.note), early.position_s) == (1800, 500, 0)


def test_one_bookmark_too_many_is_refused_in_words(client, resident, lecture, monkeypatch):
    monkeypatch.setattr(bookmark_verbs, "MAX_BOOKMARKS", 2)
    set_bookmark(user=resident, lecture=lecture, position_s=1)
    set_bookmark(user=resident, lecture=lecture, position_s=2)
    set_bookmark(user=resident, lecture=lecture, position_s=2, note="may change")
    with pytest.raises(TooManyBookmarks):
        set_bookmark(user=resident, lecture=lecture, position_s=3)
    client.force_login(resident)
    answer = ask(client, lecture, "POST", position_s=3)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["error"].endswith("Remove one first.")
    remove_bookmark(user=resident, lecture=lecture, position_s=1)
    assert ask(client, lecture, "POST", position_s=3).status_code == HTTPStatus.OK


# --- Weight


def weight(entries: dict, key: str) -> int:
    """Bytes of a chunk and all it imports at once, compressed."""
    chunk = entries[key]
    own = len(gzip.compress((FRONTEND_DIST / chunk["file"]).read_bytes(), 9))
    return own + sum(weight(entries, name) for name in chunk.get("imports", ()))


@pytest.mark.skipif(not FRONTEND_DIST.exists(), reason="the front end is not built")
def test_script_keeps_to_its_budget(record_property):
    entries = json.loads((FRONTEND_DIST / ".vite" / "manifest.json").read_text())
    player = next(key for key, chunk in entries.items() if chunk.get("name") == "player")
    hls = next(key for key in entries[player]["dynamicImports"] if "hls" in key)
    native, elsewhere = weight(entries, player), weight(entries, player) + weight(entries, hls)
    record_property("player_bytes_gz", native)
    print(f"player {native / KILOBYTE:.1f} kB, with hls.js {elsewhere / KILOBYTE:.1f} kB gz")  # noqa: T201  the figures
    assert native <= 50 * KILOBYTE
    assert elsewhere <= 240 * KILOBYTE
