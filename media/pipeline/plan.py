"""Which renditions to make of a recording: a pure function of what it is and what we want."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from media.pipeline.h264_levels import level_for
from media.pipeline.probe import AudioStream, Probe, VideoStream
from media.pipeline.records import Record
from media.pipeline.refusals import Refusal, Refused


@dataclass(frozen=True)
class Rung(Record):
    """A step of the ladder: pictures fit into a 16:9 box ``short_side`` high (or wide)."""

    short_side: int
    crf: int
    maxrate_bps: int

    @property
    def long_side(self) -> int:
        """The longer side of the box, in pixels."""
        return ceil(self.short_side * 16 / 9)


@dataclass(frozen=True)
class Policy(Record):
    """What a site wants of its lectures and how much it is ready to spend on one.

    ``name`` is stored with what was made, so that lectures made by an older policy are found.
    """

    name: str = "h264-1"
    rungs: tuple[Rung, ...] = (
        Rung(short_side=1080, crf=22, maxrate_bps=4_500_000),
        Rung(short_side=720, crf=22, maxrate_bps=2_500_000),
        Rung(short_side=240, crf=24, maxrate_bps=400_000),
    )
    preset: str = "faster"
    # Below the lower limit the last picture would overshoot the end of the sound by too much.
    min_fps: int = 5
    max_fps: int = 30
    segment_s: int = 6
    mono_bps: int = 64_000
    stereo_bps: int = 96_000
    sample_rate_hz: int = 48_000
    min_duration_s: float = 0.1
    max_duration_s: float = 12 * 3600.0
    max_source_pixels: int = 8192 * 4320
    # How far a file may fall short of its own header, or the result of its source.
    duration_tolerance_s: float = 1.0
    # Encoding may take this long, plus so many times the lecture's own duration.
    wall_base_s: float = 300.0
    wall_factor: float = 10.0
    memory_bytes: int = 6 << 30


@dataclass(frozen=True)
class VideoRendition(Record):
    """One H.264 rendition; ``name`` is unique in its plan and safe as a directory name."""

    name: str
    width: int
    height: int
    crf: int
    maxrate_bps: int
    bufsize_bits: int
    level: str


@dataclass(frozen=True)
class AudioRendition(Record):
    """One AAC-LC rendition."""

    name: str
    channels: int
    sample_rate_hz: int
    bitrate_bps: int


@dataclass(frozen=True)
class Plan(Record):
    """All that encoding and packaging need to know; see :func:`plan`.

    Indices are those of the source's streams. ``video_pad_s`` and ``audio_pad_s`` are how long
    the last picture is held, or silence kept, where one track ends before the other.
    """

    policy: str
    demuxers: tuple[str, ...]
    duration_s: float
    segment_s: int
    fps: Fraction
    preset: str
    video_index: int | None
    video_pad_s: float
    video: tuple[VideoRendition, ...]
    audio_index: int | None
    audio_pad_s: float
    audio: AudioRendition | None
    duration_tolerance_s: float
    max_source_pixels: int
    wall_limit_s: float
    memory_bytes: int


def plan(probe: Probe, policy: Policy) -> Plan:
    """Choose tracks and renditions for a recording.

    Nothing is enlarged, sides are even, the aspect is kept to the pixel, and every rendition
    has the same constant frame rate, with a whole number of frames in a segment, so that all
    can be cut at the same instants.

    Raises ``Refused`` with NO_STREAMS, TRUNCATED, TOO_SHORT, TOO_LONG, TOO_LARGE_PICTURE or
    DECODE_FAILED.
    """
    pictures = [stream for stream in probe.video if not stream.is_attached_picture]
    if not pictures and not probe.audio:
        raise Refused(Refusal.NO_STREAMS, "no picture or sound track with content")
    _check_duration(probe, policy)
    picture, sound = _choose_picture(pictures, policy), _choose_sound(probe.audio)
    fps = _frame_rate(picture, policy) if picture else Fraction(policy.max_fps)
    return Plan(
        policy=policy.name,
        demuxers=probe.demuxers,
        duration_s=probe.duration_s,
        segment_s=policy.segment_s,
        fps=fps,
        preset=policy.preset,
        video_index=picture.index if picture else None,
        video_pad_s=_pad(probe.duration_s, picture),
        video=_ladder(picture, fps, policy) if picture else (),
        audio_index=sound.index if sound else None,
        audio_pad_s=_pad(probe.duration_s, sound),
        audio=_audio_rendition(sound, policy) if sound else None,
        duration_tolerance_s=policy.duration_tolerance_s,
        max_source_pixels=policy.max_source_pixels,
        wall_limit_s=policy.wall_base_s + policy.wall_factor * probe.duration_s,
        memory_bytes=policy.memory_bytes,
    )


def _check_duration(probe: Probe, policy: Policy) -> None:
    declared_s = probe.declared_duration_s
    if declared_s is not None and declared_s - probe.duration_s > policy.duration_tolerance_s:
        raise Refused(
            Refusal.TRUNCATED, f"{probe.duration_s:.2f} s of {declared_s:.2f} s are in the file"
        )
    if probe.duration_s < policy.min_duration_s:
        raise Refused(Refusal.TOO_SHORT, f"{probe.duration_s:.3f} s")
    if probe.duration_s > policy.max_duration_s:
        raise Refused(Refusal.TOO_LONG, f"{probe.duration_s:.0f} s")


def _choose_picture(pictures: list[VideoStream], policy: Policy) -> VideoStream | None:
    if not pictures:
        return None
    if any(s.coded_width * s.coded_height > policy.max_source_pixels for s in pictures):
        sizes = ", ".join(f"{s.coded_width}×{s.coded_height}" for s in pictures)
        raise Refused(Refusal.TOO_LARGE_PICTURE, sizes)
    decodable = [stream for stream in pictures if stream.is_decodable]
    if not decodable:
        raise Refused(Refusal.DECODE_FAILED, f"picture: {pictures[0].codec}")
    return min(
        decodable,
        key=lambda s: (not s.is_default, -s.display_width * s.display_height, s.index),
    )


def _choose_sound(sounds: tuple[AudioStream, ...]) -> AudioStream | None:
    if not sounds:
        return None
    decodable = [stream for stream in sounds if stream.is_decodable]
    if not decodable:
        raise Refused(Refusal.DECODE_FAILED, f"sound: {sounds[0].codec}")
    return min(decodable, key=lambda s: (not s.is_default, s.index))


def _frame_rate(picture: VideoStream, policy: Policy) -> Fraction:
    """The constant rate that follows the source, from ``min_fps`` to ``max_fps``.

    Rates are multiples of a half, so that whole segments hold whole frames (broadcast's 29.97
    becomes 30: one picture in a thousand is shown twice). A rate above the limit is divided by
    a whole number where that leaves it fluent, as 50 → 25.
    """
    limit = Fraction(policy.max_fps)
    rate = picture.peak_fps
    if rate > limit:
        # Clocks are not exact: 60.02 is twice 30, too.
        divided = rate / max(1, ceil(rate / limit - Fraction(1, 20)))
        rate = divided if divided >= limit * 3 / 4 else limit
    snapped = Fraction(ceil(2 * rate - Fraction(1, 10)), 2)
    return max(Fraction(policy.min_fps), min(limit, snapped))


def _ladder(picture: VideoStream, fps: Fraction, policy: Policy) -> tuple[VideoRendition, ...]:
    ladder: list[VideoRendition] = []
    for rung in sorted(policy.rungs, key=lambda rung: -rung.short_side):
        width, height = fit(picture.display_width, picture.display_height, rung)
        rendition = _rendition(width, height, fps, rung)
        if not ladder or _is_clearly_smaller(rendition, ladder[-1]):
            ladder.append(rendition)
        elif (width, height) == (ladder[-1].width, ladder[-1].height):
            # The source is smaller than both boxes: the lower rung's bit rate suffices.
            ladder[-1] = rendition
        # Else it is hardly smaller than the rung above: it would cost as much and serve nobody.
    return tuple(ladder)


def _is_clearly_smaller(rendition: VideoRendition, above: VideoRendition) -> bool:
    return 5 * min(rendition.width, rendition.height) <= 4 * min(above.width, above.height)


def _rendition(width: int, height: int, fps: Fraction, rung: Rung) -> VideoRendition:
    return VideoRendition(
        name=f"{min(width, height)}p",
        width=width,
        height=height,
        crf=rung.crf,
        maxrate_bps=rung.maxrate_bps,
        # Two seconds of buffer: a new slide may burst without starving a thin line.
        bufsize_bits=2 * rung.maxrate_bps,
        level=level_for(width=width, height=height, fps=fps, maxrate_bps=rung.maxrate_bps),
    )


def fit(width: int, height: int, rung: Rung) -> tuple[int, int]:
    """The even size at which a picture fits into a rung without being enlarged."""
    scale = min(
        Fraction(1),
        Fraction(rung.short_side, min(width, height)),
        Fraction(rung.long_side, max(width, height)),
    )
    return _even(width, scale), _even(height, scale)


def _even(side: int, scale: Fraction) -> int:
    """The nearest even number to ``side × scale``, not above ``side`` but at least 2."""
    return max(2, min(2 * round(side * scale / 2), side - side % 2))


def _audio_rendition(sound: AudioStream, policy: Policy) -> AudioRendition:
    channels = min(2, max(1, sound.channels))
    return AudioRendition(
        name="audio",
        channels=channels,
        sample_rate_hz=policy.sample_rate_hz,
        bitrate_bps=policy.mono_bps if channels == 1 else policy.stereo_bps,
    )


def _pad(duration_s: float, stream: VideoStream | AudioStream | None) -> float:
    return 0.0 if stream is None else round(max(0.0, duration_s - stream.end_s), 6)
