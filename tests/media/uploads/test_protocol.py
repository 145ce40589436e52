"""tus 1.0 as its specification has it, and what people are told when it says no."""

import base64
import hashlib
import os
import time

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media.models import Upload
from media.uploads import store
from media.uploads.domain import incoming
from media.uploads.protocol import Malformed, parse_checksum, parse_metadata, parse_number
from people.models import User

from .conftest import ENDPOINT, Tus, b64, recording_bytes

pytestmark = pytest.mark.django_db


def checksum(data: bytes, algorithm: str = "sha1") -> str:
    digest = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


def error(answer) -> str:
    return answer.json()["error"].replace("\xa0", " ")


# --- Core ---------------------------------------------------------------------------------------


def test_options_tells_version_extensions_and_the_persons_limit(tus, settings):
    settings.LECTURE_MAX_BYTES = 12345
    answer = tus.client.options(ENDPOINT)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    extensions = "creation,creation-with-upload,expiration,checksum,termination"
    assert answer["Tus-Extension"] == extensions
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert answer["Tus-Max-Size"] == "12345"


def test_another_version_of_the_protocol_is_refused_with_ours(tus):
    answer = Tus(tus.client, {"Tus-Resumable": "0.2.2"}).create(10)
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
    assert not Upload.objects.exists()


def test_upload_in_two_pieces_is_whole(tus, upload_of):
    data = recording_bytes(100_000)
    url = tus.open(len(data))
    assert tus.offset(url) == 0
    first = tus.patch(url, 0, data[:70_000])
    assert (first.status_code, first["Upload-Offset"]) == (204, "70000")
    assert tus.offset(url) == 70_000
    second = tus.patch(url, 70_000, data[70_000:])
    assert (second.status_code, second["Upload-Offset"]) == (204, "100000")
    upload = upload_of(url)
    assert incoming(upload).path.read_bytes() == data
    assert upload.is_finished
    assert (upload.name, upload.fingerprint, upload.container) == ("talk.mp4", "print", "mp4")


def test_head_gives_back_length_metadata_and_is_never_cached(tus):
    url = tus.open(500, name="Грудная клетка.mp4")
    answer = tus.head(url)
    assert answer["Upload-Length"] == "500"
    assert answer["Upload-Metadata"].startswith(f"filename {b64('Грудная клетка.mp4')}")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Tus-Resumable"] == "1.0.0"
    assert "GMT" in answer["Upload-Expires"]


def test_creation_may_bring_the_first_bytes(tus, upload_of):
    data = recording_bytes(3000)
    answer = tus.create(3000, body=data[:1000])
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "1000")
    assert tus.offset(answer["Location"]) == 1000


@pytest.mark.parametrize("offset", [1, 999, 1001])
def test_piece_at_the_wrong_offset_changes_nothing(tus, upload_of, offset):
    data = recording_bytes(2000)
    url = tus.open(2000)
    tus.patch(url, 0, data[:1000])
    answer = tus.patch(url, offset, data[:500])
    assert (answer.status_code, answer["Upload-Offset"]) == (409, "1000")
    assert incoming(upload_of(url)).path.read_bytes() == data[:1000]


def test_nothing_is_taken_beyond_the_announced_length(tus, upload_of):
    url = tus.open(1000)
    assert tus.patch(url, 0, recording_bytes(1001)).status_code == 413
    assert tus.offset(url) == 0


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"Upload-Length": "-5"}, 400),
        ("POST", {"Upload-Length": "many"}, 400),
        ("POST", {}, 400),
        ("POST", {"Upload-Defer-Length": "1"}, 400),
        ("POST", {"Upload-Length": "5", "Upload-Metadata": "filename ä"}, 400),
        ("GET", {}, 405),
        ("PATCH", {}, 405),
    ],
)
def test_malformed_creation_is_refused(tus, method, headers, status):
    answer = tus.client.generic(method, ENDPOINT, headers={**tus.headers, **headers})
    assert answer.status_code == status
    assert not Upload.objects.exists()


