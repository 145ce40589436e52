"""The signed link in a letter that stops its kind, without signing in (RFC 2369, RFC 8058)."""

from django.core import signing
from django.urls import reverse

from people.addresses import full_address

from .models import Letter

_SALT = "outbox.stop"


def stop_url(letter: Letter) -> str:
    """Where the reader stops letters of this kind; the address holds as long as the account."""
    code = signing.Signer(salt=_SALT).sign_object([letter.recipient_id, letter.kind])
    return full_address(reverse("outbox:stop", args=[code]))


def read_code(code: str) -> tuple[int, str] | None:
    """(account, kind) of a link of ours; None of any other."""
    try:
        user_id, kind = signing.Signer(salt=_SALT).unsign_object(code)
    except (signing.BadSignature, ValueError):
        return None
    return user_id, kind
