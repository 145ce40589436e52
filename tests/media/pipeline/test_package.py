"""Packaging: checked, hashed, measured, and complete."""

import dataclasses
import hashlib
import io
import json
import re
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media.pipeline.chunks import joined
from media.pipeline.encode import encode
from media.pipeline.hls import (
    MediaPlaylist,
    Segment,
    Sound,
    Variant,
    master_playlist,
    read_media_playlist,
    sound_playlist,
)
from media.pipeline.package import Package, PackagedRendition, check_output, package
from media.pipeline.plan import Plan, plan
from media.pipeline.policy import Policy
from media.pipeline.poster import make_poster, sharpness
from media.pipeline.probe import probe
from media.pipeline.refusals import Cancelled, Refusal, Refused
from media.pipeline.run import OutputExists, transcode

Clip = Callable[[str], Path]
QUICK = Policy(preset="veryfast", has_av1=False)


@pytest.fixture(scope="module")
def lecture(clip: Clip, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plan]:
    """An encoded lecture and its plan."""
    directory = tmp_path_factory.mktemp("encoded")
    made = plan(probe(clip("lecture.mp4")), QUICK)
    encode(clip("lecture.mp4"), made, directory)
    return directory, made


def files_below(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_package_holds_all_it_names(lecture: tuple[Path, Plan], tmp_path: Path) -> None:
    encoded, made = lecture
    packaged = package(encoded, made, tmp_path)
    assert packaged.poster is not None
    for path in (packaged.master, packaged.poster, packaged.fallback_mp4):
        assert (tmp_path / path).is_file()
    assert packaged.duration_s == pytest.approx(8.0, abs=0.05)
    assert packaged.saver is not None
    assert packaged.sound is not None
    assert (tmp_path / packaged.saver).is_file()
    assert (tmp_path / packaged.sound).is_file()
    picture, saver, sound = packaged.renditions
    assert (picture.width, picture.height, picture.fps) == (426, 240, Fraction(30))
    assert (saver.width, saver.height, saver.fps) == (426, 240, Fraction(5))
    assert (picture.codec, sound.codec) == ("avc1.640015", "mp4a.40.2")
    assert packaged.size_bytes == sum(
        path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()
    )
    assert Package.from_data(json.loads(json.dumps(packaged.to_data()))) == packaged


def test_package_names_change_with_the_content_only(
    lecture: tuple[Path, Plan], tmp_path: Path
) -> None:
    encoded, made = lecture
    first = package(encoded, made, tmp_path / "a")
    again = package(encoded, made, tmp_path / "b")
    assert again == first
    assert files_below(tmp_path / "b") == files_below(tmp_path / "a")
    for name in files_below(tmp_path / "a"):
        assert re.search(r"-[0-9a-f]{16}[./]", name)


def test_package_can_be_repeated_over_an_interrupted_one(
    lecture: tuple[Path, Plan], tmp_path: Path
) -> None:
    encoded, made = lecture

    def stop(fraction: float, speed: float) -> bool:
        return not list(tmp_path.glob("out/saver-*"))

    with pytest.raises(Cancelled):
        package(encoded, made, tmp_path / "out", on_progress=stop)
    package(encoded, made, tmp_path / "out")
    package(encoded, made, tmp_path / "fresh")
    assert files_below(tmp_path / "out") == files_below(tmp_path / "fresh")


def test_master_names_measured_rates_and_true_codecs(
    lecture: tuple[Path, Plan], tmp_path: Path
) -> None:
    encoded, made = lecture
    packaged = package(encoded, made, tmp_path)
    lines = (tmp_path / packaged.master).read_text().splitlines()
    picture, saver, sound = packaged.renditions
    first_segment = sorted((tmp_path / picture.playlist.parent).glob("seg-*"))[0]
    assert picture.peak_bps == round(first_segment.stat().st_size * 8 / 6)

    def media(group: str, uri: object) -> str:
        return (
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{group}",NAME="Audio",DEFAULT=YES,'
            f'AUTOSELECT=YES,CHANNELS="1",URI="{uri}"'
        )

    def variant(shown: PackagedRendition, heard: PackagedRendition) -> str:
        return (
            f"#EXT-X-STREAM-INF:BANDWIDTH={shown.peak_bps + heard.peak_bps},"
            f"AVERAGE-BANDWIDTH={shown.bitrate_bps + heard.bitrate_bps},"
            f'CODECS="{shown.codec},mp4a.40.2",RESOLUTION=426x240,'
            f'FRAME-RATE={float(shown.fps or 0):.3f},AUDIO="{heard.name}"'
        )

    assert lines == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        media("audio", sound.playlist),
        variant(saver, sound),
        str(saver.playlist),
        variant(picture, sound),
        str(picture.playlist),
    ]


