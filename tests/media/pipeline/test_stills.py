"""Stills of real recordings: one decode, by the ffmpeg under test."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media.pipeline import stills as stills_module
from media.pipeline.encode import encode
from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.pipeline.package import package
from media.pipeline.policy import POLICIES
from media.pipeline.probe import probe
from media.pipeline.process import run_confined
from media.pipeline.refusals import Cancelled, Refusal, Refused
from media.pipeline.run import examine
from media.pipeline.stills import Stills, StillsSource, make_stills

# Two slides of four seconds, told apart by where their boxes are, and a tone in the second.
SLIDES = (
    "color=white:s=640x360:r=10:d=8,"
    "drawbox=x=60:y=60:w=400:h=40:color=black:t=fill:enable=lt(t\\,4),"
    "drawbox=x=100:y=200:w=400:h=60:color=navy:t=fill:enable=gte(t\\,4)"
)
TONE = "aevalsrc=gte(t\\,4)*sin(2000*t)*0.5:s=48000:d=8"


@pytest.fixture(scope="module")
def lecture(tmp_path_factory, run_ffmpeg) -> Path:
    path = tmp_path_factory.mktemp("stills") / "lecture.mp4"
    run_ffmpeg(
        "-f", "lavfi", "-i", SLIDES, "-f", "lavfi", "-i", TONE,
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path),
    )  # fmt: skip
    return path


def source_of(path: Path) -> StillsSource:
    measured = probe(path)
    picture, sound = (*measured.video, None)[0], (*measured.audio, None)[0]
    return StillsSource(
        path=path,
        demuxers=measured.demuxers,
        duration_s=measured.duration_s,
        video_index=picture.index if picture else None,
        audio_index=sound.index if sound else None,
        width=picture.display_width if picture else 0,
        height=picture.display_height if picture else 0,
    )


@pytest.fixture(scope="module")
def made(lecture, tmp_path_factory) -> tuple[Stills, Path]:
    out = tmp_path_factory.mktemp("out") / "stills"
    return make_stills(source_of(lecture), out), out


def test_slides_have_their_times_and_pictures_of_the_sources_size(made):
    stills, out = made
    assert [(s.start_s, s.end_s) for s in stills.slides] == [
        (0.0, pytest.approx(4.0, abs=0.5)),
        (pytest.approx(4.0, abs=0.5), pytest.approx(8.0, abs=0.2)),
    ]
    for slide in stills.slides:
        assert {image.type for image in slide.images} == {"image/avif", "image/webp"}
        for image in slide.images:
            with Image.open(out / image.name) as opened:
                assert opened.size == (image.width, image.height) == (640, 360)
    with Image.open(out / stills.slides[1].images[-1].name) as opened:
        shown = opened.convert("RGB")
    assert shown.getpixel((300, 230)) == pytest.approx((0, 0, 128), abs=14)
    assert min(shown.getpixel((300, 80))) > 245


def test_all_files_are_named_and_nothing_else_is_left(made):
    stills, out = made
    named = {image.name for slide in stills.slides for image in slide.images}
    named |= {poster.name for poster in stills.posters} | {stills.storyboard, stills.waveform}
    left = {path.name for path in out.iterdir()} - named
    assert named <= {path.name for path in out.iterdir()}
    assert all(name.startswith("storyboard-") for name in left)


def test_waveform_is_loud_where_the_lecture_is(made):
    stills, out = made
    peaks = json.loads((out / stills.waveform).read_text())["peaks"]
    assert max(peaks[: int(len(peaks) * 0.48)]) <= 5
    assert min(peaks[int(len(peaks) * 0.52) : int(len(peaks) * 0.95)]) >= 60


def test_posters_are_different_pictures_and_not_black(made):
    stills, out = made
    assert len(stills.posters) == 2
    assert {round(poster.at_s / 8) for poster in stills.posters} <= {0, 1}
    for poster in stills.posters:
        with Image.open(out / poster.name) as opened:
            assert opened.convert("L").resize((1, 1)).getpixel((0, 0)) > 40


def test_index_is_plain_data_and_comes_back(made):
    stills, _out = made
    data = json.loads(json.dumps(stills.to_data()))
    named = {"slides", "storyboard", "waveform", "posters"}
    assert set(data) == named | {"document", "document_bytes"}
    assert set(data["slides"][0]) == {"start_s", "end_s", "width", "height", "text", "images"}
    assert set(data["slides"][0]["images"][0]) == {"name", "width", "height", "type"}
    assert Stills.from_data(data) == stills


def test_index_of_before_there_was_a_document_is_still_read(made):
    stills, _out = made
    data = stills.to_data()
    del data["document"], data["document_bytes"]
    assert Stills.from_data(data) == stills


def test_sound_alone_has_a_waveform_and_no_pictures(clip, tmp_path):
    stills = make_stills(source_of(clip("audio-only.mp3")), tmp_path / "out")
    assert (stills.slides, stills.storyboard, stills.posters) == ((), "", ())
    assert stills.waveform


def test_odd_sides_and_no_sound_are_borne(clip, tmp_path):
    stills = make_stills(source_of(clip("odd.mp4")), tmp_path / "out")
    assert stills.waveform == ""
    assert (stills.slides[0].width, stills.slides[0].height) == (320, 240)


def test_turned_recording_gives_upright_stills(shared_clip, tmp_path):
    source = source_of(shared_clip("phone-rotated-1080p.mp4"))
    stills = make_stills(source, tmp_path / "out")
    assert stills.slides[0].height > stills.slides[0].width


def test_slides_of_a_real_recording_are_found(shared_clip, tmp_path):
    stills = make_stills(source_of(shared_clip("slides-1fps-4x3.mp4")), tmp_path / "out")
    assert [s.start_s for s in stills.slides] == [0.0, pytest.approx(20.0, abs=0.6)]


def test_the_source_is_decoded_once_and_opened_by_listed_demuxers_only(
    lecture, tmp_path, monkeypatch
):
    commands = []

    def run(command, **options):
        commands.append(command)
        return run_confined(command, **options)

    monkeypatch.setattr(stills_module, "run_confined", run)
    monkeypatch.setattr(stills_module, "find_reader", lambda: None)
    make_stills(source_of(lecture), tmp_path / "out")
    (command,) = commands
    assert command.count("-i") == 1
    assert command[command.index("-format_whitelist") + 1] == "mov"
    assert command[command.index("-protocol_whitelist") + 1] == "file,pipe"


def test_whoever_watches_the_progress_can_stop_it(lecture, tmp_path):
    with pytest.raises(Cancelled):
        make_stills(source_of(lecture), tmp_path / "out", on_progress=lambda *_: False)
    assert not (tmp_path / "out" / ".pipes").exists()


def test_damaged_recording_is_refused(lecture, tmp_path):
    damaged = tmp_path / "damaged.mp4"
    source = source_of(lecture)
    damaged.write_bytes(lecture.read_bytes()[:200])
    with pytest.raises(Refused) as refused:
        make_stills(StillsSource(**{**vars(source), "path": damaged}), tmp_path / "out")
    assert refused.value.code == Refusal.DECODE_FAILED


def test_error_while_pictures_are_taken_ends_the_run_and_is_told(lecture, tmp_path, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stills_module, "save_slide", full)
    with pytest.raises(Refused) as refused:
        make_stills(source_of(lecture), tmp_path / "out")
    assert refused.value.code == Refusal.DISK_FULL


def test_words_on_slides_are_read(tmp_path, run_ffmpeg):
    if stills_module.find_reader() is None:
        pytest.skip("no tesseract here: the words on slides can't be read")
    from PIL import ImageDraw, ImageFont

    picture = Image.new("RGB", (960, 540), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((80, 80), "Pulmonary nodule", fill="black", font=ImageFont.load_default(54))
    draw.text((80, 220), "Follow up in six months", fill="black", font=ImageFont.load_default(36))
    picture.save(tmp_path / "slide.png")
    path = tmp_path / "talk.mp4"
    run_ffmpeg(
        "-loop", "1", "-t", "4", "-r", "5", "-i", str(tmp_path / "slide.png"),
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path),
    )  # fmt: skip
    stills = make_stills(source_of(path), tmp_path / "out", language="en")
    assert stills.slides[0].text.splitlines()[:2] == ["Pulmonary nodule", "Follow up in six months"]


def small(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("L").resize((32, 18)), dtype=float)


def test_high_dynamic_range_looks_alike_in_stills_and_renditions(run_ffmpeg, tmp_path):
    source = tmp_path / "hdr.mkv"
    colours = "color_trc=smpte2084:color_primaries=bt2020:colorspace=bt2020nc"
    run_ffmpeg(
        "-f", "lavfi", "-i", f"smptebars=s=320x180:r=5:d=4,setparams={colours}",
        "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none",
        "-pix_fmt", "yuv420p10le", "-color_trc", "smpte2084", "-color_primaries", "bt2020",
        "-colorspace", "bt2020nc", str(source),
    )  # fmt: skip
    policy = POLICIES["reach"]
    _measured, planned = examine(source, policy, binary=find_ffmpeg())
    assert planned.treatment.tone_map
    encode(source, planned, tmp_path / "encoded")
    made = package(tmp_path / "encoded", planned, tmp_path / "package")
    treated = dataclasses.replace(source_of(source), treatment=planned.treatment)
    shown = {}
    for name, wanted in (("treated", treated), ("plain", source_of(source))):
        stills = make_stills(wanted, tmp_path / name)
        shown[name] = small(tmp_path / name / stills.slides[0].images[-1].name)
    poster = small(tmp_path / "package" / str(made.poster))
    assert np.abs(shown["treated"] - poster).mean() < 5
    assert np.abs(shown["plain"] - poster).mean() > 10
