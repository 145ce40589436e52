"""Views that belong to no page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from pages.next_url import safe_next_url

from .context_processors import THEMES

YEAR_S = 365 * 24 * 3600


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form is out of date, and how to go on without losing what was typed."""
    return render(request, "403_csrf.html", status=403)


def _page_before(request: HttpRequest) -> str:
    """The page of ours that the form was on."""
    url = request.headers.get("Referer", "")
    return url if url_has_allowed_host_and_scheme(url, {request.get_host()}) else "/"


# No right hangs on it, and without a token in its form a public page sets no cookie.
@csrf_exempt
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or automatic; without script a plain form posts here."""
    response = HttpResponseRedirect(safe_next_url(request) or _page_before(request))
    theme = request.POST.get("theme", "auto")
    if theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=YEAR_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines read what is public and find the sitemap."""
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('wagtailadmin_home')}",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain")