def test_saver_of_a_stereo_lecture_has_speech_of_its_own(
    run_ffmpeg: Callable[..., None], tmp_path: Path
) -> None:
    source = tmp_path / "stereo.mp4"
    run_ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=160x120:r=10:d=2", "-f", "lavfi", "-i",
        "aevalsrc=0.2*sin(2000*t)|0.2*sin(3000*t):d=2", "-c:v", "libx264", "-preset", "ultrafast",
        "-c:a", "aac", str(source),
    )  # fmt: skip
    made = transcode(source, tmp_path / "out", policy=QUICK)
    lines = (tmp_path / "out" / made.master).read_text().splitlines()
    groups = [re.findall(r'AUDIO="(\w+)"', line) for line in lines if "STREAM-INF" in line]
    assert groups == [["speech"], ["audio"]]
    thrifty = sum(r.size_bytes for r in made.renditions if r.name in ("saver", "speech"))
    assert (tmp_path / "out" / made.fallback_mp4).stat().st_size < 1.1 * thrifty


def test_master_lists_the_thriftiest_variant_first() -> None:
    def variant(name: str, rate: int, codec: str = "avc1.64001f") -> Variant:
        return Variant(name, codec, rate, rate, 640, 360, Fraction(25))

    variants = [variant("high", 900), variant("av1", 50, "av01.0.04M.08"), variant("low", 100)]
    names = [line for line in master_playlist(variants).splitlines() if line[0] != "#"]
    # Whoever can't read AV1, and doesn't look, meets H.264 first.
    assert names == ["low", "high", "av1"]


def test_playlist_of_sound_alone_offers_the_best_known_codec_first() -> None:
    aac = Sound("speech", "aac/index.m3u8", "mp4a.40.2", 48_000, 50_000, 1)
    opus = Sound("speech-opus", "opus/index.m3u8", "opus", 24_000, 26_000, 1)
    assert sound_playlist([opus, aac]).splitlines()[3:] == [
        '#EXT-X-STREAM-INF:BANDWIDTH=50000,AVERAGE-BANDWIDTH=48000,CODECS="mp4a.40.2"',
        "aac/index.m3u8",
        '#EXT-X-STREAM-INF:BANDWIDTH=26000,AVERAGE-BANDWIDTH=24000,CODECS="opus"',
        "opus/index.m3u8",
    ]


def test_peak_rate_leaves_out_a_short_last_segment() -> None:
    playlist = MediaPlaylist(
        init=Path("init.mp4"),
        segments=(Segment(Path("a"), 6.0, 6_000), Segment(Path("b"), 0.04, 5_000)),
    )
    assert playlist.peak_bps == 8_000


def test_package_refuses_an_output_shorter_than_its_source(
    lecture: tuple[Path, Plan], tmp_path: Path
) -> None:
    encoded, made = lecture
    longer = dataclasses.replace(made, duration_s=9.5)
    with pytest.raises(Refused) as refused:
        check_output(joined(encoded, made), longer)
    assert refused.value.code == Refusal.OUTPUT_SHORT


def test_package_refuses_a_playlist_without_its_end(
    lecture: tuple[Path, Plan], tmp_path: Path
) -> None:
    encoded, _ = lecture
    playlist = tmp_path / "index.m3u8"
    whole = encoded / "sound/00000/audio"
    playlist.write_text((whole / "index.m3u8").read_text().replace("#EXT-X-ENDLIST", ""))
    for path in whole.iterdir():
        if path.name != playlist.name:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(Refused) as refused:
        read_media_playlist(playlist)
    assert refused.value.code == Refusal.OUTPUT_INVALID


def test_fallback_holds_picture_and_sound_with_its_index_first(
    lecture: tuple[Path, Plan], tmp_path: Path
) -> None:
    encoded, made = lecture
    packaged = package(encoded, made, tmp_path)
    fallback = tmp_path / packaged.fallback_mp4
    measured = probe(fallback)
    assert measured.duration_s == pytest.approx(made.duration_s, abs=0.05)
    assert (len(measured.video), len(measured.audio)) == (1, 1)
    content = fallback.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    thrifty = [r for r in packaged.renditions if r.name in ("saver", "audio")]
    assert measured.size_bytes < 1.05 * sum(r.size_bytes for r in thrifty)


def test_poster_is_the_sharp_picture_that_is_not_black(
    run_ffmpeg: Callable[..., None], tmp_path: Path
) -> None:
    source = tmp_path / "fade.mp4"
    # Two black seconds, two blurred ones, two sharp ones.
    run_ffmpeg(
        "-f", "lavfi", "-i", "color=black:s=320x240:r=25:d=2",
        "-f", "lavfi", "-i", "testsrc=s=320x240:r=25:d=2",
        "-f", "lavfi", "-i", "testsrc=s=320x240:r=25:d=2",
        "-filter_complex", "[1]gblur=8[b];[0][b][2]concat=n=3",
        "-c:v", "libx264", "-preset", "ultrafast", str(source),
    )  # fmt: skip
    made = plan(probe(source), QUICK)
    encode(source, made, tmp_path / "encoded")
    poster = make_poster(joined(tmp_path / "encoded", made)[made.video[0].name])
    picture = Image.open(io.BytesIO(poster))
    luma = np.asarray(picture.convert("L"), dtype=np.float32)
    assert (picture.format, picture.size) == ("JPEG", (320, 240))
    assert luma.mean() > 60
    assert sharpness(luma) > 500


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", Refusal.EMPTY_FILE),
        (b"Not a film at all.", Refusal.TEXT_FILE),
        (b"#EXTM3U\nhttp://127.0.0.1/secret.ts\n", Refusal.PLAYLIST),
        (b"ffconcat version 1.0\nfile lecture.mp4\n", Refusal.PLAYLIST),
    ],
)
def test_transcode_refuses_bad_input_and_leaves_nothing(
    content: bytes, code: Refusal, tmp_path: Path
) -> None:
    source = tmp_path / "lecture.mp4"
    source.write_bytes(content)
    with pytest.raises(Refused) as refused:
        transcode(source, tmp_path / "out")
    assert refused.value.code == code
    assert list(tmp_path.iterdir()) == [source]


