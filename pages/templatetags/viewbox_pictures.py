"""The ``<picture>`` of an image, from the renditions that ``pages.pictures`` lists."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pages.models import SiteImage
from pages.pictures import FORMATS, MIME_TYPES, SIZES

register = template.Library()


@register.simple_tag
def site_picture(
    image: SiteImage,
    size: str,
    alt: str | None = None,
    sizes: str = "",
    eager: bool = False,
) -> SafeString:
    """A responsive picture: ``{% site_picture image "card" alt="" %}``.

    ``size`` names a ``PictureSize``. ``alt`` is the text alternative; without it the image's own
    description stands, and an empty one marks decoration beside a title. ``sizes`` replaces the
    size's own ``sizes`` attribute where the picture is laid out otherwise. ``eager`` is for the
    first picture of a page; all others load when they come near. Renditions that were prefetched
    (``pages.pictures.with_renditions``) cost no query.
    """
    if not image:
        return SafeString()
    picture_size = SIZES[size]
    _look_beyond_prefetched(image, picture_size.specs)
    try:
        renditions = image.get_renditions(*picture_size.specs)
    except OSError:  # a file that is missing or no picture must not take the page with it
        return SafeString()
    sizes = sizes or picture_size.sizes

    def srcset(fmt: str) -> str:
        # Two operations give the same width where the original is small; one of them will do.
        by_width = {
            (rendition := renditions[f"{operation}|format-{fmt}"]).width: rendition
            for operation in picture_size.operations
        }
        return ", ".join(f"{by_width[width].url} {width}w" for width in sorted(by_width))

    *modern, plain = FORMATS
    sources = format_html_join(
        "",
        '<source type="{}" srcset="{}" sizes="{}">',
        ((MIME_TYPES[fmt], srcset(fmt), sizes) for fmt in modern),
    )
    smallest = renditions[f"{picture_size.operations[0]}|format-{plain}"]
    return format_html(
        '<picture>{}<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}"{}>'
        "</picture>",
        sources,
        smallest.url,
        srcset(plain),
        sizes,
        smallest.width,
        smallest.height,
        image.default_alt_text if alt is None else alt,
        SafeString(' fetchpriority="high"' if eager else ' loading="lazy" decoding="async"'),
    )


def _look_beyond_prefetched(image: SiteImage, specs: list[str]) -> None:
    """Have Wagtail ask the database where the prefetched renditions lack one of `specs`.

    It takes a prefetch for the whole truth: what is not in it would be encoded again at each
    request, which takes seconds.
    """
    prefetched = getattr(image, "prefetched_renditions", None)
    if prefetched is None:
        return
    if not {rendition.filter_spec for rendition in prefetched}.issuperset(specs):
        del image.prefetched_renditions


@register.simple_tag
def full_picture_url(image: SiteImage) -> str:
    """Address of the largest rendition, for links to the picture itself."""
    picture_size = SIZES["full"]
    _look_beyond_prefetched(image, [f"{picture_size.operations[-1]}|format-webp"])
    try:
        return image.get_rendition(f"{picture_size.operations[-1]}|format-webp").url
    except OSError:
        return ""
