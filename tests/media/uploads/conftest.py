"""A person who may upload, and the protocol as a few calls."""

import base64
import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from media.models import Upload
from media.uploads.domain import FOLDER
from tests.factories import make_author, make_department

ENDPOINT = "/lectures/uploads/"
# How every MP4 begins; what follows matters to nobody before the lecture is examined.
MP4_START = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
BODY = "application/offset+octet-stream"


def recording_bytes(size: int, seed: int = 1) -> bytes:
    """`size` bytes that begin like a recording and don't repeat."""
    noise = hashlib.shake_256(str(seed).encode()).digest(max(0, size - len(MP4_START)))
    return (MP4_START + noise)[:size]


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@dataclass
class Tus:
    """A client of the protocol, over Django's test client."""

    client: Client
    headers: dict[str, str] = field(default_factory=lambda: {"Tus-Resumable": "1.0.0"})

    def create(self, size: int | str, name: str = "talk.mp4", body: bytes = b"", **headers: str):
        return self.client.generic(
            "POST",
            ENDPOINT,
            body,
            content_type=BODY if body else "",
            headers={
                **self.headers,
                "Upload-Length": str(size),
                "Upload-Metadata": f"filename {b64(name)},fingerprint {b64('print')}",
                **headers,
            },
        )

    def open(self, size: int, name: str = "talk.mp4") -> str:
        """The address of a new upload."""
        answer = self.create(size, name)
        assert answer.status_code == 201, answer.content
        return answer["Location"].removeprefix("http://testserver")

    def patch(self, url: str, offset: int | str, data: bytes, kind: str = BODY, **headers: str):
        return self.client.generic(
            "PATCH",
            url,
            data,
            content_type=kind,
            headers={**self.headers, "Upload-Offset": str(offset), **headers},
        )

    def head(self, url: str):
        return self.client.head(url, headers=self.headers)

    def offset(self, url: str) -> int:
        answer = self.head(url)
        assert answer.status_code == 200, answer.content
        return int(answer["Upload-Offset"])

    def delete(self, url: str):
        return self.client.delete(url, headers=self.headers)


@pytest.fixture(autouse=True)
def private_root(settings, tmp_path) -> Path:
    # The lectures' storage knows this place since it was made: it is emptied instead.
    shutil.rmtree(settings.PRIVATE_ROOT, ignore_errors=True)
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.WORK_ROOT = tmp_path / "work"
    return Path(settings.PRIVATE_ROOT)


@pytest.fixture
def incoming_folder(private_root: Path) -> Path:
    return private_root / FOLDER


@pytest.fixture
def author(db) -> Any:
    return make_author(make_department(), email="author@example.com")


@pytest.fixture
def tus(client, author) -> Tus:
    client.force_login(author)
    return Tus(client)


@pytest.fixture
def upload_of(tus):
    """The row of an upload's address."""
    return lambda url: Upload.objects.get(pk=url.rstrip("/").rsplit("/", 1)[1])
