"""Tells the lock against guessed passwords (django-axes) who is trying, and from where."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest


def name_of(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The e-mail address a sign-in was tried with, in one spelling."""
    given = (credentials or {}).get("email") or request.POST.get(settings.AXES_USERNAME_FORM_FIELD)
    return given.strip().lower() if given else None


def address_of(request: HttpRequest) -> str:
    """The reader's IP address; proxies are believed as far as ALLAUTH_TRUSTED_PROXY_COUNT says."""
    return get_adapter(request).get_client_ip(request)
