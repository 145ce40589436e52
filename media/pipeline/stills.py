"""Everything in a lecture that does not move: slides, storyboard, posters, waveform.

The recording is decoded once. ffmpeg hands over two pictures a second at full size, and the
sound at a low rate, through named pipes; what is to be kept is chosen and compressed here
while it goes on decoding, so that memory and disk stay small however long the lecture is.
"""

import math
import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ffmpeg

from media.pipeline.disk import disk_errors, ensure_room
from media.pipeline.encode import OnProgress, check_exit
from media.pipeline.ffmpeg_binary import FfmpegBinary, find_ffmpeg
from media.pipeline.graphs import deinterlaced, tone_mapped
from media.pipeline.ocr import find_reader, read_text
from media.pipeline.plan import Treatment
from media.pipeline.process import Limits, run_confined
from media.pipeline.records import Record
from media.pipeline.refusals import Cancelled, Refusal, Refused
from media.pipeline.sandbox import Reach
from media.pipeline.slides import FoundSlide, SlideTracker, same_picture
from media.pipeline.still_images import Frame, Posters, StillImage, frame_bytes, save_slide
from media.pipeline.storyboard import Storyboard
from media.pipeline.tap import Tap
from media.pipeline.waveform import SAMPLE_RATE_HZ, WaveformMeter

STORYBOARD = "storyboard.vtt"
WAVEFORM = "waveform.json"
# More pictures than anybody leafs through: what follows stays on the last one.
MOST_SLIDES = 500

_SAMPLES_PER_S = 2
_MEMORY_BYTES = 6 << 30
# Decoding may take this long, plus so many times the lecture's own duration.
_WALL_BASE_S, _WALL_FACTOR = 300.0, 4.0
# Reading the words of a slide takes a second or two; decoding is the rest.
_DECODE_SHARE = 0.9


@dataclass(frozen=True)
class Slide(Record):
    """A slide from ``start_s`` to ``end_s``; its images are one picture, the smallest first."""

    start_s: float
    end_s: float
    width: int
    height: int
    text: str
    images: tuple[StillImage, ...]


@dataclass(frozen=True)
class Poster(Record):
    """A picture that can stand for the lecture, of the second ``at_s``."""

    name: str
    at_s: float


@dataclass(frozen=True)
class Stills(Record):
    """What was made, as names of files in the directory; empty for what there is none of.

    ``document`` has the slides as a PDF (:mod:`media.pipeline.handout`).
    """

    slides: tuple[Slide, ...]
    storyboard: str
    waveform: str
    posters: tuple[Poster, ...]
    document: str = ""
    document_bytes: int = 0


@dataclass(frozen=True)
class StillsSource:
    """What is to be known of a recording, as the probe and the plan have it.

    ``width`` × ``height`` is the size a viewer sees, in square pixels. An index is that of the
    source's stream, None where there is no such track. ``treatment`` is what the renditions get.
    """

    path: Path
    demuxers: tuple[str, ...]
    duration_s: float
    video_index: int | None
    audio_index: int | None
    width: int = 0
    height: int = 0
    max_pixels: int = 8192 * 4320
    treatment: Treatment = field(default_factory=Treatment)


def make_stills(
    source: StillsSource,
    out: Path,
    *,
    language: str = "en",
    add_pages: Callable[[Stills], Stills] | None = None,
    on_progress: OnProgress | None = None,
    binary: FfmpegBinary | None = None,
) -> Stills:
    """Make the stills of a recording in ``out``, an empty or absent directory.

    Slides are read by tesseract, in the lecture's ``language``, where it is installed.
    ``add_pages`` puts those of a document in (:mod:`media.pipeline.deck_stills`).
    ``on_progress`` is called about twice a second.

    Raises ``Cancelled``, or ``Refused`` with DECODE_FAILED, TIMED_OUT, OUT_OF_MEMORY,
    DISK_FULL, ENCODER_STOPPED, ENCODER_MISSING or NO_SANDBOX.
    """
    binary = binary or find_ffmpeg()
    with disk_errors():
        out.mkdir(parents=True, exist_ok=True)
        ensure_room(out)
        made = _taken(source, out, binary, lambda share: _tell(on_progress, _DECODE_SHARE * share))
        made = add_pages(made) if add_pages else made
        made = _with_text(
            made, out, language=language,
            tell=lambda share: _tell(on_progress, _DECODE_SHARE + (1 - _DECODE_SHARE) * share),
        )  # fmt: skip
    _tell(on_progress, 1.0)
    return made


