"""Files under MEDIA_URL: pictures, and published lectures for those who may watch them.

Lectures' files are always asked for here, because not every lecture is for everybody. The bytes
come from this process, or from nginx (`X-Accel-Redirect`), or from an S3 bucket (`DELIVERY`).

Serves ranges (RFC 9110, section 14), because players seek and iPhones insist; a request for
several ranges gets the single stretch that spans them, which is allowed to be answered so.
"""

import os
import re
from collections.abc import Iterator
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import BinaryIO
from urllib.parse import quote

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.http import parse_etags, parse_http_date_safe
from django.views.decorators.http import require_safe

from people.access import may

from .delivery import PERMISSION, bucket
from .delivery.tokens import signed_for
from .models import Lecture

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
    ".dcm": "application/dicom",
}
# Anything else is handed over as bytes to save, never shown: nobody's upload runs as a page.
OTHER_TYPE = "application/octet-stream"
# Names that contain a hash of their content, or lie in a directory that does.
HASHED = re.compile(r"-[0-9a-f]{16}(?:/|\.[a-z0-9]+$)")
_RANGE = re.compile(r"^(\d*)-(\d*)$")


_LECTURE = re.compile(r"lectures/([1-9][0-9]{0,17})/.", re.ASCII)
# Small texts that name other files by relative addresses: they must come from the same place.
_INDEXES = frozenset({".m3u8", ".vtt", ".json"})


@require_safe
def serve_upload(request: HttpRequest, path: str) -> HttpResponseBase:
    """The file at `path` below MEDIA_ROOT, if everybody may have it."""
    path = _clean(path)
    lecture = _lecture_at(path)
    # Whichever way it is spelt: some disks take capital letters for small ones.
    if path.casefold().startswith("lectures") and (lecture is None or not lecture.is_public):
        raise Http404
    if path.casefold().startswith("documents"):
        # They are handed over at addresses of their own, where it is asked who may have them.
        raise Http404
    response = _deliver(request, path, of_lecture=lecture is not None)
    if HASHED.search(path) and response.status_code != HTTPStatus.FOUND:
        response["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
    else:
        response["Cache-Control"] = f"public, max-age={_max_age(response, 3600)}"
    if lecture:
        # Players on other origins (a television, a society's own pages) may read it, too.
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "Content-Length, Content-Range, ETag"
    return response


@require_safe
def serve_signed(request: HttpRequest, token: str, path: str) -> HttpResponseBase:
    """A lecture's file, if the address was signed for the person who asks and still holds."""
    path = _clean(path)
    lecture = _lecture_at(path)
    if lecture is None:
        raise Http404
    user_id = signed_for(token, folder=f"lectures/{lecture.pk}")
    # The person first: the rest of the answer is none of anybody else's business.
    if user_id is None or user_id != request.user.pk or not may(request.user, PERMISSION, lecture):
        return HttpResponse(status=403, headers={"Cache-Control": "no-store"})
    response = _deliver(request, path, of_lecture=True)
    response["Cache-Control"] = f"private, max-age={_max_age(response, settings.SIGNED_URL_S)}"
    return response


def _max_age(response: HttpResponseBase, usual_s: int) -> int:
    """A redirect is not remembered for longer than what it leads to holds."""
    return settings.S3_ADDRESS_S // 2 if response.status_code == HTTPStatus.FOUND else usual_s


def _lecture_at(path: str) -> Lecture | None:
    """The lecture whose folder `path` lies in."""
    match = _LECTURE.match(path)
    found = Lecture.objects.filter(pk=int(match[1])) if match else Lecture.objects.none()
    return found.only("pk", "visibility").first()


def _deliver(request: HttpRequest, path: str, *, of_lecture: bool) -> HttpResponseBase:
    """Have the file at `path` sent, by whoever does that here."""
    kind = TYPES.get(PurePosixPath(path).suffix.lower(), OTHER_TYPE)
    if of_lecture and settings.DELIVERY == "s3" and PurePosixPath(path).suffix not in _INDEXES:
        return HttpResponseRedirect(bucket.address(path, kind=kind))
    if of_lecture and settings.DELIVERY == "s3":
        response: HttpResponseBase = HttpResponse(bucket.read(path), content_type=kind)
    elif of_lecture and settings.DELIVERY == "accel":
        response = HttpResponse(content_type=kind)
        response["X-Accel-Redirect"] = settings.ACCEL_URL + quote(path)
    else:
        return _serve_file(request, path)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _serve_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """The file at `path` below MEDIA_ROOT, whole or in part."""
    return send_file(request, _find(path))


def send_file(request: HttpRequest, file: Path) -> HttpResponseBase:
    """The bytes of `file`, whole or the stretch that is asked for, to whom it may be sent.

    Raises `Http404` for what is no ordinary file.
    """
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
    return response


def _clean(path: str) -> str:
    """`path` in its one spelling, if it leads nowhere else. Raises `Http404`."""
    parts = PurePosixPath(path).parts
    if not parts or "\0" in path or "\\" in path or any(part.startswith(".") for part in parts):
        raise Http404
    return "/".join(parts)


def _find(path: str) -> Path:
    """The file meant by a clean `path`, certainly below MEDIA_ROOT. Raises `Http404`."""
    parts = PurePosixPath(path).parts
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
