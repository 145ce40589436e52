"""Draw the pages of one PDF as PNG files and print what was made, as JSON.

``python -m media.pipeline.deck_child PDF FOLDER SECONDS``; run by ``render_pages`` in the box and
under limits. A refusal is printed as ``{"refusal": code, "detail": text}`` with exit status 0. A
page that takes more seconds of CPU than that ends the process, by SIGPROF.
"""

import json
import math
import signal
import sys
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from media.pipeline.deck import MOST_PAGES, Page
from media.pipeline.refusals import Refusal, Refused

# Sharp on a desk, and as large as slides are kept.
LONG_SIDE, SHORT_SIDE = 1920, 1440
LEAST_SIDE = 16
TEXT_CHARACTERS = 4000
# FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY of PDFium's fpdfview.h.
_LOCKED = (4, 5)


def draw(document: Path, folder: Path, *, page_cpu_s: float) -> list[Page]:
    """Draw all pages, each in the middle of a canvas of the first one's size."""
    signal.setitimer(signal.ITIMER_PROF, page_cpu_s)
    try:
        opened = pdfium.PdfDocument(document)
    except pdfium.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) in _LOCKED
        code = Refusal.SLIDES_LOCKED if is_locked else Refusal.SLIDES_UNREADABLE
        raise Refused(code, str(error)) from error
    count = len(opened)
    if not 0 < count <= MOST_PAGES:
        code = Refusal.TOO_MANY_SLIDES if count else Refusal.SLIDES_UNREADABLE
        raise Refused(code, f"{count} pages")
    canvas: tuple[int, int] | None = None
    pages = []
    for number in range(count):
        signal.setitimer(signal.ITIMER_PROF, page_cpu_s)
        page = opened[number]
        canvas = canvas or _canvas(*page.get_size())
        picture = _drawn(page, canvas)
        name = f"page-{number + 1:03}.png"
        picture.save(folder / name, "PNG", compress_level=3)
        pages.append(Page(name, picture.width, picture.height, _words(page)))
        page.close()
    return pages


def _canvas(width: float, height: float) -> tuple[int, int]:
    """The even size in pixels at which a page of this size in points is drawn."""
    if not (math.isfinite(width) and math.isfinite(height) and min(width, height) > 0):
        raise Refused(Refusal.SLIDES_UNREADABLE, f"a page of {width} × {height}")
    scale = min(LONG_SIDE / max(width, height), SHORT_SIDE / min(width, height))
    sides = tuple(2 * round(side * scale / 2) for side in (width, height))
    if min(sides) < LEAST_SIDE:
        raise Refused(Refusal.SLIDES_UNREADABLE, f"a page of {width} × {height}")
    return sides[0], sides[1]


def _drawn(page: pdfium.PdfPage, canvas: tuple[int, int]) -> Image.Image:
    width, height = page.get_size()
    sheet = Image.new("RGB", canvas, "white")
    if not (math.isfinite(width) and math.isfinite(height) and min(width, height) > 0):
        return sheet
    scale = min(canvas[0] / width, canvas[1] / height)
    if min(width, height) * scale < 1:
        return sheet
    bitmap = page.render(scale=scale, may_draw_forms=False, limit_image_cache=True)
    picture = bitmap.to_pil().convert("RGB")
    # A rounded pixel more than the canvas holds is cut off.
    picture = picture.crop((0, 0, min(canvas[0], picture.width), min(canvas[1], picture.height)))
    sheet.paste(picture, ((canvas[0] - picture.width) // 2, (canvas[1] - picture.height) // 2))
    return sheet


def _words(page: pdfium.PdfPage) -> str:
    try:
        text = page.get_textpage().get_text_bounded()
    except pdfium.PdfiumError:
        return ""
    lines = (
        "".join(char for char in line if char.isprintable()).strip() for line in text.splitlines()
    )
    return "\n".join(line for line in lines if line)[:TEXT_CHARACTERS]


def main(arguments: list[str]) -> int:
    """Print the pages or the refusal of the document named first."""
    document, folder = map(Path, arguments[:2])
    try:
        pages = draw(document, folder, page_cpu_s=float(arguments[2]))
        answer: dict[str, object] = {"pages": [page.to_data() for page in pages]}
    except Refused as refused:
        answer = {"refusal": refused.code.value, "detail": refused.detail}
    except (pdfium.PdfiumError, ArithmeticError, LookupError, ValueError) as error:
        answer = {"refusal": Refusal.SLIDES_UNREADABLE.value, "detail": repr(error)}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
