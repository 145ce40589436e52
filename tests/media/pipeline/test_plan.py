"""Rules that every plan keeps, whatever was uploaded."""

import dataclasses
import heapq
import json
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.pipeline.content import ContentKind
from media.pipeline.h264_levels import level_for
from media.pipeline.jobs import Job, portions
from media.pipeline.plan import AV1, H264, Plan, VideoRendition, plan
from media.pipeline.policy import POLICIES, Policy
from media.pipeline.probe import AudioStream, Probe, VideoStream
from media.pipeline.refusals import Refusal, Refused

POLICY = Policy()


def picture(width: int = 1280, height: int = 720, **changes: object) -> VideoStream:
    return dataclasses.replace(
        VideoStream(
            index=0,
            codec="h264",
            pix_fmt="yuv420p",
            coded_width=width,
            coded_height=height,
            sample_aspect=Fraction(1),
            rotation_deg=0,
            display_width=width,
            display_height=height,
            fps=Fraction(30),
            peak_fps=Fraction(30),
            is_variable_rate=False,
            frames=1800,
            start_s=0.0,
            end_s=60.0,
            language=None,
            is_default=True,
            is_attached_picture=False,
            is_decodable=True,
        ),
        **changes,
    )


def sound(**changes: object) -> AudioStream:
    return dataclasses.replace(
        AudioStream(
            index=1,
            codec="aac",
            channels=2,
            sample_rate_hz=44_100,
            start_s=0.0,
            end_s=60.0,
            language=None,
            is_default=True,
            is_decodable=True,
        ),
        **changes,
    )


def recording(*streams: VideoStream | AudioStream, **changes: object) -> Probe:
    return dataclasses.replace(
        Probe(
            container="mp4",
            demuxers=("mov",),
            size_bytes=1_000_000,
            duration_s=60.0,
            declared_duration_s=60.0,
            video=tuple(s for s in streams if isinstance(s, VideoStream)),
            audio=tuple(s for s in streams if isinstance(s, AudioStream)),
        ),
        **changes,
    )


def ladder_of(made: Plan) -> list[VideoRendition]:
    return [r for r in made.video if r.codec == "h264" and not r.is_saver]


def sizes(made: Plan) -> list[tuple[int, int]]:
    return [(rendition.width, rendition.height) for rendition in ladder_of(made)]


pictures = st.builds(
    picture,
    width=st.integers(1, 8192),
    height=st.integers(1, 4320),
    peak_fps=st.fractions(Fraction(1, 100), 1000),
    is_variable_rate=st.booleans(),
    end_s=st.floats(0.5, 60.0),
)


@settings(max_examples=200, deadline=None)
@given(pictures)
def test_plan_keeps_sizes_even_aspect_and_never_enlarges(source: VideoStream) -> None:
    made = plan(recording(source), POLICY)
    assert made.video
    for rendition in made.video:
        assert rendition.width % 2 == rendition.height % 2 == 0
        assert rendition.width <= max(2, source.display_width)
        assert rendition.height <= max(2, source.display_height)
        # Neither side is more than one step of evenness from the other's scale.
        scale = max(
            Fraction(rendition.width, source.display_width),
            Fraction(rendition.height, source.display_height),
        )
        assert abs(rendition.width - source.display_width * scale) <= 2 + 2 * max(
            1, source.display_width / source.display_height
        )
        assert abs(rendition.height - source.display_height * scale) <= 2 + 2 * max(
            1, source.display_height / source.display_width
        )


@settings(deadline=None)
@given(pictures)
def test_plan_holds_whole_frames_in_whole_segments(source: VideoStream) -> None:
    made = plan(recording(source), POLICY)
    assert (made.fps * made.segment_s).denominator == 1
    assert POLICY.min_fps <= made.fps <= POLICY.max_fps
    # A lower rate than the source's is only chosen above the limit.
    if source.peak_fps <= POLICY.max_fps:
        assert made.fps >= source.peak_fps - Fraction(1, 10)


@settings(deadline=None)
@given(pictures)
def test_plan_gives_each_rung_its_own_name_and_a_smaller_size(source: VideoStream) -> None:
    made = plan(recording(source), POLICY)
    short_sides = [min(size) for size in sizes(made)]
    assert all(lower <= 0.8 * upper for upper, lower in pairwise(short_sides))
    assert len({rendition.name for rendition in made.video}) == len(made.video)


