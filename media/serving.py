"""Public files under MEDIA_URL: for development and small sites without nginx or a CDN.

Serves ranges (RFC 9110, section 14), because players seek and iPhones insist; a request for
several ranges gets the single stretch that spans them, which is allowed to be answered so.
"""

import os
import re
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import BinaryIO

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.http import parse_etags, parse_http_date_safe
from django.views.decorators.http import require_safe

CHUNK_BYTES = 256 * 1024
YEAR_S = 365 * 24 * 3600

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".vtt": "text/vtt; charset=utf-8",
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".pdf": "application/pdf",
    ".json": "application/json",
}
# Anything else is handed over as bytes to save, never shown: nobody's upload runs as a page.
OTHER_TYPE = "application/octet-stream"
# Names that contain a hash of their content, or lie in a directory that does.
HASHED = re.compile(r"-[0-9a-f]{16}(?:/|\.[a-z0-9]+$)")
_RANGE = re.compile(r"^(\d*)-(\d*)$")


@require_safe
def serve_upload(request: HttpRequest, path: str) -> HttpResponseBase:
    """The file at `path` below MEDIA_ROOT, whole or in part."""
    file = _find(path)
    opened = file.open("rb")
    found = os.fstat(opened.fileno())
    if not S_ISREG(found.st_mode):
        opened.close()
        raise Http404
    etag = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
    if _is_unchanged(request, etag, found.st_mtime):
        opened.close()
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        response = _answer(request, opened, found.st_size, etag=etag, mtime=found.st_mtime)
        response["Content-Type"] = TYPES.get(file.suffix.lower(), OTHER_TYPE)
        if response["Content-Type"] == OTHER_TYPE:
            response["Content-Disposition"] = "attachment"
    response["ETag"] = etag
    response["Last-Modified"] = formatdate(found.st_mtime, usegmt=True)
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = (
        f"public, max-age={YEAR_S}, immutable" if HASHED.search(path) else "public, max-age=3600"
    )
    return response


def _find(path: str) -> Path:
    """The file meant by `path`, certainly below MEDIA_ROOT. Raises `Http404`."""
    parts = PurePosixPath(path).parts
    if not parts or "\0" in path or "\\" in path or any(part.startswith(".") for part in parts):
        raise Http404
    root = Path(settings.MEDIA_ROOT).resolve()
    try:
        file = root.joinpath(*parts).resolve(strict=True)
    except (OSError, ValueError) as error:
        raise Http404 from error
    # After links are followed: one that leads out leads nowhere.
    if not file.is_relative_to(root) or not file.is_file():
        raise Http404
    return file


def _is_unchanged(request: HttpRequest, etag: str, mtime: float) -> bool:
    """RFC 9110, section 13.2.2: If-None-Match counts, and If-Modified-Since only without it."""
    if wanted := request.headers.get("If-None-Match"):
        tags = {tag.removeprefix("W/") for tag in parse_etags(wanted)}
        return "*" in tags or etag in tags
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and int(mtime) <= since


def _answer(
    request: HttpRequest, opened: BinaryIO, size: int, *, etag: str, mtime: float
) -> HttpResponseBase:
    wanted = request.headers.get("Range", "")
    span: tuple[int, int] | None = None
    if wanted and _range_is_current(request.headers.get("If-Range", ""), etag, mtime):
        span = parse_range(wanted, size)
    start, end = span or (0, size)
    if span and start >= end:
        opened.close()
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    if request.method == "HEAD":
        opened.close()
        response = HttpResponse()
    elif span:
        response = StreamingHttpResponse(_pieces(opened, start, end))
    else:
        response = FileResponse(opened)
    if span:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response["Content-Length"] = str(end - start)
    return response


def _range_is_current(condition: str, etag: str, mtime: float) -> bool:
    if not condition:
        return True
    if condition.startswith(('"', "W/")):
        return condition == etag
    return parse_http_date_safe(condition) == int(mtime)


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """The stretch [start, end) of `size` bytes that a Range header asks for.

    None where the header is to be ignored (another unit, malformed); an empty stretch where
    nothing of it can be given (416).
    """
    unit, _, specs = header.partition("=")
    if unit.strip().lower() != "bytes":
        return None
    spans = []
    for spec in specs.split(","):
        match = _RANGE.match(spec.strip())
        if match is None or match.group(0) == "-":
            return None
        first, last = match.groups()
        if not first:
            start, end = max(0, size - int(last)), size
        elif last and int(last) < int(first):
            return None
        else:
            start, end = int(first), min(size, int(last) + 1) if last else size
        if start < end:
            spans.append((start, end))
    if not spans:
        return (0, 0)
    return min(start for start, _ in spans), max(end for _, end in spans)


def _pieces(opened: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with opened:
        opened.seek(start)
        left = end - start
        while left > 0 and (piece := opened.read(min(CHUNK_BYTES, left))):
            left -= len(piece)
            yield piece
