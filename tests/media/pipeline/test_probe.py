"""What the probe says of real files."""

import json
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from media.pipeline.probe import Probe, probe
from media.pipeline.process import Limits
from media.pipeline.refusals import Refusal, Refused

Clip = Callable[[str], Path]


def refusal_of(path: Path) -> Refusal:
    with pytest.raises(Refused) as refused:
        probe(path)
    return refused.value.code


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def test_probe_measures_picture_and_sound(clip: Clip) -> None:
    measured = probe(clip("lecture.mp4"))
    (picture,), (sound,) = measured.video, measured.audio
    assert (measured.container, measured.demuxers) == ("mp4", ("mov",))
    assert measured.duration_s == pytest.approx(8.0, abs=0.05)
    assert (picture.codec, picture.pix_fmt) == ("h264", "yuv420p")
    assert (picture.display_width, picture.display_height) == (426, 240)
    assert (picture.fps, picture.is_variable_rate, picture.frames) == (Fraction(30), False, 240)
    assert (sound.codec, sound.channels, sound.sample_rate_hz) == ("aac", 1, 44_100)


def test_probe_survives_json(clip: Clip) -> None:
    measured = probe(clip("lecture.mp4"))
    assert Probe.from_data(json.loads(json.dumps(measured.to_data()))) == measured


def test_probe_measures_the_duration_a_header_lacks(clip: Clip) -> None:
    measured = probe(clip("no-duration.webm"))
    assert measured.declared_duration_s is None
    assert measured.duration_s == pytest.approx(3.0, abs=0.05)


def test_probe_makes_anamorphic_pixels_square(clip: Clip) -> None:
    (picture,) = probe(clip("anamorphic.mpg")).video
    assert (picture.coded_width, picture.coded_height) == (352, 288)
    assert (picture.display_width, picture.display_height) == (512, 288)


@pytest.mark.parametrize(("anticlockwise_deg", "clockwise_deg"), [(90, 270), (180, 180)])
def test_probe_turns_the_picture_as_its_matrix_says(
    anticlockwise_deg: int,
    clockwise_deg: int,
    clip: Clip,
    run_ffmpeg: Callable[..., None],
    tmp_path: Path,
) -> None:
    turned = tmp_path / "turned.mp4"
    run_ffmpeg(
        "-display_rotation", str(anticlockwise_deg), "-i", str(clip("no-audio.mp4")),
        "-c", "copy", str(turned),
    )  # fmt: skip
    (picture,) = probe(turned).video
    expected = (240, 320) if anticlockwise_deg == 90 else (320, 240)
    assert picture.rotation_deg == clockwise_deg
    assert (picture.display_width, picture.display_height) == expected


def test_probe_tells_cover_pictures_from_video(
    clip: Clip, run_ffmpeg: Callable[..., None], tmp_path: Path
) -> None:
    cover, song = tmp_path / "cover.png", tmp_path / "song.mp3"
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", str(cover))
    run_ffmpeg(
        "-i", str(clip("audio-only.mp3")), "-i", str(cover), "-map", "0", "-map", "1",
        "-c:a", "copy", "-c:v", "png", "-disposition:v", "attached_pic", str(song),
    )  # fmt: skip
    measured = probe(song)
    assert [picture.is_attached_picture for picture in measured.video] == [True]
    assert measured.duration_s == pytest.approx(4.0, abs=0.1)


def test_probe_measures_what_is_left_of_a_truncated_file(
    clip: Clip, run_ffmpeg: Callable[..., None], tmp_path: Path
) -> None:
    whole, half = tmp_path / "whole.mp4", tmp_path / "half.mp4"
    run_ffmpeg("-i", str(clip("lecture.mp4")), "-c", "copy", "-movflags", "+faststart", str(whole))
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    measured = probe(half)
    assert measured.declared_duration_s == pytest.approx(8.0, abs=0.05)
    assert 2 < measured.duration_s < 6


def test_probe_calls_a_recording_without_its_index_truncated(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "interrupted.mp4"
    path.write_bytes(clip("no-audio.mp4").read_bytes()[:20_000])
    assert refusal_of(path) == Refusal.TRUNCATED


def test_probe_refuses_a_file_without_streams(tmp_path: Path) -> None:
    path = tmp_path / "hollow.mp4"
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    header = (
        bytes(12) + struct.pack(">IIIH", 1000, 5000, 0x10000, 0x100) + bytes(10) + matrix
        + bytes(24) + struct.pack(">I", 1)
    )  # fmt: skip
    brand = box(b"ftyp", b"isom\0\0\2\0isommp42")
    path.write_bytes(brand + box(b"moov", box(b"mvhd", header)) + box(b"mdat", bytes(100)))
    assert refusal_of(path) == Refusal.NO_STREAMS


def test_probe_refuses_noise_behind_a_good_beginning(tmp_path: Path) -> None:
    path = tmp_path / "noise.mkv"
    path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 40)
    assert refusal_of(path) == Refusal.UNREADABLE


@pytest.mark.parametrize(
    "script",
    [
        "#EXTM3U\n#EXTINF:4,\n{0}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {0}\n",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011">{0}</MPD>',
    ],
)
def test_probe_never_follows_a_playlist_in_disguise(
    script: str, clip: Clip, tmp_path: Path
) -> None:
    path = tmp_path / "lecture.mp4"
    path.write_text(script.format(clip("no-audio.mp4")))
    assert refusal_of(path) == Refusal.PLAYLIST


def test_probe_stops_at_its_wall_limit(clip: Clip) -> None:
    limits = Limits(wall_s=0.01, cpu_s=10, memory_bytes=3 << 30, file_bytes=1 << 20)
    with pytest.raises(Refused) as refused:
        probe(clip("lecture.mp4"), limits=limits)
    assert refused.value.code == Refusal.TIMED_OUT


def test_probe_of_real_recordings(shared_clip: Clip) -> None:
    phone = probe(shared_clip("phone-rotated-1080p.mp4")).video[0]
    assert (phone.display_width, phone.display_height, phone.rotation_deg) == (1080, 1920, 90)
    talk = probe(shared_clip("talk-640x480-120fps.mov"))
    assert talk.video[0].is_variable_rate
    # Nominally 120 frames a second; there are two.
    assert talk.video[0].peak_fps < 3
    assert talk.duration_s == pytest.approx(10.44, abs=0.1)
    assert probe(shared_clip("speech-only-60s.mp4")).video == ()
