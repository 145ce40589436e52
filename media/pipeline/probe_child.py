"""Read one recording with PyAV and print its :class:`~media.pipeline.probe.Probe` as JSON.

``python -m media.pipeline.probe_child PATH CONTAINER DEMUXERS``; run by ``probe`` under limits.
A refusal is printed as ``{"refusal": code, "detail": text}`` with exit status 0; any other exit
means that the decoder crashed or was stopped.
"""

import dataclasses
import json
import math
import sys
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from media.pipeline.headers import has_index, stated_duration_s
from media.pipeline.probe import AudioStream, Gap, Probe, VideoStream
from media.pipeline.refusals import Refusal, Refused

MAX_STREAMS = 64
# After this many packets without a picture or a sample the decoder won't find one.
DECODE_ATTEMPTS = 600
# One frame of 16384 × 16384 is decoded by nobody's lecture, but would fill the memory.
MAX_DECODED_PIXELS = 1 << 26
# Containers whose header states a duration that their writer knew.
DECLARING_CONTAINERS = frozenset({"mp4", "matroska", "avi", "asf", "flv"})
# A track that is silent or still for longer than this lacks something, unless that is its way:
# pictures of a varying rate come when there is something new.
GAP_S, GAP_TIMES_USUAL = 10.0, 50.0
MOST_GAPS = 10
# Packets come in the order of decoding: never so far behind those before, unless a clock restarts.
REWIND_S = 10

# ITU-T H.273, table 3: what must be converted before it is shown on ordinary screens.
_TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}

AvStream = AvVideoStream | AvAudioStream
AvFrame = VideoFrame | AudioFrame


@dataclass
class _Track:
    """What has been seen of one stream so far; times in ticks of ``tick_s`` seconds."""

    stream: AvStream
    tick_s: Fraction
    pts: "array[int]" = field(default_factory=lambda: array("q"))
    ends: "array[int]" = field(default_factory=lambda: array("q"))
    broken: int = 0
    late: int = 0
    end: int = 0
    key: int | None = None
    key_distance: int = 0
    attempts: int = 0
    frame: AvFrame | None = None

    def __post_init__(self) -> None:
        self.rewind = int(REWIND_S / self.tick_s)

    def add(self, packet: Packet) -> None:
        # Packets cut away by an edit list feed the decoder but are never shown.
        if packet.pts is not None and not packet.is_discard:
            self.pts.append(packet.pts)
            self.ends.append(packet.pts + (packet.duration or 0))
            self.end = max(self.end, self.ends[-1])
            self.broken += packet.is_corrupt
            self.late += packet.pts < self.end - self.rewind
            if packet.is_keyframe:
                self._key(packet.pts)
        if self.frame is None and self.attempts < DECODE_ATTEMPTS:
            self.attempts += 1
            self._decode(packet)

    def _key(self, pts: int) -> None:
        if self.key is not None:
            self.key_distance = max(self.key_distance, pts - self.key)
        self.key = pts

    def key_distance_s(self) -> float:
        """The longest way from one key frame to the next, or from the last to the end."""
        last = max(0, self.end - self.key) if self.key is not None else 0
        return round(float(max(self.key_distance, last) * self.tick_s), 3)

    def finish(self) -> None:
        """Ask the decoder for a frame it may still hold back to reorder."""
        if self.frame is None and self.attempts:
            self._decode(None)

    def _decode(self, packet: Packet | None) -> None:
        if isinstance(self.stream, AvVideoStream):
            context = self.stream.codec_context
            if context.width * context.height > MAX_DECODED_PIXELS:
                return
        frames: Sequence[AvFrame] = ()
        # What can't be decoded is told by there being no frame.
        with suppress(av.error.FFmpegError, ValueError):
            frames = self.stream.codec_context.decode(packet)
        if frames:
            self.frame = frames[0]

    def start_s(self, origin_s: Fraction) -> float:
        """When it begins; an attached picture has no time of its own."""
        return self._seconds(min(self.pts), origin_s) if self.pts else 0.0

    def end_s(self, origin_s: Fraction) -> float:
        """The last moment at which it still shows or sounds."""
        if not self.pts:
            return 0.0
        last = max(self.pts)
        if self.end > last:
            return self._seconds(self.end, origin_s)
        # No packet says how long it lasts: give the last one the usual distance.
        gaps = _gaps(self)
        return self._seconds(last + (int(np.median(gaps)) if len(gaps) else 0), origin_s)

    def gaps(self, origin_s: Fraction) -> tuple[Gap, ...]:
        """The longest stretches for which there is nothing, in their order; see ``GAP_S``."""
        if len(self.pts) < 2:
            return ()
        order = np.argsort(np.frombuffer(self.pts, dtype=np.int64), kind="stable")
        starts = np.frombuffer(self.pts, dtype=np.int64)[order]
        reached = np.maximum.accumulate(np.frombuffer(self.ends, dtype=np.int64)[order])
        usual = np.percentile(np.diff(starts), 95) * GAP_TIMES_USUAL
        least = max(GAP_S / float(self.tick_s), float(usual))
        missing = starts[1:] - reached[:-1]
        longest = np.argsort(-missing, kind="stable")[:MOST_GAPS]
        return tuple(
            Gap(
                start_s=self._seconds(int(reached[place]), origin_s),
                end_s=self._seconds(int(starts[place + 1]), origin_s),
            )
            for place in sorted(longest)
            if missing[place] > least
        )

    def _seconds(self, ticks: int, origin_s: Fraction) -> float:
        return round(float(ticks * self.tick_s - origin_s), 6)


