"""Which renditions to make of a recording: a pure function of what it is and what we want."""

import dataclasses
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from media.pipeline.content import Content, ContentKind, Sound
from media.pipeline.h264_levels import level_for
from media.pipeline.policy import Policy, Rung, quicker
from media.pipeline.probe import AudioStream, Probe, VideoStream
from media.pipeline.records import Record
from media.pipeline.refusals import Refusal, Refused

# Containers whose index leads to the key frame before a moment, and nowhere else.
INDEXED_CONTAINERS = frozenset({"mp4", "matroska", "avi"})
# ITU-R BT.2100: perceptual quantisation and hybrid log-gamma.
HDR_TRANSFERS = frozenset({"smpte2084", "arib-std-b67"})

H264, AV1, AAC, OPUS = "h264", "av1", "aac", "opus"


@dataclass(frozen=True)
class VideoRendition(Record):
    """One picture rendition; ``name`` is unique in its plan and safe as a directory name.

    ``crfs`` are the quality factors of the plan's chunks, in their order; ``fps`` is the rate of
    pictures that differ, repeated ones are left out. ``preset`` is its encoder's; if empty, the
    plan's.
    """

    name: str
    codec: str
    width: int
    height: int
    fps: Fraction
    crfs: tuple[float, ...]
    maxrate_bps: int
    bufsize_bits: int
    level: str
    is_saver: bool = False
    preset: str = ""


@dataclass(frozen=True)
class AudioRendition(Record):
    """One sound rendition, AAC-LC or Opus; ``is_speech`` for the one that goes with the saver."""

    name: str
    codec: str
    channels: int
    sample_rate_hz: int
    bitrate_bps: int
    is_speech: bool = False


@dataclass(frozen=True)
class Treatment(Record):
    """What has to be done to the picture before it is scaled."""

    deinterlace: bool = False
    tone_map: bool = False


@dataclass(frozen=True)
class Plan(Record):
    """All that encoding and packaging need to know; see :func:`plan`.

    Indices are those of the source's streams, times those of its start. ``video_pad_s`` and
    ``audio_pad_s`` are how long the last picture is held, or silence kept, where one track ends
    before the other. A codec's work is cut into chunks of ``chunk_s``; reading begins
    ``seek_lead_s`` before each, where the container's index can't be trusted. ``gain_db``
    corrects the loudness.
    """

    policy: str
    demuxers: tuple[str, ...]
    duration_s: float
    segment_s: int
    fps: Fraction
    preset: str
    video_index: int | None
    video_start_s: float
    video_pad_s: float
    video: tuple[VideoRendition, ...]
    audio_index: int | None
    audio_pad_s: float
    audio: tuple[AudioRendition, ...]
    gain_db: float
    peak_dbfs: float
    must_limit: bool
    treatment: Treatment
    chunk_s: int
    seek_lead_s: float
    portion_chunks: int
    is_early: bool
    av1_preset: int
    content: ContentKind
    duration_tolerance_s: float
    max_source_pixels: int
    wall_limit_s: float
    memory_bytes: int

    @property
    def chunks(self) -> int:
        """How many chunks the picture is cut into."""
        return len(self.video[0].crfs) if self.video else 0


def plan(probe: Probe, policy: Policy, content: Content | None = None) -> Plan:
    """Choose tracks and renditions for a recording.

    Nothing is enlarged, sides are even, the aspect is kept to the pixel, and every rendition
    has the same time grid, with a whole number of pictures in a segment, so that all can be
    cut at the same instants. Without ``content`` the picture is taken for a scrolled stack, the
    sound for loud enough.

    Of a file that breaks off, what is there is planned. Raises ``Refused`` with NO_STREAMS,
    TOO_SHORT, TOO_LONG, TOO_LARGE_PICTURE or DECODE_FAILED.
    """
    _check_duration(probe, policy)
    picture, sound = choose_tracks(probe, policy)
    content = content or Content(stretch_s=float(policy.chunk_s))
    fps = _frame_rate(picture, policy) if picture else Fraction(policy.max_fps)
    lead_s = _seek_lead(probe, picture)
    chunk_s = policy.chunk_s if lead_s <= policy.chunk_s else _whole(probe.duration_s, policy)
    starts_s = tuple(range(0, ceil(probe.duration_s), chunk_s))
    chunks = tuple(content.kind_at(start_s) for start_s in starts_s)
    measured = content.sound if sound else None
    gain_db, must_limit = _loudness(measured, policy)
    return Plan(
        policy=policy.name,
        demuxers=probe.demuxers,
        duration_s=probe.duration_s,
        segment_s=policy.segment_s,
        fps=fps,
        preset=policy.preset,
        video_index=picture.index if picture else None,
        video_start_s=picture.start_s if picture else 0.0,
        video_pad_s=_pad(probe.duration_s, picture),
        video=_pictures(picture, fps, chunks, content.kind, policy) if picture else (),
        audio_index=sound.index if sound else None,
        audio_pad_s=_pad(probe.duration_s, sound),
        audio=_sounds(sound, measured, bool(picture), policy) if sound else (),
        gain_db=gain_db,
        peak_dbfs=policy.peak_dbfs,
        must_limit=must_limit,
        treatment=_treatment(picture, content, policy),
        chunk_s=chunk_s,
        seek_lead_s=lead_s,
        portion_chunks=_portion(len(starts_s), chunk_s, policy),
        is_early=picture is not None and probe.duration_s > policy.early_from_s,
        av1_preset=policy.av1_preset,
        content=content.kind,
        duration_tolerance_s=policy.duration_tolerance_s,
        max_source_pixels=policy.max_source_pixels,
        wall_limit_s=policy.wall_base_s + policy.wall_factor * probe.duration_s,
        memory_bytes=policy.memory_bytes,
    )


