"""The tus 1.0 endpoint: resumable uploads for whoever may send something.

Every request is made by a signed-in person, with the session's CSRF token in `X-CSRFToken`.
Refusals carry `{"error": …}`: a sentence for the person, in the language of their page
(`Accept-Language`, which upload scripts set to it; the cookie may speak for another page).
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import translation
from django.utils.http import http_date
from django.utils.translation import gettext as _

from media.failures import failure_sentence
from media.models import Upload
from media.pipeline.refusals import Refusal, Refused
from people.access import may, require

from . import protocol
from .domain import (
    BeyondSize,
    ChecksumMismatch,
    Interrupted,
    QuotaExceeded,
    TooLarge,
    TooManyOpen,
    UploadGone,
    open_upload,
    receive,
    remove_upload,
    settled_offset,
)
from .limits import limits_for
from .purposes import RECORDING, NotWanted, UnknownPurpose, permissions, purpose_of
from .store import SILENT_AFTER_S, Busy, Superseded, WrongOffset

View = Callable[..., HttpResponse]
# Each body that comes in holds a thread of the server as long as it takes; the others are for
# readers. Who finds no place tries again: the protocol makes that cheap.
_places = threading.BoundedSemaphore(settings.UPLOAD_THREADS)


def _languages(header: str) -> list[str]:
    return [part.split(";")[0].strip() for part in header.split(",") if part.strip()]


def _page_language(request: HttpRequest) -> str:
    for code in _languages(request.headers.get("Accept-Language", "")):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return translation.get_language() or settings.LANGUAGE_CODE


def tus(view: View) -> View:
    """Speak the protocol around `view`: version, method override, errors as answers."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
        with translation.override(_page_language(request)):
            if method == "OPTIONS":
                response = _options(request)
            elif request.headers.get("Tus-Resumable") != protocol.VERSION:
                response = HttpResponse(status=412)
                response["Tus-Version"] = protocol.VERSION
            elif not _may_upload(request.user):
                response = _refusal(403, _("Sign in again in another tab, then go on here."))
            else:
                response = _answered(view, request, method, *args, **kwargs)
        response["Tus-Resumable"] = protocol.VERSION
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return wrapped


def _may_upload(user: Any) -> bool:
    return any(may(user, permission) for permission in permissions())


