"""How allauth's account flow fits this hub."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils import translation

from .models import User, is_time_zone


class AccountAdapter(DefaultAccountAdapter):
    """Keeps language and time zone from sign-up, and writes mail in the reader's language."""

    def save_user(self, request, user: User, form, commit: bool = True) -> User:
        user = super().save_user(request, user, form, commit=False)
        user.language = translation.get_language() or user.language
        zone = form.cleaned_data.get("time_zone", "")
        user.time_zone = zone if is_time_zone(zone) else user.time_zone
        if commit:
            user.save()
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        user = context.get("user")
        with translation.override(getattr(user, "language", None) or translation.get_language()):
            super().send_mail(template_prefix, email, context)
