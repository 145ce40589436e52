"""Inviting the owner of a new account to choose a password."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest

from .models import User


def invite(request: HttpRequest, *, user: User) -> None:
    """Mail `user` a link to the page where they set their password.

    The link is that of a forgotten password: it works once and for as many days.
    """
    adapter = get_adapter(request)
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    adapter.send_mail(
        "account/email/invitation",
        user.email,
        {"user": user, "password_reset_url": adapter.get_reset_password_from_key_url(key)},
    )
