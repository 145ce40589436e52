"""`manage.py import_lecture`."""

import json

import pytest
from django.core.management import CommandError, call_command

from media.models import Lecture, LectureState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folders")]


def run(capsys, *arguments) -> dict:
    call_command("import_lecture", *map(str, arguments), "--json")
    return json.loads(capsys.readouterr().out)


def test_import_queues_a_lecture(capsys, recording):
    report = run(capsys, recording("lecture.mp4"), "--title", "Head CT", "--language", "ru")
    lecture = Lecture.objects.get()
    assert report == {
        "lecture": lecture.pk,
        "state": "queued",
        "duration": None,
        "manifest": None,
        "renditions": [],
        "reason": None,
    }
    assert (lecture.title, lecture.language, lecture.original_name) == (
        "Head CT",
        "ru",
        "lecture.mp4",
    )


def test_import_waits_for_a_lecture_with_captions(capsys, recording, tmp_path):
    captions = tmp_path / "lecture.vtt"
    captions.write_text("\ufeffWEBVTT\n\n00:01.000 --> 00:02.000\nЛёгкие\n", encoding="utf-8")
    report = run(capsys, recording("lecture.mp4"), "--title", "T", "--captions", captions, "--wait")
    lecture = Lecture.objects.get()
    assert (report["lecture"], report["state"], report["reason"]) == (lecture.pk, "ready", None)
    assert report["manifest"] == lecture.manifest_url
    assert report["duration"] == pytest.approx(4.0, abs=0.2)
    assert [sorted(rendition) for rendition in report["renditions"]] == [
        ["bitrate", "bytes", "codec", "height", "width"]
    ] * lecture.renditions.count()
    assert lecture.captions.get().webvtt.startswith("WEBVTT")


def test_import_of_no_recording_is_refused_with_its_reason(capsys, recording):
    with pytest.raises(CommandError, match="TEXT_FILE: This is a text file"):
        call_command("import_lecture", str(recording("text.mp4")), "--title", "T", "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["state"], report["reason"]["code"]) == ("failed", "TEXT_FILE")
    assert not Lecture.objects.exists()


def test_import_that_waits_keeps_what_failed(capsys, recording):
    with pytest.raises(CommandError, match="TEXT_FILE"):
        call_command(
            "import_lecture", str(recording("text.mp4")), "--title", "T", "--json", "--wait"
        )
    report = json.loads(capsys.readouterr().out)
    lecture = Lecture.objects.get()
    assert (lecture.state, report["lecture"]) == (LectureState.FAILED, lecture.pk)


@pytest.mark.parametrize(
    ("captions", "words"),
    [("WEBVTT\n\nno times", "Line 3"), (b"\xff\xfe\x00", "Line 1"), (None, "No such file")],
)
def test_import_with_bad_captions_takes_nothing_in(recording, tmp_path, captions, words):
    path = tmp_path / "bad.vtt"
    if captions is not None:
        path.write_bytes(captions.encode() if isinstance(captions, str) else captions)
    with pytest.raises(CommandError, match=words):
        call_command(
            "import_lecture", str(recording("lecture.mp4")), "--title", "T",
            "--captions", str(path),
        )  # fmt: skip
    assert not Lecture.objects.exists()


def test_import_of_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_lecture", str(tmp_path / "none.mp4"), "--title", "T")