def choose_tracks(probe: Probe, policy: Policy) -> tuple[VideoStream | None, AudioStream | None]:
    """The picture and the sound that become the lecture; see :func:`plan` for what it raises."""
    pictures = [stream for stream in probe.video if not stream.is_attached_picture]
    if not pictures and not probe.audio:
        raise Refused(Refusal.NO_STREAMS, "no picture or sound track with content")
    return _choose_picture(pictures, policy), _choose_sound(probe.audio, policy)


def _check_duration(probe: Probe, policy: Policy) -> None:
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


def _choose_sound(sounds: tuple[AudioStream, ...], policy: Policy) -> AudioStream | None:
    if not sounds:
        return None
    decodable = [stream for stream in sounds if stream.is_decodable]
    if not decodable:
        raise Refused(Refusal.DECODE_FAILED, f"sound: {sounds[0].codec}")
    wanted = policy.languages

    def rank(stream: AudioStream) -> tuple[int, bool, int]:
        known = stream.language in wanted
        language = wanted.index(stream.language or "") if known else len(wanted)
        return language, not stream.is_default, stream.index

    return min(decodable, key=rank)


def _seek_lead(probe: Probe, picture: VideoStream | None) -> float:
    """How long before a moment reading has to begin so that its pictures can be decoded."""
    if picture is None or probe.container in INDEXED_CONTAINERS:
        return 0.0
    return round(picture.key_distance_s + 1.0, 3)


def _whole(duration_s: float, policy: Policy) -> int:
    """The length of the only chunk where seeking would cost more than it gains."""
    return policy.segment_s * ceil(duration_s / policy.segment_s)


