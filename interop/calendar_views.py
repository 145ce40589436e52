"""One's calendar: the feed for calendar programmes, and the page that gives its address."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_safe

from people.access import require

from .calendar_file import write_calendar
from .domain.calendars import entries_of, renew_address, withdraw_address
from .models import CalendarAddress


@cache_control(private=True, max_age=900)
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever has this address; programmes cannot sign in, the token does."""
    address = CalendarAddress.objects.select_related("user").filter(token=token).first()
    if address is None or not address.user.is_active:
        raise Http404
    user = address.user
    with translation.override(user.language):
        content = write_calendar(
            entries=entries_of(user=user),
            name=_("My courses"),
            host=request.get_host(),
            now=timezone.now(),
        )
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="courses.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request: HttpRequest) -> HttpResponse:
    """The secret address: made when it is asked for, renewed, taken back."""
    require(request.user, "interop.own_calendar")
    if request.method == "POST":
        if request.POST.get("do") == "withdraw":
            withdraw_address(user=request.user)
            messages.success(request, _("The address opens nothing any more."))
        else:
            renew_address(user=request.user)
            messages.success(request, _("Here is your address. Earlier ones open nothing."))
        return redirect("connections:calendar")
    address = CalendarAddress.objects.filter(user=request.user).first()
    path = reverse("calendars:feed", args=[address.token]) if address else ""
    context = {
        "address": request.build_absolute_uri(path) if path else "",
        "path": path,
        "entries": entries_of(user=request.user)[:20],
    }
    return render(request, "interop/calendar.html", context)
