"""Texts enciphered while they wait: a stolen database gives away no link that opens an account."""

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def _cipher() -> Fernet:
    digest = hashlib.sha256(b"outbox.sealing:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def seal(told: dict[str, Any]) -> str:
    """Encipher a plain object with the hub's secret key."""
    return _cipher().encrypt(json.dumps(told).encode()).decode()


def unseal(sealed: str) -> dict[str, Any] | None:
    """What was sealed; None where it is gone or the secret key has changed."""
    try:
        return json.loads(_cipher().decrypt(sealed.encode()))
    except InvalidToken:
        return None
