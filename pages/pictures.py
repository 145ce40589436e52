"""The sizes pictures are served in: one list, so that they can be made before anybody asks.

A rendition made inside a request costs seconds (AVIF above all); the worker's sweep makes them
after an upload, and lists read them with one query.
"""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, QuerySet

from .models import SiteImage

FORMATS = ("avif", "webp", "jpeg")
MIME_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg"}


@dataclass(frozen=True)
class PictureSize:
    """A use of pictures: Wagtail resize operations by width descriptor, and the `sizes` attribute."""

    name: str
    operations: tuple[str, ...]
    sizes: str

    @property
    def specs(self) -> list[str]:
        """Filter specs of all renditions of this size."""
        return [f"{op}|format-{fmt}" for fmt in FORMATS for op in self.operations]


CARD = PictureSize(
    "card", ("max-400x400", "max-800x800"), "(min-width: 60rem) 22rem, (min-width: 40rem) 45vw, 92vw"
)
FIGURE = PictureSize("figure", ("width-480", "width-960"), "(min-width: 48rem) 44rem, 94vw")
FULL = PictureSize("full", ("max-1600x1600",), "100vw")
SHARE = PictureSize("share", ("fill-1200x630",), "")
SIZES = {size.name: size for size in (CARD, FIGURE, FULL)}

ALL_SPECS = [spec for size in SIZES.values() for spec in size.specs] + ["fill-1200x630|format-jpeg"]


def with_renditions(size: PictureSize, lookup: str = "picture") -> Prefetch:
    """A prefetch of related pictures with their renditions of `size`: two queries for a list."""
    return Prefetch(lookup, queryset=SiteImage.objects.prefetch_renditions(*size.specs))


def pictures_to_prepare() -> QuerySet[SiteImage]:
    """Pictures that lack some rendition the site uses."""
    return SiteImage.objects.annotate(made=Count("renditions", distinct=True)).filter(
        made__lt=len(ALL_SPECS)
    )


def prepare_pictures(*, limit: int = 40) -> int:
    """Make missing renditions of up to `limit` pictures; return how many pictures were done."""
    done = 0
    for image in pictures_to_prepare().order_by("-created_at")[:limit]:
        image.get_renditions(*ALL_SPECS)
        done += 1
    return done
