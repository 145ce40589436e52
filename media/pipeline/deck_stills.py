"""Stills of a lecture whose slides are pages of a document: sharper than any found in a film."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from media.pipeline.deck import Page, shown
from media.pipeline.still_images import POSTER_LONG_SIDE, POSTER_QUALITY, save_slide
from media.pipeline.stills import STORYBOARD, Poster, Slide, Stills
from media.pipeline.storyboard import Storyboard

MOST_POSTERS = 6


def with_pages(
    made: Stills,
    folder: Path,
    pages: Sequence[Page],
    starts_s: Sequence[float | None],
    *,
    duration_s: float,
    out: Path,
) -> Stills:
    """Add slides, storyboard and posters, made of the pictures in ``folder``, to ``made``."""
    showing = shown(starts_s, duration_s)
    if not showing:
        return made
    slides = []
    first = pages[showing[0][0]]
    board = Storyboard(duration_s=duration_s, width=first.width, height=first.height)
    board_at_s = 0.0
    posters = _poster_places(len(showing))
    candidates = []
    for number, (place, start_s, end_s) in enumerate(showing):
        picture = _opened(folder / pages[place].name, pages[place])
        images = save_slide(picture, out, number=number + 1)
        slides.append(
            Slide(
                start_s=round(start_s, 3),
                end_s=round(end_s, 3),
                width=images[-1].width,
                height=images[-1].height,
                text=pages[place].text,
                images=images,
            )
        )
        while board_at_s < end_s:
            board.add(board_at_s, picture)
            board_at_s += board.step_s
        if number in posters:
            candidates.append(Poster(_poster(picture, number, out), round(start_s, 3)))
    sheets, description = board.finish()
    for sheet in sheets:
        (out / sheet.name).write_bytes(sheet.data)
    (out / STORYBOARD).write_text(description, encoding="utf-8")
    return replace(made, slides=tuple(slides), storyboard=STORYBOARD, posters=tuple(candidates))


def _opened(path: Path, page: Page) -> Image.Image:
    """The picture, if it is what our drawing said it would be. Raises ``ValueError``."""
    with Image.open(path, formats=("PNG",)) as opened:
        if opened.size != (page.width, page.height):
            raise ValueError(f"{path.name} is {opened.size}")
        return opened.convert("RGB")


def _poster_places(count: int) -> set[int]:
    """The title page and some others, spread over the document."""
    return {count * number // MOST_POSTERS for number in range(MOST_POSTERS)}


def _poster(picture: Image.Image, number: int, out: Path) -> str:
    small = picture.copy()
    small.thumbnail((POSTER_LONG_SIDE, POSTER_LONG_SIDE))
    data = io.BytesIO()
    small.save(data, "JPEG", quality=POSTER_QUALITY, optimize=True, progressive=True)
    name = f"poster-page-{number + 1:03}.jpg"
    (out / name).write_bytes(data.getvalue())
    return name
