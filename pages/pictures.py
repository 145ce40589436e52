"""The sizes pictures are served in: one list, so that they can be made before anybody asks.

A rendition made inside a request costs seconds (AVIF above all); the worker's sweep makes them
after an upload, and lists read them with one query.
"""

import logging
import math
import time
from dataclasses import dataclass

from django.db.models import Count, F, Prefetch, Q, QuerySet

from .models import SiteImage

logger = logging.getLogger("pages")

# Lectures wait while a sweep runs.
SWEEP_TIME_S = 20.0
FORMATS = ("avif", "webp", "jpeg")
MIME_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg"}


@dataclass(frozen=True)
class PictureSize:
    """A use of pictures: Wagtail's resize operations, smallest first, and the `sizes` attribute."""

    name: str
    operations: tuple[str, ...]
    sizes: str

    @property
    def specs(self) -> list[str]:
        """Filter specs of all renditions of this size."""
        return [f"{op}|format-{fmt}" for fmt in FORMATS for op in self.operations]


CARD = PictureSize(
    "card",
    ("max-400x400", "max-800x800"),
    "(min-width: 60rem) 22rem, (min-width: 40rem) 45vw, 92vw",
)
FIGURE = PictureSize("figure", ("width-480", "width-960"), "(min-width: 48rem) 44rem, 94vw")
FULL = PictureSize("full", ("max-1600x1600",), "100vw")
SHARE = PictureSize("share", ("fill-1200x630",), "")
SIZES = {size.name: size for size in (CARD, FIGURE, FULL)}

SHARE_SPEC = f"{SHARE.operations[0]}|format-jpeg"
ALL_SPECS = [*(spec for size in SIZES.values() for spec in size.specs), SHARE_SPEC]


def with_renditions(size: PictureSize, lookup: str = "picture") -> Prefetch:
    """A prefetch of related pictures with their renditions of `size`: two queries for a list."""
    return Prefetch(lookup, queryset=SiteImage.objects.prefetch_renditions(*size.specs))


def pictures_to_prepare() -> QuerySet[SiteImage]:
    """Pictures that lack some rendition the site uses, but for those whose file can't be read."""
    made = Count("renditions", filter=Q(renditions__filter_spec__in=ALL_SPECS), distinct=True)
    return (
        SiteImage.objects.exclude(unreadable_hash=F("file_hash"))
        .annotate(made=made)
        .filter(made__lt=len(ALL_SPECS))
    )


def prepare_pictures(*, limit: int = 40, time_limit_s: float = math.inf) -> int:
    """Make missing renditions of up to `limit` pictures; return how many pictures were done.

    No further picture is begun after `time_limit_s`. One that can't be read is marked and left
    alone until it gets another file.
    """
    started_s = time.monotonic()
    done = 0
    for image in pictures_to_prepare().order_by("-created_at", "-pk")[:limit]:
        if time.monotonic() - started_s > time_limit_s:
            break
        done += _prepare(image)
    return done


def _prepare(image: SiteImage) -> bool:
    """Make the picture's missing renditions; whether its file could be read."""
    try:
        image.get_renditions(*ALL_SPECS)
    except Exception:  # a broken file fails in a dozen ways, and must not stop the others
        logger.warning("Picture %s cannot be read", image.pk, exc_info=True)
        SiteImage.objects.filter(pk=image.pk).update(unreadable_hash=F("file_hash"))
        return False
    return True


def sweep_pictures() -> int:
    """What the worker does once a minute: as many pictures as leave time for lectures."""
    return prepare_pictures(time_limit_s=SWEEP_TIME_S)
