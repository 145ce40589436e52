"""Slides from a document: each page a picture, and all of them a silent-film reel for a voice.

A document is distrusted like a recording. It is opened by PDFium in a process of its own, in the
box and under limits (:mod:`media.pipeline.deck_child`); PowerPoint files are turned into PDF by
LibreOffice, in the same box, where it is installed.
"""

import functools
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

import ffmpeg

from media.pipeline.disk import disk_errors, ensure_room
from media.pipeline.encode import check_exit
from media.pipeline.ffmpeg_binary import FfmpegBinary
from media.pipeline.plan import choose_tracks
from media.pipeline.policy import Policy
from media.pipeline.probe import Probe
from media.pipeline.process import Finished, Limits, run_confined
from media.pipeline.records import Record
from media.pipeline.refusals import Refusal, Refused
from media.pipeline.sandbox import Reach
from media.pipeline.sniff import HEAD_BYTES

MOST_PAGES = 300
MOST_DOCUMENT_BYTES = 200 << 20
# The shortest time for which a slide is shown; two at the same second can't both be.
LEAST_SHOWN_S = 0.2

_SOURCE_ROOT = Path(__file__).resolve().parents[2]
_RENDER_LIMITS = Limits(wall_s=600, cpu_s=600, memory_bytes=2 << 30, file_bytes=32 << 20)
# An ordinary page takes a tenth of a second, a scanned one two or three.
_PAGE_CPU_S = 30.0
_CONVERT_LIMITS = Limits(wall_s=300, cpu_s=300, memory_bytes=4 << 30, file_bytes=1 << 30)
# Where LibreOffice is found, its library, what says that it has Impress, and what else it reads.
_OFFICE_PLACES = (
    "/usr/lib/libreoffice", "/usr/lib64/libreoffice", "/usr/local/lib/libreoffice",
    "/opt/libreoffice*",
)  # fmt: skip
_OFFICE_LIBRARIES = ("libsofficeapp.so", "libmergedlo.so")
_IMPRESS = "share/registry/impress.xcd"
_OFFICE_READS = (
    "/usr/share/libreoffice", "/etc/libreoffice", "/var/lib/libreoffice",
    "/var/spool/libreoffice",
    "/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig",
)  # fmt: skip
# The rate of the reel, at which lectures are encoded anyway, and a key frame for every chunk.
_RATE, _KEY_DISTANCE = 5, 150
_SCRIPT, _REEL = "slides.txt", "reel.mkv"


class Document(StrEnum):
    """What slides come in."""

    PDF = "pdf"
    POWERPOINT = "powerpoint"


@dataclass(frozen=True)
class Page(Record):
    """A page as a picture of ``width`` × ``height`` pixels, the same for all, and its words."""

    name: str
    width: int
    height: int
    text: str


def document_in(head: bytes) -> Document:
    """What a document is by its first 64 KiB. Raises ``Refused(NOT_SLIDES)``."""
    # ISO 32000-1, annex H: readers accept the header within the first 1024 bytes.
    if b"%PDF-" in head[:1024]:
        return Document.PDF
    if head.startswith(b"PK\x03\x04") and b"ppt/" in head:
        return Document.POWERPOINT
    raise Refused(Refusal.NOT_SLIDES, f"begins with {head[:16]!r}")


@functools.cache
def find_office() -> Path | None:
    """The library of a LibreOffice that reads PowerPoint files, if there is one on this machine."""
    command = shutil.which("soffice") or shutil.which("libreoffice")
    homes = [Path(command).resolve().parents[1]] if command else []
    for place in _OFFICE_PLACES:
        homes += sorted(Path("/").glob(place.lstrip("/")), reverse=True)
    for home in homes:
        for library in (home / "program" / name for name in _OFFICE_LIBRARIES):
            if library.is_file() and (home / _IMPRESS).is_file():
                return library
    return None


def check_document(head: bytes) -> None:
    """Refuse at once what can't become slides: NOT_SLIDES, or OFFICE_MISSING."""
    if document_in(head) is Document.POWERPOINT and find_office() is None:
        raise Refused(Refusal.OFFICE_MISSING)


