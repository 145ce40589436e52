"""Lectures for signed-in people: addresses signed for one person, for a while, for one lecture."""

import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from media.delivery import url_for
from media.delivery.tokens import STEP_S, sign, signed_for
from media.models import Lecture, Visibility
from media.playing import player_context
from tests.factories import UserFactory, make_ready_lecture

pytestmark = pytest.mark.django_db

MASTER = "master-0123456789abcdef.m3u8"
CHILD = "720p-0123456789abcdef/stream.m3u8"
SEGMENT = "720p-0123456789abcdef/seg-00001.m4s"
FILES = {MASTER: f"#EXTM3U\n{CHILD}\n", CHILD: "#EXTM3U\nseg-00001.m4s\n", SEGMENT: "segment"}


@pytest.fixture
def private(settings, tmp_path) -> Lecture:
    """A published lecture for signed-in people, with its files."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    lecture = make_ready_lecture(title="For members")
    lecture.visibility = Visibility.MEMBERS
    lecture.directory, lecture.manifest = f"lectures/{lecture.pk}/1-1", MASTER
    lecture.save()
    for name, text in FILES.items():
        path = settings.MEDIA_ROOT / lecture.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return lecture


@pytest.fixture
def reader(resident) -> Client:
    client = Client()
    client.force_login(resident)
    return client


def sibling(address: str, name: str) -> str:
    """A relative address, resolved as players do."""
    return f"{address.rpartition('/')[0]}/{name}"


def content(answer) -> str:
    return (answer.getvalue() if answer.streaming else answer.content).decode()


def test_public_lecture_has_plain_addresses(private, resident):
    private.visibility = Visibility.PUBLIC
    expected = f"/uploads/lectures/{private.pk}/1-1/{MASTER}"
    assert url_for(private, MASTER, AnonymousUser()) == expected
    assert url_for(private, MASTER, resident) == expected
    assert url_for(private, "", resident) == ""


def test_signature_holds_for_playlist_child_and_segment(private, resident, reader):
    master = url_for(private, MASTER, resident)
    child = sibling(master, CHILD)
    segment = sibling(child, "seg-00001.m4s")
    for address, name in ((master, MASTER), (child, CHILD), (segment, SEGMENT)):
        answer = reader.get(address)
        assert answer.status_code == 200
        assert content(answer) == FILES[name]
        assert answer["Cache-Control"].startswith("private")
        assert "Access-Control-Allow-Origin" not in answer
    part = reader.get(segment, headers={"Range": "bytes=0-2"})
    assert (part.status_code, content(part)) == (206, "seg")


def test_plain_addresses_of_a_private_lecture_lead_nowhere(private, resident, reader):
    for client in (Client(), reader):
        for name in FILES:
            address = f"/uploads/{private.directory}/{name}"
            assert client.get(address, follow=True).status_code == 404


@pytest.mark.parametrize("way", ["./{}", "{}/./", "lectures/../{}", "/{}", "%2e/{}", "x/../{}"])
def test_no_spelling_of_a_plain_address_leads_to_a_private_lecture(private, reader, way):
    address = "/uploads/" + way.format(private.directory).rstrip("/") + f"/{MASTER}"
    assert reader.get(address, follow=True).status_code == 404


def test_address_passed_on_opens_nothing_to_others(private, resident):
    address = url_for(private, MASTER, resident)
    stranger = Client()
    assert stranger.get(address).status_code == 403
    stranger.force_login(UserFactory())
    assert stranger.get(address).status_code == 403


def test_visitors_get_no_address_and_no_player(private):
    assert url_for(private, MASTER, AnonymousUser()) == ""
    assert url_for(private, MASTER, None) == ""
    assert player_context(private, AnonymousUser()) is None
    assert private.manifest_url == ""


def test_player_gets_signed_addresses(private, resident, reader):
    player = player_context(private, resident)
    assert player["manifest_url"].startswith("/uploads/s/")
    assert reader.get(player["manifest_url"]).status_code == 200


def test_address_expires(private, resident, reader, settings):
    long_ago = time.time() - settings.SIGNED_URL_S - STEP_S - 1
    token = sign(folder=f"lectures/{private.pk}", user_id=resident.pk, now=long_ago)
    address = f"/uploads/s/{token}/{private.directory}/{MASTER}"
    assert reader.get(address).status_code == 403
    assert signed_for(token, folder=f"lectures/{private.pk}", now=long_ago) == resident.pk


def test_token_of_one_lecture_opens_no_other(private, resident, reader, settings):
    other = Lecture.objects.create(
        title="Other", visibility=Visibility.MEMBERS, collection=private.collection
    )
    path = settings.MEDIA_ROOT / f"lectures/{other.pk}/1-1/{MASTER}"
    path.parent.mkdir(parents=True)
    path.write_text("secret")
    token = url_for(private, MASTER, resident).split("/")[3]
    assert reader.get(f"/uploads/s/{token}/lectures/{other.pk}/1-1/{MASTER}").status_code == 403
    for way in ("..", "%2e%2e"):
        around = f"/uploads/s/{token}/lectures/{private.pk}/{way}/{other.pk}/1-1/{MASTER}"
        answer = reader.get(around, follow=True)
        assert answer.status_code == 404
        assert b"secret" not in answer.content


def test_changed_token_opens_nothing(private, resident, reader):
    token = url_for(private, MASTER, resident).split("/")[3]
    user, expiry, signature = token.split(".")
    later = f"{int(expiry, 16) + 3600:x}"
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
    other = str(resident.pk + 1)
    for forged in (
        f"{other}.{expiry}.{signature}",
        f"{user}.{later}.{signature}",
        f"{user}.{expiry}.{flipped}",
        f"{user}.{expiry}.",
        "x",
    ):
        address = f"/uploads/s/{forged}/{private.directory}/{MASTER}"
        assert reader.get(address).status_code == 403


def test_old_key_holds_while_it_is_a_fallback(private, resident, settings):
    folder = f"lectures/{private.pk}"
    token = sign(folder=folder, user_id=resident.pk)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "a new key"
    assert signed_for(token, folder=folder) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert signed_for(token, folder=folder) == resident.pk


def test_making_a_lecture_private_closes_what_was_open_at_once(private, client):
    Lecture.objects.filter(pk=private.pk).update(visibility=Visibility.PUBLIC)
    address = f"/uploads/{private.directory}/{MASTER}"
    assert client.get(address).status_code == 200
    Lecture.objects.filter(pk=private.pk).update(visibility=Visibility.MEMBERS)
    assert client.get(address, follow=True).status_code == 404


def test_captions_of_a_private_lecture_are_for_signed_in_people(private, reader):
    private.captions.create(language="en", webvtt="WEBVTT\n")
    address = reverse("lectures:captions", args=[private.pk, "en"])
    assert Client().get(address).status_code == 403
    answer = reader.get(address)
    assert answer.status_code == 200
    assert answer["Cache-Control"].startswith("private")


def test_pages_loaded_within_an_hour_share_one_address(private, resident):
    at = 1_800_000_001.0
    folder = f"lectures/{private.pk}"
    one = sign(folder=folder, user_id=resident.pk, now=at)
    assert one == sign(folder=folder, user_id=resident.pk, now=at + 1000)
    assert one != sign(folder=folder, user_id=resident.pk, now=at + STEP_S)


def test_nginx_is_told_the_file_and_nothing_leaves_unasked(private, resident, reader, settings):
    settings.DELIVERY = "accel"
    answer = reader.get(url_for(private, SEGMENT, resident))
    assert answer["X-Accel-Redirect"] == f"/_uploads/{private.directory}/{SEGMENT}"
    assert answer["Content-Type"] == "video/iso.segment"
    assert answer.content == b""
    assert "X-Accel-Redirect" not in Client().get(url_for(private, SEGMENT, resident))


def test_visibility_is_chosen_in_the_admin_and_kept_when_left_out(client, editor, private):
    client.force_login(editor)
    address = reverse("lectures_admin:edit", args=[private.pk])
    assert "Signed-in people" in client.get(address).content.decode()
    facts = {"title": "New", "language": "en", "collection": private.collection_id}
    client.post(address, facts)
    private.refresh_from_db()
    assert (private.title, private.visibility) == ("New", "members")
    client.post(address, {**facts, "visibility": "public"})
    private.refresh_from_db()
    assert private.visibility == "public"