def _taken(
    source: StillsSource, out: Path, binary: FfmpegBinary, tell: Callable[[float], None]
) -> Stills:
    taking = _Taking(source, out)
    try:
        taking.run(binary, tell)
    except Refused as refused:
        if refused.code != Refusal.DECODE_FAILED or not (taking.has_picture and taking.has_sound):
            raise
        # A broken sound track ends the run; the slides are there all the same.
        for made in out.iterdir():
            made.unlink()
        taking = _Taking(replace(source, audio_index=None), out)
        taking.run(binary, tell)
    return taking.finish()


def _tell(on_progress: OnProgress | None, share: float) -> None:
    if on_progress and on_progress(min(1.0, share), 0.0) is False:
        raise Cancelled


class _Taking:
    """One run of ffmpeg and what is taken from its two pipes."""

    def __init__(self, source: StillsSource, out: Path) -> None:
        self.source, self.out = source, out
        self.has_picture = source.video_index is not None and source.width > 1 < source.height
        self.has_sound = source.audio_index is not None
        self.size = _fitted(source.width, source.height) if self.has_picture else (2, 2)
        self.samples = 0
        self.heard_s = 0.0
        self.pictures = 0
        self.tracker = SlideTracker(samples_per_s=_SAMPLES_PER_S)
        self.slides: list[tuple[FoundSlide, tuple[StillImage, ...]]] = []
        width, height = self.size
        self.storyboard = Storyboard(duration_s=source.duration_s, width=width, height=height)
        self.posters = Posters(duration_s=source.duration_s)
        self.waveform = WaveformMeter(source.duration_s)

    def run(self, binary: FfmpegBinary, tell: Callable[[float], None]) -> None:
        if not self.has_picture and not self.has_sound:
            return
        pipes = self.out / ".pipes"
        pipes.mkdir()
        taps = self._taps(pipes)
        duration_s = self.source.duration_s
        wall_s = _WALL_BASE_S + _WALL_FACTOR * duration_s

        def tick() -> None:
            ensure_room(self.out)
            tell(max(self.samples / _SAMPLES_PER_S, self.heard_s) / duration_s)
            for tap in taps:
                tap.check()

        try:
            with ExitStack() as stack:
                for tap in taps:
                    stack.enter_context(tap)
                finished = run_confined(
                    self._command(binary),
                    limits=Limits(
                        wall_s=wall_s,
                        cpu_s=math.ceil(wall_s * (os.cpu_count() or 1)),
                        memory_bytes=_MEMORY_BYTES,
                        # It writes to pipes alone.
                        file_bytes=1 << 20,
                    ),
                    on_tick=tick,
                    cwd=pipes,
                    reach=Reach(reads=(self.source.path,), writes=(pipes,)),
                )
            for tap in taps:
                tap.check()
        finally:
            shutil.rmtree(pipes, ignore_errors=True)
        check_exit(finished)
        if self.has_picture and not self.samples:
            raise Refused(Refusal.DECODE_FAILED, "no picture came out")

    def _taps(self, pipes: Path) -> list[Tap]:
        taps = []
        if self.has_picture:
            taps.append(
                Tap(pipes / "picture", record_bytes=frame_bytes(self.size), on_record=self._see)
            )
        if self.has_sound:
            taps.append(
                Tap(pipes / "sound", record_bytes=1 << 16, on_record=self._hear, whole=False)
            )
        return taps

    def _command(self, binary: FfmpegBinary) -> list[str]:
        source = self.source
        opened = ffmpeg.input(
            # "file:" keeps a name like "concat:a|b" from being taken for a protocol.
            f"file:{source.path.resolve()}",
            format_whitelist=",".join(source.demuxers),
            protocol_whitelist="file,pipe",
            max_pixels=source.max_pixels,
            max_streams=1000,
        )
        common = {"t": f"{source.duration_s:.6f}", "map_metadata": -1}
        outputs = []
        if self.has_picture:
            outputs.append(
                ffmpeg.output(
                    self._pictures(opened[str(source.video_index)]),
                    "picture", f="rawvideo", pix_fmt="yuv420p", **common,
                )
            )  # fmt: skip
        if self.has_sound:
            samples = (
                opened[str(source.audio_index)]
                .filter("aresample", SAMPLE_RATE_HZ, **{"async": 1, "first_pts": 0})
                .filter("aformat", channel_layouts="mono", sample_fmts="s16")
            )
            outputs.append(ffmpeg.output(samples, "sound", f="s16le", **common))
        merged = ffmpeg.merge_outputs(*outputs).global_args(
            "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y"
        )
        return [str(part) for part in ffmpeg.compile(merged, cmd=str(binary.path))]

    def _pictures(self, stream: Any) -> Any:
        width, height = self.size
        treatment = self.source.treatment
        if treatment.deinterlace:
            stream = deinterlaced(stream)
        # Late first pictures are shown from the start, as in the renditions.
        stream = stream.filter("fps", fps=_SAMPLES_PER_S, start_time=0)
        if treatment.tone_map:
            stream = tone_mapped(stream, self.size)
        return (
            # JPEG's matrix and range (ITU-R BT.601, full): what imaging libraries take YCbCr for.
            stream.filter(
                "scale", width, height, flags="area+accurate_rnd",
                out_color_matrix="bt601", out_range="pc",
            )
            .filter("setsar", 1)
        )  # fmt: skip

    def _hear(self, data: bytearray) -> None:
        self.waveform.add(data)
        self.heard_s += len(data) / 2 / SAMPLE_RATE_HZ

    def _see(self, data: bytearray) -> None:
        frame = Frame(data=data, size=self.size, at_s=self.samples / _SAMPLES_PER_S)
        self.samples += 1
        reduced = frame.reduced()
        ended = self.tracker.add(reduced, frame)
        if ended:
            self._keep(ended)
        self.posters.consider(frame, reduced)
        if self.storyboard.wants(frame.at_s):
            self.storyboard.add(frame.at_s, frame.picture(long_side=480))

    def _keep(self, slide: FoundSlide) -> None:
        """Compress the slide's picture, unless one like it is there already."""
        frame: Frame = slide.frame
        # Its planes are not needed again; the reduced picture is, to know it when it comes back.
        slide.frame = None
        if slide.is_blank or len(self.slides) >= MOST_SLIDES:
            if self.slides:
                self.slides[-1][0].end_s = slide.end_s
            return
        images = next(
            (made for other, made in self.slides if same_picture(other.reduced, slide.reduced)),
            None,
        )
        if images is None:
            self.pictures += 1
            images = save_slide(frame.picture(), self.out, number=self.pictures)
        self.slides.append((slide, images))

    def finish(self) -> Stills:
        """Write what is left to write and tell what there is."""
        storyboard = waveform = ""
        posters: tuple[Poster, ...] = ()
        if self.has_picture:
            last = self.tracker.finish(self.source.duration_s)
            if last:
                self._keep(last)
            sheets, description = self.storyboard.finish()
            for sheet in sheets:
                (self.out / sheet.name).write_bytes(sheet.data)
            (self.out / STORYBOARD).write_text(description, encoding="utf-8")
            storyboard = STORYBOARD
            posters = tuple(Poster(name, at_s) for name, at_s in self.posters.save(self.out))
        if self.has_sound:
            (self.out / WAVEFORM).write_text(self.waveform.to_json(), encoding="utf-8")
            waveform = WAVEFORM
        return Stills(
            slides=tuple(self._slides()),
            storyboard=storyboard,
            waveform=waveform,
            posters=posters,
        )

    def _slides(self) -> list[Slide]:
        slides = [
            Slide(
                start_s=round(found.start_s, 3),
                end_s=round(found.end_s, 3),
                width=images[-1].width,
                height=images[-1].height,
                text="",
                images=images,
            )
            for found, images in self.slides
        ]
        if slides:
            # A blank beginning belongs to the slide that follows it.
            slides[0] = replace(slides[0], start_s=0.0)
        return slides


def _with_text(made: Stills, out: Path, *, language: str, tell: Callable[[float], None]) -> Stills:
    reader = find_reader()
    if reader is None or not made.slides:
        return made
    texts: dict[str, str] = {}
    slides = []
    for number, slide in enumerate(made.slides):
        tell(number / len(made.slides))
        if slide.text:
            slides.append(slide)
            continue
        largest = slide.images[-1].name
        if largest not in texts:
            texts[largest] = read_text(out / largest, language=language, reader=reader)
        slides.append(replace(slide, text=texts[largest]))
    return replace(made, slides=tuple(slides))


def _fitted(width: int, height: int) -> tuple[int, int]:
    """The even size, at most full HD either way up, in which slides are kept."""
    scale = min(1.0, 1920 / max(width, height))
    return tuple(max(2, 2 * round(side * scale / 2)) for side in (width, height))  # type: ignore[return-value]
