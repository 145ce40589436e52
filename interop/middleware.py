"""The hub inside a frame of a learning platform's page.

Such a frame is a third party: the site's own session cookie (SameSite=Lax) is not sent there, and
should not be. A launch in a frame gets a session of its own, in a cookie of its own that is sent
to frames, partitioned by the site around it (CHIPS, draft-cutler-httpbis-partitioned-cookies)
where the browser knows that. Only in such a session may our pages be framed, by the sites that
are registered for the platform, and by nobody else.
"""

from collections.abc import Callable
from http.cookies import Morsel

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

COOKIE = "viewbox_embedded"
FRAME_ANCESTORS = "frame_ancestors"

# Python writes this attribute from 3.14 on.
Morsel._reserved.setdefault("partitioned", "Partitioned")  # type: ignore[attr-defined]
Morsel._flags.add("partitioned")  # type: ignore[attr-defined]


def loosen(morsel: Morsel) -> None:
    """Have a cookie sent to frames on other sites; browsers want it secure for that."""
    morsel["samesite"] = "None"
    morsel["secure"] = True
    morsel["partitioned"] = True


def is_embedded(request: HttpRequest) -> bool:
    """Whether the request belongs to a session in a frame."""
    return getattr(request, "is_embedded", False)


def embed(request: HttpRequest) -> None:
    """Give this browser's frame a session of its own, from this request on."""
    request.is_embedded = True  # type: ignore[attr-defined]


class EmbeddedSessionMiddleware:
    """Takes the session of a frame for the session, where there is no other; stands before it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = settings.SESSION_COOKIE_NAME
        if COOKIE in request.COOKIES and name not in request.COOKIES:
            request.COOKIES[name] = request.COOKIES[COOKIE]
            embed(request)
        response = self.get_response(request)
        if is_embedded(request):
            self._keep_in_frame(response)
        return response

    def _keep_in_frame(self, response: HttpResponse) -> None:
        session = response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        if session is not None:
            response.cookies[COOKIE] = session.value
            kept = response.cookies[COOKIE]
            for attribute in ("path", "max-age", "expires", "httponly"):
                kept[attribute] = session[attribute]
            loosen(kept)
        if settings.CSRF_COOKIE_NAME in response.cookies:
            loosen(response.cookies[settings.CSRF_COOKIE_NAME])


class FramePolicyMiddleware:
    """Lets the platform's sites, and only them, show pages of a launched session in a frame."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_embedded(request):
            allow_frames(response, request.session.get(FRAME_ANCESTORS, []))
        return response


def allow_frames(response: HttpResponse, origins: list[str]) -> None:
    """Let pages of `origins` show this answer in a frame."""
    if origins:
        # X-Frame-Options cannot name other sites; the policy's frame-ancestors replaces it.
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
        _widen(response, "frame-ancestors", origins)


def allow_forms(response: HttpResponse, origin: str) -> None:
    """Let a form of this answer go to `origin`; else forms stay on this site."""
    _widen(response, "form-action", [origin])


def _widen(response: HttpResponse, directive: str, origins: list[str]) -> None:
    policy = getattr(response, "_csp_update", {})
    response._csp_update = policy | {directive: origins}  # type: ignore[attr-defined]