def render_pages(
    document: Path, out: Path, *, on_tick: Callable[[], None] | None = None
) -> tuple[Page, ...]:
    """Make a PNG of each page of a PDF or PowerPoint document in ``out``.

    Raises ``Refused`` with NOT_SLIDES, OFFICE_MISSING, SLIDES_LOCKED, SLIDES_UNREADABLE,
    TOO_MANY_SLIDES, OUT_OF_MEMORY, TIMED_OUT, DISK_FULL, ENCODER_STOPPED or NO_SANDBOX.
    """
    out.mkdir(parents=True, exist_ok=True)
    with document.open("rb") as opened:
        kind = document_in(opened.read(HEAD_BYTES))
    with disk_errors():
        ensure_room(out)
        if kind is Document.POWERPOINT:
            document = _as_pdf(document, out, on_tick)
        return _rendered(document, out, on_tick)


def _as_pdf(document: Path, out: Path, on_tick: Callable[[], None] | None) -> Path:
    library = find_office()
    if library is None:
        raise Refused(Refusal.OFFICE_MISSING)
    folder = (out / "office").resolve()
    folder.mkdir()
    reads = [library.parents[1], *map(Path, _OFFICE_READS)]
    _ask_child(
        ["media.pipeline.office_child", library, document.resolve(), folder, MOST_PAGES],
        limits=_CONVERT_LIMITS,
        on_tick=on_tick,
        reach=Reach(reads=(document, *(path for path in reads if path.exists())), writes=(folder,)),
        env={"HOME": str(folder), "TMPDIR": str(folder), "SAL_USE_VCLPLUGIN": "svp"},
    )
    made = folder / "slides.pdf"
    # A link would open to the next child what this one couldn't see.
    if made.is_symlink() or not made.is_file():
        raise Refused(Refusal.SLIDES_UNREADABLE, "no PDF was made")
    return made


def _rendered(document: Path, out: Path, on_tick: Callable[[], None] | None) -> tuple[Page, ...]:
    answer = _ask_child(
        ["media.pipeline.deck_child", document.resolve(), out.resolve(), _PAGE_CPU_S],
        limits=_RENDER_LIMITS,
        on_tick=on_tick,
        reach=Reach(reads=(document,), writes=(out,)),
        env={"OPENBLAS_NUM_THREADS": "1"},
    )
    return tuple(Page.from_data(page) for page in answer["pages"])


def _ask_child(
    arguments: Sequence[object],
    *,
    limits: Limits,
    on_tick: Callable[[], None] | None,
    reach: Reach,
    env: dict[str, str],
) -> dict[str, Any]:
    """Run a module of ours in the box, in its writable folder; what it answers."""
    lines: list[str] = []
    finished = run_confined(
        [sys.executable, "-m", *map(str, arguments)],
        limits=limits,
        on_output=lines.append,
        on_tick=on_tick,
        cwd=reach.writes[0],
        reach=reach,
        env={"PYTHONPATH": str(_SOURCE_ROOT), "PYTHONDONTWRITEBYTECODE": "1", **env},
    )
    if finished.returncode != 0 or not lines:
        raise Refused(_why_stopped(finished), finished.stderr[-2000:])
    answer: dict[str, Any] = json.loads(lines[-1])
    if "refusal" in answer:
        raise Refused(Refusal(answer["refusal"]), answer["detail"])
    return answer


def _why_stopped(finished: Finished) -> Refusal:
    if "MemoryError" in finished.stderr:
        return Refusal.OUT_OF_MEMORY
    return finished.stopped or Refusal.SLIDES_UNREADABLE


def even_starts(pages: int, duration_s: float) -> list[float]:
    """When each page begins as long as nobody has said it: all for the same time, in seconds."""
    return [round(duration_s * number / pages, 1) for number in range(pages)]


