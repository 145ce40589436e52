"""Recordings kept elsewhere: added in the admin, played on a page of their own when asked for."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.log_actions import log

from people.access import fetch, may, require

from .domain.links import save_link
from .elsewhere import read_link
from .forms import LinkForm
from .models import Lecture


def link_context(lecture: Lecture, user: Any) -> dict[str, Any] | None:
    """What `components/lecture_link.html` shows as `link`; None for recordings kept here."""
    if not lecture.is_link or not may(user, "media.watch_lecture", lecture):
        return None
    elsewhere = read_link(lecture.link)
    return {
        "title": lecture.title,
        "speaker": lecture.speaker,
        "host": elsewhere.host,
        "url": elsewhere.url,
        "play_url": (
            reverse("lectures:elsewhere", args=[lecture.pk]) if elsewhere.player_url else ""
        ),
    }


@never_cache
@require_safe
def play(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """The player of another site, for a reader who has asked for it; no other page holds it."""
    lecture = fetch(request.user, "media.open_lecture", Lecture.objects, pk=lecture_id)
    elsewhere = read_link(lecture.link) if lecture.is_link else None
    if elsewhere is None or not elsewhere.player_url:
        raise Http404
    response = render(
        request,
        "media/elsewhere.html",
        {"lecture": lecture, "elsewhere": elsewhere, "back_url": _back(request)},
    )
    policy = getattr(response, "_csp_update", {})
    response._csp_update = {  # type: ignore[attr-defined]
        **policy, "frame-src": [elsewhere.player_origin],
    }  # fmt: skip
    return response


def _back(request: HttpRequest) -> str:
    """The page that the reader came from, if it is one of ours."""
    came_from = request.headers.get("Referer", "")
    ours = request.build_absolute_uri("/")
    return f"/{came_from.removeprefix(ours)}" if came_from.startswith(ours) else ""


def add_link(request: HttpRequest) -> HttpResponse:
    """Record a link in the admin."""
    require(request.user, "media.add_lecture")
    form = LinkForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        lecture = form.save(commit=False)
        lecture.uploaded_by = request.user
        save_link(lecture=lecture, link=form.cleaned_data["link"])
        log(lecture, "wagtail.create", user=request.user)
        return redirect("lectures_admin:edit", lecture.pk)
    heading = _("Add a recording kept elsewhere")
    return render(request, "media/admin/link.html", {"form": form, "heading": heading})
