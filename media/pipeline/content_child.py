"""Look at samples of one picture track with PyAV and print its ``Content`` as JSON.

``python -m media.pipeline.content_child PATH DEMUXERS INDEX DURATION_S STRETCH_S``; run by
:func:`media.pipeline.content.analyse` under limits.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from media.pipeline.content import Content, ContentKind, Stretch

# Pictures looked at are this wide and high at most, and so many in a row.
WIDTH, HEIGHT = 320, 180
WINDOW_FRAMES = 24
# On the way from a key frame to the window; sources with longer distances are sampled earlier.
MAX_LEAD_FRAMES = 240
# Of very long lectures not every stretch is looked at: its neighbour stands for it.
MAX_SAMPLES = 240
# Differences of luma (0–255): what a re-encoded still leaves, and what an eye sees.
STILL_BELOW, SEEN_ABOVE = 3.0, 8.0
BLACK_BELOW = 24.0


def read(path: str, demuxers: str, index: int, duration_s: float, stretch_s: float) -> Content:
    """Sample every stretch at its busiest moment."""
    options = {"format_whitelist": demuxers, "protocol_whitelist": "file", "max_streams": "1000"}
    with av.open(f"file:{path}", options=options, metadata_errors="replace") as opened:
        stream = opened.streams[index]
        if not isinstance(stream, VideoStream):
            raise TypeError(f"stream {index} is no picture")
        # Threads over pictures would hold back a whole row of them.
        stream.thread_type = "SLICE"
        origin_s = Fraction(opened.start_time or 0, av.time_base)
        count = max(1, int(-(-duration_s // stretch_s)))
        moments = _busiest(opened, stream, origin_s, count, stretch_s)
        every = -(-count // MAX_SAMPLES)
        stretches: list[Stretch] = []
        interlaced = frames = 0
        before: np.ndarray | None = None
        for number in range(count):
            if number % every and stretches:
                stretches.append(_moved(stretches[-1], number * stretch_s))
                continue
            window = list(_window(opened, stream, origin_s, moments[number]))
            frames += len(window)
            interlaced += sum(frame.interlaced_frame for frame in window)
            pictures = [_small(frame) for frame in window]
            stretches.append(describe(pictures, number * stretch_s, before))
            before = pictures[-1] if pictures else before
    return Content(
        stretch_s=stretch_s,
        stretches=tuple(stretches),
        interlaced_share=interlaced / frames if frames else 0.0,
    )


def _moved(stretch: Stretch, start_s: float) -> Stretch:
    data = {**stretch.to_data(), "start_s": start_s, "is_new_scene": False}
    return Stretch.from_data(data)


def _busiest(
    opened: InputContainer, stream: VideoStream, origin_s: Fraction, count: int, stretch_s: float
) -> list[float]:
    """For each stretch the second in which most bytes change: key frames don't count."""
    weights = np.zeros(max(1, int(count * stretch_s)) + 2)
    tick_s = stream.time_base or Fraction(1, av.time_base)
    with suppress(av.error.FFmpegError):
        for packet in opened.demux(stream):
            if packet.pts is not None and not packet.is_keyframe:
                second = int(packet.pts * tick_s - origin_s)
                if 0 <= second < len(weights):
                    weights[second] += packet.size
    moments = []
    for number in range(count):
        first = int(number * stretch_s)
        part = weights[first : int((number + 1) * stretch_s)]
        moments.append(first + (float(part.argmax()) if len(part) and part.any() else 0.0))
    return moments


def _window(
    opened: InputContainer, stream: VideoStream, origin_s: Fraction, moment_s: float
) -> Iterator[VideoFrame]:
    """Up to ``WINDOW_FRAMES`` pictures in a row from ``moment_s`` on."""
    tick_s = stream.time_base or Fraction(1, av.time_base)
    with suppress(av.error.FFmpegError, ValueError):
        opened.seek(int((moment_s + origin_s) / tick_s), stream=stream)
        stream.codec_context.flush_buffers()
        given = lead = 0
        for frame in opened.decode(stream):
            at_s = float((frame.pts or 0) * tick_s - origin_s)
            if at_s < moment_s and lead < MAX_LEAD_FRAMES:
                lead += 1
                continue
            yield frame
            given += 1
            if given == WINDOW_FRAMES:
                return


def _small(frame: VideoFrame) -> np.ndarray:
    small = frame.reformat(width=WIDTH, height=HEIGHT, format="yuv444p", interpolation="AREA")
    return small.to_ndarray().astype(np.int16)


def describe(pictures: list[np.ndarray], start_s: float, before: np.ndarray | None) -> Stretch:
    """Name what pictures (3 × height × width, YUV, 0–255) in a row show; none is a still."""
    changes = [_change(one, other) for one, other in pairwise(pictures)]
    moving = [change for change in changes if change is not None]
    repeats = 1 - len(moving) / len(changes) if changes else 1.0
    changed, motion, colour = (
        (float(np.mean([change[n] for change in moving])) if moving else 0.0) for n in range(3)
    )
    return Stretch(
        start_s=start_s,
        kind=kind_of(repeats=repeats, changed=changed, colour=colour),
        repeats=round(repeats, 3),
        changed=round(changed, 4),
        motion=round(motion, 2),
        colour=round(colour, 2),
        is_black=bool(pictures) and float(pictures[0][0].mean()) < BLACK_BELOW,
        is_new_scene=before is not None
        and bool(pictures)
        and float((np.abs(pictures[0][0] - before[0]) > SEEN_ABOVE).mean()) > 0.1,
    )


def _change(one: np.ndarray, other: np.ndarray) -> tuple[float, float, float] | None:
    """Share of area, mean difference and colour of what changed; None for a repetition."""
    difference = np.abs(other[0] - one[0])
    if difference.max() <= STILL_BELOW:
        return None
    seen = difference > SEEN_ABOVE
    # Grain alone: all over the picture, and hardly seen anywhere.
    where = seen if seen.any() else difference > STILL_BELOW
    chroma = np.maximum(np.abs(other[1] - 128), np.abs(other[2] - 128))
    return float(seen.mean()), float(difference.mean()), float(chroma[where].mean())


def kind_of(*, repeats: float, changed: float, colour: float) -> ContentKind:
    """The kind of a stretch by its busiest second; see :class:`Stretch` for the measures.

    Scrolled stacks are grey; a mouse or a laser pointer changes next to nothing.
    """
    if repeats >= 0.85 or (repeats > 0.3 and changed < 0.003):
        return ContentKind.SLIDES
    if colour < 6:
        return ContentKind.STACK
    return ContentKind.MOTION if changed > 0.03 else ContentKind.TALKING_HEAD


def main(arguments: list[str]) -> int:
    """Print the content of the picture track named."""
    path, demuxers, index, duration_s, stretch_s = arguments
    content = read(path, demuxers, int(index), float(duration_s), float(stretch_s))
    sys.stdout.write(json.dumps(content.to_data()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
