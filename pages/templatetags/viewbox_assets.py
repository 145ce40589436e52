"""Tags that link the built front end (Vite) from templates.

Addresses come from Vite's manifest. Built files carry a content hash in their names, so they are
linked by the static prefix alone and not through the static files storage, which would hash them a
second time and load modules twice under two names. Where the front end has not been built the
tags give nothing, and pages fall back to plain HTML.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import PrefixNode
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

Manifest = dict[str, dict[str, Any]]

# Which heading-font file a language's pages need first; the browser fetches others on demand.
HEADING_FONTS = {
    "latin": "source-serif-4-latin-600-normal",
    "cyrillic": "source-serif-4-cyrillic-600-normal",
}
CYRILLIC_LANGUAGES = frozenset({"be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "tg", "uk"})
SYSTEM_FONT_LANGUAGES = frozenset({"ar", "fa", "he", "hi", "ja", "ko", "ur", "zh"})


@lru_cache(maxsize=4)
def _read_manifest(path: Path, _modified_ns: int) -> Manifest:
    return json.loads(path.read_text(encoding="utf-8"))


def manifest() -> Manifest:
    """The built front end's manifest; empty where it has not been built."""
    path = Path(settings.FRONTEND_DIST) / ".vite" / "manifest.json"
    try:
        return _read_manifest(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):
        return {}


def _entry(entries: Manifest, name: str) -> dict[str, Any] | None:
    for chunk in entries.values():
        if chunk.get("isEntry") and chunk.get("name") == name:
            return chunk
    return None


def _with_imports(entries: Manifest, chunk: dict[str, Any]) -> list[dict[str, Any]]:
    """The chunk and everything it imports statically, each once, dependencies last."""
    chunks: list[dict[str, Any]] = []
    waiting = [chunk]
    while waiting:
        current = waiting.pop(0)
        if current not in chunks:
            chunks.append(current)
            waiting += [entries[key] for key in current.get("imports", [])]
    return chunks


def _address(file: str) -> str:
    return PrefixNode.handle_simple("STATIC_URL") + file


@register.simple_tag
def asset_css(name: str) -> SafeString:
    """Stylesheet links of an entry: ``{% asset_css "site" %}``."""
    entries = manifest()
    chunk = _entry(entries, name)
    if chunk is None:
        return SafeString()
    files = dict.fromkeys(
        file for part in _with_imports(entries, chunk) for file in part.get("css", [])
    )
    return format_html_join(
        "", '<link rel="stylesheet" href="{}">', ((_address(file),) for file in files)
    )


@register.simple_tag
def asset_js(name: str) -> SafeString:
    """Module script of an entry, with its imports preloaded: ``{% asset_js "player" %}``.

    A browser runs a module once however often it is linked, so components may link their own.
    """
    entries = manifest()
    chunk = _entry(entries, name)
    if chunk is None:
        return SafeString()
    imports = _with_imports(entries, chunk)[1:]
    preloads = format_html_join(
        "",
        '<link rel="modulepreload" href="{}">',
        ((_address(part["file"]),) for part in imports),
    )
    return preloads + format_html(
        '<script type="module" src="{}"></script>', _address(chunk["file"])
    )


@register.simple_tag
def asset_url(path: str) -> str:
    """Address of a file of ``frontend/public``: ``{% asset_url "viewbox/favicon.svg" %}``."""
    return _address(path)


@register.simple_tag
def asset_fonts(language_code: str) -> SafeString:
    """Preload of the heading font that pages in this language show first."""
    primary = (language_code or "").split("-")[0].lower()
    if primary in SYSTEM_FONT_LANGUAGES:
        return SafeString()
    wanted = HEADING_FONTS["cyrillic" if primary in CYRILLIC_LANGUAGES else "latin"]
    for key, chunk in manifest().items():
        if wanted in key and chunk["file"].endswith(".woff2"):
            return format_html(
                '<link rel="preload" as="font" type="font/woff2" href="{}" crossorigin>',
                _address(chunk["file"]),
            )
    return SafeString()
