"""Which letters one gets: chosen in the profile, or stopped by the link in a letter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from people.access import require
from people.models import User

from .domain.choices import NotOptional, choose_kinds, refuse_kind, stoppable_by, welcome_kind
from .forms import ChoicesForm
from .models import Refusal
from .queries import refused_kinds
from .registry import UnknownKind, kind_of
from .unsubscribing import read_code


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """The kinds of letters that can be stopped, to be ticked."""
    require(request.user, "outbox.choose_letters")
    user = User.objects.get(pk=request.user.pk)
    posted = request.POST if request.method == "POST" else None
    form = ChoicesForm(posted, kinds=stoppable_by(user), refused=refused_kinds(user))
    if request.method == "POST" and form.is_valid():
        choose_kinds(user=user, wanted=form.cleaned_data["kinds"])
        messages.success(request, _("Your choice is saved."))
        return redirect("outbox:choices")
    return render(request, "outbox/choices.html", {"form": form})


# The signature in the address is the authority: mail programmes post here without a session
# (RFC 8058), so there is no token of a form either.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Stop letters of one kind by the link in one of them, without signing in.

    Opening the page changes nothing: scanners of mail follow links.
    """
    told = read_code(code)
    if told is None:
        raise Http404
    user = get_object_or_404(User, pk=told[0])
    try:
        kind = kind_of(told[1])
        if request.method == "POST" and "again" in request.POST:
            welcome_kind(user=user, kind=kind.name)
        elif request.method == "POST":
            refuse_kind(user=user, kind=kind.name)
    except (UnknownKind, NotOptional):
        raise Http404 from None
    is_stopped = Refusal.objects.filter(user=user, kind=kind.name).exists()
    context = {"kind": kind, "is_stopped": is_stopped, "is_changed": request.method == "POST"}
    return render(request, "outbox/stop.html", context)
