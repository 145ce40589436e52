"""A launch, step by step: begun, answered by the platform, found good, used once.

1EdTech Security Framework 1.1 (OIDC login initiated by a third party), LTI Core 1.3, LTI Deep
Linking 2.0. The state ties the platform's answer to a beginning, the cookie to the browser that
began, the nonce to this one token: none of them can be used twice.
"""

import datetime as dt
import re
import secrets
import uuid
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from interop.models import Launch, Platform, TargetKind
from interop.tokens import BadToken, read_platform_token

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS_ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
RESOURCE_LINK = "LtiResourceLinkRequest"
DEEP_LINK = "LtiDeepLinkingRequest"
VERSION = "1.3.0"

GOOD_FOR = dt.timedelta(minutes=10)
KEPT_FOR = dt.timedelta(hours=1)
REFUSED_KEPT_FOR = dt.timedelta(days=14)

_PASSED_ON = ("lti_message_hint", "lti_deployment_id")
_OPEN = re.compile(r"/lti/open/(?P<kind>[a-z]+)/(?P<key>[0-9a-f-]{36})/$")
_TEACHES = ("Instructor", "Administrator", "ContentDeveloper")


class LaunchRefused(Exception):
    """The launch goes no further; `code` says why, `launch` is there once it is known which."""

    def __init__(self, code: str, detail: str = "", *, launch: Launch | None = None) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.launch = launch


class OtherBrowser(LaunchRefused):
    """The cookie of the beginning did not come back, as in frames whose cookies are refused."""


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class Begun:
    """A launch that has begun: where the browser goes, and what it keeps."""

    launch: Launch
    url: str
    browser_secret: str


def begin_launch(
    *, data: dict[str, str], redirect_url: str, browser_secret: str, now: dt.datetime | None = None
) -> Begun:
    """Answer a platform's request to log in: send the browser there for a token.

    `browser_secret` is what this browser holds already, if anything: several launches may run in
    it at once. Raises `LaunchRefused` ("unregistered", "incomplete").
    """
    now = now or timezone.now()
    platform = _platform(issuer=data.get("iss", ""), client_id=data.get("client_id", ""))
    if not data.get("login_hint") or not data.get("target_link_uri"):
        raise LaunchRefused("incomplete", "login_hint, target_link_uri")
    browser_secret = browser_secret or secrets.token_urlsafe(32)
    launch = Launch.objects.create(
        platform=platform,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        browser=digest(browser_secret),
        asked={key: data[key] for key in (*_ASKED, *_PASSED_ON) if key in data},
        created_at=now,
    )
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": redirect_url,
        "login_hint": data["login_hint"],
        "state": launch.state,
        "nonce": launch.nonce,
    }
    query |= {key: data[key] for key in _PASSED_ON if data.get(key)}
    joint = "&" if urlsplit(platform.login_url).query else "?"
    return Begun(
        launch=launch,
        url=f"{platform.login_url}{joint}{urlencode(query)}",
        browser_secret=browser_secret,
    )


_ASKED = ("iss", "login_hint", "target_link_uri", "client_id")


def _platform(*, issuer: str, client_id: str) -> Platform:
    """By issuer and client id; by issuer alone where a platform sends no client id."""
    known = Platform.objects.filter(issuer=issuer, is_active=True)
    found = list((known.filter(client_id=client_id) if client_id else known)[:2])
    if len(found) != 1:
        raise LaunchRefused("unregistered", f"{issuer} {client_id}".strip()[:300])
    return found[0]


def accept_launch(
    *, state: str, token: str, browser_secret: str, now: dt.datetime | None = None
) -> Launch:
    """The launch that the platform's token belongs to, found good; each token once.

    Raises `OtherBrowser`, `LaunchRefused`; what was refused for is on record with the launch.
    """
    now = now or timezone.now()
    launch = Launch.objects.select_related("platform").filter(state=state).first()
    if launch is None or not state:
        raise LaunchRefused("state")
    try:
        return _accept(launch=launch, token=token, browser_secret=browser_secret, now=now)
    except LaunchRefused as refused:
        Launch.objects.filter(pk=launch.pk, validated_at=None).update(
            refusal=refused.code, refusal_detail=refused.detail[:300]
        )
        refused.launch = launch
        raise


def _accept(*, launch: Launch, token: str, browser_secret: str, now: dt.datetime) -> Launch:
    if now > launch.created_at + GOOD_FOR:
        raise LaunchRefused("late")
    if not browser_secret or not secrets.compare_digest(digest(browser_secret), launch.browser):
        raise OtherBrowser("browser")
    try:
        claims = read_platform_token(platform=launch.platform, token=token)
    except BadToken as error:
        raise LaunchRefused(error.code, str(error)) from error
    if not secrets.compare_digest(str(claims["nonce"]).encode(), launch.nonce.encode()):
        raise LaunchRefused("nonce")
    kept = _kept(claims, platform=launch.platform)
    # One conditional write: of two uses of one token the second finds it used.
    taken = Launch.objects.filter(pk=launch.pk, validated_at=None, platform__is_active=True)
    if not taken.update(validated_at=now, claims=kept, refusal="", refusal_detail=""):
        raise LaunchRefused("repeated")
    launch.refresh_from_db()
    return launch


