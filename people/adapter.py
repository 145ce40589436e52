"""How allauth's accounts and second factors fit this hub."""

from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from . import account_mail
from .access import may
from .domain.accounts import welcome
from .models import User, is_time_zone
from .queries import reader_of

# Links in mail lead to pages in the reader's language, whatever the sender's page was in.
LINKS = ("activate_url", "password_reset_url", "signup_url")


class AccountAdapter(DefaultAccountAdapter):
    """Keeps language and time zone from sign-up, and writes mail in the reader's language."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "We know no account with this e-mail address and this password."
        ),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _(
            "Too many attempts to sign in. Please wait a few minutes before the next one."
        ),
        "rate_limited": _("Too many requests. Please wait a few minutes before the next one."),
        "duplicate_email": _("This is already the address of your account."),
    }

    def save_user(self, request: HttpRequest, user: User, form, commit: bool = True) -> User:
        user = super().save_user(request, user, form, commit=False)
        user.language = translation.get_language() or user.language
        zone = form.cleaned_data.get("time_zone", "")
        user.time_zone = zone if is_time_zone(zone) else user.time_zone
        return welcome(user=user) if commit else user

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        context = {"user": user, **(context or {})}
        super().send_notification_mail(template_prefix, user, context, email)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        reader = context.get("user") or reader_of(email=email)
        language = reader.language if reader else translation.get_language()
        context = mail_context(self.request, language, context)
        context = {"request": self.request, "email": email, **context}
        with translation.override(language), timezone.override(reader.zone if reader else None):
            message = self.render_mail(template_prefix, email, context)
            account_mail.send(message, kind=template_prefix.rsplit("/", 1)[-1], reader=reader)

    def get_password_change_redirect_url(
        self,
        request: HttpRequest,  # noqa: ARG002  allauth's signature
    ) -> str:
        return reverse("people:profile")


def mail_context(request: HttpRequest, language: str, context: dict) -> dict:
    """What every mail about an account may say: society, links in `language`, their days.

    Call it in the language of the request: Django knows an address's translations only there.
    """
    links = {name: translate_url(context[name], language) for name in LINKS if context.get(name)}
    return {
        **context,
        **links,
        "society_name": settings.SOCIETY_NAME,
        "society_email": settings.SOCIETY_EMAIL,
        "site_url": request.build_absolute_uri(f"/{language}/"),
        "confirmation_days": settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS,
        "reset_days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
    }


class SecondFactorAdapter(DefaultMFAAdapter):
    """Where staff must have a second factor, they cannot put it away again."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "Your work in the editing desk needs a second factor, so it stays switched on."
        ),
        "incorrect_code": _("This code is not right, or it has run out."),
    }

    def build_totp_svg(self, url: str) -> str:
        """The QR code on white ground, so that it can be scanned off a dark page too."""
        code = qrcode.make(url, image_factory=SvgPathFillImage)
        return code.to_string(encoding="unicode")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not (settings.VIEWBOX_STAFF_MFA and may(authenticator.user, "people.enter_admin"))
