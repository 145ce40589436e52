"""Studies of a case in the admin: import, progress and report, looking at what is held back."""

import io
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs.models import OPEN_STATES
from people.access import fetch, require

from .deidentification.refusals import SENTENCES, Refusal, Refused
from .deidentification.screening import HOLD_SENTENCES, Hold
from .domain.imports import open_import
from .domain.quarantine import (
    FramesUnseen,
    delete_study,
    note_seen,
    open_held,
    reject,
    sign_off,
)
from .forms import ImportForm, SignOffForm
from .imports.geometry import facts_of
from .imports.pictures import picture
from .models import CasePage, ImportJob, Instance, InstanceState, Study

_REFRESH_S = 3
RIGHT = "cases.import_dicom"


def case_of(case_key: Any) -> CasePage | None:
    """A page of the case, in whichever language it was written first."""
    return CasePage.objects.filter(translation_key=case_key).order_by("pk").first()


def studies(request: HttpRequest, page_id: int) -> HttpResponse:
    """A case's studies and imports, and the form for another."""
    case = fetch(request.user, RIGHT, CasePage.objects, pk=page_id)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        job = open_import(
            files=form.cleaned_data["files"],
            case_key=case.translation_key,
            uploaded_by=request.user,
        )
        return redirect("cases_dicom:import", job.pk)
    return render(
        request,
        "cases/admin/studies.html",
        {
            "case": case,
            "form": form,
            "studies": Study.objects.filter(case_key=case.translation_key).prefetch_related(
                "series"
            ),
            "held": Instance.objects.filter(
                study__case_key=case.translation_key, state=InstanceState.HELD
            ),
            "jobs": ImportJob.objects.filter(case_key=case.translation_key)[:20],
        },
        status=422 if form.errors else 200,
    )


@never_cache
@require_safe
def import_report(request: HttpRequest, job_id: int) -> HttpResponse:
    """How an import gets on; when it has ended, every attribute kept, changed, removed."""
    job = get_object_or_404(ImportJob, pk=job_id)
    case = case_of(job.case_key)
    require(request.user, RIGHT, case)
    result = job.result or {}
    is_open = job.state in OPEN_STATES
    response = render(
        request,
        "cases/admin/import.html",
        {
            "case": case,
            "job": job,
            "is_open": is_open,
            "percent": round(job.progress * 100),
            "result": result,
            "skipped": [
                (entry["file"], _(SENTENCES[Refusal(entry["reason"])]))
                for entry in result.get("skipped", [])
            ],
            "quarantined": [
                (entry["file"], _(HOLD_SENTENCES[Hold(entry["reason"])]))
                for entry in result.get("quarantined", [])
            ],
        },
    )
    if is_open:
        response["Refresh"] = str(_REFRESH_S)
    return response


@never_cache
def held_instance(request: HttpRequest, instance_id: int) -> HttpResponse:
    """Every frame of a held instance; rectangles to overwrite; sign or reject."""
    instance, case = _held(request, instance_id)
    form = SignOffForm(request.POST or None)
    if request.method == "POST" and "reject" in request.POST:
        reject(instance=instance, user=request.user)
        messages.success(request, _("The picture is deleted."))
        return _back(case)
    if request.method == "POST" and form.is_valid():
        try:
            sign_off(
                instance=instance, rectangles=form.cleaned_data["rectangles"], user=request.user
            )
        except FramesUnseen as unseen:
            form.add_error(
                None,
                ngettext(
                    "One frame has not been shown to you yet. Please look at it.",
                    "%(count)d frames have not been shown to you yet. Please look at them.",
                    unseen.missing,
                )
                % {"count": unseen.missing},
            )
        except Refused as refused:
            form.add_error(None, _(refused.sentence))
        else:
            messages.success(request, _("Signed. The picture is now part of the case."))
            return _back(case)
    return render(
        request,
        "cases/admin/held.html",
        {"instance": instance, "case": case, "form": form, "frames": range(instance.frame_count)},
        status=422 if form.errors else 200,
    )


@never_cache
@require_safe
def held_frame(request: HttpRequest, instance_id: int, frame: int) -> HttpResponse:
    """One frame of a held instance as a picture of its own size; notes that it was seen."""
    instance, _case = _held(request, instance_id)
    if frame >= instance.frame_count:
        raise Http404
    dataset = open_held(instance=instance)
    buffer = io.BytesIO()
    try:
        shown = picture(dataset, facts_of(dataset).frames[frame], longest=None)
    except Refused as error:
        raise Http404 from error
    shown.save(buffer, "PNG")
    note_seen(instance=instance, frame=frame)
    return HttpResponse(buffer.getvalue(), content_type="image/png")


def _held(request: HttpRequest, instance_id: int) -> tuple[Instance, CasePage | None]:
    instance = get_object_or_404(
        Instance.objects.select_related("study"), pk=instance_id, state=InstanceState.HELD
    )
    case = case_of(instance.study.case_key)
    require(request.user, RIGHT, case)
    return instance, case


def _back(case: CasePage | None) -> HttpResponseRedirect:
    return redirect("cases_dicom:studies", case.pk) if case else redirect("wagtailadmin_home")


@require_POST
def remove_study(request: HttpRequest, study_id: int) -> HttpResponse:
    """Delete a study with all its files."""
    study = get_object_or_404(Study, pk=study_id)
    case = case_of(study.case_key)
    require(request.user, RIGHT, case)
    delete_study(study=study)
    messages.success(request, _("The study is deleted."))
    return _back(case)