def test_malformed_piece_is_refused(tus):
    url = tus.open(1000)
    assert tus.patch(url, 0, b"x" * 10, kind="application/json").status_code == 415
    assert tus.patch(url, "ten", b"x" * 10).status_code == 400
    assert tus.patch(url, 0, b"x", **{"Upload-Checksum": "md5 AAAA"}).status_code == 400
    assert tus.patch(url, 0, b"x", **{"Upload-Checksum": "sha1 AAAA"}).status_code == 400
    assert tus.offset(url) == 0


def test_method_may_be_given_as_override(tus):
    url = tus.open(2000)
    answer = tus.client.post(
        url,
        recording_bytes(2000),
        content_type="application/offset+octet-stream",
        headers={**tus.headers, "X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"},
    )
    assert answer.status_code == 204
    assert tus.offset(url) == 2000


def test_removed_upload_is_gone_with_its_bytes(tus, incoming_folder):
    url = tus.open(2000)
    tus.patch(url, 0, recording_bytes(1000))
    assert tus.delete(url).status_code == 204
    assert tus.head(url).status_code == 410
    assert tus.patch(url, 1000, b"x").status_code == 410
    assert list(incoming_folder.iterdir()) == []


# --- Whose it is --------------------------------------------------------------------------------


def test_nobody_touches_another_persons_upload(tus, editor):
    url = tus.open(2000)
    stranger = Client()
    stranger.force_login(editor)
    other = Tus(stranger)
    assert other.patch(url, 0, recording_bytes(100)).status_code == 403
    assert other.head(url).status_code == 403
    assert other.delete(url).status_code == 403
    assert tus.offset(url) == 0


@pytest.mark.parametrize("who", ["visitor", "resident"])
def test_whoever_may_not_add_lectures_is_told_so(who, resident):
    client = Client()
    if who == "resident":
        client.force_login(resident)
    answer = Tus(client).create(1000)
    assert answer.status_code == 403
    assert "Sign in again" in error(answer)
    assert not Upload.objects.exists()


def test_requests_without_csrf_token_are_refused(author):
    client = Client(enforce_csrf_checks=True)
    client.force_login(author)
    assert Tus(client).create(1000).status_code == 403
    client.get("/en/accounts/login/")
    client.get("/admin/lectures/new/")
    token = client.cookies["csrftoken"].value
    with_token = Tus(client, {"Tus-Resumable": "1.0.0", "X-CSRFToken": token})
    url = with_token.open(1000)
    assert Tus(client).patch(url, 0, recording_bytes(10)).status_code == 403
    assert with_token.patch(url, 0, recording_bytes(10)).status_code == 204


# --- Limits -------------------------------------------------------------------------------------


def test_too_large_a_recording_is_refused_before_its_first_byte(tus, settings, incoming_folder):
    settings.LECTURE_MAX_BYTES = 1024
    answer = tus.create(1025)
    assert answer.status_code == 413
    assert "recordings of at most 1.0 KB from you" in error(answer)
    assert list(incoming_folder.glob("*")) == []


def test_editors_have_more_room_than_authors(client, editor, settings):
    settings.LECTURE_MAX_BYTES, settings.LECTURE_MAX_BYTES_EDITOR = 1024, 2048
    client.force_login(editor)
    assert Tus(client).create(2048).status_code == 201
    assert Tus(client).create(2049).status_code == 413


def test_open_uploads_count_against_the_quota_until_removed(tus, settings):
    settings.UPLOAD_QUOTA_BYTES = 5000
    first = tus.open(3000)
    tus.open(1500)
    refused = tus.create(1000)
    assert refused.status_code == 413
    assert "leave room for 500 bytes" in error(refused)
    tus.delete(first)
    assert tus.create(1000).status_code == 201


def test_full_disk_is_told_before_anything_is_sent(tus, monkeypatch):
    from media.pipeline import disk

    full = type("Usage", (), {"free": disk.RESERVE_BYTES + 999})
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _path: full)
    answer = tus.create(1000)
    assert answer.status_code == 507
    assert error(answer)
    assert tus.create(999).status_code == 201
    assert tus.create(1).status_code == 507  # the room is promised to the one before


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Dear editor, here is my talk.\n" * 40, "text"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n" * 10, "playlist"),
        (b"\x89PNG\r\n\x1a\n" + bytes(3000), "picture"),
    ],
)
def test_what_is_no_recording_is_refused_when_its_head_is_there(tus, data, said, incoming_folder):
    url = tus.open(len(data), name="talk.mp4")
    answer = tus.patch(url, 0, data)
    assert answer.status_code == 415
    assert said in error(answer).lower()
    assert tus.head(url).status_code == 410
    assert list(incoming_folder.iterdir()) == []


