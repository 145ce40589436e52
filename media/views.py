"""What the player asks for: captions, that what was watched be kept, and bookmarks."""

import hashlib
import json
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    condition,
    require_http_methods,
    require_POST,
    require_safe,
)

from people.access import fetch, may, require

from .domain.bookmarks import MAX_BOOKMARKS, TooManyBookmarks, remove_bookmark, set_bookmark
from .domain.watching import InvalidWatchReport, record_watching
from .models import Bookmark, Caption, Lecture
from .watching import WATCHED_ENOUGH, report_in


def _captions_etag(request: HttpRequest, lecture_id: int, language: str) -> str:
    text = (
        Caption.objects.published()
        .filter(lecture_id=lecture_id, language=language)
        .values_list("webvtt", flat=True)
        .first()
    )
    return f'"{hashlib.sha256((text or "").encode()).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=_captions_etag)
def captions(request: HttpRequest, lecture_id: int, language: str) -> HttpResponse:
    """A lecture's captions in one language, as WebVTT."""
    lecture = fetch(request.user, "media.open_lecture", Lecture.objects, pk=lecture_id)
    caption = get_object_or_404(lecture.captions.published(), language=language)
    response = HttpResponse(caption.webvtt, content_type="text/vtt; charset=utf-8")
    response["Cache-Control"] = f"{'public' if lecture.is_public else 'private'}, max-age=60"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def watch(request: HttpRequest, lecture_id: int) -> JsonResponse:
    """Keep what the signed-in person has watched: `{position_s, intervals: [[from, to], …]}`.

    Answers `{watched_share, position_s, done}`; 403 to visitors, 400 to anything malformed.
    """
    lecture = get_object_or_404(Lecture, pk=lecture_id)
    if not may(request.user, "media.record_watching", lecture):
        return JsonResponse(
            {"error": _("Sign in, and the hub will remember where you are.")}, status=403
        )
    require(request.user, "media.open_lecture", lecture)
    try:
        record = record_watching(user=request.user, lecture=lecture, report=report_in(request))
    except InvalidWatchReport as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse(
        {
            "watched_share": record.watched_share,
            "position_s": record.position_s,
            "done": record.watched_share >= WATCHED_ENOUGH,
        }
    )


@never_cache
@require_http_methods(["GET", "POST", "DELETE"])
def bookmarks(request: HttpRequest, lecture_id: int) -> JsonResponse:
    """The signed-in person's marks on a lecture, each `{position_s, note}`, in order.

    POST sets one, DELETE takes one off; both want such an object as JSON and answer the new list.
    403 to visitors, 400 to anything malformed, 409 when there are too many.
    """
    lecture = fetch(request.user, "media.open_lecture", Lecture.objects, pk=lecture_id)
    if not may(request.user, "media.bookmark_lecture", lecture):
        return _refusal(_("Sign in to keep bookmarks."), HTTPStatus.FORBIDDEN)
    if request.method != "GET":
        told = _bookmark_in(request)
        if told is None:
            return _refusal(_("This is not a bookmark."), HTTPStatus.BAD_REQUEST)
        position_s, note = told
        if request.method == "DELETE":
            remove_bookmark(user=request.user, lecture=lecture, position_s=position_s)
        else:
            try:
                set_bookmark(user=request.user, lecture=lecture, position_s=position_s, note=note)
            except TooManyBookmarks:
                sentence = _("A lecture can have %(count)d bookmarks. Remove one first.")
                return _refusal(sentence % {"count": MAX_BOOKMARKS}, HTTPStatus.CONFLICT)
    own = Bookmark.objects.filter(user=request.user, lecture=lecture)
    return JsonResponse({"bookmarks": list(own.values("position_s", "note"))})


def _refusal(sentence: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)


def _bookmark_in(request: HttpRequest) -> tuple[int, str] | None:
    """The second and note of a request's body; None if it has none."""
    try:
        told = json.loads(request.body)
        position_s, note = told["position_s"], told.get("note", "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if type(position_s) is not int or abs(position_s) > 10**9 or not isinstance(note, str):
        return None
    return position_s, note.replace("\0", "")
