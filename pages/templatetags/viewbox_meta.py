"""Head matter of pages: structured data for search engines, pictures for shared links."""

import json
from urllib.parse import urljoin

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from pages.models import SiteImage
from pages.pictures import SHARE_SPEC

register = template.Library()

# So that no text of a page can end the script element (as Django's json_script does).
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def json_ld(data: dict) -> SafeString:
    """A schema.org description as a JSON-LD data block, which a strict CSP leaves alone."""
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308  escaped above


@register.simple_tag(takes_context=True)
def share_picture_url(context: dict, image: SiteImage | None) -> str:
    """Absolute address of a picture in the shape that shared links show; empty without one."""
    if image is None:
        return ""
    request: HttpRequest = context["request"]
    try:
        rendition = image.get_rendition(SHARE_SPEC)
    except OSError:
        return ""
    return urljoin(request.build_absolute_uri("/"), rendition.url)