@settings(deadline=None)
@given(pictures, st.booleans())
def test_plan_survives_json(source: VideoStream, has_sound: bool) -> None:
    probed = recording(source, *([sound()] if has_sound else []))
    assert Probe.from_data(json.loads(json.dumps(probed.to_data()))) == probed
    made = plan(probed, POLICY)
    assert Plan.from_data(json.loads(json.dumps(made.to_data()))) == made


@pytest.mark.parametrize(
    ("source", "ladder"),
    [
        ((3840, 2160), [(1920, 1080), (1280, 720), (854, 480)]),
        ((1920, 1080), [(1920, 1080), (1280, 720), (854, 480)]),
        ((1280, 720), [(1280, 720), (854, 480)]),
        ((1300, 731), [(1300, 730), (854, 480)]),
        ((1212, 720), [(1212, 720), (808, 480)]),
        ((1024, 768), [(1024, 768), (640, 480)]),
        ((640, 480), [(640, 480)]),
        ((1080, 1920), [(1080, 1920), (720, 1280), (480, 854)]),
        ((320, 180), [(320, 180)]),
        ((33, 17), [(32, 16)]),
    ],
)
def test_plan_ladder_of_common_sources(
    source: tuple[int, int], ladder: list[tuple[int, int]]
) -> None:
    assert sizes(plan(recording(picture(*source)), POLICY)) == ladder


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Fraction(30_000, 1001), 30),
        (Fraction(24_000, 1001), 24),
        (Fraction(60_000, 1001), 30),
        (Fraction(25), 25),
        (Fraction(50), 25),
        (Fraction(120), 30),
        (Fraction(31), 30),
        (Fraction(25, 2), Fraction(25, 2)),
        (Fraction(1), 5),
    ],
)
def test_plan_frame_rate_follows_the_source(source: Fraction, expected: Fraction) -> None:
    assert plan(recording(picture(peak_fps=source)), POLICY).fps == expected


def test_plan_of_sound_alone_has_no_picture() -> None:
    made = plan(recording(sound(channels=1)), POLICY)
    assert made.video == ()
    assert (made.audio[0].channels, made.audio[0].bitrate_bps) == (1, POLICY.mono_bps)


def test_plan_keeps_a_mono_voice_once_in_aac() -> None:
    made = plan(recording(picture(), sound(channels=1)), POLICY)
    assert [(s.name, s.codec, s.bitrate_bps) for s in made.audio] == [
        ("audio", "aac", POLICY.mono_bps), ("speech-opus", "opus", POLICY.speech_opus_bps),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (640, 360)])
def test_plan_gives_the_full_size_the_quality_of_its_content(size: tuple[int, int]) -> None:
    full, *_smaller = ladder_of(plan(recording(picture(*size)), POLICY))
    wanted = POLICY.quality(ContentKind.STACK).h264_crf
    assert (set(full.crfs), full.preset) == ({wanted}, POLICY.preset)


def test_plan_makes_small_rungs_by_a_quicker_preset() -> None:
    made = plan(recording(picture(1920, 1080)), POLICY)
    assert [r.preset for r in ladder_of(made)] == ["fast", "veryfast", "veryfast"]
    hurried = dataclasses.replace(POLICY, preset="ultrafast")
    made = plan(recording(picture()), hurried).video
    assert {r.preset for r in made if r.codec == H264} == {"ultrafast"}


def test_plan_makes_the_thin_av1_rendition_quicker_than_the_full_size() -> None:
    made = plan(recording(picture(1920, 1080)), POLICIES["thrift"])
    presets = {r.name: int(r.preset or made.av1_preset) for r in made.video if r.codec == AV1}
    assert presets == {"1080p-av1": 8, "saver-av1": 10}


# CPU seconds that a chunk of 30 s takes, and the sound of a minute: `python -m bench lectures`.
SAVER_COST = 4.0
LADDER_COST = {"reach": 10.5, "standard": 10.5, "thrift": 20.0}
SOUND_COST = 1.2