def test_long_file_is_refused_after_64_kib_already(tus):
    text = b"Minutes of the meeting.\n" * 40_000
    url = tus.open(len(text))
    first, rest = text[:60_000], text[60_000:70_000]
    assert tus.patch(url, 0, first).status_code == 204
    assert tus.patch(url, 60_000, rest).status_code == 415


def test_empty_file_is_refused_with_a_sentence(tus):
    answer = tus.create(0)
    assert answer.status_code == 415
    assert error(answer).startswith("The file is empty.")


def test_sentences_come_in_the_language_of_the_page(tus, settings):
    settings.LECTURE_MAX_BYTES = 1024
    tus.client.cookies["django_language"] = "en"
    english = error(tus.create(2000))
    assert "at most" in english


# --- Checksums ----------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_piece_with_the_right_checksum_is_taken(tus, algorithm):
    data = recording_bytes(5000)
    url = tus.open(5000)
    answer = tus.patch(url, 0, data, **{"Upload-Checksum": checksum(data, algorithm)})
    assert answer.status_code == 204
    assert tus.offset(url) == 5000


def test_damaged_piece_is_dropped_whole(tus, upload_of):
    data = recording_bytes(5000)
    url = tus.open(5000)
    tus.patch(url, 0, data[:1000])
    answer = tus.patch(url, 1000, data[1000:], **{"Upload-Checksum": checksum(data)})
    assert answer.status_code == 460
    assert tus.offset(url) == 1000
    assert incoming(upload_of(url)).path.read_bytes() == data[:1000]


# --- Crashes and second windows -----------------------------------------------------------------


class CutLine:
    """A body whose connection ends after `arrived` bytes, by error or by silence."""

    def __init__(self, data: bytes, arrived: int, by_error: bool) -> None:
        self.data, self.left, self.by_error = data, arrived, by_error

    def read(self, size: int) -> bytes:
        piece = self.data[: min(size, self.left)]
        self.data, self.left = self.data[len(piece) :], self.left - len(piece)
        if not piece and self.by_error:
            raise OSError("connection reset")
        return piece

    readline = read


def cut_patch(tus: Tus, url: str, offset: int, data: bytes, arrived: int, **extra) -> int:
    """Send a PATCH of which only `arrived` bytes come through."""
    by_error = bool(arrived % 2)
    return tus.client.generic(
        "PATCH",
        url,
        data,
        content_type="application/offset+octet-stream",
        headers={**tus.headers, "Upload-Offset": str(offset), **extra},
        **{"wsgi.input": CutLine(data, arrived, by_error)},
    ).status_code


def test_what_arrived_before_the_line_was_cut_is_kept(tus):
    data = recording_bytes(200_000)
    url = tus.open(len(data))
    assert cut_patch(tus, url, 0, data, 120_001) == 400
    assert tus.offset(url) == 120_001


def test_a_cut_piece_with_checksum_proves_nothing_and_is_dropped(tus):
    data = recording_bytes(200_000)
    url = tus.open(len(data))
    extra = {"Upload-Checksum": checksum(data)}
    assert cut_patch(tus, url, 0, data, 120_000, **extra) == 400
    assert tus.offset(url) == 0


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_history_of_pieces_breaks_and_mistakes_ends_in_the_same_bytes(tus, upload_of, data):
    """Random splits, cuts, duplicates, wrong offsets, damage: the file is what was sent."""
    size = data.draw(st.integers(1, 150_000), label="size")
    wanted = recording_bytes(max(size, 40), seed=size)
    url = tus.open(len(wanted))
    try:
        _send_with_mishaps(tus, url, wanted, data)
        assert incoming(upload_of(url)).path.read_bytes() == wanted
        assert upload_of(url).is_finished
    finally:
        tus.delete(url)


