"""HLS playlists (RFC 8216): read the media playlists, write the master."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.pipeline.refusals import Refusal, Refused

AAC_LC = "mp4a.40.2"
OPUS = "opus"


@dataclass(frozen=True)
class Segment:
    """One segment file of a rendition."""

    path: Path
    duration_s: float
    size_bytes: int


@dataclass(frozen=True)
class MediaPlaylist:
    """A rendition as its playlist describes it and as it lies on the disk."""

    init: Path
    segments: tuple[Segment, ...]

    @property
    def duration_s(self) -> float:
        """The sum of all segments."""
        return sum(segment.duration_s for segment in self.segments)

    def until(self, end_s: float) -> "MediaPlaylist":
        """Its segments up to ``end_s``, which is about where one of them ends."""
        kept, at_s = [], 0.0
        for segment in self.segments:
            if at_s + segment.duration_s / 2 > end_s:
                break
            kept.append(segment)
            at_s += segment.duration_s
        return MediaPlaylist(init=self.init, segments=tuple(kept))

    @property
    def size_bytes(self) -> int:
        """Bytes of media, the initialisation segment included."""
        return self.init.stat().st_size + sum(segment.size_bytes for segment in self.segments)

    @property
    def average_bps(self) -> int:
        """Mean bit rate over the whole rendition."""
        return round(sum(s.size_bytes for s in self.segments) * 8 / self.duration_s)

    @property
    def peak_bps(self) -> int:
        """The highest bit rate of any segment.

        Segments under half the longest are left out, as RFC 8216 (4.3.4.2) does: a last
        segment of two frames would claim the rate of its key frame.
        """
        longest_s = max(segment.duration_s for segment in self.segments)
        return max(
            round(segment.size_bytes * 8 / segment.duration_s)
            for segment in self.segments
            if segment.duration_s >= longest_s / 2
        )


@dataclass(frozen=True)
class Sound:
    """What a multivariant playlist says about one rendition of the sound; ``group`` names it."""

    group: str
    uri: str
    codec: str
    average_bps: int
    peak_bps: int
    channels: int


@dataclass(frozen=True)
class Variant:
    """What a multivariant playlist says about one rendition of the picture, with its sound."""

    uri: str
    codec: str
    average_bps: int
    peak_bps: int
    width: int
    height: int
    fps: Fraction
    sound: Sound | None = None

    @property
    def total_peak_bps(self) -> int:
        """What a line must carry at the worst moment."""
        return self.peak_bps + (self.sound.peak_bps if self.sound else 0)


def read_media_playlist(path: Path) -> MediaPlaylist:
    """Read a playlist that ffmpeg finished writing, and see that all it names is whole.

    Raises ``Refused(OUTPUT_INVALID)`` when it is missing, unfinished or empty, or when a file
    it names is missing or breaks off: ffmpeg exits with 0 after a full disk made it skip.
    """
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise Refused(Refusal.OUTPUT_INVALID, str(error)) from error
    init: Path | None = None
    segments: list[Segment] = []
    duration_s = 0.0
    for line in lines:
        if line.startswith("#EXT-X-MAP:URI="):
            init = path.parent / line.split('"')[1]
        elif line.startswith("#EXTINF:"):
            duration_s = float(line.removeprefix("#EXTINF:").split(",")[0])
        elif line and not line.startswith("#"):
            segments.append(_segment(path.parent / line, duration_s))
    if init is None or not segments or "#EXT-X-ENDLIST" not in lines:
        raise Refused(Refusal.OUTPUT_INVALID, f"{path} is not a finished playlist")
    _check_whole(init, last_box=b"moov")
    return MediaPlaylist(init=init, segments=tuple(segments))


def _segment(path: Path, duration_s: float) -> Segment:
    size_bytes = _check_whole(path, last_box=b"mdat")
    if duration_s <= 0:
        raise Refused(Refusal.OUTPUT_INVALID, f"{path} lasts {duration_s} s")
    return Segment(path=path, duration_s=duration_s, size_bytes=size_bytes)


def _check_whole(path: Path, *, last_box: bytes) -> int:
    """Give the size of a file of ISO boxes that ends exactly where its last box does."""
    kind = b""
    try:
        size_bytes = path.stat().st_size
        with path.open("rb") as file:
            at = 0
            while at < size_bytes:
                file.seek(at)
                header = file.read(8)
                kind = header[4:]
                # No box of ours is empty or needs a 64-bit size.
                at += max(8, int.from_bytes(header[:4]))
    except OSError as error:
        raise Refused(Refusal.OUTPUT_INVALID, str(error)) from error
    if at != size_bytes or kind != last_box:
        raise Refused(Refusal.OUTPUT_INVALID, f"{path} breaks off after {size_bytes} bytes")
    return size_bytes


def avc_codec(init: bytes) -> str:
    """Name the H.264 stream of an initialisation segment as RFC 6381 wants, as avc1.64001f."""
    at = init.find(b"avcC")
    if at < 0:
        raise Refused(Refusal.OUTPUT_INVALID, "no avcC box in the initialisation segment")
    # ISO/IEC 14496-15: version, then profile, compatibility and level as in the stream itself.
    return f"avc1.{init[at + 5 : at + 8].hex()}"


def av1_codec(init: bytes) -> str:
    """Name the AV1 stream of an initialisation segment, as av01.0.08M.08.

    AV1 Codec ISO Media File Format Binding, sections 2.3.3 and 5.
    """
    at = init.find(b"av1C")
    if at < 0:
        raise Refused(Refusal.OUTPUT_INVALID, "no av1C box in the initialisation segment")
    second, third = init[at + 5], init[at + 6]
    profile, level, tier = second >> 5, second & 0x1F, "H" if third & 0x80 else "M"
    depth = 8 if not third & 0x40 else 12 if third & 0x20 else 10
    return f"av01.{profile}.{level:02}{tier}.{depth:02}"


_HEAD = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]


def media_playlist(names: list[tuple[str, float]], *, init: str) -> str:
    """Write the playlist of one rendition: its segments' names and durations in seconds."""
    longest_s = max(duration_s for _name, duration_s in names)
    lines = [
        *_HEAD,
        # Durations are rounded to the nearest before they are compared (RFC 8216, 4.3.3.1).
        f"#EXT-X-TARGETDURATION:{max(1, int(longest_s + 0.5))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f'#EXT-X-MAP:URI="{init}"',
    ]
    for name, duration_s in names:
        lines += [f"#EXTINF:{duration_s:.6f},", name]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def master_playlist(variants: list[Variant]) -> str:
    """Write a multivariant playlist; H.264 before AV1, the thriftiest first.

    A player that does not measure starts with the first one, which plays on any line and
    everywhere. Variants name their sound by group, so that the saver comes with speech.
    """
    lines = list(_HEAD)
    sounds = {variant.sound.group: variant.sound for variant in variants if variant.sound}
    for group, sound in sounds.items():
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{group}",NAME="Audio",DEFAULT=YES,'
            f'AUTOSELECT=YES,CHANNELS="{sound.channels}",URI="{sound.uri}"'
        )
    for variant in sorted(variants, key=lambda v: (v.codec.startswith("av01"), v.peak_bps)):
        sound_of = variant.sound
        codecs = [variant.codec, *([sound_of.codec] if sound_of else [])]
        average_bps = variant.average_bps + (sound_of.average_bps if sound_of else 0)
        attributes = [
            f"BANDWIDTH={variant.total_peak_bps}",
            f"AVERAGE-BANDWIDTH={average_bps}",
            f'CODECS="{",".join(codecs)}"',
            f"RESOLUTION={variant.width}x{variant.height}",
            f"FRAME-RATE={float(variant.fps):.3f}",
            *([f'AUDIO="{sound_of.group}"'] if sound_of else []),
        ]
        lines += [f"#EXT-X-STREAM-INF:{','.join(attributes)}", variant.uri]
    return "\n".join(lines) + "\n"


def sound_playlist(sounds: list[Sound]) -> str:
    """Write the multivariant playlist of sound alone, the widest understood codec first."""
    lines = list(_HEAD)
    for sound in sorted(sounds, key=lambda sound: sound.codec == OPUS):
        rates = f"BANDWIDTH={sound.peak_bps},AVERAGE-BANDWIDTH={sound.average_bps}"
        lines += [f'#EXT-X-STREAM-INF:{rates},CODECS="{sound.codec}"', sound.uri]
    return "\n".join(lines) + "\n"
