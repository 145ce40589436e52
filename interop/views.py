"""What learning platforms call: our keys, the beginning of a launch, the launch itself.

Platforms send browsers here from their own sites, so that Django's token against forged forms is
not there: the state, the cookie of the beginning and the platform's signature stand in for it.
"""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .domain.identities import identity_of, may_be_signed_in_by_platform, note_launch
from .domain.launches import (
    DEEP_LINK,
    LaunchRefused,
    OtherBrowser,
    accept_launch,
    accepted_launch,
    begin_launch,
    language_of,
    may_choose_links,
)
from .domain.registration import NotInvited, RegistrationFailed, find_invitation, register
from .keys import key_set
from .middleware import FRAME_ANCESTORS, allow_frames, embed, loosen
from .models import Identity, Launch
from .models.platforms import is_address, origin_of
from .refusals import explanation
from .targets import find_target

BROWSER_COOKIE = "viewbox_lti"
SESSION_LAUNCH = "lti_launch"
_COOKIE_AGE_S = 3600
_FRAMES = ("iframe", "frame", "embed", "object")


@cache_control(max_age=3600, public=True)
@require_safe
def keys(request: HttpRequest) -> JsonResponse:
    """Our public keys (JWK Set)."""
    return JsonResponse(key_set())


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def login_request(request: HttpRequest) -> HttpResponse:
    """The platform asks us to begin: off to its authentication, with state and nonce."""
    data = (request.POST if request.method == "POST" else request.GET).dict()
    try:
        begun = begin_launch(
            data=data,
            redirect_url=request.build_absolute_uri(reverse("lti:launch")),
            browser_secret=request.COOKIES.get(BROWSER_COOKIE, ""),
        )
    except LaunchRefused as refused:
        return refuse(request, refused)
    response = redirect(begun.url)
    response.set_cookie(
        BROWSER_COOKIE,
        begun.browser_secret,
        max_age=_COOKIE_AGE_S,
        path=reverse("lti:launch").rsplit("/", 2)[0] + "/",
        httponly=True,
    )
    loosen(response.cookies[BROWSER_COOKIE])
    return response


@never_cache
@csrf_exempt
@require_POST
def launch(request: HttpRequest) -> HttpResponse:
    """The platform's answer: check it, then on to a page of this session's own."""
    state = request.POST.get("state", "")
    try:
        if "error" in request.POST:
            told = f"{request.POST['error']} {request.POST.get('error_description', '')}"
            raise LaunchRefused("platform", told[:300])
        accepted = accept_launch(
            state=state,
            token=request.POST.get("id_token", ""),
            browser_secret=request.COOKIES.get(BROWSER_COOKIE, ""),
        )
    except OtherBrowser as refused:
        return _open_outside(request, refused)
    except LaunchRefused as refused:
        return refuse(request, refused)
    # Only now the session's own cookie may come along: it is not sent with posts of other sites.
    return redirect("lti:enter", state=accepted.state)


@never_cache
@require_safe
def enter(request: HttpRequest, state: str) -> HttpResponse:
    """Begin the session: sign in whom we know and may sign in; the rest is asked on a page."""
    try:
        accepted = accepted_launch(
            state=state, browser_secret=request.COOKIES.get(BROWSER_COOKIE, "")
        )
    except LaunchRefused as refused:
        return refuse(request, refused)
    claims = accepted.claims or {}
    if _is_in_frame(request, accepted):
        embed(request)
    identity = identity_of(platform=accepted.platform, subject=claims["subject"])
    if identity and may_be_signed_in_by_platform(identity.user):
        sign_in(request, identity)
    request.session[SESSION_LAUNCH] = accepted.pk
    request.session[FRAME_ANCESTORS] = accepted.platform.frame_ancestors
    if claims["message"] == DEEP_LINK and not may_choose_links(accepted):
        return refuse(request, LaunchRefused("not_teaching", launch=accepted))
    with translation.override(language_of(accepted)):
        name = "choose" if claims["message"] == DEEP_LINK else "arrive"
        return redirect(f"connections:{name}")


def _is_in_frame(request: HttpRequest, accepted: Launch) -> bool:
    """By what the browser says; by what the platform says where the browser is an old one."""
    destination = request.headers.get("Sec-Fetch-Dest", "")
    if destination:
        return destination in _FRAMES
    return (accepted.claims or {})["presentation"].get("document_target") in _FRAMES


def sign_in(request: HttpRequest, identity: Identity) -> None:
    """Sign the person in; the launch goes on in the session that this begins."""
    kept = {name: request.session.get(name) for name in (SESSION_LAUNCH, FRAME_ANCESTORS)}
    login(request, identity.user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.update({name: value for name, value in kept.items() if value})
    note_launch(identity=identity)


def again_url(launch: Launch) -> str:
    """Where the same launch begins anew, in a window for example."""
    return f"{reverse('lti:login')}?{urlencode(launch.asked)}"


def _open_outside(request: HttpRequest, refused: OtherBrowser) -> HttpResponse:
    """The browser keeps our cookie from this frame: offer the same launch in a window."""
    beginning = refused.launch
    assert beginning is not None
    with translation.override(language_of(beginning)):
        response = render(
            request,
            "interop/open_outside.html",
            {"address": again_url(beginning), "platform": beginning.platform},
            status=403,
        )
    allow_frames(response, beginning.platform.frame_ancestors)
    return response


def refuse(request: HttpRequest, refused: LaunchRefused) -> HttpResponse:
    """Say in words why not, and what the platform's administrator has to look at."""
    platform = refused.launch.platform if refused.launch else None
    context: dict[str, Any] = {
        "explanation": explanation(refused.code),
        "code": refused.code,
        "platform": platform,
        "society_email": settings.SOCIETY_EMAIL,
    }
    response = render(request, "interop/refused.html", context, status=403)
    if platform:
        allow_frames(response, platform.frame_ancestors)
    return response


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def register_platform(request: HttpRequest, secret: str) -> HttpResponse:
    """A platform's administrator comes here from there; a button registers the platform.

    The secret in the address is the right to do so, so that no token of a form is needed, which a
    frame of another site could not bring along.
    """
    configuration_url = request.GET.get("openid_configuration", "")
    context: dict[str, Any] = {"from_platform": bool(configuration_url)}
    status = 200
    try:
        context["invitation"] = invitation = find_invitation(secret=secret)
        if request.method == "POST" and configuration_url:
            context["platform"] = register(
                invitation=invitation,
                configuration_url=configuration_url,
                token=request.GET.get("registration_token", ""),
            )
    except NotInvited:
        status = 410  # a 404 without a language in its address would be led elsewhere
    except RegistrationFailed as failure:
        context["failure"] = str(failure)
        status = 502
    response = render(request, "interop/register.html", context, status=status)
    if is_address(configuration_url):
        allow_frames(response, [origin_of(configuration_url)])
    return response


@require_safe
def open_target(request: HttpRequest, kind: str, key: uuid.UUID) -> HttpResponse:
    """A target's address opened without a launch: on to its page, in the reader's language."""
    target = find_target(kind=kind, key=key, language=translation.get_language() or "")
    if target is None:
        return render(request, "404.html", status=404)
    if hasattr(target.thing, "get_url"):
        return redirect(target.thing.get_url(request))
    return redirect("connections:quiz", quiz_id=target.thing.pk)