@pytest.mark.parametrize("policy", ["reach", "standard", "thrift"])
@pytest.mark.parametrize("minutes", [30, 45, 60])
def test_four_workers_share_a_long_lecture_nearly_as_if_it_were_divided_evenly(
    policy: str, minutes: int
) -> None:
    ends_s = 60.0 * minutes
    streams = picture(1920, 1080, end_s=ends_s), sound(end_s=ends_s)
    made = plan(recording(*streams, duration_s=ends_s), POLICIES[policy])
    chunk = {Job.SOUND: 0.0, Job.SAVER: SAVER_COST, Job.LADDER: LADDER_COST[policy]}
    costs = [portion.count * chunk[portion.job] for portion in portions(made)]
    costs[0] += SOUND_COST * minutes
    # Whoever is free takes the next portion.
    workers = [0.0] * 4
    for cost in costs:
        heapq.heapreplace(workers, workers[0] + cost)
    assert sum(costs) / 4 >= 0.9 * max(workers)


def test_plan_of_a_silent_picture_has_no_sound() -> None:
    assert plan(recording(picture()), POLICY).audio == ()


def test_plan_of_a_song_with_a_cover_has_no_picture() -> None:
    cover = picture(is_attached_picture=True, index=1)
    assert plan(recording(sound(index=0), cover), POLICY).video == ()


def test_plan_mixes_surround_sound_to_stereo() -> None:
    made = plan(recording(sound(channels=6)), POLICY)
    assert [(s.name, s.channels) for s in made.audio] == [
        ("audio", 2), ("speech", 1), ("speech-opus", 1),
    ]  # fmt: skip


def test_plan_prefers_the_default_track_and_then_the_larger_picture() -> None:
    small = picture(320, 240, index=0, is_default=False)
    large = picture(1920, 1080, index=1, is_default=False)
    tracks = (sound(index=2, is_default=False), sound(index=3))
    made = plan(recording(small, large, *tracks), POLICY)
    assert (made.video_index, made.audio_index) == (1, 3)


def test_plan_holds_the_last_picture_where_sound_goes_on() -> None:
    made = plan(recording(picture(end_s=45.0), sound()), POLICY)
    assert (made.video_pad_s, made.audio_pad_s) == (15.0, 0.0)


@pytest.mark.parametrize(
    ("probed", "code"),
    [
        (recording(), Refusal.NO_STREAMS),
        (recording(picture(is_attached_picture=True)), Refusal.NO_STREAMS),
        (recording(picture(), duration_s=0.01, declared_duration_s=0.01), Refusal.TOO_SHORT),
        (recording(picture(), duration_s=43_201.0), Refusal.TOO_LONG),
        (recording(picture(16_384, 16_384)), Refusal.TOO_LARGE_PICTURE),
        (recording(picture(is_decodable=False), sound()), Refusal.DECODE_FAILED),
        (recording(picture(), sound(is_decodable=False)), Refusal.DECODE_FAILED),
    ],
)
def test_plan_refuses_with_a_reason(probed: Probe, code: Refusal) -> None:
    with pytest.raises(Refused) as refused:
        plan(probed, POLICY)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("size", "fps", "level"),
    [((1920, 1080), 30, "4.0"), ((1280, 720), 30, "3.1"), ((426, 240), 30, "2.1")],
)
def test_level_is_the_lowest_of_the_standard_that_suffices(
    size: tuple[int, int], fps: int, level: str
) -> None:
    width, height = size
    chosen = level_for(width=width, height=height, fps=Fraction(fps), maxrate_bps=400_000)
    assert chosen == level


def test_what_is_left_of_a_broken_off_recording_is_planned() -> None:
    made = plan(recording(picture(), sound(), declared_duration_s=3600.0), POLICY)
    assert made.duration_s == 60.0


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("policy"),
        lambda data: data.update(codec="h264"),
        lambda data: data.update(fps="many"),
        lambda data: data.update(video=[{"name": "1080p"}]),
        lambda data: data.update(video=5),
        lambda data: data.update(content="opera"),
    ],
)
def test_plan_of_another_release_is_refused_with_a_sentence(change) -> None:
    data = plan(recording(picture(), sound()), POLICY).to_data()
    change(data)
    with pytest.raises(Refused) as refused:
        Plan.from_data(data)
    assert refused.value.code is Refusal.OTHER_RELEASE
    assert refused.value.sentence.endswith("your upload is kept.")


@pytest.mark.parametrize("data", [None, [], "plan", {1: 2}, {}])
def test_what_was_never_a_plan_is_refused(data) -> None:
    with pytest.raises(Refused) as refused:
        Plan.from_data(data)
    assert refused.value.code is Refusal.OTHER_RELEASE