def _kept(claims: dict[str, Any], *, platform: Platform) -> dict[str, Any]:
    """What is used of the claims; raises `LaunchRefused` where what must be there is not."""
    deployment = str(claims.get(f"{LTI}deployment_id", ""))
    if deployment not in platform.deployments:
        raise LaunchRefused("deployment", deployment)
    if claims.get(f"{LTI}version") != VERSION:
        raise LaunchRefused("version", str(claims.get(f"{LTI}version")))
    message = claims.get(f"{LTI}message_type")
    if message not in (RESOURCE_LINK, DEEP_LINK):
        raise LaunchRefused("message", str(message))
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise LaunchRefused("anonymous")
    link = _mapping(claims, f"{LTI}resource_link")
    if message == RESOURCE_LINK and not link.get("id"):
        raise LaunchRefused("claims", "resource_link")
    settings_claim = _mapping(claims, DEEP_LINKING)
    if message == DEEP_LINK and not _is_web(settings_claim.get("deep_link_return_url")):
        raise LaunchRefused("claims", "deep_link_return_url")
    return {
        "message": message,
        "subject": claims["sub"][:255],
        "deployment": deployment,
        "target": str(claims.get(f"{LTI}target_link_uri", "")),
        "link": {"id": str(link.get("id", ""))[:255], "title": str(link.get("title", ""))[:255]},
        "roles": [role for role in claims.get(f"{LTI}roles") or [] if isinstance(role, str)],
        "presentation": _mapping(claims, f"{LTI}launch_presentation"),
        "grades": _mapping(claims, AGS_ENDPOINT),
        "members": _mapping(claims, ROSTER).get("context_memberships_url"),
        "deep_linking": settings_claim,
        "names": [str(claims.get(name) or "")[:150] for name in ("given_name", "family_name")],
        "locale": str(claims.get("locale") or "")[:35],
    }


def _is_web(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def _mapping(claims: dict[str, Any], name: str) -> dict[str, Any]:
    value = claims.get(name)
    return value if isinstance(value, dict) else {}


def accepted_launch(*, state: str, browser_secret: str, now: dt.datetime | None = None) -> Launch:
    """A launch found good a moment ago, for the browser that began it. Raises `LaunchRefused`."""
    now = now or timezone.now()
    launch = (
        Launch.objects.select_related("platform")
        .filter(state=state, used_at=None, validated_at__gte=now - GOOD_FOR)
        .first()
    )
    if launch is None:
        raise LaunchRefused("repeated")
    if not secrets.compare_digest(digest(browser_secret), launch.browser):
        raise LaunchRefused("state", launch=launch)
    return launch


@transaction.atomic
def use_launch(*, launch: Launch, now: dt.datetime | None = None) -> None:
    """Mark a launch as used; raises `LaunchRefused` ("repeated") the second time."""
    now = now or timezone.now()
    if not Launch.objects.filter(pk=launch.pk, used_at=None).update(used_at=now):
        raise LaunchRefused("repeated", launch=launch)


def target_in(address: str) -> tuple[str, uuid.UUID] | None:
    """Kind and key that an address of ours for platforms names; None for any other address."""
    match = _OPEN.search(urlsplit(address).path)
    if match is None or match["kind"] not in TargetKind.values:
        return None
    try:
        return match["kind"], uuid.UUID(match["key"])
    except ValueError:
        return None


def language_of(launch: Launch) -> str:
    """The language the platform shows, where the hub has it; else the hub's own."""
    claims = launch.claims or {}
    wanted = str(claims.get("presentation", {}).get("locale") or claims.get("locale") or "")
    code = wanted.replace("_", "-").split("-")[0].lower()
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def may_choose_links(launch: Launch) -> bool:
    """Whether the platform says that this person teaches: others are shown no chooser."""
    roles = (launch.claims or {}).get("roles", [])
    return any(role.rsplit("#", 1)[-1] in _TEACHES for role in roles)


def forget_launches() -> int:
    """Delete launches that are over; refused ones stay two weeks for those who look for causes."""
    now = timezone.now()
    old = Launch.objects.filter(refusal="", created_at__lt=now - KEPT_FOR)
    refused = Launch.objects.exclude(refusal="").filter(created_at__lt=now - REFUSED_KEPT_FOR)
    return old.delete()[0] + refused.delete()[0]
