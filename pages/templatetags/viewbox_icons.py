"""Line icons, drawn on a 24 × 24 grid and written into the page (no request, no icon font).

Icons are decoration beside words or inside a labelled control, so all are hidden from assistive
technology.
"""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

PATHS = {
    "menu": "M4 7h16M4 12h16M4 17h16",
    "close": "M6 6l12 12M18 6L6 18",
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
    "language": (
        "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c2.5 2.6 3.8 5.6 3.8 9s-1.3 6.4-3.8 9"
        "c-2.5-2.6-3.8-5.6-3.8-9S9.5 5.6 12 3z"
    ),
    "account": (
        "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.8-3.6 3.7-5.5 7.5-5.5s6.7 1.9 7.5 5.5"
    ),
    "down": "M6 9.5l6 6 6-6",
    "next": "M9 5.5l6.5 6.5L9 18.5",
    "previous": "M15 5.5L8.5 12l6.5 6.5",
    "sun": (
        "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2"
        "M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"
    ),
    "moon": "M20 14.5A8.3 8.3 0 0 1 9.5 4a8.3 8.3 0 1 0 10.5 10.5z",
    "auto": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 3v18M12 7.5h7.8M12 12h9M12 16.5h7.8",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "cross": "M7 7l10 10M17 7L7 17",
    "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.5v.1",
    "warning": "M12 4l9 16H3zM12 10v4.5M12 17.2v.1",
    "play": "M8 5.5v13l10.5-6.5z",
    "pause": "M8.5 5.5v13M15.5 5.5v13",
    "replay": "M5 12a7 7 0 1 0 2.2-5.1M7.5 3.5v3.7h3.7",
    "sound": "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
    "muted": "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9.5l5 5M21 9.5l-5 5",
    "captions": "M3.5 6h17v12h-17zM10.5 10.5a2.2 2.2 0 1 0 0 3M17 10.5a2.2 2.2 0 1 0 0 3",
    "speed": "M4.6 17.5a8.5 8.5 0 1 1 14.8 0M12 14l3.5-4.5",
    "quality": "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4",
    "expand": "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
    "shrink": "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
    "keyboard": "M3 6.5h18v11H3zM6.5 10h.1M10 10h.1M14 10h.1M17.5 10h.1M8 14h8",
    "planes": "M4 4h16v16H4zM4 13h16M11 4v16",
    "crosshair": "M9 3v18M3 15h18",
    "key-image": (
        "M4 4h16v16H4zM12 7.6l1.4 2.9 3.1.4-2.3 2.2.6 3.1-2.8-1.5-2.8 1.5.6-3.1-2.3-2.2 3.1-.4z"
    ),
    "zoom-in": (
        "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20M10.5 7.5v6M7.5 10.5h6"
    ),
    "zoom-out": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20M7.5 10.5h6",
    "filter": "M4 6.5h16M7 12h10M10 17.5h4",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "lecture": "M3.5 5h17v11h-17zM10 8.5v4l3.5-2zM8.5 20h7",
    "text": "M5 6h14M5 10h14M5 14h14M5 18h9",
    "quiz": (
        "M9.2 9a2.9 2.9 0 1 1 4.2 2.6c-.9.5-1.4 1.1-1.4 2.2M12 17v.1"
        "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z"
    ),
    "case": (
        "M4 4h16v16H4zM12 6.5c3 0 4.8 2.3 4.8 5.5S15 17.5 12 17.5 7.2 15.2 7.2 12 9 6.5"
        " 12 6.5zM12 6.5v11"
    ),
    "event": "M4 6h16v14H4zM4 10.5h16M8 3.5v4M16 3.5v4",
    "webinar": "M3.5 5h17v11h-17zM12 16v4M8 20h8M9 11a3 3 0 0 1 6 0M12 8v.1",
    "download": "M12 4v11M7 10.5l5 5 5-5M4.5 20h15",
    "back-10": (
        "M5 12a7 7 0 1 0 2.2-5.1M7.5 3.5v3.7h3.7M9.8 10v4.5"
        "M12.6 11.2a1.2 1.2 0 0 1 2.4 0v2.1a1.2 1.2 0 0 1-2.4 0z"
    ),
    "on-10": (
        "M19 12a7 7 0 1 1-2.2-5.1M16.5 3.5v3.7h-3.7M9.3 10v4.5"
        "M12.1 11.2a1.2 1.2 0 0 1 2.4 0v2.1a1.2 1.2 0 0 1-2.4 0z"
    ),
    "bookmark": "M6.5 4h11v16L12 16l-5.5 4z",
    "link": (
        "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1"
        "M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1"
    ),
    "pip": "M3.5 5h17v14h-17zM12 12h5.5v4H12z",
    "cast": "M3.5 8V5h17v14h-7M3.5 19v.1M3.5 15.5A3.5 3.5 0 0 1 7 19M3.5 12a7 7 0 0 1 7 7",
    "panel": "M3.5 5h17v14h-17zM13.5 5v14M16 9h2M16 12h2M16 15h2",
    "more": (
        "M5 12a.7.7 0 1 0 1.4 0A.7.7 0 1 0 5 12zM11.3 12a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0z"
        "M17.6 12a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0z"
    ),
    "external": "M9 5H5v14h14v-4M13 5h6v6M19 5l-8.5 8.5",
    # The viewer's tools.
    "stack": "M4 8l8-4 8 4-8 4zM4 12l8 4 8-4M4 16l8 4 8-4",
    "contrast": "M12 20.5a8.5 8.5 0 1 0 0-17zM12 3.5a8.5 8.5 0 1 0 0 17M15 8h3.5M15 12h5M15 16h3.5",
    "pan": (
        "M12 3v18M3 12h18M9.5 5.5L12 3l2.5 2.5M9.5 18.5L12 21l2.5-2.5M5.5 9.5L3 12l2.5 2.5"
        "M18.5 9.5L21 12l-2.5 2.5"
    ),
    "ruler": "M3.5 15.5l12-12 5 5-12 12zM7 12l2 2M10 9l2 2M13 6l2 2",
    "angle": "M5 4v16h16M5 11.5a8.5 8.5 0 0 1 8.5 8.5",
    "ellipse": "M12 18.5c5 0 9-2.9 9-6.5s-4-6.5-9-6.5-9 2.9-9 6.5 4 6.5 9 6.5z",
    "rectangle": "M3.5 6h17v12h-17z",
    "probe": "M12 3v5M12 16v5M3 12h5M16 12h5M12 12v.1",
    "rotate": "M19 12a7 7 0 1 1-2.2-5.1M16.5 3.5v3.7h-3.7",
    "flip": "M12 3v18M9 7v10H3zM15 7v10h6z",
    "turn": "M3 12h18M7 9h10V3zM7 15h10v6z",
    "trash": "M4.5 6.5h15M9 6.5V4h6v2.5M6.5 6.5l1 13.5h9l1-13.5M10 10.5v6M14 10.5v6",
}

# Drawings that point along the reading direction turn round on right-to-left pages.
MIRRORED = frozenset({"next", "previous"})

MARK = (
    '<rect width="32" height="32" rx="5" fill="#0b0d10"/>'
    '<g fill="none" stroke="#8fc4ea" stroke-linecap="round">'
    '<ellipse cx="16" cy="16" rx="8.5" ry="10.5" stroke-width="2.5"/>'
    '<path stroke-width="1.6" d="M16 8.5v15M12.6 12.4c1.6 2 1.6 5.2 0 7.2'
    'M19.4 12.4c-1.6 2-1.6 5.2 0 7.2"/></g>'
)


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """An icon by name: ``{% icon "play" %}``; ``kind`` becomes ``data-icon`` for scripts."""
    classes = "icon icon--mirrored" if name in MIRRORED else "icon"
    data = format_html(' data-icon="{}"', kind) if kind else ""
    return format_html(
        '<svg class="{}"{} viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
        ' aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        classes,
        data,
        PATHS[name],
    )


@register.simple_tag
def site_mark() -> SafeString:
    """The site's mark: an axial slice on a dark plate."""
    return mark_safe(  # noqa: S308 - constant markup of this module
        f'<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">{MARK}</svg>'
    )
