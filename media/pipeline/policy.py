"""What a site wants of its lectures, and how much it is ready to spend on one."""

import dataclasses
from dataclasses import dataclass
from math import ceil

from media.pipeline.content import ContentKind
from media.pipeline.records import Record

# From x264's quickest to its most thorough.
PRESETS = (
    "ultrafast", "superfast", "veryfast", "faster", "fast",
    "medium", "slow", "slower", "veryslow", "placebo",
)  # fmt: skip


def quicker(preset: str, steps: int) -> str:
    """The x264 preset that many steps quicker, or the quickest."""
    return PRESETS[max(0, PRESETS.index(preset) - steps)]


@dataclass(frozen=True)
class Rung(Record):
    """A step of the ladder: pictures fit into a 16:9 box ``short_side`` high (or wide)."""

    short_side: int
    maxrate_bps: int
    # Added to the quality that the content asks for.
    crf_offset: float = 0.0
    # So many presets of x264 quicker than the policy's.
    quicker_by: int = 0

    @property
    def long_side(self) -> int:
        """The longer side of the box, in pixels."""
        return ceil(self.short_side * 16 / 9)


@dataclass(frozen=True)
class Saver(Record):
    """The rendition for thin lines: it keeps the pixels, so that text stays readable, and
    drops pictures instead. At 240 lines and 30 pictures a second nine small words of ten are lost;
    at 810 lines and five a second none is, for the same bits: of a slide of 1080 lines, letters
    of 18 px are read from 810 lines on.
    """

    short_side: int = 810
    fps: int = 5
    h264_crf: float = 36.0
    h264_maxrate_bps: int = 400_000
    av1_crf: float = 50.0
    # Five pictures a second are few: what a quicker preset costs in bytes is little of them.
    av1_preset: int = 10
    quicker_by: int = 0


@dataclass(frozen=True)
class Quality(Record):
    """Constant rate factors for one kind of content, of x264 and of SVT-AV1.

    Chosen on 1080p by VMAF (v0.6.1): 95 on slides, 92 on stacks, 93 on busy screens.
    """

    kind: ContentKind
    h264_crf: float
    av1_crf: float


@dataclass(frozen=True)
class Policy(Record):
    """How lectures are to be made.

    ``name`` is stored with what was made, so that lectures made by another policy are found.
    """

    name: str = "standard-7"
    rungs: tuple[Rung, ...] = (
        Rung(short_side=1080, maxrate_bps=4_500_000),
        # Smaller pictures are chosen by thin lines: bytes count for more there.
        Rung(short_side=720, maxrate_bps=2_500_000, crf_offset=2.5, quicker_by=2),
        Rung(short_side=480, maxrate_bps=1_200_000, crf_offset=3.5, quicker_by=2),
    )
    # On slides alone a small picture serves nobody: the saver is cheaper and readable.
    slides_min_short_side: int = 720
    saver: Saver = Saver()
    qualities: tuple[Quality, ...] = (
        Quality(ContentKind.SLIDES, h264_crf=30.0, av1_crf=33.0),
        Quality(ContentKind.STACK, h264_crf=28.0, av1_crf=36.0),
        Quality(ContentKind.TALKING_HEAD, h264_crf=27.5, av1_crf=41.0),
        Quality(ContentKind.MOTION, h264_crf=26.5, av1_crf=34.0),
    )
    preset: str = "fast"
    # AV1 for the saver, where it costs little; for the full size as well where storage and lines
    # are dearer than processors.
    has_av1: bool = True
    has_full_av1: bool = False
    av1_preset: int = 8
    # What the binary at hand can do; see ``fitted``.
    can_tone_map: bool = True
    # Below the lower limit the last picture would overshoot the end of the sound by too much.
    min_fps: int = 5
    max_fps: int = 30
    segment_s: int = 6
    # A crash costs at most so much of one codec's work; a multiple of the segment.
    chunk_s: int = 30
    # Longer lectures are playable from their saver rendition before the rest is made.
    early_from_s: float = 120.0
    # So much of their beginning, whole segments, before even that; 0 for none.
    opening_s: float = 60.0
    # Work is dealt out to workers in about so many portions for each codec.
    portions: int = 12
    max_portion_s: int = 300
    mono_bps: int = 64_000
    stereo_bps: int = 96_000
    speech_aac_bps: int = 48_000
    speech_opus_bps: int = 24_000
    sample_rate_hz: int = 48_000
    # Spoken word on phones and laptops, AES TD1004 (2015): −16 to −20 LUFS, −1 dB true peak.
    loudness_lufs: float = -17.0
    peak_dbfs: float = -1.5
    max_gain_db: float = 20.0
    # Preferred languages of the sound, ISO 639-2, the best first.
    languages: tuple[str, ...] = ()
    min_duration_s: float = 0.1
    max_duration_s: float = 12 * 3600.0
    max_source_pixels: int = 8192 * 4320
    # How far a file may fall short of its own header, or the result of its source.
    duration_tolerance_s: float = 1.0
    # Encoding may take this long, plus so many times the lecture's own duration.
    wall_base_s: float = 300.0
    wall_factor: float = 10.0
    memory_bytes: int = 6 << 30

    def quality(self, kind: ContentKind) -> Quality:
        """The factors for a kind of content; those of the stack where it is not listed."""
        by_kind = {quality.kind: quality for quality in self.qualities}
        return by_kind.get(kind) or by_kind[ContentKind.STACK]

    def fitted(self, abilities: frozenset[str]) -> "Policy":
        """This policy without what the ffmpeg at hand can't do (see ``abilities_of``)."""
        return dataclasses.replace(
            self,
            has_av1=self.has_av1 and "libsvtav1" in abilities,
            speech_opus_bps=self.speech_opus_bps if "libopus" in abilities else 0,
            can_tone_map=self.can_tone_map and {"zscale", "tonemap"} <= abilities,
        )


# By the name that `manage.py transcode_all --policy` and the settings know them.
POLICIES: dict[str, Policy] = {
    "standard": Policy(),
    "thrift": Policy(name="thrift-7", has_full_av1=True),
    # H.264 and AAC alone: a third less work, for sites with little CPU.
    "reach": Policy(name="reach-4", has_av1=False, speech_opus_bps=0),
}
DEFAULT_POLICY = "standard"