def _portion(chunks: int, chunk_s: int, policy: Policy) -> int:
    """How many chunks one worker takes at once."""
    most = max(1, policy.max_portion_s // chunk_s)
    # Short lectures aren't worth dividing.
    return min(most, max(4, ceil(chunks / policy.portions)))


def _loudness(sound: Sound | None, policy: Policy) -> tuple[float, bool]:
    """Gain in dB towards the policy's loudness, and whether peaks must be limited after it.

    Linear (EBU R128 s2): the dynamics of the voice stay. What is all but silent is left alone.
    """
    if sound is None or sound.loudness_lufs < -60.0:
        return 0.0, False
    gain_db = min(policy.max_gain_db, policy.loudness_lufs - sound.loudness_lufs)
    gain_db = round(gain_db, 2)
    return gain_db, sound.peak_dbfs + gain_db > policy.peak_dbfs


def _treatment(picture: VideoStream | None, content: Content, policy: Policy) -> Treatment:
    if picture is None:
        return Treatment()
    return Treatment(
        deinterlace=picture.is_interlaced or content.interlaced_share > 0.5,
        tone_map=policy.can_tone_map and picture.transfer in HDR_TRANSFERS,
    )


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


def _pictures(
    picture: VideoStream,
    fps: Fraction,
    chunks: tuple[ContentKind, ...],
    content: ContentKind,
    policy: Policy,
) -> tuple[VideoRendition, ...]:
    """All renditions of the picture: the ladder, the saver, and their AV1 counterparts."""
    ladder: list[VideoRendition] = []
    for rung in sorted(policy.rungs, key=lambda rung: -rung.short_side):
        if content == ContentKind.SLIDES and ladder and rung.short_side < _least(picture, policy):
            continue
        rendition = _rung(picture, rung, fps, chunks, policy)
        if not ladder or _is_clearly_smaller(rendition, ladder[-1]):
            ladder.append(rendition)
        elif (rendition.width, rendition.height) == (ladder[-1].width, ladder[-1].height):
            # The source is smaller than both boxes: the lower rung's bit rate suffices. It is
            # still the full size, with the quality of one.
            full = ladder[-1]
            ladder[-1] = dataclasses.replace(rendition, crfs=full.crfs, preset=full.preset)
        # Else it is hardly smaller than the rung above: it would cost as much and serve nobody.
    saver = _saver(picture, fps, len(chunks), policy)
    if not policy.has_av1:
        return (*ladder, saver)
    thrift = dataclasses.replace(
        saver,
        name="saver-av1",
        codec=AV1,
        crfs=(policy.saver.av1_crf,) * len(chunks),
        level="",
        preset=str(policy.saver.av1_preset),
    )
    if not policy.has_full_av1:
        return (*ladder, saver, thrift)
    top = dataclasses.replace(
        ladder[0],
        name=f"{ladder[0].name}-av1",
        codec=AV1,
        crfs=tuple(policy.quality(kind).av1_crf for kind in chunks),
        level="",
        preset="",
    )
    return (*ladder, saver, top, thrift)


def _least(picture: VideoStream, policy: Policy) -> int:
    return min(policy.slides_min_short_side, picture.display_height, picture.display_width)


def _is_clearly_smaller(rendition: VideoRendition, above: VideoRendition) -> bool:
    return 5 * min(rendition.width, rendition.height) <= 4 * min(above.width, above.height)


def _rung(
    picture: VideoStream,
    rung: Rung,
    fps: Fraction,
    chunks: tuple[ContentKind, ...],
    policy: Policy,
) -> VideoRendition:
    width, height = fit(picture.display_width, picture.display_height, rung)
    return VideoRendition(
        name=f"{min(width, height)}p",
        codec=H264,
        width=width,
        height=height,
        fps=fps,
        crfs=tuple(policy.quality(kind).h264_crf + rung.crf_offset for kind in chunks),
        maxrate_bps=rung.maxrate_bps,
        # Two seconds of buffer: a new slide may burst without starving a thin line.
        bufsize_bits=2 * rung.maxrate_bps,
        level=level_for(width=width, height=height, fps=fps, maxrate_bps=rung.maxrate_bps),
        preset=quicker(policy.preset, rung.quicker_by),
    )


def _saver(picture: VideoStream, fps: Fraction, chunks: int, policy: Policy) -> VideoRendition:
    saver = policy.saver
    box = Rung(short_side=saver.short_side, maxrate_bps=saver.h264_maxrate_bps)
    width, height = fit(picture.display_width, picture.display_height, box)
    rate = min(fps, Fraction(saver.fps))
    return VideoRendition(
        name="saver",
        codec=H264,
        width=width,
        height=height,
        fps=rate,
        crfs=(saver.h264_crf,) * chunks,
        maxrate_bps=saver.h264_maxrate_bps,
        # A new slide may take its four seconds: the picture before it stays meanwhile.
        bufsize_bits=4 * saver.h264_maxrate_bps,
        level=level_for(
            width=width, height=height, fps=rate, maxrate_bps=4 * saver.h264_maxrate_bps
        ),
        is_saver=True,
        preset=quicker(policy.preset, saver.quicker_by),
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


def _sounds(
    sound: AudioStream, measured: Sound | None, has_picture: bool, policy: Policy
) -> tuple[AudioRendition, ...]:
    """The sound as recorded, and as speech for the saver: mono, in AAC and in Opus.

    A voice that is mono already serves both in AAC: what a second one would save of a thin line
    is heard, and not worth a twentieth of all bytes kept.
    """
    channels = min(2, max(1, sound.channels))
    if measured and measured.is_same_in_both_channels:
        channels = 1
    full = AudioRendition(
        name="audio",
        codec=AAC,
        channels=channels,
        sample_rate_hz=policy.sample_rate_hz,
        bitrate_bps=policy.mono_bps if channels == 1 else policy.stereo_bps,
    )
    speech = dataclasses.replace(
        full, name="speech", channels=1, bitrate_bps=policy.speech_aac_bps, is_speech=True
    )
    renditions = [full] if channels == 1 else [full, speech]
    if policy.speech_opus_bps and (policy.has_av1 or not has_picture):
        renditions.append(
            dataclasses.replace(
                speech, name="speech-opus", codec=OPUS, bitrate_bps=policy.speech_opus_bps
            )
        )
    return tuple(renditions)


def _pad(duration_s: float, stream: VideoStream | AudioStream | None) -> float:
    return 0.0 if stream is None else round(max(0.0, duration_s - stream.end_s), 6)
