"""The author's page about a face: ask for a preview, compare, move the plane, confirm."""

from typing import Any

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobs.models import OPEN_STATES, WorkState
from people.access import require

from .admin_views import REFRESH_S, RIGHT, case_of
from .domain.defacing import (
    FURTHEST_MM,
    NotReady,
    ask_for_preview,
    confirm,
    dismiss,
    view_path,
)
from .faces import trouble_of
from .forms import DefacingForm
from .models import CasePage, Defacing, Series

# An intact nose stands out farther; less means that a face was overwritten before.
_NOSE_MM = 5


@never_cache
def deface(request: HttpRequest, series_id: int) -> HttpResponse:
    """One stack's face: what is known of it, and what may be done next."""
    series, case = _series(request, series_id)
    if series.is_defaced:
        # Whoever waited here for the end, or comes back later, is shown where it led.
        messages.success(request, _("The face is overwritten."))
        return _back(case)
    row = Defacing.objects.filter(stack=series.directory).first()
    sent = (request.POST,) if request.method == "POST" else ()
    form = DefacingForm(*sent, initial={"advance_mm": _advance(row)})
    if request.method == "POST":
        answer = _act(request, form, series, row, case)
        if answer:
            return answer
    is_open = row is not None and row.state in OPEN_STATES
    response = render(
        request,
        "cases/admin/deface.html",
        {
            "series": series,
            "case": case,
            "row": row,
            "form": form,
            "is_open": is_open,
            "percent": round(row.progress * 100) if row else 0,
            "is_shown": row is not None and row.state == WorkState.DONE and bool(row.preview),
            "had_no_nose": row is not None and row.facts.get("nose_mm", _NOSE_MM) < _NOSE_MM,
            "trouble": trouble_of(row),
            "views": [
                (_("From the front"), "front"),
                (_("From the side"), "side"),
                (_("Slice through the middle"), "middle"),
            ],
            "furthest": FURTHEST_MM,
        },
        status=422 if form.errors else 200,
    )
    if is_open:
        response["Refresh"] = str(REFRESH_S)
    return response


def _act(
    request: HttpRequest,
    form: DefacingForm,
    series: Series,
    row: Defacing | None,
    case: CasePage | None,
) -> HttpResponse | None:
    user: Any = request.user
    try:
        if row and "confirm" in request.POST:
            confirm(defacing=row, user=user)
            messages.success(
                request, _("The face is being overwritten. The stack is replaced when it is done.")
            )
            return _back(case)
        if row and "dismiss" in request.POST:
            dismiss(defacing=row)
            return _back(case)
        if not form.is_valid():
            return None
        ask_for_preview(series=series, user=user, advance_mm=form.cleaned_data["advance_mm"] or 0)
    except NotReady:
        messages.error(request, _("This is being worked on already. Please wait."))
    return redirect("cases_dicom:deface", series.pk)


def _back(case: CasePage | None) -> HttpResponseRedirect:
    return redirect("cases_dicom:studies", case.pk) if case else redirect("wagtailadmin_home")


def _advance(row: Defacing | None) -> int:
    return int(row.facts.get("advance_mm", 0)) if row else 0


@never_cache
@require_safe
def face_view(request: HttpRequest, series_id: int, name: str) -> HttpResponseBase:
    """One of the pictures before and after, for the author alone."""
    series, _case = _series(request, series_id)
    row = get_object_or_404(Defacing, stack=series.directory)
    path = view_path(defacing=row, name=name)
    if path is None or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/webp")


def _series(request: HttpRequest, series_id: int) -> tuple[Series, CasePage | None]:
    series = get_object_or_404(Series.objects.select_related("study"), pk=series_id)
    case = case_of(series.study.case_key)
    require(request.user, RIGHT, case)
    return series, case
