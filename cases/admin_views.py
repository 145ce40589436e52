"""Studies of a case in the admin: import, progress and report, looking at what is held back."""

import io
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs.models import OPEN_STATES
from media.models import Upload
from media.uploads.domain import UploadGone
from media.uploads.domain import remove_upload as forget
from media.uploads.using import UploadUnfinished
from people.access import fetch, require

from .deidentification.refusals import SENTENCES, Refusal, Refused
from .deidentification.report import OUTCOME_LABELS, REASON_LABELS, Reason
from .deidentification.screening import HOLD_SENTENCES, Hold
from .domain.imports import open_import, open_import_of_upload
from .domain.quarantine import (
    FramesUnseen,
    delete_study,
    note_seen,
    open_held,
    reject,
    sign_off,
)
from .faces import remark_on_faces
from .forms import ImportForm, SignOffForm
from .imports.geometry import facts_of
from .imports.pictures import picture
from .models import CasePage, ImportJob, Instance, InstanceState, Study
from .uploads import IMAGES, uploader_context

REFRESH_S = 3
RIGHT = "cases.import_dicom"
# Of more frames only the one turned to is shown.
FRAMES_SIDE_BY_SIDE = 12


def case_of(case_key: Any) -> CasePage | None:
    """A page of the case, in whichever language it was written first."""
    return CasePage.objects.filter(translation_key=case_key).order_by("pk").first()


def studies(request: HttpRequest, page_id: int) -> HttpResponse:
    """A case's studies and imports, and the form for another."""
    case = fetch(request.user, RIGHT, CasePage.objects, pk=page_id)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*sent, user=request.user)
    if sent and form.is_valid():
        job = _opened(request, form, case)
        if job:
            return redirect("cases_dicom:import", job.pk)
    studies = list(
        Study.objects.filter(case_key=case.translation_key).prefetch_related("series__light")
    )
    remark_on_faces(studies, case=case)
    return render(
        request,
        "cases/admin/studies.html",
        {
            "case": case,
            "form": form,
            "uploader": uploader_context(request.user),
            "studies": studies,
            "held": Instance.objects.filter(
                study__case_key=case.translation_key, state=InstanceState.HELD
            ),
            "jobs": ImportJob.objects.filter(case_key=case.translation_key)[:20],
        },
        status=422 if form.errors else 200,
    )


def _opened(request: HttpRequest, form: ImportForm, case: CasePage) -> ImportJob | None:
    """The first of the imports that the form asks for; None if its uploads are gone by now."""
    common: dict[str, Any] = {"case_key": case.translation_key, "uploaded_by": request.user}
    files = form.cleaned_data["files"]
    try:
        jobs = [open_import_of_upload(upload=upload, **common) for upload in form.uploads]
    except (UploadGone, UploadUnfinished):
        form.add_error(None, _("An upload is no longer kept. Please start it again."))
        return None
    if files:
        jobs.append(open_import(files=files, **common))
    return jobs[0]


@require_POST
def remove_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Forget images that have not been imported."""
    mine = Upload.objects.filter(used_at=None, purpose=IMAGES)
    upload = fetch(request.user, "media.continue_upload", mine, pk=upload_id)
    forget(upload=upload)
    messages.success(request, _("The images are removed."))
    came_from = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    return redirect(came_from if is_ours else "wagtailadmin_home")


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
            "outcomes": _outcomes(result),
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
        response["Refresh"] = str(REFRESH_S)
    return response


def _outcomes(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The report's lines by outcome: what went first, what stays last."""
    lines = result.get("report", [])
    return [
        {
            "name": outcome.value,
            "label": _(label),
            "total": result.get(outcome.value, 0),
            "lines": [
                line | {"reason": _(REASON_LABELS[Reason(line["reason"])])}
                for line in lines
                if line["outcome"] == outcome
            ],
        }
        for outcome, label in OUTCOME_LABELS.items()
    ]


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
        {
            "instance": instance,
            "case": case,
            "form": form,
            "frames": range(instance.frame_count),
            "one_by_one": instance.frame_count > FRAMES_SIDE_BY_SIDE,
        },
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
