"""Uploads in the Wagtail admin: replacing a lecture's recording, removing what is unfinished."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from media.models import Lecture, Upload
from people.access import fetch

from .domain import UploadGone, remove_upload
from .forms import ReplaceForm
from .queries import uploader_context
from .using import UploadUnfinished, replace_recording


def replace(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """Give a lecture a new recording; its address and all that leads to it stay."""
    recorded = Lecture.objects.filter(link="")
    lecture = fetch(request.user, "media.change_lecture", recorded, pk=lecture_id)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ReplaceForm(*sent, user=request.user)
    if sent and form.is_valid() and _replaced(request, form, lecture):
        messages.success(
            request,
            _("The new recording is being transcoded. Until then the present one plays on."),
        )
        return redirect("lectures_admin:edit", lecture.pk)
    return render(
        request,
        "media/admin/replace.html",
        {
            "lecture": lecture,
            "form": form,
            "uploader": uploader_context(request.user, single=True),  # type: ignore[arg-type]
        },
    )


def _replaced(request: HttpRequest, form: ReplaceForm, lecture: Lecture) -> bool:
    try:
        replace_recording(upload=form.received()[0], lecture=lecture)
    except (UploadGone, UploadUnfinished):
        form.add_error(None, _("The upload is no longer kept. Please start it again."))
        return False
    log(lecture, "wagtail.edit", user=request.user)
    return True


@require_POST
def remove(request: HttpRequest, upload_id: UUID) -> HttpResponseRedirect:
    """Forget an unfinished upload."""
    upload = fetch(
        request.user, "media.continue_upload", Upload.objects.filter(used_at=None), pk=upload_id
    )
    remove_upload(upload=upload)
    messages.success(request, _("%(name)s is removed.") % {"name": upload})
    return redirect("lectures_admin:add")
