"""The RSA key that signs what we send to learning platforms, and its public half for them.

LTI asks for RS256 (1EdTech Security Framework 1.1, §5.1). From the environment, else made once
below `VIEWBOX_VAR`.
"""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from django.conf import settings
from jwt.algorithms import RSAAlgorithm
from jwt.utils import base64url_encode

from people.key_files import key_file, key_pem

ALGORITHM = "RS256"
_BITS = 3072


class NotRSA(ValueError):
    """The configured key is of another kind."""


def private_key() -> RSAPrivateKey:
    """Raises `NotRSA`, or `ValueError` if what is configured is no key."""
    return _read(settings.LTI_KEY, key_file("lti"))


def public_jwk() -> dict[str, Any]:
    """The public half as platforms fetch it; `kid` is its thumbprint (RFC 7638)."""
    numbers = RSAAlgorithm.to_jwk(private_key().public_key(), as_dict=True)
    members = {name: numbers[name] for name in ("e", "kty", "n")}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"))
    kid = base64url_encode(sha256(text.encode()).digest()).decode()
    return members | {"kid": kid, "alg": ALGORITHM, "use": "sig"}


def key_set() -> dict[str, Any]:
    """What is served at the address of our key set (RFC 7517)."""
    return {"keys": [public_jwk()]}


@lru_cache(maxsize=4)
def _read(given: str, path: Path) -> RSAPrivateKey:
    pem = key_pem(given=given, path=path, make=_generate)
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, RSAPrivateKey):
        raise NotRSA
    return key


def _generate() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=_BITS)