def test_transcode_makes_a_lecture_of_what_a_truncated_file_holds(
    clip: Clip, tmp_path: Path
) -> None:
    whole = tmp_path / "whole.mp4"
    source = tmp_path / "half.mp4"
    transcode(clip("lecture.mp4"), tmp_path / "made", policy=QUICK)
    next((tmp_path / "made").glob("lecture-*.mp4")).replace(whole)
    source.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    made = transcode(source, tmp_path / "out", policy=QUICK)
    assert 2 < made.duration_s < 6


@pytest.mark.parametrize("seed", range(3))
def test_transcode_of_a_damaged_file_is_whole_or_refused(
    seed: int, clip: Clip, tmp_path: Path
) -> None:
    content = bytearray(clip("no-audio.mp4").read_bytes())
    noise = np.random.default_rng(seed)
    for at in noise.integers(100, len(content), 200):
        content[at] = int(noise.integers(256))
    source = tmp_path / "damaged.mp4"
    source.write_bytes(content)
    try:
        made = transcode(source, tmp_path / "out", policy=QUICK)
    except Refused as refused:
        assert refused.sentence
        assert not (tmp_path / "out").exists()
    else:
        assert made.duration_s == pytest.approx(3.0, abs=1.0)
    assert not (tmp_path / "out.partial").exists()


@pytest.mark.parametrize("name", ["fast.mkv", "odd.mp4", "anamorphic.mpg"])
def test_transcode_takes_odd_recordings(name: str, clip: Clip, tmp_path: Path) -> None:
    made = transcode(clip(name), tmp_path / "out", policy=QUICK)
    picture, saver = made.renditions
    assert saver.fps == 5
    assert made.duration_s == pytest.approx(probe(clip(name)).duration_s, abs=1.0)
    assert picture.fps is not None
    assert picture.fps <= 30


def test_transcode_of_sound_alone_makes_sound_alone(clip: Clip, tmp_path: Path) -> None:
    made = transcode(clip("audio-only.mp3"), tmp_path / "out", policy=QUICK)
    assert {rendition.kind for rendition in made.renditions} == {"audio"}
    assert made.poster is None
    assert made.fallback_mp4.suffix == ".m4a"


def test_lecture_of_sound_alone_never_asks_a_player_to_change_the_codec(
    clip: Clip, tmp_path: Path
) -> None:
    policy = dataclasses.replace(QUICK, speech_opus_bps=24_000)
    made = transcode(clip("audio-only.mp3"), tmp_path / "out", policy=policy)
    assert {r.codec for r in made.renditions} == {"mp4a.40.2", "opus"}
    assert set(re.findall('CODECS="(.*)"', (tmp_path / "out" / made.master).read_text())) == {
        "mp4a.40.2"
    }
    # For thin lines, played by a streamer of our own that stays in one.
    assert made.sound
    assert 'CODECS="opus"' in (tmp_path / "out" / made.sound).read_text()


def test_transcode_never_overwrites(clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    with pytest.raises(OutputExists):
        transcode(clip("no-audio.mp4"), tmp_path)
    assert (tmp_path / "kept.txt").read_text() == "kept"


def test_transcode_works_below_a_path_with_blanks_and_per_cent_signs(
    clip: Clip, tmp_path: Path
) -> None:
    directory = tmp_path / "100 %d of 'it'"
    directory.mkdir()
    source = directory / "-a:b %05d.mp4"
    source.write_bytes(clip("no-audio.mp4").read_bytes())
    made = transcode(source, directory / "out %s", policy=QUICK)
    assert (directory / "out %s" / made.master).is_file()


def test_fallback_decodes_without_complaint(
    ffmpeg_path: Path, lecture: tuple[Path, Plan], tmp_path: Path
) -> None:
    encoded, made = lecture
    packaged = package(encoded, made, tmp_path)
    decoded = subprocess.run(
        [ffmpeg_path, "-v", "warning", "-nostdin", "-i", str(tmp_path / packaged.fallback_mp4),
         "-f", "null", "-"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert decoded.stderr == ""
