"""The way of mail about accounts: sent here, or carried by a room above that registered."""

from typing import Protocol

from django.core.mail import EmailMessage

from .models import User


class Carrier(Protocol):
    """Takes a worded message to its reader; `kind` says what it is ("password_reset_key")."""

    def __call__(self, message: EmailMessage, *, kind: str, reader: User | None) -> None: ...


_carriers: list[Carrier] = []


def register_carrier(carrier: Carrier) -> None:
    """Have `carrier` take all mail about accounts; the last one registered does."""
    _carriers[:] = [carrier]


def send(message: EmailMessage, *, kind: str, reader: User | None) -> None:
    """Send a message about an account by whoever carries it."""
    if _carriers:
        _carriers[0](message, kind=kind, reader=reader)
    else:
        message.send()
