"""Encoding: one process, equal cuts, sound on picture, and nothing left behind."""

import contextlib
import dataclasses
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from media.pipeline import disk
from media.pipeline.chunks import joined
from media.pipeline.encode import command, encode
from media.pipeline.ffmpeg_binary import FfmpegBinary, find_ffmpeg
from media.pipeline.hls import MediaPlaylist
from media.pipeline.jobs import Job, chunk_of
from media.pipeline.plan import Plan, plan
from media.pipeline.policy import Policy, Rung
from media.pipeline.probe import probe
from media.pipeline.refusals import Cancelled, Refusal, Refused

Clip = Callable[[str], Path]
ROOT = Path(__file__).resolve().parents[3]
QUICK = Policy(preset="ultrafast", has_av1=False)
SLOW = Policy(preset="placebo", has_av1=False)


def planned(path: Path, policy: Policy = QUICK) -> Plan:
    return plan(probe(path), policy)


def movie(playlist: MediaPlaylist) -> BytesIO:
    parts = [playlist.init, *(segment.path for segment in playlist.segments)]
    return BytesIO(b"".join(part.read_bytes() for part in parts))


def processes_on(path: Path) -> list[int]:
    """Processes whose command line names the path."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if os.fsencode(path) in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return [number for number in found if number != os.getpid()]


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def line_of(source: Path, made: Plan) -> list[str]:
    return command(source, made, Job.LADDER, chunk_of(made, 0), find_ffmpeg())


def test_encode_makes_every_rendition_of_a_codec_with_one_decode(
    clip: Clip, tmp_path: Path
) -> None:
    source = clip("lecture.mp4")
    made = planned(source)
    line = line_of(source, made)
    assert line.count("-i") == 1
    assert [part for part in line if part.endswith("index.m3u8")] == [
        "240p/index.m3u8",
        "saver/index.m3u8",
    ]
    encode(source, made, tmp_path)
    playlists = joined(tmp_path, made)
    assert list(playlists) == ["240p", "saver", "audio"]
    assert all(len(playlist.segments) == 2 for playlist in playlists.values())


def test_encode_allows_only_the_sniffed_demuxer_and_plain_files(clip: Clip) -> None:
    source = clip("lecture.mp4")
    line = line_of(source, planned(source))
    before_input = line[: line.index("-i")]
    options = dict(zip(before_input[1::2], before_input[2::2], strict=True))
    assert options["-format_whitelist"] == "mov"
    assert options["-protocol_whitelist"] == "file,pipe"
    assert int(options["-max_pixels"]) == QUICK.max_source_pixels
    assert "-nostdin" in line


def test_encode_refuses_a_demuxer_that_was_not_sniffed(clip: Clip, tmp_path: Path) -> None:
    source = clip("lecture.mp4")
    disguised = dataclasses.replace(planned(source), demuxers=("matroska",))
    with pytest.raises(Refused) as refused:
        encode(source, disguised, tmp_path)
    assert refused.value.code == Refusal.DECODE_FAILED
    assert "whitelist" in refused.value.detail


@pytest.mark.parametrize("name", ["lecture.mp4", "ntsc.mkv"])
def test_encode_cuts_all_pictures_at_exact_six_seconds(
    name: str, clip: Clip, tmp_path: Path
) -> None:
    source = clip(name)
    policy = dataclasses.replace(
        QUICK,
        rungs=(*QUICK.rungs, Rung(short_side=120, maxrate_bps=200_000)),
    )
    made = planned(source, policy)
    encode(source, made, tmp_path)
    made_of = joined(tmp_path, made)
    playlists = [made_of[rendition.name] for rendition in made.video]
    cuts = [[segment.duration_s for segment in playlist.segments] for playlist in playlists]
    assert len(cuts) == 3
    assert cuts[0] == cuts[1] == cuts[2]
    assert cuts[0][:-1] == [6.0] * (len(cuts[0]) - 1)
    for rendition, playlist in zip(made.video, playlists, strict=True):
        with av.open(movie(playlist)) as opened:
            frames = [(frame.pts * frame.time_base, frame.key_frame) for frame in opened.decode()]
        assert [at for at, is_key in frames if is_key] == [0, 6]
        whole = round if rendition.is_saver else math.ceil
        assert len(frames) == whole(made.duration_s * rendition.fps)


def test_encode_keeps_sound_on_picture(clip: Clip, tmp_path: Path) -> None:
    source = clip("flash.mov")
    made = planned(source)
    encode(source, made, tmp_path)
    playlists = joined(tmp_path, made)
    flashes = flashes_s(playlists[made.video[0].name])
    assert flashes == pytest.approx([1, 3, 5, 7, 9, 11, 13], abs=0.001)
    for sound in made.audio:
        offsets_s = np.subtract(tones_s(playlists[sound.name]), flashes)
        assert np.abs(offsets_s).max() <= 0.025


def flashes_s(playlist: MediaPlaylist) -> list[float]:
    found, was_white = [], False
    with av.open(movie(playlist)) as opened:
        for frame in opened.decode(video=0):
            is_white = bool(frame.to_ndarray(format="gray").mean() > 128)
            if is_white and not was_white:
                found.append(float(frame.pts * frame.time_base))
            was_white = is_white
    return found


def tones_s(playlist: MediaPlaylist) -> list[float]:
    with av.open(movie(playlist)) as opened:
        frames = list(opened.decode(audio=0))
    start_s = float(frames[0].pts * frames[0].time_base)
    rate = frames[0].sample_rate
    # Energy of each millisecond; a tone begins where a quiet half second ends.
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    size = rate // 1000
    loud = np.abs(samples[: len(samples) // size * size]).reshape(-1, size).max(axis=1) > 0.3
    starts = [n for n in np.flatnonzero(loud) if not loud[max(0, n - 500) : n].any()]
    return [start_s + n / 1000 for n in starts]


@pytest.mark.parametrize("name", ["short-picture.mp4", "late-sound.mp4"])
def test_encode_makes_picture_and_sound_equally_long(name: str, clip: Clip, tmp_path: Path) -> None:
    made = planned(clip(name))
    encode(clip(name), made, tmp_path)
    for playlist in joined(tmp_path, made).values():
        assert playlist.duration_s == pytest.approx(made.duration_s, abs=float(1 / made.fps))


def test_encode_tells_its_progress(clip: Clip, tmp_path: Path) -> None:
    told: list[tuple[float, float]] = []
    source = clip("lecture.mp4")
    encode(source, planned(source), tmp_path, on_progress=lambda *now: told.append(now))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert told[-1][1] > 0


@pytest.mark.parametrize("how", ["false", "raise"])
def test_encode_stops_when_asked_and_leaves_no_process(
    how: str, clip: Clip, tmp_path: Path
) -> None:
    class LeaseLost(Exception):
        pass

    running: list[int] = []

    def stop(fraction: float, speed: float) -> bool:
        running.extend(processes_on(source))
        if not running:  # the last word of a job so short that its process is gone already
            return True
        if how == "raise":
            raise LeaseLost
        return False

    source = tmp_path / "source.mp4"
    source.write_bytes(clip("lecture.mp4").read_bytes())
    with pytest.raises(LeaseLost if how == "raise" else Cancelled):
        encode(source, planned(source, SLOW), tmp_path / "out", on_progress=stop)
    assert running
    assert processes_on(source) == []


def test_encode_stops_at_its_wall_limit(clip: Clip, tmp_path: Path) -> None:
    source = clip("lecture.mp4")
    hurried = dataclasses.replace(planned(source, SLOW), wall_limit_s=0.3)
    with pytest.raises(Refused) as refused:
        encode(source, hurried, tmp_path)
    assert refused.value.code == Refusal.TIMED_OUT


def test_encode_tells_a_killed_ffmpeg_from_a_bad_file(clip: Clip, tmp_path: Path) -> None:
    source = tmp_path / "source.mp4"
    source.write_bytes(clip("lecture.mp4").read_bytes())

    def kill(fraction: float, speed: float) -> None:
        for number in processes_on(source):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    with pytest.raises(Refused) as refused:
        encode(source, planned(source, SLOW), tmp_path / "out", on_progress=kill)
    assert refused.value.code == Refusal.ENCODER_STOPPED
    assert refused.value.code.is_transient


def test_encode_names_a_missing_binary(clip: Clip, tmp_path: Path) -> None:
    absent = FfmpegBinary(path=tmp_path / "absent", version="0")
    with pytest.raises(Refused) as refused:
        encode(clip("no-audio.mp4"), planned(clip("no-audio.mp4")), tmp_path, binary=absent)
    assert refused.value.code == Refusal.ENCODER_MISSING


@pytest.mark.parametrize("reserve_bytes", [disk.RESERVE_BYTES, 8192])
def test_encode_names_a_full_disk(
    reserve_bytes: int, clip: Clip, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # With a small reserve it starts, and ffmpeg itself meets the full disk, silently.
    monkeypatch.setattr(disk, "RESERVE_BYTES", reserve_bytes)
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        reason = "a small file system can only be mounted by root outside of a sandbox"
        print(reason)  # noqa: T201
        pytest.skip(reason)
    try:
        with pytest.raises(Refused) as refused:
            encode(clip("lecture.mp4"), planned(clip("lecture.mp4")), small)
        assert refused.value.code == Refusal.DISK_FULL
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_PDEATHSIG")
def test_encode_dies_with_a_killed_worker(clip: Clip, tmp_path: Path) -> None:
    source = tmp_path / "source.mp4"
    source.write_bytes(clip("lecture.mp4").read_bytes())
    program = (
        "import sys; from pathlib import Path\n"
        "from media.pipeline.run import transcode; from media.pipeline.plan import Policy\n"
        "transcode(Path(sys.argv[1]), Path(sys.argv[2]), policy=Policy(preset='placebo'),\n"
        "          on_progress=lambda *now: print(*now, flush=True))"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program, str(source), str(tmp_path / "out")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    try:
        # The worker itself, ffmpeg, and whatever keeps ffmpeg in its box; between two jobs
        # the worker is alone for a moment.
        while len(processes_on(source)) < 2:
            assert worker.stdout.readline(), "it ended before it was caught at work"
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
    assert wait_until(lambda: processes_on(source) == [], 30)


def test_find_ffmpeg_says_which_version_runs() -> None:
    assert re.match(r"n?\d+\.\d+", find_ffmpeg().version)


def test_find_ffmpeg_does_not_replace_an_explicit_choice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VIEWBOX_FFMPEG", "/nowhere/ffmpeg")
    with pytest.raises(Refused) as refused:
        find_ffmpeg()
    assert refused.value.code == Refusal.ENCODER_MISSING
