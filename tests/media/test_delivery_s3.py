"""The same through a bucket that speaks S3 (moto's server on loopback)."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from moto.server import ThreadedMotoServer

from media.delivery import bucket, url_for
from media.delivery.copies import copy_published, sweep_bucket
from media.domain.files import publish
from media.models import Lecture, Visibility
from tests.factories import make_ready_lecture

pytestmark = pytest.mark.django_db

MASTER = "master-0123456789abcdef.m3u8"
SEGMENT = "720p-0123456789abcdef/seg-00001.m4s"
BYTES = bytes(range(256)) * 8


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def _bucket(s3: str, settings, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    settings.DELIVERY, settings.S3_ENDPOINT = "s3", s3
    settings.S3_BUCKET = f"lectures-{tmp_path.name.replace('_', '-').lower()}"[:60].rstrip("-")
    settings.MEDIA_ROOT = tmp_path / "uploads"
    bucket.client().create_bucket(Bucket=settings.S3_BUCKET)


def files_of(lecture: Lecture, root: Path) -> Path:
    """What a transcoding leaves, not yet published."""
    made = root / "made" / str(lecture.pk)
    (made / SEGMENT).parent.mkdir(parents=True)
    (made / SEGMENT).write_bytes(BYTES)
    (made / MASTER).write_text("#EXTM3U\n")
    return made


@pytest.fixture
def lecture(tmp_path: Path) -> Lecture:
    made = make_ready_lecture()
    made.visibility, made.directory = Visibility.MEMBERS, f"lectures/{made.pk}/1-1"
    made.manifest = MASTER
    made.save()
    publish(files_of(made, tmp_path), name=made.directory)
    return made


@pytest.fixture
def reader(resident) -> Client:
    client = Client()
    client.force_login(resident)
    return client


def fetch(address: str, **headers: str) -> tuple[int, Message, bytes]:
    request = urllib.request.Request(address, headers=headers)  # noqa: S310  our own server
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, b""


def keys() -> list[str]:
    from django.conf import settings

    listed = bucket.client().list_objects_v2(Bucket=settings.S3_BUCKET)
    return sorted(found["Key"] for found in listed.get("Contents", []))


def test_what_is_published_is_in_the_bucket_with_its_type(lecture, settings):
    assert keys() == [f"{lecture.directory}/{SEGMENT}", f"{lecture.directory}/{MASTER}"]
    stored = bucket.client().head_object(
        Bucket=settings.S3_BUCKET, Key=f"{lecture.directory}/{SEGMENT}"
    )
    assert stored["ContentType"] == "video/iso.segment"
    assert "immutable" in stored["CacheControl"]


def test_segment_comes_from_the_bucket_by_an_address_for_minutes(lecture, resident, reader):
    told = reader.get(url_for(lecture, SEGMENT, resident))
    assert told.status_code == 302
    assert told["Cache-Control"] == "private, max-age=150"
    assert "X-Amz-Expires=300" in told["Location"]
    status, headers, body = fetch(told["Location"])
    assert (status, body) == (200, BYTES)
    assert headers["Content-Type"] == "video/iso.segment"
    status, _headers, body = fetch(told["Location"], Range="bytes=100-199")
    assert (status, body) == (206, BYTES[100:200])


def test_playlist_comes_through_the_hub_so_that_children_are_asked_for_here(
    lecture, resident, reader
):
    answer = reader.get(url_for(lecture, MASTER, resident))
    assert (answer.status_code, answer.content) == (200, b"#EXTM3U\n")
    assert answer["Content-Type"] == "application/vnd.apple.mpegurl"


def test_others_get_no_address_of_the_bucket(lecture, resident):
    stranger = Client()
    for address in (
        url_for(lecture, SEGMENT, resident),
        f"/uploads/{lecture.directory}/{SEGMENT}",
    ):
        answer = stranger.get(address)
        assert answer.status_code in (403, 404, 302)
        assert "X-Amz" not in answer.get("Location", "")


def test_missing_playlist_is_not_found(lecture, resident, reader):
    address = url_for(lecture, "gone.m3u8", resident)
    assert reader.get(address, follow=True).status_code == 404


def test_sweep_copies_what_a_crash_left_out_and_removes_what_is_gone(lecture, settings, tmp_path):
    import shutil

    missing = settings.MEDIA_ROOT / f"lectures/{lecture.pk}/2-7"
    shutil.copytree(settings.MEDIA_ROOT / lecture.directory, missing)
    assert sweep_bucket() == 1
    assert len(keys()) == 4
    shutil.rmtree(missing)
    assert sweep_bucket() == 1
    assert len(keys()) == 2
    assert sweep_bucket() == 0


def test_emptied_bucket_is_filled_again(lecture, settings):
    bucket.remove(name=lecture.directory)
    assert keys() == []
    call_command("fill_bucket")
    assert len(keys()) == 2


def test_without_a_bucket_nothing_is_copied(lecture, settings, tmp_path):
    settings.DELIVERY = "files"
    copy_published(settings.MEDIA_ROOT / lecture.directory, name="lectures/9/1-1")
    assert sweep_bucket() == 0
    settings.DELIVERY = "s3"
    assert len(keys()) == 2
