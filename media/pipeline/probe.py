"""What is in a recording: one typed record, measured by reading every packet once.

The reading itself happens in :mod:`media.pipeline.probe_child`, a process under limits,
because demuxers and decoders are fed whatever somebody uploaded.
"""

import json
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.pipeline.process import Limits, run_confined
from media.pipeline.records import Record
from media.pipeline.refusals import Refusal, Refused
from media.pipeline.sandbox import Reach
from media.pipeline.sniff import sniff

# Reading packets runs at disk speed; twelve hours of lecture stay far below these.
PROBE_LIMITS = Limits(wall_s=180, cpu_s=120, memory_bytes=3 << 30, file_bytes=1 << 20)

_SOURCE_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Gap(Record):
    """A stretch for which a track has nothing, though it goes on afterwards; in seconds."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class VideoStream(Record):
    """A picture track. Sizes are in pixels; times in seconds from the start of the file.

    ``display_width`` × ``display_height`` is the size a viewer sees: non-square pixels made
    square (``sample_aspect``), then turned by ``rotation_deg`` (0, 90, 180 or 270, clockwise).
    ``fps`` is the mean rate; ``peak_fps`` the rate where frames are densest, which is the
    same unless ``is_variable_rate``. ``key_distance_s`` is the longest way from a key frame
    to the next; ``transfer`` names the transfer characteristics (ITU-T H.273), as ffmpeg does;
    ``gaps`` are the longest ones that are no matter of a varying rate.
    """

    index: int
    codec: str
    pix_fmt: str
    coded_width: int
    coded_height: int
    sample_aspect: Fraction
    rotation_deg: int
    display_width: int
    display_height: int
    fps: Fraction
    peak_fps: Fraction
    is_variable_rate: bool
    frames: int
    start_s: float
    end_s: float
    language: str | None
    is_default: bool
    is_attached_picture: bool
    is_decodable: bool
    is_interlaced: bool = False
    transfer: str = ""
    key_distance_s: float = 0.0
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class AudioStream(Record):
    """A sound track. ``language`` is what the file says (ISO 639-2) or None."""

    index: int
    codec: str
    channels: int
    sample_rate_hz: int
    start_s: float
    end_s: float
    language: str | None
    is_default: bool
    is_decodable: bool
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Probe(Record):
    """A recording as measured.

    ``duration_s`` runs from the first to the last moment of picture or sound that is really in
    the file; ``declared_duration_s`` is what its header claims, where the format has such a
    claim. ``demuxers`` are the only ones later stages may open it with. ``broken_packets`` are
    those that the demuxer knows to be incomplete, ``late_packets``
    those whose time had passed long before they came, ``unread_bytes`` what follows the last one.
    """

    container: str
    demuxers: tuple[str, ...]
    size_bytes: int
    duration_s: float
    declared_duration_s: float | None
    video: tuple[VideoStream, ...]
    audio: tuple[AudioStream, ...]
    broken_packets: int = 0
    late_packets: int = 0
    unread_bytes: int = 0


def probe(path: Path, *, limits: Limits = PROBE_LIMITS) -> Probe:
    """Measure the recording at ``path``.

    Raises ``Refused`` with any code of :func:`media.pipeline.sniff.sniff`, and UNREADABLE,
    NO_STREAMS, NO_DURATION, TOO_MANY_STREAMS, OUT_OF_MEMORY, TIMED_OUT, ENCODER_STOPPED or
    NO_SANDBOX.
    """
    sniffed = sniff(path)
    lines: list[str] = []
    finished = run_confined(
        [
            sys.executable,
            "-m",
            "media.pipeline.probe_child",
            str(path.resolve()),
            sniffed.container,
            ",".join(sniffed.demuxers),
        ],
        limits=limits,
        on_output=lines.append,
        reach=Reach(reads=(path,)),
        env={
            "PYTHONPATH": str(_SOURCE_ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            # numpy's linear algebra would reserve address space for a thread per core.
            "OPENBLAS_NUM_THREADS": "1",
        },
    )
    if finished.returncode != 0 or not lines:
        is_memory_short = "MemoryError" in finished.stderr
        code = Refusal.OUT_OF_MEMORY if is_memory_short else finished.stopped or Refusal.UNREADABLE
        raise Refused(code, f"probe exit {finished.returncode}: {finished.stderr[-2000:]}")
    answer = json.loads(lines[-1])
    if "refusal" in answer:
        raise Refused(Refusal(answer["refusal"]), answer["detail"])
    return Probe.from_data(answer)
