"""Small pictures of what a question file brings, to be looked at before it is taken in."""

import base64
import io
import itertools
from collections.abc import Iterable

from PIL import Image

from .drafts import Draft, Picture

LONG_SIDE_PX = 160
# More than anybody looks at on one page; the page stays below a megabyte.
MOST = 100
# Larger ones are taken in, but not drawn while somebody waits for the page.
MOST_PIXELS = 40_000_000
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def thumbnails(drafts: Iterable[Draft]) -> dict[int, list[tuple[str, str]]]:
    """For each draft, by its place, the names and `data:` addresses of its pictures."""
    found: dict[int, list[tuple[str, str]]] = {}
    every = ((place, one) for place, d in enumerate(drafts) for one in d.pictures.values())
    for place, picture in itertools.islice(every, MOST):
        if address := thumbnail(picture):
            found.setdefault(place, []).append((picture.name, address))
    return found


def thumbnail(picture: Picture) -> str:
    """The picture, small, as a `data:` address; empty where it can't be drawn."""
    try:
        with Image.open(io.BytesIO(picture.data), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return ""
            opened.draft("RGB", (2 * LONG_SIDE_PX, 2 * LONG_SIDE_PX))
            small = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return ""
    small.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX))
    data = io.BytesIO()
    small.save(data, "WEBP", quality=70)
    return f"data:image/webp;base64,{base64.b64encode(data.getvalue()).decode()}"
