"""A published case by its number: where it is, and how it is cited."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from .models import CaseRecord
from .record_queries import RecordReading, page_of, read_record


@require_safe
def case(request: HttpRequest, number: int) -> HttpResponse:
    """Lead to the case wherever it stands now, in the reader's language where it exists."""
    record = get_object_or_404(CaseRecord, pk=number)
    page = page_of(record=record)
    if page is None or not page.get_url(request):
        return render(request, "cases/record_gone.html", {"record": record}, status=HTTPStatus.GONE)
    return redirect(page.get_url(request))


def _reading(request: HttpRequest, number: int) -> RecordReading | None:
    """None where nothing is left of the case but its number."""
    record = get_object_or_404(CaseRecord, pk=number)
    page = page_of(record=record)
    return read_record(case=page, request=request) if page else None


def _gone() -> HttpResponse:
    return HttpResponse(status=HTTPStatus.GONE, content_type="text/plain; charset=utf-8")


def _file(reading: RecordReading, text: str, kind: str, suffix: str) -> HttpResponse:
    name = f"case-{reading.record.pk}.{suffix}"
    return HttpResponse(
        text,
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
def bibtex(request: HttpRequest, number: int) -> HttpResponse:
    """The citation for BibTeX."""
    reading = _reading(request, number)
    if reading is None:
        return _gone()
    return _file(reading, reading.citation.bibtex, "application/x-bibtex", "bib")


@require_safe
def ris(request: HttpRequest, number: int) -> HttpResponse:
    """The citation for reference managers that read RIS."""
    reading = _reading(request, number)
    if reading is None:
        return _gone()
    return _file(reading, reading.citation.ris, "application/x-research-info-systems", "ris")