def read(path: Path, container: str, demuxers: str) -> Probe:
    """Open and demux ``path`` entirely; see :func:`media.pipeline.probe.probe`."""
    options = {
        "format_whitelist": demuxers,
        "protocol_whitelist": "file",
        "max_streams": "1000",
    }
    try:
        opened = av.open(f"file:{path}", options=options, metadata_errors="replace")
    except av.error.FFmpegError as error:
        lost = container == "mp4" and not has_index(path)
        raise Refused(Refusal.TRUNCATED if lost else Refusal.UNREADABLE, str(error)) from error
    with opened:
        if len(opened.streams) > MAX_STREAMS:
            raise Refused(Refusal.TOO_MANY_STREAMS, f"{len(opened.streams)} streams")
        # A stream whose decoder is unknown has no codec context: it can't be shown or heard.
        tracks = [
            _Track(stream, stream.time_base or Fraction(1, av.time_base))
            for stream in opened.streams
            if isinstance(stream, AvVideoStream | AvAudioStream) and _has_decoder(stream)
        ]
        if not tracks:
            raise Refused(Refusal.NO_STREAMS, f"{len(opened.streams)} streams of other kinds")
        end_byte = _demux(opened, tracks)
        declared_s = stated_duration_s(path, container)
        described = _describe(opened, tracks, container, demuxers)
    return dataclasses.replace(
        described,
        declared_duration_s=max(
            filter(None, (described.declared_duration_s, declared_s)), default=None
        ),
        unread_bytes=max(0, described.size_bytes - end_byte) if end_byte else 0,
    )


def _has_decoder(stream: AvStream) -> bool:
    # Typed as if there always were one.
    return cast("object | None", stream.codec_context) is not None


def _demux(opened: InputContainer, tracks: list[_Track]) -> int:
    """Read all packets; return where in the file the last one ends, 0 if that is not known."""
    by_index = {track.stream.index: track for track in tracks}
    for track in tracks:
        # Frame threads would hold back pictures and multiply the memory.
        track.stream.codec_context.thread_count = 1
    end_byte = 0
    # On an error, what was read until here counts. Damage can make up tracks that the library
    # was not prepared for.
    with suppress(av.error.FFmpegError, IndexError):
        for packet in opened.demux([track.stream for track in tracks]):
            by_index[packet.stream.index].add(packet)
            if packet.pos is not None:
                end_byte = max(end_byte, packet.pos + packet.size)
    for track in tracks:
        track.finish()
    return end_byte


def _describe(opened: InputContainer, tracks: list[_Track], container: str, demuxers: str) -> Probe:
    # Recorders write tracks for microphones that were never switched on: those are not there.
    tracks = [track for track in tracks if track.pts or _is_attached_picture(track.stream)]
    timed = [track for track in tracks if not _is_attached_picture(track.stream)]
    if not timed:
        raise Refused(Refusal.NO_DURATION, "no packet with a time stamp")
    # ffmpeg shifts every stream by the container's start, so we count from there as well.
    start: int | None = cast("int | None", opened.start_time)
    if start is not None:
        origin_s = Fraction(start, av.time_base)
    else:
        origin_s = min(min(track.pts) * track.tick_s for track in timed)
    end_s = max(track.end_s(origin_s) for track in timed)
    return Probe(
        container=container,
        demuxers=tuple(demuxers.split(",")),
        size_bytes=opened.size,
        duration_s=end_s,
        declared_duration_s=_declared_duration(opened, timed, container),
        video=tuple(
            _video(track.stream, track, origin_s)
            for track in tracks
            if isinstance(track.stream, AvVideoStream)
        ),
        audio=tuple(
            _audio(track.stream, track, origin_s)
            for track in tracks
            if isinstance(track.stream, AvAudioStream)
        ),
        broken_packets=sum(track.broken for track in tracks),
        late_packets=sum(track.late for track in tracks),
    )


