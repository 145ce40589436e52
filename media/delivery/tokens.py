"""Signatures that open one lecture's folder to one person for a while.

    <user>.<expiry, hexadecimal seconds>.<HMAC-SHA-256 over folder, user and expiry, 192 bits>

The folder is not in the token: it is read from the address that the token stands in, so a token
put before another lecture's files opens nothing.
"""

import base64
import math
import re
import time

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

# Expiries fall on whole steps: pages loaded within one get the same addresses, which caches know.
STEP_S = 3600
_SALT = "media.delivery.tokens"
_TOKEN = re.compile(r"([0-9]{1,18})\.([0-9a-f]{1,12})\.([A-Za-z0-9_-]{32})", re.ASCII)


def sign(*, folder: str, user_id: int, now: float | None = None) -> str:
    """A token for `folder` that `user_id` may use for SIGNED_URL_S seconds at least."""
    until = (time.time() if now is None else now) + settings.SIGNED_URL_S
    expiry = math.ceil(until / STEP_S) * STEP_S
    return f"{user_id}.{expiry:x}.{_signature(folder, user_id, expiry, settings.SECRET_KEY)}"


def signed_for(token: str, *, folder: str, now: float | None = None) -> int | None:
    """The person whom `token` opens `folder` to; None if it is expired or not ours."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    user_id, expiry = int(match[1]), int(match[2], 16)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    # All are compared, whichever fits: how long it takes tells nothing.
    fits = [
        constant_time_compare(match[3], _signature(folder, user_id, expiry, key)) for key in keys
    ]
    is_current = (time.time() if now is None else now) < expiry
    return user_id if any(fits) and is_current else None


def _signature(folder: str, user_id: int, expiry: int, key: str) -> str:
    text = f"{folder}\n{user_id}\n{expiry}"
    digest = salted_hmac(_SALT, text, secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()
