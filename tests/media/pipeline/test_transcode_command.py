"""``manage.py transcode``: one JSON object, or a sentence and a non-zero exit."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def test_transcode_command_prints_what_it_made_and_what_it_cost(
    clip: Callable[[str], Path], tmp_path: Path
) -> None:
    stdout = StringIO()
    call_command(
        "transcode", str(clip("lecture.mp4")), out=tmp_path / "out", json=True, stdout=stdout
    )
    told = json.loads(stdout.getvalue())
    assert told["state"] == "ready"
    assert told["reason"] is None
    assert told["duration"] == pytest.approx(8.0, abs=0.05)
    assert (tmp_path / "out" / told["manifest"]).is_file()
    assert {(r["width"], r["height"]) for r in told["renditions"]} == {(426, 240), (None, None)}
    assert {r["codec"][:4] for r in told["renditions"]} == {"avc1", "av01", "mp4a", "opus"}
    assert told["cpu_seconds"] > 0
    assert told["wall_seconds"] > 0


def test_transcode_command_summarises_for_people(
    clip: Callable[[str], Path], tmp_path: Path
) -> None:
    stdout = StringIO()
    call_command("transcode", str(clip("audio-only.mp3")), out=tmp_path / "out", stdout=stdout)
    assert "sound" in stdout.getvalue()
    assert "100%" in stdout.getvalue()


def test_transcode_command_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    source = tmp_path / "lecture.mp4"
    source.write_text("Not a film at all.")
    stdout = StringIO()
    with pytest.raises(CommandError, match=r"TEXT_FILE: This is a text file"):
        call_command("transcode", str(source), out=tmp_path / "out", json=True, stdout=stdout)
    told = json.loads(stdout.getvalue())
    assert (told["state"], told["reason"]["code"]) == ("failed", "TEXT_FILE")
    assert not (tmp_path / "out").exists()


def test_transcode_command_does_not_overwrite(clip: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not empty"):
        call_command("transcode", str(clip("no-audio.mp4")), out=tmp_path.parent)
