"""Chunks: complete or absent, joined without a seam, and not made twice."""

import dataclasses
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from media.pipeline.chunks import Damage, is_finished, joined
from media.pipeline.encode import encode, encode_portion
from media.pipeline.hls import MediaPlaylist
from media.pipeline.jobs import Job, chunk_of, is_early, pictures_of, portions
from media.pipeline.plan import Plan, plan
from media.pipeline.policy import Policy
from media.pipeline.probe import Gap, probe
from media.pipeline.refusals import Cancelled, Refusal, Refused

# Chunks of two segments, so that a short clip has several.
QUICK = Policy(preset="ultrafast", has_av1=False, chunk_s=12, early_from_s=20.0)


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory, run_ffmpeg: Callable[..., None]) -> Path:
    """Thirty seconds and a bit in which every picture differs, with key frames far apart."""
    path = tmp_path_factory.mktemp("moving") / "moving.mp4"
    run_ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=30.5", "-f", "lavfi",
        "-i", "sine=d=30.5", "-c:v", "libx264", "-preset", "ultrafast", "-g", "250", "-bf", "2",
        "-pix_fmt", "yuv420p", "-c:a", "aac", str(path),
    )  # fmt: skip
    return path


def movie(playlist: MediaPlaylist) -> BytesIO:
    parts = [playlist.init, *(segment.path for segment in playlist.segments)]
    return BytesIO(b"".join(part.read_bytes() for part in parts))


def pictures(playlist: MediaPlaylist) -> list[tuple[float, np.ndarray]]:
    with av.open(movie(playlist)) as opened:
        return [
            (round(float(frame.pts * frame.time_base), 4), frame.to_ndarray(format="gray"))
            for frame in opened.decode(video=0)
        ]


def planned(path: Path, policy: Policy = QUICK) -> Plan:
    return plan(probe(path), policy)


def test_joined_chunks_show_what_one_piece_shows(moving: Path, tmp_path: Path) -> None:
    cut = planned(moving)
    whole = planned(moving, dataclasses.replace(QUICK, chunk_s=60))
    assert (cut.chunks, whole.chunks) == (3, 1)
    encode(moving, cut, tmp_path / "cut")
    encode(moving, whole, tmp_path / "whole")
    for name in ("180p", "saver"):
        parts = joined(tmp_path / "cut", cut)[name]
        piece = joined(tmp_path / "whole", whole)[name]
        assert [s.duration_s for s in parts.segments] == [s.duration_s for s in piece.segments]
        ours, theirs = pictures(parts), pictures(piece)
        assert [at for at, _ in ours] == [at for at, _ in theirs]
        # The same moment of the source at every time, on both sides of each seam.
        for (_, one), (_, other) in zip(ours, theirs, strict=True):
            assert np.abs(one.astype(int) - other).mean() < 4
    assert len(ours) == pytest.approx(30.5 * 5, abs=0.5)


def test_sound_has_no_gap_at_a_seam(moving: Path, tmp_path: Path) -> None:
    made = planned(moving)
    for portion in portions(made):
        if portion.job == Job.SOUND:
            encode_portion(moving, made, portion, tmp_path)
    with av.open(movie(_only_sound(tmp_path, made))) as opened:
        spans = [
            (float(f.pts * f.time_base), f.samples / f.sample_rate) for f in opened.decode(audio=0)
        ]
    ends = [at + length for at, length in spans]
    gaps = [abs(at - end) for (at, _), end in zip(spans[1:], ends, strict=False)]
    assert max(gaps) < 0.005


def _only_sound(out: Path, made: Plan) -> MediaPlaylist:
    return joined(out, dataclasses.replace(made, video=()))["audio"]


def test_long_lecture_has_its_thrifty_portions_first(moving: Path) -> None:
    made = planned(moving)
    names = [portion.name for portion in portions(made)]
    assert names == ["sound.000", "saver.000", "ladder.000"]
    assert [is_early(name) for name in names] == [True, True, False]
    short = planned(moving, dataclasses.replace(QUICK, early_from_s=60.0))
    assert [portion.name for portion in portions(short)] == ["sound.000", "ladder.000"]


