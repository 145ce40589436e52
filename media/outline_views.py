"""Captions, chapters, poster and transcript: where editors make them and readers get them."""

import hashlib
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_info, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.log_actions import log

from people.access import fetch

from .captions import Cue, parse, plain, to_srt
from .domain.captions import remove_captions, save_captions
from .domain.chapters import save_chapters
from .domain.speech import NoEngine, NotDraftable, draft_captions
from .domain.stills import NotExamined, choose_poster, make_stills_again
from .models import Caption, Lecture
from .moments import parse_moment
from .outline import chapters_of, chapters_webvtt, proposed_chapters, transcript
from .outline_forms import CaptionForm, ChapterFormSet, PosterForm
from .pipeline.ocr import find_reader
from .playing import player_context
from .speech_status import speech_context

ADMIN = "lectures_admin"
_DESCRIPTION_CHARACTERS = 160


# --- For editors


def _editable(request: HttpRequest, lecture_id: int) -> Lecture:
    lecture = fetch(request.user, "media.change_lecture", Lecture.objects, pk=lecture_id)
    lecture.viewer = request.user
    return lecture


def edit_captions(request: HttpRequest, lecture_id: int, language: str = "") -> HttpResponse:
    """Add captions, or change those in `language`, beside the lecture."""
    lecture = _editable(request, lecture_id)
    caption = get_object_or_404(lecture.captions, language=language) if language else None
    form = CaptionForm(
        request.POST or None,
        request.FILES or None,
        caption=caption,
        **({} if caption else {"initial": {"language": lecture.language}}),
    )
    if request.method == "POST" and form.is_valid():
        saved = save_captions(
            lecture=lecture,
            language=form.cleaned_data["language"],
            webvtt=form.cleaned_data["webvtt"],
            is_read="draft" not in request.POST,
        )
        log(lecture, "wagtail.edit", user=request.user)
        messages.success(
            request,
            _("Captions in %(language)s are saved.") % {"language": saved.get_language_display()},
        )
        if "stay" in request.POST or "draft" in request.POST:
            return redirect(f"{ADMIN}:edit_captions", lecture.pk, saved.language)
        return redirect(f"{ADMIN}:edit", lecture.pk)
    return render(
        request,
        "media/outline/captions.html",
        {"lecture": lecture, "caption": caption, "form": form},
    )


@require_POST
def delete_captions(request: HttpRequest, lecture_id: int, language: str) -> HttpResponse:
    """Remove the captions in one language."""
    lecture = _editable(request, lecture_id)
    remove_captions(lecture=lecture, language=language)
    log(lecture, "wagtail.edit", user=request.user)
    messages.success(request, _("The captions are removed."))
    return redirect(f"{ADMIN}:edit", lecture.pk)