def _send_with_mishaps(tus: Tus, url: str, wanted: bytes, data) -> None:
    for _step in range(12):
        at = tus.offset(url)
        if at == len(wanted):
            return
        piece = wanted[at : at + data.draw(st.integers(1, 100_000), label="piece")]
        event = data.draw(
            st.sampled_from(["send", "proved", "cut", "cut-proved", "wrong", "damaged"])
        )
        proof = {"Upload-Checksum": checksum(piece)}
        if event == "send":
            assert tus.patch(url, at, piece).status_code == 204
        elif event == "proved":
            assert tus.patch(url, at, piece, **proof).status_code == 204
        elif event.startswith("cut") and len(piece) > 1:
            arrived = data.draw(st.integers(0, len(piece) - 1), label="arrived")
            cut_patch(tus, url, at, piece, arrived, **(proof if event == "cut-proved" else {}))
            assert tus.offset(url) == at + (0 if event == "cut-proved" else arrived)
        elif event == "wrong":
            elsewhere = data.draw(st.integers(0, len(wanted)), label="elsewhere")
            if elsewhere != at:
                assert tus.patch(url, elsewhere, b"x").status_code in (409, 413)
        elif event == "damaged":
            assert tus.patch(url, at, b"x" * len(piece), **proof).status_code == 460
    tus.patch(url, tus.offset(url), wanted[tus.offset(url) :])


def test_bytes_on_the_disk_count_even_if_the_row_never_heard_of_them(tus, upload_of):
    """A server killed between its last write and its row leaves a longer file."""
    data = recording_bytes(3000)
    url = tus.open(3000)
    incoming(upload_of(url)).path.write_bytes(data[:2000])
    assert upload_of(url).received_bytes == 0
    assert tus.offset(url) == 2000
    assert upload_of(url).received_bytes == 2000


def test_unproved_bytes_of_a_killed_server_are_dropped(tus, upload_of, monkeypatch):
    data = recording_bytes(3000)
    url = tus.open(3000)
    tus.patch(url, 0, data[:1000])
    writer = incoming(upload_of(url)).begin(offset=1000, proved_at_end=True)
    writer.write(data[1000:2000])  # and never heard of again
    monkeypatch.setattr(store, "SILENT_AFTER_S", 0.0)
    assert tus.offset(url) == 1000


def test_second_window_waits_for_a_living_writer_and_supersedes_a_silent_one(
    tus, upload_of, monkeypatch
):
    data = recording_bytes(3000)
    url = tus.open(3000)
    file = incoming(upload_of(url))
    writer = file.begin(offset=0)
    writer.write(data[:1000])
    busy = tus.patch(url, 1000, data[1000:])
    assert busy.status_code == 423
    assert "another window" in error(busy)
    assert tus.head(url).status_code == 423
    long_ago = time.time() - store.SILENT_AFTER_S - 1
    os.utime(file.path, (long_ago, long_ago))
    os.utime(file.path.with_suffix(".writer"), (long_ago, long_ago))
    assert tus.patch(url, 1000, data[1000:]).status_code == 204
    with pytest.raises(store.Superseded):
        writer.write(b"too late")
    assert file.path.read_bytes() == data


def test_uploads_leave_threads_for_readers(tus, monkeypatch):
    from media.uploads import views

    url = tus.open(3000)
    taken = [views._places.acquire(blocking=False) for _ in range(3)]
    assert all(taken)
    try:
        assert tus.patch(url, 0, recording_bytes(3000)).status_code == 423
    finally:
        for _ in taken:
            views._places.release()
    assert tus.patch(url, 0, recording_bytes(3000)).status_code == 204


# --- Headers ------------------------------------------------------------------------------------


@given(st.dictionaries(st.from_regex(r"[a-zA-Z0-9_-]{1,20}", fullmatch=True), st.text(max_size=40)))
def test_metadata_survives_its_coding(values):
    header = ",".join(f"{key} {b64(value)}" for key, value in values.items())
    if len(header) <= 4096:
        assert parse_metadata(header) == values


@given(st.text(max_size=80))
def test_any_header_is_parsed_or_called_malformed(text):
    for parse in (parse_metadata, parse_checksum, lambda value: parse_number(value, "X")):
        try:
            parse(text)
        except Malformed:
            continue


def test_a_right_taken_away_ends_the_upload(tus, author):
    url = tus.open(2000)
    author.is_active = False
    author.save()
    assert tus.patch(url, 0, recording_bytes(10)).status_code == 403
    assert User.objects.get(pk=author.pk).uploads.count() == 1