def _is_attached_picture(stream: AvStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _gaps(track: _Track) -> np.ndarray[Any, np.dtype[np.int64]]:
    pts = np.sort(np.frombuffer(track.pts, dtype=np.int64))
    gaps = pts[1:] - pts[:-1]
    return gaps[gaps > 0]


def _declared_duration(opened: InputContainer, timed: list[_Track], container: str) -> float | None:
    if container not in DECLARING_CONTAINERS:
        return None
    if container == "mp4":
        # The movie header also counts subtitle and metadata tracks; we mean picture and sound.
        declared = [
            float(track.stream.duration * track.tick_s) for track in timed if track.stream.duration
        ]
        return round(max(declared), 6) if declared else None
    return None if opened.duration is None else round(opened.duration / av.time_base, 6)


def _video(stream: AvVideoStream, track: _Track, origin_s: Fraction) -> VideoStream:
    context = stream.codec_context
    frame = track.frame if isinstance(track.frame, VideoFrame) else None
    width = frame.width if frame else context.width
    height = frame.height if frame else context.height
    aspect = _sane_aspect(stream.sample_aspect_ratio or context.sample_aspect_ratio)
    # The display matrix counts anticlockwise; viewers and editors think clockwise.
    rotation_deg = round(-(frame.rotation if frame else 0) / 90) % 4 * 90
    shown = (max(1, round(width * aspect)), height)
    if rotation_deg in (90, 270):
        shown = shown[::-1]
    fps, peak_fps, is_variable = _rates(track)
    return VideoStream(
        index=stream.index,
        codec=context.name,
        pix_fmt=(frame.format.name if frame else context.pix_fmt) or "unknown",
        coded_width=width,
        coded_height=height,
        sample_aspect=aspect,
        rotation_deg=rotation_deg,
        display_width=shown[0],
        display_height=shown[1],
        fps=fps,
        peak_fps=peak_fps,
        is_variable_rate=is_variable,
        frames=len(track.pts),
        start_s=track.start_s(origin_s),
        end_s=track.end_s(origin_s),
        language=_language(stream),
        is_default=bool(stream.disposition & Disposition.default),
        is_attached_picture=_is_attached_picture(stream),
        is_decodable=frame is not None,
        is_interlaced=bool(frame and frame.interlaced_frame),
        transfer=_TRANSFERS.get(context.color_trc, ""),
        key_distance_s=track.key_distance_s(),
        gaps=track.gaps(origin_s),
    )


def _sane_aspect(aspect: Fraction | None) -> Fraction:
    """Pixels more than four times as wide as high, or the reverse, are a writer's mistake."""
    if aspect is None or not Fraction(1, 4) <= aspect <= 4:
        return Fraction(1)
    return Fraction(aspect)


def _rates(track: _Track) -> tuple[Fraction, Fraction, bool]:
    """Mean rate, densest usual rate, and whether they differ enough to matter."""
    gaps = _gaps(track)
    if not len(gaps):
        return Fraction(1), Fraction(1), False
    mean = Fraction(int(gaps.sum()), len(gaps)) * track.tick_s
    # Five frames in a hundred may be closer, as after a dropped one, without being the rate.
    short, long = (float(np.percentile(gaps, share)) for share in (5, 95))
    if long - short <= max(2.0, 0.2 * short) or math.isclose(short, long):
        rate = (1 / mean).limit_denominator(1001)
        return rate, rate, False
    peak = 1 / (Fraction(max(1, round(short))) * track.tick_s)
    return (1 / mean).limit_denominator(1001), peak.limit_denominator(1001), True


def _audio(stream: AvAudioStream, track: _Track, origin_s: Fraction) -> AudioStream:
    context = stream.codec_context
    return AudioStream(
        index=stream.index,
        codec=context.name,
        channels=context.channels,
        sample_rate_hz=context.sample_rate,
        start_s=track.start_s(origin_s),
        end_s=track.end_s(origin_s),
        language=_language(stream),
        is_default=bool(stream.disposition & Disposition.default),
        is_decodable=track.frame is not None,
        gaps=track.gaps(origin_s),
    )


def _language(stream: AvStream) -> str | None:
    language = stream.metadata.get("language")
    return None if language in (None, "", "und") else language[:8]


def main(arguments: list[str]) -> int:
    """Print the probe or the refusal of the file named first."""
    path, container, demuxers = arguments
    try:
        answer = read(Path(path), container, demuxers).to_data()
    except Refused as refused:
        is_empty = refused.code in (Refusal.NO_STREAMS, Refusal.NO_DURATION)
        is_cut = is_empty and container == "mp4" and not has_index(Path(path))
        code = Refusal.TRUNCATED if is_cut else refused.code
        answer = {"refusal": code.value, "detail": refused.detail}
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Some damage goes beyond what the library foresees; memory and the system are not meant.
        answer = {"refusal": Refusal.UNREADABLE.value, "detail": repr(error)}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