def edit_chapters(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """Set the lecture's chapters; with `?propose` the rows are filled from its slides."""
    lecture = _editable(request, lecture_id)
    saved = list(lecture.chapters.order_by("start_s"))
    marks = proposed_chapters(lecture) if "propose" in request.GET else saved
    formset = ChapterFormSet(
        request.POST or None,
        initial=[{"start_s": mark.start_s, "title": mark.title} for mark in marks],
        duration_s=lecture.duration_s,
    )
    if request.method == "POST" and formset.is_valid():
        made = save_chapters(lecture=lecture, marks=formset.marks)
        log(lecture, "wagtail.edit", user=request.user)
        messages.success(
            request, _("The chapters are saved.") if made else _("The lecture has no chapters now.")
        )
        return redirect(f"{ADMIN}:edit", lecture.pk)
    return render(
        request,
        "media/outline/chapters.html",
        {
            "lecture": lecture,
            "formset": formset,
            "slides": slides_of(lecture),
            "can_read": find_reader() is not None,
        },
    )


def edit_poster(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """Choose the picture that stands for the lecture before it plays."""
    lecture = _editable(request, lecture_id)
    form = PosterForm(request.POST or None, lecture=lecture)
    if request.method == "POST" and form.is_valid():
        choose_poster(lecture=lecture, at_s=form.cleaned_data["at_s"])
        log(lecture, "wagtail.edit", user=request.user)
        messages.success(request, _("The poster is chosen."))
        return redirect(f"{ADMIN}:edit", lecture.pk)
    posters = [
        {**poster, "url": lecture.still_url(poster["name"]), "value": str(poster["at_s"])}
        for poster in lecture.stills.get("posters", [])
    ]
    return render(
        request,
        "media/outline/poster.html",
        {
            "lecture": lecture,
            "form": form,
            "posters": posters,
            "chosen": form["at_s"].value() or "",
        },
    )


@require_POST
def draft_by_machine(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """Have draft captions written by the engine that is installed here."""
    lecture = _editable(request, lecture_id)
    try:
        draft_captions(lecture=lecture)
    except NoEngine:
        messages.error(request, _("No speech recognition for this language is installed here."))
    except NotDraftable:
        messages.info(request, _("There is nothing to write: no sound, or captions already."))
    else:
        messages.success(request, _("Draft captions are being written. This takes a while."))
    return redirect(f"{ADMIN}:edit", lecture.pk)


@require_POST
def find_slides_again(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """Have slides, storyboard and posters made anew."""
    lecture = _editable(request, lecture_id)
    try:
        make_stills_again(lecture=lecture)
    except NotExamined:
        messages.info(request, _("The lecture is not examined yet; its slides come by themselves."))
    else:
        messages.success(request, _("The slides are being looked for."))
    return redirect(f"{ADMIN}:edit", lecture.pk)


def outline_context(lecture: Lecture) -> dict[str, Any]:
    """What the lecture's page in the admin tells of captions, chapters and slides."""
    captions = list(lecture.captions.order_by("language"))
    return {
        "captions": captions,
        "has_transcript": any(not caption.drafted_by for caption in captions),
        "speech": speech_context(lecture),
        "chapters": lecture.chapters.order_by("start_s"),
        "slide_count": len(lecture.stills.get("slides", [])),
        "has_posters": bool(lecture.stills.get("posters")),
        "has_stills": bool(lecture.stills_directory),
        "can_read": find_reader() is not None,
    }


# --- For readers


def _watchable(request: HttpRequest, lecture_id: int) -> Lecture:
    lecture = fetch(request.user, "media.open_lecture", Lecture.objects, pk=lecture_id)
    lecture.viewer = request.user
    return lecture


def _vtt_answer(
    request: HttpRequest, lecture: Lecture, text: str, *, content_type: str
) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    response["ETag"] = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    response["Cache-Control"] = f"{'public' if lecture.is_public else 'private'}, max-age=60"
    response["X-Content-Type-Options"] = "nosniff"
    if response["ETag"] in request.headers.get("If-None-Match", ""):
        response.status_code = 304
        response.content = b""
    return response


@require_safe
def chapters(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """A lecture's chapters as a WebVTT track; without a cue where there are none."""
    lecture = _watchable(request, lecture_id)
    text = chapters_webvtt(chapters_of(lecture), duration_s=lecture.duration_s or 0.0)
    return _vtt_answer(request, lecture, text, content_type="text/vtt")


@require_safe
def download_srt(request: HttpRequest, lecture_id: int, language: str) -> HttpResponse:
    """A lecture's captions as SubRip, for programs that read nothing else."""
    lecture = _watchable(request, lecture_id)
    caption = get_object_or_404(lecture.captions.published(), language=language)
    response = _vtt_answer(
        request, lecture, to_srt(_cues(caption)), content_type="application/x-subrip"
    )
    response["Content-Disposition"] = f'attachment; filename="lecture-{lecture.pk}.{language}.srt"'
    return response


@require_safe
def read_transcript(request: HttpRequest, lecture_id: int, language: str = "") -> HttpResponse:
    """All that is said in a lecture, to read, print and find, with its slides; works by itself.

    In the language of the captions, the page around it, too: what a search engine shows is what
    the reader gets.
    """
    lecture = _watchable(request, lecture_id)
    captions = {caption.language: caption for caption in lecture.captions.published()}
    caption = _chosen(captions, lecture, language)
    slides = slides_of(lecture)
    if caption is None and (language or not any(slide["text"] for slide in slides)):
        raise Http404
    cues = _cues(caption) if caption else []
    shown = caption.language if caption else lecture.language
    with override(shown):
        response = render(
            request,
            "media/outline/transcript.html",
            _transcript_context(
                request, lecture, cues=cues, slides=slides, languages=sorted(captions), shown=shown
            ),
        )
    response["Content-Language"] = shown
    if not language:
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
def download_slides(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """A lecture's slides as one document; its address stays when the slides are made anew."""
    lecture = _watchable(request, lecture_id)
    address = lecture.still_url(lecture.stills.get("document", ""))
    if not address:
        raise Http404
    response = redirect(address)
    # Where it leads is signed for one person, or changes.
    response["Cache-Control"] = "no-store"
    return response


def _chosen(captions: dict[str, Caption], lecture: Lecture, language: str) -> Caption | None:
    if language:
        return captions.get(language)
    wanted = ((get_language() or "").split("-")[0], lecture.language, *sorted(captions))
    return next((captions[code] for code in wanted if code in captions), None)


def _transcript_context(
    request: HttpRequest,
    lecture: Lecture,
    *,
    cues: list[Cue],
    slides: list[dict[str, Any]],
    languages: list[str],
    shown: str,
) -> dict[str, Any]:
    marks = chapters_of(lecture)
    player = player_context(lecture, request.user)
    at_s = _seconds_asked(request, lecture)
    if player and at_s is not None:
        player["resume_at_s"] = at_s
    links = [
        {
            "code": code,
            "name": get_language_info(code)["name_local"].capitalize(),
            "url": reverse("lectures:transcript_in", args=[lecture.pk, code]),
            "active": code == shown,
        }
        for code in languages
    ]
    said = " ".join(" ".join(plain(cue.text).split()) for cue in cues[:12])
    address = reverse("lectures:transcript_in", args=[lecture.pk, shown]) if cues else request.path
    return {
        "lecture": lecture,
        "is_private": not lecture.is_public,
        "player": player,
        "paragraphs": transcript(cues, slides=slides, marks=marks),
        "slides": slides,
        "marks": marks,
        "shown": shown,
        "links": links if len(links) > 1 else [],
        "language_links": links,
        "alternate_links": [
            {"code": link["code"], "url": request.build_absolute_uri(link["url"])} for link in links
        ],
        "canonical": request.build_absolute_uri(address),
        "poster": request.build_absolute_uri(lecture.poster_url) if lecture.poster_url else "",
        "description": lecture.description[:_DESCRIPTION_CHARACTERS]
        or said[:_DESCRIPTION_CHARACTERS],
        "files": [
            {
                "name": "WebVTT",
                "url": reverse("lectures:captions", args=[lecture.pk, shown]),
            },
            {
                "name": "SubRip",
                "url": reverse("lectures:captions_srt", args=[lecture.pk, shown]),
            },
        ]
        if cues
        else [],
    }


def _seconds_asked(request: HttpRequest, lecture: Lecture) -> float | None:
    """The second of `?t=`, if it is one of the lecture's."""
    asked = parse_moment(request.GET.get("t", ""))
    return asked if asked is not None and asked < (lecture.duration_s or 0) else None


def slides_of(lecture: Lecture) -> list[dict[str, Any]]:
    """The lecture's slides with the addresses of their pictures, by type: `srcset`s and one src."""
    return [
        {
            **slide,
            "number": number,
            "src": lecture.still_url(slide["images"][-1]["name"]),
            "small": lecture.still_url(slide["images"][0]["name"]),
            "avif": _srcset(lecture, slide["images"], "image/avif"),
            "webp": _srcset(lecture, slide["images"], "image/webp"),
        }
        for number, slide in enumerate(lecture.stills.get("slides", []), start=1)
    ]


def _srcset(lecture: Lecture, images: list[dict[str, Any]], media_type: str) -> str:
    return ", ".join(
        f"{lecture.still_url(image['name'])} {image['width']}w"
        for image in images
        if image["type"] == media_type
    )


def _cues(caption: Caption) -> list[Cue]:
    return parse(caption.webvtt)
