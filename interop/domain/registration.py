"""A platform registers itself by an organiser's invitation (LTI Dynamic Registration 1.0)."""

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from interop.grade_service import LINE_ITEM, LINE_ITEM_READ, SCORE
from interop.models import Invitation, Platform
from interop.models.platforms import check_web_address
from interop.outside import OutsideFailure, ask_json
from interop.roster_service import SCOPE as ROSTER_SCOPE
from people.addresses import full_address, home_address

from .launches import DEEP_LINK, RESOURCE_LINK, digest

GOOD_FOR = dt.timedelta(days=7)
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SCOPES = (LINE_ITEM, LINE_ITEM_READ, SCORE, ROSTER_SCOPE)
_ENDPOINTS = {
    "login_url": "authorization_endpoint",
    "token_url": "token_endpoint",
    "key_set_url": "jwks_uri",
}


class NotInvited(Exception):
    """No such invitation, or it is used or too old."""


class RegistrationFailed(Exception):
    """The platform's configuration or its answer will not do; the message is for its people."""


@dataclass(frozen=True)
class Invited:
    """An invitation and its secret, which is known now and never again."""

    invitation: Invitation
    secret: str

    @property
    def address(self) -> str:
        """What the platform's administrator gives to the platform."""
        return full_address(reverse("lti:register", args=[self.secret]))


def invite(*, name: str, by: Any, now: dt.datetime | None = None) -> Invited:
    """Let one platform register itself within a week."""
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        name=name,
        secret=digest(secret),
        made_by=by,
        good_until=(now or timezone.now()) + GOOD_FOR,
    )
    return Invited(invitation=invitation, secret=secret)


def find_invitation(*, secret: str, now: dt.datetime | None = None) -> Invitation:
    """The invitation behind an address, while it can be used. Raises `NotInvited`."""
    found = Invitation.objects.filter(
        secret=digest(secret), used_at=None, good_until__gt=now or timezone.now()
    ).first()
    if found is None:
        raise NotInvited
    return found


def register(*, invitation: Invitation, configuration_url: str, token: str) -> Platform:
    """Exchange addresses with the platform and register it; the invitation is used up.

    A platform that names no deployment stays off until an organiser has typed it in. Raises
    `NotInvited`, `RegistrationFailed`, after which the invitation can be used again.
    """
    unused = Invitation.objects.filter(pk=invitation.pk, used_at=None)
    if not unused.update(used_at=timezone.now()):
        raise NotInvited
    try:
        return _register(invitation, configuration_url, token)
    except Exception:
        Invitation.objects.filter(pk=invitation.pk, platform=None).update(used_at=None)
        raise


def _register(invitation: Invitation, configuration_url: str, token: str) -> Platform:
    configuration = _configuration(configuration_url)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = ask_json(
            "POST", configuration["registration_endpoint"], json=_about_us(), headers=headers
        )
    except OutsideFailure as failure:
        raise RegistrationFailed(str(failure)) from failure
    client_id = answer.get("client_id") if isinstance(answer, dict) else None
    if not isinstance(client_id, str) or not client_id:
        raise RegistrationFailed("client_id")
    ours = answer.get(TOOL_CONFIGURATION)
    deployment = str(ours.get("deployment_id") or "") if isinstance(ours, dict) else ""
    platform = Platform(
        name=invitation.name,
        issuer=configuration["issuer"],
        client_id=client_id,
        deployment_ids=deployment,
        token_audience=str(configuration.get("authorization_server") or ""),
        is_active=bool(deployment),
        **{field: configuration[name] for field, name in _ENDPOINTS.items()},
    )
    try:
        platform.full_clean()
    except ValidationError as problem:
        if set(problem.message_dict) != {"deployment_ids"}:
            raise RegistrationFailed("; ".join(problem.messages)) from problem
    with transaction.atomic():
        platform.save()
        Invitation.objects.filter(pk=invitation.pk).update(platform=platform)
    return platform


def _configuration(url: str) -> dict[str, Any]:
    """The platform's OpenID configuration, if it is one of a platform and its own."""
    try:
        check_web_address(url)
        found = ask_json("GET", url, headers={"Accept": "application/json"})
    except ValidationError as problem:
        raise RegistrationFailed("openid_configuration") from problem
    except OutsideFailure as failure:
        raise RegistrationFailed(str(failure)) from failure
    if not isinstance(found, dict) or not isinstance(found.get(PLATFORM_CONFIGURATION), dict):
        raise RegistrationFailed(PLATFORM_CONFIGURATION)
    for name in ("issuer", "registration_endpoint", *_ENDPOINTS.values()):
        try:
            check_web_address(str(found.get(name) or ""))
        except ValidationError as problem:
            raise RegistrationFailed(name) from problem
    # Section 3.5.1: nobody registers in the name of another's host.
    if urlsplit(found["issuer"]).hostname != urlsplit(url).hostname:
        raise RegistrationFailed("issuer")
    return found


def _about_us() -> dict[str, Any]:
    """This tool as the platform shall register it (section 3.5.2)."""
    launch = full_address(reverse("lti:launch"))
    name = settings.SOCIETY_NAME
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": full_address(reverse("lti:login")),
        "redirect_uris": [launch],
        "client_name": name,
        "client_uri": home_address(),
        "jwks_uri": full_address(reverse("lti:keys")),
        "token_endpoint_auth_method": "private_key_jwt",
        "contacts": [settings.SOCIETY_EMAIL],
        "scope": " ".join(SCOPES),
        TOOL_CONFIGURATION: {
            "domain": urlsplit(home_address()).netloc,
            "target_link_uri": launch,
            # No e-mail address: accounts are never found by it.
            "claims": ["iss", "sub", "given_name", "family_name", "locale"],
            "messages": [
                {"type": RESOURCE_LINK},
                {"type": DEEP_LINK, "target_link_uri": launch, "label": name},
            ],
        },
    }
