"""Whose account a person from a platform has here.

A platform's word about an e-mail address opens no account: an address can be typed into a profile
by anybody there. A person from a platform is whoever its `sub` was tied to before, else they
choose: a new account, or their own, for which they have to be signed in.
"""

import secrets
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from interop.models import Identity, Launch, Platform
from people.access import may
from people.domain.accounts import welcome
from people.models import User

# RFC 2606: no mail can ever reach it. A real address is set, and confirmed, in the profile.
NO_ADDRESS_AT = "platforms.invalid"


class LinkedToAnother(Exception):
    """The person from the platform is somebody else here already."""


def identity_of(*, platform: Platform, subject: str) -> Identity | None:
    """Who this is here, if it was ever said."""
    return (
        Identity.objects.filter(platform=platform, subject=subject).select_related("user").first()
    )


def may_be_signed_in_by_platform(user: Any) -> bool:
    """Whether a launch alone may sign this account in.

    Those who work in the editing desk, and those with a second factor, sign in themselves: else
    a platform's administrator could be them.
    """
    from allauth.mfa.utils import is_mfa_enabled  # noqa: PLC0415  asks for its models

    return user.is_active and not may(user, "people.enter_admin") and not is_mfa_enabled(user)


@transaction.atomic
def open_account_for(*, launch: Launch, language: str) -> Identity:
    """A new account for the person of a launch, as a resident; the one there is, if any.

    It has the name that the platform says, no password, and an address that takes no mail.
    """
    claims = launch.claims or {}
    known = identity_of(platform=launch.platform, subject=claims["subject"])
    if known:
        return known
    given_name, family_name = claims["names"]
    user = User(
        email=f"{secrets.token_hex(12)}@{NO_ADDRESS_AT}",
        first_name=given_name,
        last_name=family_name,
        language=language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
    )
    user.set_unusable_password()
    return _tie(launch=launch, user=welcome(user=user))


@transaction.atomic
def link_account(*, launch: Launch, user: User) -> Identity:
    """Tie the person of a launch to the account that consents: the one signed in.

    Raises `LinkedToAnother`.
    """
    known = identity_of(platform=launch.platform, subject=(launch.claims or {})["subject"])
    if known is None:
        return _tie(launch=launch, user=user)
    if known.user_id != user.pk:
        raise LinkedToAnother
    return known


def _tie(*, launch: Launch, user: User) -> Identity:
    subject = (launch.claims or {})["subject"]
    try:
        with transaction.atomic():
            return Identity.objects.create(platform=launch.platform, subject=subject, user=user)
    except IntegrityError as error:
        raise LinkedToAnother from error


def note_launch(*, identity: Identity) -> None:
    """Remember when the person last came."""
    Identity.objects.filter(pk=identity.pk).update(last_launch_at=timezone.now())


@transaction.atomic
def unlink(*, identity: Identity) -> None:
    """Part account and platform: the next launch asks again, and no grades go there any more."""
    identity.delete()
