"""Small recordings, made by ffmpeg on first use."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files import File
from wagtail.models import Collection

from media.domain.lectures import create_lecture
from media.models import Lecture
from media.pipeline.ffmpeg_binary import find_ffmpeg
from tests.factories import make_author, make_department

QUICK = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
SMALL_PICTURE = ["-f", "lavfi", "-i", "testsrc2=s=426x240:r=15:d=4"]
SOUND = ["-f", "lavfi", "-i", "sine=d=4"]
RECORDINGS = {
    "lecture.mp4": [*SMALL_PICTURE, *SOUND, *QUICK, "-c:a", "aac"],
    "silent.mp4": [*SMALL_PICTURE, *QUICK],
    "voice.mp3": [*SOUND, "-c:a", "libmp3lame"],
    # Long enough in encoding for a worker to be killed over it.
    "long.mp4": [
        "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25:d=24", "-f", "lavfi", "-i", "sine=d=24",
        *QUICK, "-c:a", "aac",
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The path of a recording of `RECORDINGS`, or of one of the files that are none."""
    directory = tmp_path_factory.mktemp("recordings")
    (directory / "text.mp4").write_text("Dear editor, this is my lecture.\n" * 40)
    (directory / "empty.mp4").write_bytes(b"")

    def make(name: str) -> Path:
        path = directory / name
        if not path.exists():
            subprocess.run(
                [find_ffmpeg().path, "-v", "error", "-nostdin", *RECORDINGS[name], path],
                check=True,
            )
        return path

    return make


@pytest.fixture
def import_recording(recording: Callable[[str], Path]) -> Callable[..., Lecture]:
    """Create a lecture of a recording, as the upload form does."""

    def make(name: str = "lecture.mp4", **fields) -> Lecture:
        with recording(name).open("rb") as opened:
            return create_lecture(
                **{
                    "title": "Reading the chest film",
                    "language": "en",
                    "file": File(opened, name=name),
                    "collection": Collection.get_first_root_node(),
                    **fields,
                }
            )

    return make


@pytest.fixture
def own_folders(settings, tmp_path: Path) -> None:
    """What is published and what is worked on lie in folders of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.WORK_ROOT = tmp_path / "work"


@pytest.fixture
def department(db):
    return make_department()


@pytest.fixture
def author(department):
    """Somebody who may fill the department's collection."""
    return make_author(department, email="author@example.com")