def _options(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = protocol.VERSION
    response["Tus-Extension"] = protocol.EXTENSIONS
    response["Tus-Checksum-Algorithm"] = ",".join(protocol.CHECKSUMS)
    if may(request.user, "media.upload_recording"):
        response["Tus-Max-Size"] = str(limits_for(request.user).file_bytes)
    return response


def _answered(
    view: View, request: HttpRequest, method: str, *args: Any, **kwargs: Any
) -> HttpResponse:
    try:
        return view(request, method, *args, **kwargs)
    except protocol.Malformed as error:
        return _refusal(400, str(error))
    except UnknownPurpose:
        return _refusal(400, "Nothing here takes uploads for this.")
    except NotWanted as error:
        return _refusal(415, str(error.sentence))
    except Refused as refused:
        status = 507 if refused.code == Refusal.DISK_FULL else 415
        return _refusal(status, failure_sentence(refused.code.value))
    except tuple(_REFUSALS) as error:
        status, sentence = _REFUSALS[type(error)]
        response = _refusal(status, sentence(error))
        if isinstance(error, Busy):
            response["Retry-After"] = str(int(SILENT_AFTER_S))
        if isinstance(error, WrongOffset):
            response["Upload-Offset"] = str(error.received)
        return response


def _refusal(status: int, sentence: str) -> HttpResponse:
    return JsonResponse({"error": sentence}, status=status)


def _too_large(error: Any) -> str:
    sentence = str(purpose_of(error.purpose).too_large)
    return sentence % {"most": filesizeformat(error.most_bytes)}


def _quota_exceeded(error: Any) -> str:
    sentence = str(purpose_of(error.purpose).quota_exceeded)
    return sentence % {"free": filesizeformat(error.free_bytes)}


def _too_many_open(error: Any) -> str:
    return str(purpose_of(error.purpose).too_many_open)


_REFUSALS: dict[type[Exception], tuple[int, Callable[[Any], str]]] = {
    TooLarge: (413, _too_large),
    QuotaExceeded: (413, _quota_exceeded),
    TooManyOpen: (413, _too_many_open),
    BeyondSize: (413, lambda _e: _("More was sent than was announced.")),
    WrongOffset: (409, lambda _e: _("The upload goes on at another place.")),
    Superseded: (409, lambda _e: _("This upload goes on in another window.")),
    Busy: (423, lambda _e: _("This upload is going on in another window.")),
    ChecksumMismatch: (460, lambda _e: _("A piece arrived damaged; it is sent again.")),
    Interrupted: (400, lambda _e: _("The connection was lost.")),
    UploadGone: (410, lambda _e: _("This upload is no longer kept. Please start it again.")),
}


@tus
def uploads(request: HttpRequest, method: str) -> HttpResponse:
    """POST: begin an upload of `Upload-Length` bytes, perhaps with its first bytes."""
    if method != "POST":
        return HttpResponse(status=405, headers={"Allow": "OPTIONS, POST"})
    if "Upload-Defer-Length" in request.headers:
        raise protocol.Malformed("The length must be known: send Upload-Length.")
    size = protocol.parse_number(request.headers.get("Upload-Length"), "Upload-Length")
    header = request.headers.get("Upload-Metadata", "")
    metadata = protocol.parse_metadata(header)
    with_body = request.content_type == protocol.BODY_TYPE
    person: Any = request.user
    purpose = metadata.get("purpose", RECORDING)
    require(person, purpose_of(purpose).permission)
    upload = open_upload(
        owner=person,
        purpose=purpose,
        size_bytes=size,
        name=metadata.get("filename", ""),
        fingerprint=metadata.get("fingerprint", ""),
        metadata=header,
    )
    received = _receive(request, upload, 0) if with_body else 0
    response = HttpResponse(status=201)
    response["Location"] = request.build_absolute_uri(
        reverse("lectures:uploads:upload", args=[upload.pk])
    )
    if with_body:
        response["Upload-Offset"] = str(received)
    return _expiring(response, upload)


@tus
def upload(request: HttpRequest, method: str, upload_id: Any) -> HttpResponse:
    """HEAD: where to go on. PATCH: the next bytes. DELETE: forget it."""
    handler = {"HEAD": _head, "PATCH": _patch, "DELETE": _delete}.get(method)
    if handler is None:
        return HttpResponse(status=405, headers={"Allow": "OPTIONS, HEAD, PATCH, DELETE"})
    found = Upload.objects.filter(pk=upload_id, used_at=None).first()
    if found is None:
        raise UploadGone  # 410: a 404 would be sent looking for a page in each language
    require(request.user, "media.continue_upload", found)
    require(request.user, purpose_of(found.purpose).permission)
    return handler(request, found)


def _head(_request: HttpRequest, found: Upload) -> HttpResponse:
    response = HttpResponse()
    response["Upload-Offset"] = str(settled_offset(upload=found))
    response["Upload-Length"] = str(found.size_bytes)
    if found.metadata:
        response["Upload-Metadata"] = found.metadata
    return _expiring(response, found)


def _patch(request: HttpRequest, found: Upload) -> HttpResponse:
    if request.content_type != protocol.BODY_TYPE:
        return _refusal(415, f"Content-Type must be {protocol.BODY_TYPE}.")
    offset = protocol.parse_number(request.headers.get("Upload-Offset"), "Upload-Offset")
    response = HttpResponse(status=204)
    response["Upload-Offset"] = str(_receive(request, found, offset))
    return _expiring(response, found)


def _receive(request: HttpRequest, found: Upload, offset: int) -> int:
    length = protocol.parse_number(request.headers.get("Content-Length"), "Content-Length")
    checksum = protocol.parse_checksum(request.headers.get("Upload-Checksum"))
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        return receive(
            upload=found, offset=offset, length=length, read=request.read, checksum=checksum
        )
    finally:
        _places.release()


def _delete(_request: HttpRequest, found: Upload) -> HttpResponse:
    remove_upload(upload=found)
    return HttpResponse(status=204)


def _expiring(response: HttpResponse, found: Upload) -> HttpResponse:
    if not found.is_finished:
        response["Upload-Expires"] = http_date(found.expires_at.timestamp())
    return response