def shown(starts_s: Sequence[float | None], duration_s: float) -> list[tuple[int, float, float]]:
    """Which pages are shown when: the page's place, its first and its last second, in order.

    A page without a start is left out. The first one is shown from the beginning; what would
    begin after the end, or together with another, is not shown.
    """
    begun = sorted(
        (start_s, place) for place, start_s in enumerate(starts_s) if start_s is not None
    )
    kept: list[tuple[float, int]] = []
    for start_s, place in begun:
        if not kept:
            kept.append((0.0, place))
        elif start_s < duration_s and start_s - kept[-1][0] >= LEAST_SHOWN_S:
            kept.append((start_s, place))
    ends = [following[0] for _one, following in pairwise(kept)]
    return (
        [
            (place, start_s, end_s)
            for (start_s, place), end_s in zip(kept, [*ends, duration_s], strict=bool(kept))
        ]
        if kept
        else []
    )


def make_reel(
    sound: Path,
    measured: Probe,
    pages: Sequence[Page],
    starts_s: Sequence[float | None],
    folder: Path,
    *,
    binary: FfmpegBinary,
    on_tick: Callable[[], None] | None = None,
) -> Path:
    """Join the pictures in ``folder``, each for its time, with the voice into one recording.

    It is an ordinary recording then, for the ordinary pipeline. Raises ``Refused`` with
    NO_VOICE, NO_STREAMS or those of :func:`media.pipeline.encode.check_exit`.
    """
    _picture, voice = choose_tracks(measured, Policy())
    showing = shown(starts_s, measured.duration_s)
    if voice is None:
        raise Refused(Refusal.NO_VOICE)
    if not showing:
        raise Refused(Refusal.SLIDES_UNREADABLE, "no page is shown")
    script = ["ffconcat version 1.0"]
    for place, start_s, end_s in showing:
        script += [f"file {pages[place].name}", f"duration {end_s - start_s:.3f}"]
    # The last picture's duration counts only if one follows.
    script += [f"file {pages[showing[-1][0]].name}"]
    (folder / _SCRIPT).write_text("\n".join(script) + "\n")
    # The sound is copied where Matroska has a place for it.
    for codec in ("copy", "flac"):
        finished = run_confined(
            _reel_command(sound, measured, voice.index, codec, binary),
            limits=Limits(
                wall_s=600 + measured.duration_s,
                cpu_s=int(600 + 2 * measured.duration_s),
                memory_bytes=4 << 30,
                file_bytes=16 << 30,
            ),
            on_tick=on_tick,
            cwd=folder,
            reach=Reach(reads=(sound,), writes=(folder,)),
        )
        if finished.returncode == 0:
            break
    check_exit(finished)
    return folder / _REEL


def _reel_command(
    sound: Path, measured: Probe, index: int, codec: str, binary: FfmpegBinary
) -> list[str]:
    # Concat scripts are refused of others; this one and its pictures are our own.
    slides = ffmpeg.input(
        _SCRIPT, f="concat", protocol_whitelist="file",
        format_whitelist="concat,png_pipe",
    )  # fmt: skip
    pictures = (
        slides.video.filter("scale", out_color_matrix="bt709", out_range="tv")
        .filter("format", "yuv420p")
        .filter("setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
        .filter("fps", fps=_RATE, start_time=0)
        .filter("tpad", stop_mode="clone", stop_duration=10)
    )
    voice = ffmpeg.input(
        f"file:{sound.resolve()}",
        format_whitelist=",".join(measured.demuxers),
        protocol_whitelist="file,pipe",
    )[str(index)]
    made = ffmpeg.output(
        pictures, voice, _REEL,
        t=f"{measured.duration_s:.6f}", f="matroska", map_metadata=-1, map_chapters=-1,
        **{"c:v": "libx264", "preset": "ultrafast", "tune": "stillimage", "crf": 8,
           "g": _KEY_DISTANCE, "c:a": codec},
    ).global_args("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y")  # fmt: skip
    return [str(part) for part in ffmpeg.compile(made, cmd=str(binary.path))]
