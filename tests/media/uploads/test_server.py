"""Uploads through the real web server: two windows at once, and killed in the middle."""

import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_hub import ROOT, RunningHub, running_hub

from .conftest import BODY, recording_bytes

# A person, signed in: what a browser would have as cookies.
SIGN_IN = """
import json
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from people.domain.roles import give_role
from people.models import User
from people.roles import Role
user = User.objects.create_user(email="editor@example.com", password=None)
give_role(user=user, role=Role.EDITOR)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(json.dumps(session.session_key))
"""
TOKEN = "c" * 32


class Person:
    """Speaks the protocol over connections of their own."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.headers = {
            "Tus-Resumable": "1.0.0",
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
        }

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {**self.headers, **headers})
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()

    def open(self, size: int) -> str:
        answer = self.ask("POST", "/lectures/uploads/", **{"Upload-Length": str(size)})
        assert answer.status == 201, answer.reason
        return "/lectures/" + answer.headers["Location"].split("/lectures/", 1)[1]

    def patch(self, path: str, offset: int, data: bytes):
        extra = {"Upload-Offset": str(offset), "Content-Type": BODY}
        return self.ask("PATCH", path, data, **extra)

    def offset(self, path: str) -> int | None:
        answer = self.ask("HEAD", path)
        return int(answer.headers["Upload-Offset"]) if answer.status == 200 else None

    def cut_patch(self, path: str, offset: int, data: bytes, announced: int) -> None:
        """Announce more than is sent, and hold the line."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest("PATCH", path)
        extra = {
            "Upload-Offset": str(offset),
            "Content-Type": BODY,
            "Content-Length": str(announced),
        }
        for name, value in {**self.headers, **extra}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(data)
        self.held = connection


class OwnServer:
    def __init__(self, hub: RunningHub, port: int) -> None:
        self.hub, self.port = hub, port

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
                *("--port", str(self.port), "--workers", "1", "--blocking-threads", "4"),
                *("--no-ws", "--log-level", "warning", "hub.wsgi:application"),
            ],
            cwd=ROOT,
            env=self.hub.env,
            start_new_session=True,
        )
        for _try in range(300):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", "/robots.txt")
                connection.getresponse().read()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("The server did not start")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with running_hub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture(scope="module")
def session(hub: RunningHub) -> str:
    return json.loads(hub.manage("shell", "--no-imports", "-c", SIGN_IN).splitlines()[-1])


@pytest.fixture
def person(hub: RunningHub, session: str) -> Person:
    return Person(int(hub.url.rsplit(":", 1)[1]), session)


@pytest.fixture(autouse=True)
def private_root(hub: RunningHub) -> Path:
    """The running hub's, instead of the tests' own."""
    return hub.var / "private"


def file_of(hub: RunningHub, path: str) -> Path:
    key = path.rstrip("/").rsplit("/", 1)[1].replace("-", "")
    return hub.var / "private" / "incoming" / f"{key}.part"


def test_two_windows_sending_at_once_make_one_true_file(hub, person, session):
    data = recording_bytes(12_000_000)
    path = person.open(len(data))
    statuses: list[int] = []
    deadline = time.monotonic() + 60

    def window(piece: int) -> None:
        mine = Person(person.port, session)
        while time.monotonic() < deadline:
            at = mine.offset(path)
            if at == len(data):
                return
            if at is None:
                time.sleep(0.01)
                continue
            statuses.append(mine.patch(path, at, data[at : at + piece]).status)

    windows = [threading.Thread(target=window, args=(piece,)) for piece in (700_001, 1_300_007)]
    for thread in windows:
        thread.start()
    for thread in windows:
        thread.join()
    assert person.offset(path) == len(data)
    assert set(statuses) <= {204, 409, 423}
    sent, wanted = hashlib.sha256(file_of(hub, path).read_bytes()), hashlib.sha256(data)
    assert sent.hexdigest() == wanted.hexdigest()


def test_server_killed_in_the_middle_keeps_what_had_arrived(hub, person, session):
    data = recording_bytes(6_000_000, seed=5)
    server = OwnServer(hub, person.port + 1)
    server.start()
    try:
        mine = Person(server.port, session)
        path = mine.open(len(data))
        assert mine.patch(path, 0, data[:1_000_000]).status == 204
        mine.cut_patch(path, 1_000_000, data[1_000_000:4_000_000], len(data) - 1_000_000)
        file = file_of(hub, path)
        for _try in range(200):
            if file.stat().st_size >= 3_000_000:
                break
            time.sleep(0.05)
        server.kill()
        arrived = file.stat().st_size
        assert arrived >= 3_000_000
        server.start()
        # The dead server's writer is superseded once it has been silent.
        old = time.time() - 60
        for name in (file, file.with_suffix(".writer")):
            os.utime(name, (old, old))
        assert mine.offset(path) == arrived
        assert mine.patch(path, arrived, data[arrived:]).status == 204
        assert file.read_bytes() == data
    finally:
        server.kill()
