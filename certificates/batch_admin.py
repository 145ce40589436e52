"""Certificates issued together, in the admin: the form, and how far the worker is."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jobs.models import OPEN_STATES
from people.access import require

from .domain.batches import NobodyKnown, StillRunning, try_again, write_batch
from .forms import BatchForm
from .models import Batch

NAMESPACE = "certificates_admin"
PERMISSION = "certificates.issue_certificates"
SHOWN = 50


def _crumbs(*last: tuple[str, str]) -> list[dict]:
    return [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse(f"{NAMESPACE}:index"), "label": _("Certificates")},
        *({"url": url, "label": label} for url, label in last),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def issue_together(request: HttpRequest) -> HttpResponse:
    """Write down what is certified of whom; below it the lists of before."""
    require(request.user, PERMISSION)
    form = BatchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            batch = write_batch(
                by=request.user,
                titles=said["titles"],
                credit_type=said["credit_type"],
                credits=said["credits"],
                completed_on=said["completed_on"],
                expires_on=said["expires_on"],
                emails=said["emails"],
            )
        except NobodyKnown:
            form.add_error("emails", _("Nobody here has any of these addresses."))
        else:
            return redirect(f"{NAMESPACE}:batch", batch.pk)
    context = {
        "form": form,
        "batches": Batch.objects.annotate(
            people=Count("members"),
            issued=Count("members", filter=Q(members__certificate__isnull=False)),
        )[:SHOWN],
        "header_icon": "check",
        "header_title": _("Issue certificates"),
        "breadcrumbs_items": _crumbs(("", _("Issue certificates"))),
    }
    return render(request, "certificates/admin/issue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def show_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far the certificates of a list are issued, and who could not get one."""
    require(request.user, PERMISSION)
    batch = get_object_or_404(Batch.objects.select_related("made_by"), pk=batch_id)
    if request.method == "POST":
        try:
            try_again(batch=batch)
        except StillRunning:
            messages.info(request, _("The certificates are still being issued."))
        return redirect(f"{NAMESPACE}:batch", batch.pk)
    members = list(batch.members.select_related("user", "certificate").order_by("pk"))
    issued = sum(member.certificate_id is not None for member in members)
    context = {
        "batch": batch,
        "members": members,
        "issued": issued,
        "refused": sum(bool(member.refusal) for member in members),
        "is_running": batch.state in OPEN_STATES,
        "header_icon": "check",
        "header_title": batch.title,
        "breadcrumbs_items": _crumbs(
            (reverse(f"{NAMESPACE}:issue"), _("Issue certificates")), ("", batch.title)
        ),
    }
    return render(request, "certificates/admin/batch.html", context)