def test_all_renditions_come_from_one_decode_but_savers_that_are_wanted_early(moving: Path) -> None:
    made = planned(moving, dataclasses.replace(QUICK, has_av1=True, has_full_av1=True))
    names = {job: [r.name for r in pictures_of(made, job)] for job in Job}
    assert names == {
        Job.SOUND: [], Job.SAVER: ["saver", "saver-av1"], Job.LADDER: ["180p", "180p-av1"],
    }  # fmt: skip
    short = dataclasses.replace(made, is_early=False)
    assert pictures_of(short, Job.SAVER) == ()
    assert pictures_of(short, Job.LADDER) == short.video


def test_chunk_of_other_renditions_is_made_again(moving: Path, tmp_path: Path) -> None:
    made = planned(moving)
    encode_portion(moving, made, dataclasses.replace(portions(made)[-1], count=1), tmp_path)
    first = tmp_path / "ladder/00000"
    # As a release would leave it that knew another division of the work.
    record = json.loads((first / "chunk.json").read_text())
    record["files"] = {n: f for n, f in record["files"].items() if not n.endswith("seg-00001.m4s")}
    (first / "chunk.json").write_text(json.dumps(record))
    assert is_finished(tmp_path, made, Job.LADDER, chunk_of(made, 0))
    record["files"] = {}
    (first / "chunk.json").write_text(json.dumps(record))
    assert not is_finished(tmp_path, made, Job.LADDER, chunk_of(made, 0))


def test_stopped_portion_goes_on_after_its_last_finished_chunk(
    moving: Path, tmp_path: Path
) -> None:
    made = planned(moving)
    portion = portions(made)[-1]

    def stop_in_the_second(fraction: float, _speed: float) -> bool:
        return fraction <= 0.34

    with pytest.raises(Cancelled):
        encode_portion(moving, made, portion, tmp_path, on_progress=stop_in_the_second)
    first = tmp_path / "ladder/00000/180p/seg-00000.m4s"
    written = first.stat().st_mtime_ns
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ladder"]
    encode_portion(moving, made, portion, tmp_path)
    assert first.stat().st_mtime_ns == written
    assert all(is_finished(tmp_path, made, Job.LADDER, chunk_of(made, n)) for n in range(3))


@pytest.mark.parametrize("harm", ["cut", "flip", "plan"])
def test_harmed_chunk_is_made_again(harm: str, moving: Path, tmp_path: Path) -> None:
    made = planned(moving)
    portion = dataclasses.replace(portions(made)[-1], count=1)
    encode_portion(moving, made, portion, tmp_path)
    segment = tmp_path / "ladder/00000/180p/seg-00001.m4s"
    content = segment.read_bytes()
    if harm == "cut":
        segment.write_bytes(content[:-1])
    elif harm == "flip":
        segment.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    else:
        record = tmp_path / "ladder/00000/chunk.json"
        record.write_text(json.dumps({**json.loads(record.read_text()), "plan": "another"}))
    assert not is_finished(tmp_path, made, Job.LADDER, chunk_of(made, 0))
    encode_portion(moving, made, portion, tmp_path)
    assert segment.read_bytes() == content


def test_still_lecture_is_cut_at_exact_six_seconds(
    run_ffmpeg: Callable[..., None], tmp_path: Path
) -> None:
    source = tmp_path / "still.mp4"
    run_ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=26,select='lt(mod(t\\,7)\\,1)'",
        "-fps_mode", "cfr", "-r", "30", "-c:v", "libx264", "-preset", "ultrafast", str(source),
    )  # fmt: skip
    made = planned(source)
    encode(source, made, tmp_path / "out")
    whole, rest = divmod(made.duration_s, 6)
    for playlist in joined(tmp_path / "out", made).values():
        durations = [segment.duration_s for segment in playlist.segments]
        assert durations[:-1] == [6.0] * int(whole)
        assert durations[-1] == pytest.approx(rest, abs=0.05)
    # Still seconds cost one picture each.
    assert len(pictures(joined(tmp_path / "out", made)["180p"])) < made.duration_s * 15


