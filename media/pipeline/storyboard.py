"""Small pictures of the whole lecture on a few sheets, for the bar that one seeks with.

The sheets are described by a WebVTT file whose cues name a rectangle of a sheet by a media
fragment (W3C Media Fragments URI 1.0, section 4.2.2: ``#xywh=``), which players understand.
"""

import io
from dataclasses import dataclass
from math import ceil

from PIL import Image

THUMB_WIDTH = 160
COLUMNS, ROWS = 10, 10
# An hour gets a picture every twelve seconds; what is longer gets no more pictures.
MOST_THUMBS = 300
LEAST_STEP_S = 2.0
WEBP_QUALITY = 55


@dataclass(frozen=True)
class Sheet:
    """One picture with up to ``COLUMNS`` × ``ROWS`` small ones."""

    name: str
    data: bytes


class Storyboard:
    """Takes pictures in the order of time and gives sheets and their description."""

    def __init__(self, *, duration_s: float, width: int, height: int) -> None:
        self.step_s = max(LEAST_STEP_S, duration_s / MOST_THUMBS)
        self._duration_s = duration_s
        self._thumb = (THUMB_WIDTH, max(2, round(THUMB_WIDTH * height / width)))
        self._sheet: Image.Image | None = None
        self._times: list[float] = []
        self._sheets: list[Sheet] = []

    def wants(self, at_s: float) -> bool:
        """Whether the picture of this second is due."""
        return at_s + 1e-6 >= len(self._times) * self.step_s

    def add(self, at_s: float, picture: Image.Image) -> None:
        """Put the picture (any size) on the sheet."""
        place = len(self._times) % (COLUMNS * ROWS)
        if self._sheet is None:
            width, height = self._thumb
            self._sheet = Image.new("RGB", (COLUMNS * width, ROWS * height))
        small = picture.resize(self._thumb, Image.Resampling.BOX, reducing_gap=2.0)
        self._sheet.paste(small, self._corner(place))
        self._times.append(at_s)
        if place == COLUMNS * ROWS - 1:
            self._close(place + 1)

    def finish(self) -> tuple[list[Sheet], str]:
        """The sheets and the WebVTT that describes them."""
        self._close(len(self._times) % (COLUMNS * ROWS))
        return self._sheets, self._webvtt()

    def _close(self, used: int) -> None:
        if self._sheet is None:
            return
        width, height = self._thumb
        columns = min(used, COLUMNS)
        cut = self._sheet.crop((0, 0, columns * width, ceil(used / COLUMNS) * height))
        output = io.BytesIO()
        cut.save(output, "WEBP", quality=WEBP_QUALITY, method=4)
        self._sheets.append(
            Sheet(name=f"storyboard-{len(self._sheets) + 1:03}.webp", data=output.getvalue())
        )
        self._sheet = None

    def _corner(self, place: int) -> tuple[int, int]:
        return place % COLUMNS * self._thumb[0], place // COLUMNS * self._thumb[1]

    def _webvtt(self) -> str:
        blocks = ["WEBVTT\n"]
        width, height = self._thumb
        for number, start_s in enumerate(self._times):
            following = self._times[number + 1 : number + 2]
            end_s = following[0] if following else max(self._duration_s, start_s + 0.001)
            sheet = self._sheets[number // (COLUMNS * ROWS)].name
            left, top = self._corner(number % (COLUMNS * ROWS))
            blocks.append(
                f"{timestamp(start_s)} --> {timestamp(end_s)}\n"
                f"{sheet}#xywh={left},{top},{width},{height}\n"
            )
        return "\n".join(blocks)


def timestamp(seconds: float) -> str:
    """A time as WebVTT writes it, with hours."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
