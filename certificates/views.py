"""Verifying a certificate, and handing it to its holder."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from people.access import fetch

from .domain.certificates import badge as badge_of
from .domain.certificates import document
from .domain.status_lists import FRESH_FOR, NoSuchList
from .domain.status_lists import status_list as made_list
from .domain.verification import TooLarge, Unknown, Verified, by_file, by_number
from .forms import VerifyForm
from .models import Certificate

NOT_FOUND = 404


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Check a number that was typed or a file that was chosen."""
    if request.method != "POST":
        return _show(request, VerifyForm())
    form = VerifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        return _show(request, form, verified=_verified(form))
    except (Unknown, TooLarge):
        return _show(request, form, is_unknown=True, status=NOT_FOUND)


def _verified(form: VerifyForm) -> Verified:
    if file := form.cleaned_data["file"]:
        return by_file(content=file.read())
    return by_number(number=form.cleaned_data["number"])


@never_cache
@require_safe
def verify_number(request: HttpRequest, number: str) -> HttpResponse:
    """Where a certificate's code and link lead."""
    form = VerifyForm(initial={"number": number})
    try:
        return _show(request, form, verified=by_number(number=number))
    except Unknown:
        return _show(request, form, is_unknown=True, status=NOT_FOUND)


def _show(
    request: HttpRequest,
    form: VerifyForm,
    *,
    verified: Verified | None = None,
    is_unknown: bool = False,
    status: int = 200,
) -> HttpResponse:
    found = verified.certificate if verified else None
    context = {
        "form": form,
        "certificate": found,
        "standing": found.standing() if found else "",
        "is_whole_file": bool(verified and verified.is_whole_file),
        "is_unknown": is_unknown,
    }
    return render(request, "certificates/verify.html", context, status=status)


def _own(request: HttpRequest, number: str) -> Certificate:
    return fetch(
        request.user, "certificates.download_certificate", Certificate.objects.all(), number=number
    )


@never_cache
@require_safe
def download(request: HttpRequest, number: str) -> HttpResponse:
    """The PDF, for its holder."""
    certificate = _own(request, number)
    response = HttpResponse(document(certificate=certificate), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{certificate.number}.pdf"'
    return response


@never_cache
@require_safe
def badge(request: HttpRequest, number: str) -> HttpResponse:
    """The Open Badges 3.0 credential, for its holder to put into a wallet."""
    certificate = _own(request, number)
    response = HttpResponse(badge_of(certificate=certificate), content_type="application/vc+jwt")
    response.headers["Content-Disposition"] = f'attachment; filename="{certificate.number}.jwt"'
    return response


@require_safe
def status_list(_request: HttpRequest, number: int) -> HttpResponse:
    """Which badges of a list are revoked, for any validator, in a browser too."""
    try:
        listed = made_list(number=number)
    except NoSuchList:
        raise Http404 from None
    response = HttpResponse(listed, content_type="application/vc+jwt")
    response.headers["Cache-Control"] = f"public, max-age={int(FRESH_FOR.total_seconds())}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
