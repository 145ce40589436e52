"""The H.264 level a stream needs (ITU-T H.264, Table A-1, High profile)."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

# Pictures kept for reference: what we tell x264, and what the level must have room for.
REFERENCE_FRAMES = 2


@dataclass(frozen=True)
class _Level:
    name: str
    macroblocks_per_s: int
    frame_macroblocks: int
    dpb_macroblocks: int
    # In the units of the table, for the Baseline and Main profiles; High allows 5/4 of it.
    kbit_per_s: int


_LEVELS = (
    _Level("1.1", 3_000, 396, 900, 192),
    _Level("1.2", 6_000, 396, 2_376, 384),
    _Level("1.3", 11_880, 396, 2_376, 768),
    _Level("2.0", 11_880, 396, 2_376, 2_000),
    _Level("2.1", 19_800, 792, 4_752, 4_000),
    _Level("2.2", 20_250, 1_620, 8_100, 4_000),
    _Level("3.0", 40_500, 1_620, 8_100, 10_000),
    _Level("3.1", 108_000, 3_600, 18_000, 14_000),
    _Level("3.2", 216_000, 5_120, 20_480, 20_000),
    _Level("4.0", 245_760, 8_192, 32_768, 20_000),
    _Level("4.2", 522_240, 8_704, 34_816, 50_000),
    _Level("5.0", 589_824, 22_080, 110_400, 135_000),
    _Level("5.1", 983_040, 36_864, 184_320, 240_000),
    _Level("5.2", 2_073_600, 36_864, 184_320, 240_000),
)


def level_for(*, width: int, height: int, fps: Fraction, maxrate_bps: int) -> str:
    """Give the lowest level that holds such a stream, for example ``"3.1"``.

    Raises ValueError above level 5.2.
    """
    columns, rows = ceil(width / 16), ceil(height / 16)
    frame = columns * rows
    for level in _LEVELS:
        if (
            frame <= level.frame_macroblocks
            # Neither side may exceed sqrt(8 × MaxFS), A.3.1.
            and max(columns, rows) ** 2 <= 8 * level.frame_macroblocks
            and frame * fps <= level.macroblocks_per_s
            and frame * REFERENCE_FRAMES <= level.dpb_macroblocks
            and maxrate_bps <= level.kbit_per_s * 1250
        ):
            return level.name
    raise ValueError(f"no H.264 level holds {width}×{height} at {fps} frames a second")
