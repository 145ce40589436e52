"""What a recording shows and how it sounds, and what the plan makes of it."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from media.pipeline.content import Content, ContentKind, Sound, Stretch, analyse, read_sound
from media.pipeline.content_child import describe
from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.pipeline.plan import plan
from media.pipeline.policy import Policy
from media.pipeline.probe import probe
from tests.media.pipeline.test_plan import picture, recording, sound

NOISE = np.random.default_rng(5)


def frame(luma: np.ndarray, chroma: int = 128) -> np.ndarray:
    return np.stack([luma, np.full_like(luma, chroma), np.full_like(luma, 128)]).astype(np.int16)


def texture() -> np.ndarray:
    return NOISE.integers(0, 255, (180, 320))


def slide() -> list[np.ndarray]:
    still = texture()
    return [frame(still)] * 12 + [frame(texture())] * 12


def pointer() -> list[np.ndarray]:
    still = texture()
    moved = []
    for n in range(24):
        one = still.copy()
        one[80:84, 10 * n // 2 : 10 * n // 2 + 4] = 255
        moved.append(frame(one if n % 2 else still))
    return [moved[n // 2] for n in range(24)]


def stack() -> list[np.ndarray]:
    slices = []
    for _ in range(12):
        one = np.full((180, 320), 10)
        one[20:160, 90:230] = NOISE.integers(60, 140, (140, 140))
        slices += [frame(one)] * 2
    return slices


def camera() -> list[np.ndarray]:
    still = texture() // 2 + 60
    shown = []
    for n in range(24):
        one = still + NOISE.integers(-3, 4, still.shape)
        one[60:90, 100 + n : 110 + n] += 40
        shown.append(frame(one, chroma=150))
    return shown


def game() -> list[np.ndarray]:
    return [frame(texture(), chroma=160) for _ in range(24)]


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        (slide(), ContentKind.SLIDES),
        (pointer(), ContentKind.SLIDES),
        (stack(), ContentKind.STACK),
        (camera(), ContentKind.TALKING_HEAD),
        (game(), ContentKind.MOTION),
        ([], ContentKind.SLIDES),
    ],
)
def test_kind_of_a_stretch_is_told_by_what_changes(
    shown: list[np.ndarray], kind: ContentKind
) -> None:
    assert describe(shown, 0.0, None).kind == kind


def stretch(kind: ContentKind) -> Stretch:
    return Stretch(start_s=0.0, kind=kind, repeats=0.5, changed=0.1, motion=1.0, colour=2.0)


def test_lecture_is_mixed_unless_three_quarters_are_of_a_kind() -> None:
    slides, moving = stretch(ContentKind.SLIDES), stretch(ContentKind.MOTION)
    assert Content(30.0, (slides, slides, slides, moving)).kind == ContentKind.SLIDES
    assert Content(30.0, (slides, slides, moving)).kind == ContentKind.MIXED
    assert Content(30.0).kind == ContentKind.MIXED


def test_plan_gives_each_chunk_the_quality_that_its_content_wants() -> None:
    content = Content(30.0, (stretch(ContentKind.SLIDES), stretch(ContentKind.MOTION)))
    made = plan(recording(picture(1920, 1080)), Policy(), content)
    still, moving = made.video[0].crfs
    assert still > moving
    saver = next(rendition for rendition in made.video if rendition.is_saver)
    assert len(set(saver.crfs)) == 1


def test_plan_of_slides_has_no_rung_in_which_text_is_lost() -> None:
    content = Content(60.0, (stretch(ContentKind.SLIDES),))
    made = plan(recording(picture(1920, 1080)), Policy(), content)
    assert [(r.name, r.codec) for r in made.video] == [
        ("1080p", "h264"), ("720p", "h264"), ("saver", "h264"),
        ("saver-av1", "av1"),
    ]  # fmt: skip
    thrifty = plan(recording(picture(1920, 1080)), Policy(has_full_av1=True), content)
    assert ("1080p-av1", "av1") in [(r.name, r.codec) for r in thrifty.video]


def test_plan_corrects_loudness_and_limits_peaks_only_where_they_would_clip() -> None:
    quiet = Sound(-30.0, 5.0, -20.0, 0.0, is_same_in_both_channels=True)
    made = plan(recording(sound()), Policy(), Content(30.0, sound=quiet))
    assert (made.gain_db, made.must_limit) == (13.0, False)
    assert [rendition.channels for rendition in made.audio] == [1, 1]
    peaky = dataclasses.replace(quiet, peak_dbfs=-6.0)
    assert plan(recording(sound()), Policy(), Content(30.0, sound=peaky)).must_limit
    silent = dataclasses.replace(quiet, loudness_lufs=-70.0)
    assert plan(recording(sound()), Policy(), Content(30.0, sound=silent)).gain_db == 0


def test_plan_takes_the_sound_in_the_preferred_language() -> None:
    tracks = (sound(index=1, language="eng"), sound(index=2, language="rus", is_default=False))
    assert plan(recording(*tracks), Policy()).audio_index == 1
    assert plan(recording(*tracks), Policy(languages=("rus",))).audio_index == 2
    assert plan(recording(*tracks), Policy(languages=("ara",))).audio_index == 1


def test_plan_for_an_ffmpeg_without_av1_and_opus_does_without_them() -> None:
    bare = Policy().fitted(frozenset({"libx264", "aac"}))
    made = plan(recording(picture(transfer="smpte2084"), sound()), bare)
    assert {rendition.codec for rendition in made.video} == {"h264"}
    assert {rendition.codec for rendition in made.audio} == {"aac"}
    assert not made.treatment.tone_map


def test_plan_treats_interlaced_and_high_dynamic_range_pictures() -> None:
    assert plan(recording(picture(is_interlaced=True)), Policy()).treatment.deinterlace
    assert plan(recording(picture(transfer="arib-std-b67")), Policy()).treatment.tone_map


def test_plan_does_not_seek_in_what_has_no_index_to_trust() -> None:
    stream = picture(key_distance_s=50.0)
    probed = recording(stream, container="mpegts", duration_s=60.0)
    assert plan(probed, Policy()).chunks == 1
    near = recording(picture(key_distance_s=2.0), container="mpegts", duration_s=60.0)
    assert (plan(near, Policy()).chunks, plan(near, Policy()).seek_lead_s) == (2, 3.0)


def test_silence_without_a_loudness_is_read_as_such() -> None:
    assert read_sound([], "no such words") is None


def test_analysis_of_a_recording_survives_json(clip: Callable[[str], Path]) -> None:
    path = clip("lecture.mp4")
    probed = probe(path)
    content = analyse(path, probed, video_index=0, audio_index=1, binary=find_ffmpeg())
    assert Content.from_data(json.loads(json.dumps(content.to_data()))) == content
    assert content.kind == ContentKind.MOTION
    assert content.sound is not None
    # An amplitude of an eighth, and what AAC adds at its start.
    assert content.sound.loudness_lufs == pytest.approx(-21.0, abs=1.5)
    assert content.sound.peak_dbfs == pytest.approx(-17.0, abs=2.5)
    assert content.sound.is_same_in_both_channels
