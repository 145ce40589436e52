"""What the player asks for: captions, and that what was watched be kept."""

import hashlib

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_POST, require_safe

from people.access import fetch, may

from .domain.watching import InvalidWatchReport, record_watching
from .models import Caption, Lecture
from .watching import WATCHED_ENOUGH


def _captions_etag(request: HttpRequest, lecture_id: int, language: str) -> str:
    text = (
        Caption.objects.filter(lecture_id=lecture_id, language=language)
        .values_list("webvtt", flat=True)
        .first()
    )
    return f'"{hashlib.sha256((text or "").encode()).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=_captions_etag)
def captions(request: HttpRequest, lecture_id: int, language: str) -> HttpResponse:
    """A lecture's captions in one language, as WebVTT."""
    lecture = fetch(request.user, "media.watch_lecture", Lecture.objects, pk=lecture_id)
    caption = get_object_or_404(Caption, lecture=lecture, language=language)
    response = HttpResponse(caption.webvtt, content_type="text/vtt; charset=utf-8")
    response["Cache-Control"] = "public, max-age=60"
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
    try:
        record = record_watching(user=request.user, lecture=lecture, report=request.body)
    except InvalidWatchReport as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse(
        {
            "watched_share": record.watched_share,
            "position_s": record.position_s,
            "done": record.watched_share >= WATCHED_ENOUGH,
        }
    )