def test_join_refuses_a_missing_chunk(moving: Path, tmp_path: Path) -> None:
    made = planned(moving)
    encode_portion(moving, made, dataclasses.replace(portions(made)[-1], count=2), tmp_path)
    with pytest.raises(Refused) as refused:
        joined(tmp_path, made)
    assert refused.value.code == Refusal.OUTPUT_INVALID


def test_last_slide_stays_to_the_end_of_the_talk(
    run_ffmpeg: Callable[..., None], tmp_path: Path
) -> None:
    """A slide every ten seconds, each one frame, as some recorders write them."""
    source = tmp_path / "slides.mkv"
    run_ffmpeg(
        "-f", "lavfi", "-i", "testsrc=s=320x180:r=1/10:d=20", "-f", "lavfi", "-i", "sine=d=31",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "100", "-c:a", "aac", str(source),
    )  # fmt: skip
    made = planned(source)
    encode(source, made, tmp_path / "out")
    shown = pictures(joined(tmp_path / "out", made)["180p"])
    by_second = {int(at): picture.astype(int) for at, picture in shown if at == int(at)}
    assert max(by_second) == 30
    assert np.abs(by_second[9] - by_second[12]).mean() > 0.2
    for second in (13, 18, 23, 24, 30):
        assert np.abs(by_second[second] - by_second[12]).mean() < 2


def test_damage_of_portions_is_told_once_and_joined() -> None:
    one = Damage(picture=(Gap(30.0, 60.0), Gap(90.0, 120.0)))
    other = Damage(picture=(Gap(60.0, 90.0), Gap(300.0, 330.0)), sound=True)
    assert one | other == Damage(picture=(Gap(30.0, 120.0), Gap(300.0, 330.0)), sound=True)
    assert one | Damage() == one


def test_stretch_that_cannot_be_decoded_is_held_and_told(
    moving: Path, run_ffmpeg: Callable[..., None], tmp_path: Path
) -> None:
    source = tmp_path / "holed.mp4"
    run_ffmpeg("-i", str(moving), "-c", "copy", "-movflags", "+faststart", str(source))
    data = bytearray(source.read_bytes())
    # All of the second chunk, and more: no picture of it is left.
    first, last = int(len(data) * 0.35), int(len(data) * 0.85)
    data[first:last] = bytes(last - first)
    source.write_bytes(data)
    made = planned(source)
    damage = encode(source, made, tmp_path / "out")
    assert damage.picture[0].start_s <= 12.0
    assert damage.picture[-1].end_s >= 24.0
    whole = joined(tmp_path / "out", made)
    assert {round(playlist.duration_s) for playlist in whole.values()} == {30, 31}
    shown = pictures(whole["saver"])
    # A picture that is held comes once a second.
    assert {int(at) for at, _picture in shown} == set(range(31))
    # What could be decoded before the damage stays; nothing is black.
    assert all(picture.mean() > 20 for _at, picture in shown)


@pytest.mark.parametrize(("blank", "is_refused"), [(1, False), (2, True)])
def test_lecture_that_would_be_mostly_black_is_refused(
    blank: int, is_refused: bool, moving: Path, tmp_path: Path
) -> None:
    made = dataclasses.replace(planned(moving), audio=())
    encode_portion(moving, made, portions(made)[0], tmp_path)
    records = sorted(tmp_path.rglob("chunk.json"))
    assert len(records) == made.chunks == 3
    for record in records[:blank]:
        record.write_text(json.dumps({**json.loads(record.read_text()), "blank": True}))
    if is_refused:
        with pytest.raises(Refused) as refused:
            joined(tmp_path, made, only_early=True)
        assert refused.value.code is Refusal.DECODE_FAILED
    else:
        assert joined(tmp_path, made, only_early=True)
