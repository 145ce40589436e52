"""Saved cases, collections, and the teaching round."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.models import Locale

from people.access import fetch, may, require

from .collection_queries import (
    ListedEntry,
    collections_of,
    entries_of,
    saved_cases,
    show,
    withdrawn_entries,
)
from .covers import show_covers
from .domain.collections import (
    CollectionIsFull,
    add_to_collection,
    begin_collection,
    close_all,
    move_in_collection,
    remove_from_collection,
    reveal,
)
from .models import CaseCollection, CasePage
from .record_queries import without_withdrawn


class CollectionForm(forms.ModelForm):
    """A collection's title."""

    class Meta:
        model = CaseCollection
        fields = ("title",)
        help_texts = {"title": gettext_lazy("Guests of the round see it.")}


def _case_to_add(request: HttpRequest) -> CasePage | None:
    wanted = request.POST.get("case") or request.GET.get("case") or ""
    if not wanted.isdecimal():
        return None
    return without_withdrawn(CasePage.objects.live().public()).filter(pk=int(wanted)).first()


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: HttpRequest) -> HttpResponse:
    """My saved cases and my collections; a new one is begun here."""
    require(request.user, "cases.keep_cases")
    case = _case_to_add(request)
    form = CollectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        collection = begin_collection(owner=request.user, title=form.cleaned_data["title"])
        if case:
            add_to_collection(collection=collection, case=case)
        return redirect("cases:collection", collection.pk)
    saved = list(saved_cases(user=request.user, locale_id=Locale.get_active().pk))
    show_covers(saved)
    context = {
        "saved": saved,
        "collections": collections_of(user=request.user, case=case),
        "form": form,
        "case_to_add": case,
    }
    return render(
        request, "cases/collections.html", context, status=422 if request.method == "POST" else 200
    )


@never_cache
@login_required
@require_safe
def collection(request: HttpRequest, collection_id: int) -> HttpResponse:
    """One's own collection: its cases, their order, its link."""
    found = fetch(
        request.user, "cases.change_collection", CaseCollection.objects.all(), pk=collection_id
    )
    link = request.build_absolute_uri(reverse("cases:round", args=[found.token]))
    locale_id = Locale.get_active().pk
    context = {
        "collection": found,
        "entries": entries_of(collection=found, locale_id=locale_id),
        "withdrawn": withdrawn_entries(collection=found, locale_id=locale_id),
        "link": link,
    }
    return render(request, "cases/collection.html", context)


@require_POST
@login_required
def change_collection(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Add, move or remove a case; hide all again; delete the collection."""
    found = fetch(
        request.user, "cases.change_collection", CaseCollection.objects.all(), pk=collection_id
    )
    if "delete" in request.POST:
        found.delete()
        return redirect("cases:collections")
    if "close" in request.POST:
        close_all(collection=found)
        messages.success(request, _("All cases are closed again."))
        return redirect("cases:collection", found.pk)
    if "add" in request.POST:
        _add(request, found)
    elif (number := request.POST.get("entry", "")).isdecimal():
        entry = get_object_or_404(found.entries, pk=number)
        if "remove" in request.POST:
            remove_from_collection(collection=found, case_key=entry.case_key)
        else:
            listed = entries_of(collection=found, locale_id=Locale.get_active().pk)
            seen = {one.entry.pk for one in listed}
            move_in_collection(entry=entry, by=-1 if "up" in request.POST else 1, among=seen)
    return redirect("cases:collection", found.pk)


def _add(request: HttpRequest, found: CaseCollection) -> None:
    case = _case_to_add(request)
    if case is None:
        return
    try:
        add_to_collection(collection=found, case=case)
    except CollectionIsFull:
        messages.error(request, _("No more cases fit into this collection."))


# --- The round: whoever has the link may follow, only the owner reveals


def _round(request: HttpRequest, token: str) -> tuple[CaseCollection, list[ListedEntry]]:
    found = get_object_or_404(CaseCollection, token=token)
    require(request.user, "cases.follow_round", found)
    return found, entries_of(collection=found, locale_id=Locale.get_active().pk)


def _entry(entries: list[ListedEntry], number: int) -> ListedEntry:
    if not 1 <= number <= len(entries):
        raise Http404
    return entries[number - 1]


@never_cache
@require_safe
def round_index(request: HttpRequest, token: str) -> HttpResponse:
    """The cases of a round, by titles that give nothing away."""
    found, entries = _round(request, token)
    return render(request, "cases/round.html", {"collection": found, "entries": entries})


@never_cache
@require_safe
def round_case(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """One case on the wall, as far as the teacher has revealed it."""
    found, entries = _round(request, token)
    listed = _entry(entries, number)
    context = {
        "collection": found,
        "number": number,
        "total": len(entries),
        "shown": show(listed=listed),
        "is_teacher": may(request.user, "cases.change_collection", found),
        "previous": number - 1 if number > 1 else None,
        "following": number + 1 if number < len(entries) else None,
    }
    return render(request, "cases/round_case.html", context)


@never_cache
@require_safe
def round_state(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """How many stages are revealed: what a guest's page asks for while it waits."""
    _found, entries = _round(request, token)
    return JsonResponse({"stage": _entry(entries, number).entry.shown_now})


@require_POST
@login_required
def reveal_case(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Show the next stage of a case to everybody in the round, or close it again."""
    found, entries = _round(request, token)
    require(request.user, "cases.change_collection", found)
    entry = _entry(entries, number).entry
    wanted = request.POST.get("stage", "")
    if wanted.isdecimal() and len(wanted) < 3:
        # The stage is named, so that a second click does not open the next one.
        reveal(entry=entry, stages=int(wanted))
    return redirect(reverse("cases:round_case", args=[token, number]) + "#shown")
