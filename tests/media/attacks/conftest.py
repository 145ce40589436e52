"""A lure beside every attack: a file and a web server that notice when they are asked for."""

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from media.pipeline.ffmpeg_binary import find_ffmpeg
from tests.media.attacks.vectors import Lure

SECRET = b"the-patient-list-of-ward-seven"
SMALL = ["-f", "lavfi", "-i", "testsrc2=s=300x300:r=10:d=2"]
RECORDINGS = {
    "recording.mp4": [*SMALL, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"],
    "recording.avi": [*SMALL, "-c:v", "mpeg4"],
}


class Watched:
    """Tells whether a file was opened by anybody, inotify(7) asking the inode itself.

    A bind mount or another name for the file makes no difference.
    """

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._events = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        opened_or_read = 0x20 | 0x01
        if self._events < 0 or libc.inotify_add_watch(
            self._events, os.fsencode(path), opened_or_read
        ) < 0:  # fmt: skip
            raise OSError(ctypes.get_errno(), "inotify")

    def was_opened(self) -> bool:
        try:
            return bool(os.read(self._events, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._events)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Small valid recordings that attacks are made of."""
    directory = tmp_path_factory.mktemp("attacked")
    made = {}
    for name, arguments in RECORDINGS.items():
        path = directory / name
        subprocess.run(
            [find_ffmpeg().path, "-v", "error", "-nostdin", *arguments, path], check=True
        )
        made[name] = path.read_bytes()
    return made


@pytest.fixture
def visited() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and what was asked of it so far."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def handle(self) -> None:
            asked.append(self.client_address[0])
            super().handle()

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SECRET)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the test's output readable."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/secret.mp4", asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def lure(tmp_path: Path, recordings: dict[str, bytes], visited: tuple[str, list[str]]) -> Lure:
    """What the attacks of this test are after: a playable file with a secret in its tail."""
    file = tmp_path / "elsewhere" / "secret.mp4"
    file.parent.mkdir()
    file.write_bytes(recordings["recording.mp4"] + b"\0\0\0\x26free" + SECRET)
    return Lure(
        file=file,
        url=visited[0],
        recording=recordings["recording.mp4"],
        avi=recordings["recording.avi"],
    )


@pytest.fixture
def untouched(lure: Lure, visited: tuple[str, list[str]]) -> Iterator[Callable[[], None]]:
    """Fails when the lure was taken; to be called after the attack."""
    watched = Watched(lure.file)

    def check() -> None:
        assert not watched.was_opened(), "the local file was opened"
        assert visited[1] == [], "the address was asked for"

    yield check
    watched.close()
