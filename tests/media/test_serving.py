"""Files under /uploads/: ranges, types, caching, and nothing from elsewhere."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.models import Lecture
from media.serving import parse_range
from tests.factories import make_ready_lecture

CONTENT = bytes(range(256)) * 4
HASHED = "lectures/1/1-1/720p-0123456789abcdef/seg-00001.m4s"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings, tmp_path, db) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    (tmp_path / "secret.txt").write_text("secret")
    for name in (HASHED, "images/a.webp", "images/page.html", "lectures/.1-1/seg.m4s",
                 "lectures/1/1-1/master-0123456789abcdef.m3u8"):  # fmt: skip
        path = settings.MEDIA_ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CONTENT)
    lecture = make_ready_lecture()
    Lecture.objects.filter(pk=lecture.pk).update(id=1)
    return settings.MEDIA_ROOT


def body(answer) -> bytes:
    return answer.getvalue() if answer.streaming else answer.content


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=1000-", 1000, 1024),
        ("bytes=-24", 1000, 1024),
        ("bytes=-5000", 0, 1024),
        ("bytes=1000-5000", 1000, 1024),
        ("bytes=0-9, 20-29", 0, 30),
    ],
)
def test_range_is_served(client, header, start, end):
    answer = client.get(f"/uploads/{HASHED}", headers={"Range": header})
    assert answer.status_code == 206
    assert body(answer) == CONTENT[start:end]
    assert answer["Content-Range"] == f"bytes {start}-{end - 1}/1024"
    assert answer["Content-Length"] == str(end - start)


def test_range_beyond_the_end_gets_416(client):
    answer = client.get(f"/uploads/{HASHED}", headers={"Range": "bytes=2000-"})
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */1024")


@pytest.mark.parametrize("header", ["lines=1-2", "bytes=", "bytes=-", "bytes=9-3", "bytes=a-b"])
def test_meaningless_range_is_ignored(client, header):
    answer = client.get(f"/uploads/{HASHED}", headers={"Range": header})
    assert (answer.status_code, body(answer)) == (200, CONTENT)


@given(st.text("0123456789-,= bytes", max_size=30), st.integers(0, 5000))
def test_any_range_is_ignored_or_lies_within_the_file(header, size):
    span = parse_range("bytes=" + header, size)
    assert span is None or 0 <= span[0] <= span[1] <= size


def test_range_of_an_outdated_copy_gets_the_whole_file(client):
    answer = client.get(f"/uploads/{HASHED}", headers={"Range": "bytes=0-9", "If-Range": '"old"'})
    assert answer.status_code == 200
    current = client.get(
        f"/uploads/{HASHED}", headers={"Range": "bytes=0-9", "If-Range": answer["ETag"]}
    )
    assert current.status_code == 206


def test_head_tells_the_length_without_the_body(client):
    answer = client.head(f"/uploads/{HASHED}")
    assert (answer.status_code, answer["Content-Length"], body(answer)) == (200, "1024", b"")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (HASHED, "video/iso.segment"),
        ("lectures/1/1-1/master-0123456789abcdef.m3u8", "application/vnd.apple.mpegurl"),
        ("images/a.webp", "image/webp"),
        ("images/page.html", "application/octet-stream"),
    ],
)
def test_type_comes_from_our_list(client, name, kind):
    answer = client.get(f"/uploads/{name}")
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.get("Content-Disposition") == (
        "attachment" if kind.endswith("octet-stream") else answer.get("Content-Disposition")
    )


def test_hashed_names_are_cached_for_ever_and_others_are_not(client):
    assert "immutable" in client.get(f"/uploads/{HASHED}")["Cache-Control"]
    assert (
        "immutable"
        in client.get("/uploads/lectures/1/1-1/master-0123456789abcdef.m3u8")["Cache-Control"]
    )
    assert "immutable" not in client.get("/uploads/images/a.webp")["Cache-Control"]


def test_unchanged_file_is_not_sent_again(client):
    first = client.get("/uploads/images/a.webp")
    for headers in (
        {"If-None-Match": first["ETag"]},
        {"If-None-Match": f'"x", W/{first["ETag"]}'},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        again = client.get("/uploads/images/a.webp", headers=headers)
        assert (again.status_code, body(again)) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "images/../../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "/etc/passwd",
        "//etc/passwd",
        "images",
        "images/",
        "lectures/.1-1/seg.m4s",
        "images/a.webp%00.txt",
        "..\\secret.txt",
        "nothing.mp4",
        "link.txt",
        "folder/secret.txt",
        pytest.param("x" * 5000, id="long"),
    ],
)
def test_nothing_from_elsewhere_is_served(client, db, root, path):
    (root / "link.txt").symlink_to(root.parent / "secret.txt")
    (root / "folder").symlink_to(root.parent)
    # The locale middleware looks for a page of that name before it says so.
    assert client.get(f"/uploads/{path}", follow=True).status_code == 404


def test_lectures_may_be_read_from_other_origins_and_pictures_need_not(client):
    answer = client.get(f"/uploads/{HASHED}", headers={"Range": "bytes=0-9", "Origin": "https://x"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in answer["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in client.get("/uploads/images/a.webp")


def test_files_of_an_unknown_lecture_are_not_served(client, root):
    other = root / HASHED.replace("lectures/1/", "lectures/77/")
    other.parent.mkdir(parents=True)
    other.write_bytes(CONTENT)
    address = "/uploads/" + HASHED.replace("lectures/1/", "lectures/77/")
    assert client.get(address, follow=True).status_code == 404


def test_uploads_are_only_read(client):
    assert client.post(f"/uploads/{HASHED}").status_code == 405
