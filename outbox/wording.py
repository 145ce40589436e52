"""The common ways of wording a letter."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from people.addresses import full_address

from .models import Letter
from .registry import Wording


def common_context(letter: Letter) -> dict[str, Any]:
    """What every letter may say: who reads it, who writes it, where the hub is."""
    return {
        "user": letter.recipient,
        "society_name": settings.SOCIETY_NAME,
        "society_email": settings.SOCIETY_EMAIL,
        "site_url": full_address(f"/{translation.get_language()}/"),
    }


def text_of(letter: Letter, template: str, context: Mapping[str, Any]) -> str:
    """A template filled with `context` and what every letter may say."""
    return render_to_string(template, common_context(letter) | dict(context))


def word(
    letter: Letter, *, templates: str, context: Mapping[str, Any], reply_to: Sequence[str] = ()
) -> Wording:
    """A letter from `<templates>_subject.txt` and `<templates>_message.txt`."""
    return Wording(
        subject=text_of(letter, f"{templates}_subject.txt", context),
        body=text_of(letter, f"{templates}_message.txt", context),
        reply_to=reply_to,
    )
