"""Mail about accounts, which people wait for in front of a page: sent at once, on record here.

It does not wait for a worker, so that nobody is locked out where none runs. Only when the mail
server is away it becomes a letter like others, which a worker tries again. Its text holds links
that open an account and cannot be worded anew without the request: it waits enciphered, is shown
to nobody in the editing desk, and is gone once it is sent.
"""

import uuid

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation

from outbox.models import Letter
from outbox.registry import Wording
from outbox.sealing import seal, unseal
from people.models import User

from .letters import MOST_ATTEMPTS
from .posting import send_letter

ACCOUNT = "people.account"
PRIORITY = 50


def carry(message: EmailMessage, *, kind: str, reader: User | None) -> None:
    """Send `message`, which allauth worded, now; keep it for a worker if that fails.

    `kind` says what it is ("password_reset_key").
    """
    letter = Letter.objects.create(
        kind=ACCOUNT,
        key=uuid.uuid4().hex,
        recipient=reader,
        address=message.to[0],
        language=translation.get_language() or settings.LANGUAGE_CODE,
        about={"mail": kind},
        priority=PRIORITY,
        sealed=seal({"subject": message.subject, "body": message.body}),
        max_attempts=MOST_ATTEMPTS,
    )
    send_letter(letter_id=letter.pk)


def open_sealed(letter: Letter) -> Wording | None:
    """The text that was sealed; None where the secret key has changed since."""
    told = unseal(letter.sealed)
    return Wording(subject=told["subject"], body=told["body"]) if told else None
