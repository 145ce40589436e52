"""The same through a real nginx: it sends what the hub names, and nothing it was not told to."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.test import Client

from media.delivery import url_for
from media.models import Visibility
from tests.factories import make_ready_lecture

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
DOCS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
SEGMENT = "720p-0123456789abcdef/seg-00001.m4s"
BYTES = bytes(range(256)) * 8

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        NGINX is None, reason="nginx is not installed (apt-get install nginx-light)"
    ),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def documented_locations() -> str:
    """The locations that docs/operations.md tells people to write."""
    text = DOCS.read_text(encoding="utf-8")
    block = re.search(r"```nginx\n(# Uploads and lectures.*?)```", text, re.DOTALL)
    assert block, "docs/operations.md has lost its nginx snippet"
    return block[1]


class HubBehind(BaseHTTPRequestHandler):
    """Hands nginx's requests to Django's test client, in the test's own database."""

    client: Client
    lock = threading.Lock()
    answers: dict[str, dict[str, str]]

    def do_GET(self) -> None:
        # The test has asked Django beforehand: its database is of this thread alone.
        status, headers = self.answers.get(self.path, (404, {}))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments) -> None:
        """Say nothing."""


@pytest.fixture
def nginx(settings, tmp_path) -> Iterator[tuple[int, type[HubBehind]]]:
    """A running nginx with the documented locations before a server that answers as Django did."""
    settings.DELIVERY = "accel"
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.MEDIA_ROOT.mkdir()
    tmp_path.chmod(0o755)
    HubBehind.answers = {}
    hub = ThreadingHTTPServer(("127.0.0.1", 0), HubBehind)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    port = free_port()
    locations = (
        documented_locations()
        .replace("/srv/viewbox/var/uploads/", f"{settings.MEDIA_ROOT}/")
        .replace("http://127.0.0.1:8000", f"http://127.0.0.1:{hub.server_port}")
    )
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + "events {}\nhttp { access_log off;\n"
        + "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"server {{ listen 127.0.0.1:{port};\n{locations}\n}} }}\n"
    )
    process = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(conf)])
    for _try in range(50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None, (tmp_path / "error.log").read_text()
        time.sleep(0.1)
    yield port, HubBehind
    process.terminate()
    process.wait()
    hub.shutdown()


@pytest.fixture
def lecture(nginx, settings):
    made = make_ready_lecture()
    made.visibility, made.directory = Visibility.MEMBERS, f"lectures/{made.pk}/1-1"
    made.save()
    path = settings.MEDIA_ROOT / made.directory / SEGMENT
    path.parent.mkdir(parents=True)
    path.write_bytes(BYTES)
    return made


def ask(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def through(nginx, client: Client, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What nginx makes of what Django answers to this person."""
    port, hub = nginx
    told = client.get(path)
    hub.answers[path] = (told.status_code, dict(told.items()))
    return ask(port, path, **headers)


def test_nginx_sends_a_signed_file_with_ranges_and_our_headers(nginx, lecture, resident):
    client = Client()
    client.force_login(resident)
    address = url_for(lecture, SEGMENT, resident)
    status, headers, body = through(nginx, client, address)
    assert (status, body) == (200, BYTES)
    assert headers["Content-Type"] == "video/iso.segment"
    assert headers["Cache-Control"].startswith("private")
    assert "X-Accel-Redirect" not in headers
    status, headers, body = through(nginx, client, address, Range="bytes=100-199")
    assert (status, body) == (206, BYTES[100:200])
    assert headers["Content-Range"] == f"bytes 100-199/{len(BYTES)}"


def test_nginx_sends_nothing_that_the_hub_refused(nginx, lecture, resident):
    address = url_for(lecture, SEGMENT, resident)
    assert through(nginx, Client(), address)[0] == 403
    plain = f"/uploads/{lecture.directory}/{SEGMENT}"
    assert ask(nginx[0], plain)[0] == 404
    internal = f"/_uploads/{lecture.directory}/{SEGMENT}"
    assert ask(nginx[0], internal)[0] == 404
    around = f"/uploads/images/../{lecture.directory}/{SEGMENT}"
    assert ask(nginx[0], around)[0] == 404


def test_nginx_sends_pictures_itself(nginx, settings):
    picture = settings.MEDIA_ROOT / "images" / "a.webp"
    picture.parent.mkdir()
    picture.write_bytes(b"picture")
    status, headers, body = ask(nginx[0], "/uploads/images/a.webp")
    assert (status, body) == (200, b"picture")
    assert headers["X-Content-Type-Options"] == "nosniff"
