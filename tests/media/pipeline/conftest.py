"""Small recordings made by ffmpeg itself, and a browser that plays what became of them."""

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from media.pipeline.ffmpeg_binary import find_ffmpeg

SHARED_VIDEO = Path(__file__).resolve().parents[4] / "shared" / "data" / "video"

# name → ffmpeg's arguments before the output's name
PICTURE = "testsrc2=s=320x240:r=25:d=3"
X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
CLIPS = {
    "lecture.mp4": f"-f lavfi -i testsrc2=s=426x240:r=30:d=8 -f lavfi -i sine=d=8 {X264} -c:a aac",
    "no-audio.mp4": f"-f lavfi -i {PICTURE} {X264}",
    "audio-only.mp3": "-f lavfi -i sine=d=4 -c:a libmp3lame",
    "ntsc.mkv": f"-f lavfi -i testsrc2=s=320x240:r=30000/1001:d=7 {X264}",
    "fast.mkv": f"-f lavfi -i testsrc2=s=320x240:r=120:d=3 {X264}",
    "odd.mp4": (
        "-f lavfi -i testsrc2=s=321x241:r=25:d=3 -c:v libx264 -preset ultrafast -pix_fmt yuv444p"
    ),
    "anamorphic.mpg": "-f lavfi -i testsrc2=s=352x288:r=25:d=2,setsar=16/11 -c:v mpeg2video",
    "no-duration.webm": (
        "-f lavfi -i testsrc2=s=160x120:r=25:d=3 -c:v libvpx -deadline realtime -live 1"
    ),
    "short-picture.mp4": f"-f lavfi -i {PICTURE} -f lavfi -i sine=d=5 {X264} -c:a aac",
    "late-sound.mp4": f"-f lavfi -i {PICTURE} -itsoffset 1 -f lavfi -i sine=d=2 {X264} -c:a aac",
    # Screen and sound change together: white with a tone in the second half of each 2 s.
    "flash.mov": (
        "-f lavfi -i color=black:s=320x180:r=30:d=14,"
        "drawbox=color=white:t=fill:enable='gte(mod(t\\,2)\\,1)' "
        "-f lavfi -i aevalsrc='gte(mod(t\\,2)\\,1)*sin(6283*t)':s=48000:d=14 "
        f"{X264} -c:a pcm_s16le"
    ),
}


@pytest.fixture(scope="session")
def ffmpeg_path() -> Path:
    """The ffmpeg under test."""
    return find_ffmpeg().path


@pytest.fixture(scope="session")
def run_ffmpeg(ffmpeg_path: Path) -> Callable[..., None]:
    """Run ffmpeg with arguments, failing the test when it fails."""

    def run(*arguments: str) -> None:
        subprocess.run([ffmpeg_path, "-v", "error", "-nostdin", "-y", *arguments], check=True)

    return run


@pytest.fixture(scope="session")
def clip(
    tmp_path_factory: pytest.TempPathFactory, run_ffmpeg: Callable[..., None]
) -> Callable[[str], Path]:
    """Give the path of a clip of ``CLIPS``, made on first use."""
    directory = tmp_path_factory.mktemp("clips")

    def make(name: str) -> Path:
        path = directory / name
        if not path.exists():
            # The graphs hold no blanks, so that a blank always parts two arguments.
            run_ffmpeg(*(part.replace("'", "") for part in CLIPS[name].split()), str(path))
        return path

    return make


@pytest.fixture(scope="session")
def shared_clip() -> Callable[[str], Path]:
    """Give a real recording from the folder beside the repository, or skip and say why."""

    def find(name: str) -> Path:
        path = SHARED_VIDEO / name
        if not path.exists():
            reason = f"no {path}: real recordings are kept beside the repository"
            print(reason)  # noqa: T201  the reason must be seen in the log
            pytest.skip(reason)
        return path

    return find


class RangeHandler(SimpleHTTPRequestHandler):
    """Serves files with byte ranges and the MIME types of HLS; remembers what was asked."""

    protocol_version = "HTTP/1.1"
    extensions_map = {
        ".m3u8": "application/vnd.apple.mpegurl",
        ".m4s": "video/iso.segment",
        ".mp4": "video/mp4",
        ".m4a": "audio/mp4",
        ".html": "text/html",
        ".jpg": "image/jpeg",
    }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the test's output readable."""

    def do_GET(self) -> None:
        """Answer with the whole file or the range asked for."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked:
            first = int(asked[1])
            last = min(int(asked[2] or len(content) - 1), len(content) - 1)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            content = content[first : last + 1]
        else:
            self.send_response(200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a directory on this machine; give its address."""
    servers = []

    def start(directory: Path) -> str:
        handler = partial(RangeHandler, directory=str(directory))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
