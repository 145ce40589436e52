"""Slides that come as a document, in the admin: choose them, say when each is shown."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from people.access import fetch

from .deck_forms import DeckForm, StartFormSet
from .domain.decks import attach_deck, deck_of, remove_deck, showing, time_slides
from .domain.lectures import transcode_again
from .models import Lecture, SlideDeck
from .playing import player_context

_LECTURE = "lectures_admin:edit"


def _editable(request: HttpRequest, lecture_id: int) -> Lecture:
    recorded = Lecture.objects.filter(link="")
    lecture = fetch(request.user, "media.change_lecture", recorded, pk=lecture_id)
    lecture.viewer = request.user
    return lecture


def edit_slides(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """Choose a document, or another one; time its pages beside the voice."""
    lecture = _editable(request, lecture_id)
    deck = deck_of(lecture)
    is_document = request.method == "POST" and "choose" in request.POST
    is_timing = request.method == "POST" and not is_document and deck is not None
    form = DeckForm(request.POST, request.FILES) if is_document else DeckForm()
    formset = _formset(request, lecture, deck, bound=is_timing)
    if is_document and form.is_valid():
        with transaction.atomic():
            attach_deck(lecture=lecture, document=form.cleaned_data["document"])
            transcode_again(lecture=lecture)
        return _done(request, lecture, _("The slides are being put to the voice."))
    if is_timing and deck and formset and formset.is_valid():
        with transaction.atomic():
            time_slides(deck=deck, starts_s=formset.starts_s)
            transcode_again(lecture=lecture)
        message = _("The times are saved. Until the lecture is made anew, it plays as it was.")
        return _done(request, lecture, message)
    return render(
        request,
        "media/admin/slides.html",
        {
            "lecture": lecture,
            "deck": deck,
            "form": form,
            "formset": formset,
            "rows": _rows(lecture, deck, formset),
            "player": player_context(lecture, request.user),
        },
    )


def _formset(request: HttpRequest, lecture: Lecture, deck: SlideDeck | None, *, bound: bool) -> Any:
    if deck is None or not deck.pages:
        return None
    return StartFormSet(
        request.POST if bound else None,
        initial=[{"start_s": start_s} for start_s in deck.starts_s],
        duration_s=lecture.duration_s,
    )


def _rows(lecture: Lecture, deck: SlideDeck | None, formset: Any) -> list[dict[str, Any]]:
    """The pages with their pictures, as far as they are shown, and their forms."""
    if deck is None or formset is None:
        return []
    pictures = {}
    shown = showing(deck, lecture.duration_s or 0.0)
    slides = lecture.stills.get("slides", [])
    if len(shown) == len(slides):
        for (place, _start_s, _end_s), slide in zip(shown, slides, strict=True):
            pictures[place] = lecture.still_url(slide["images"][-1]["name"])
    return [
        {
            "number": place + 1,
            "heading": deck.pages[place] if place < len(deck.pages) else "",
            "picture": pictures.get(place, ""),
            "form": form,
        }
        for place, form in enumerate(formset)
    ]


@require_POST
def remove_slides(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """Take the document off the lecture."""
    lecture = _editable(request, lecture_id)
    deck = deck_of(lecture)
    if deck is None:
        return redirect(_LECTURE, lecture.pk)
    with transaction.atomic():
        remove_deck(deck=deck)
        transcode_again(lecture=lecture)
    return _done(request, lecture, _("The slides are removed."))


def _done(request: HttpRequest, lecture: Lecture, message: str) -> HttpResponse:
    log(lecture, "wagtail.edit", user=request.user)
    messages.success(request, message)
    return redirect(_LECTURE, lecture.pk)
