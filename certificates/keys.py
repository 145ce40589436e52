"""The Ed25519 key that signs badges: from the environment, else made once below `VIEWBOX_VAR`."""

from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from people.key_files import key_file, key_pem


class NotEd25519(ValueError):
    """The configured key is of another kind."""


def private_key_pem() -> bytes:
    """The private key, PEM-encoded PKCS #8. Raises `NotEd25519`, `ValueError` if it is no key."""
    return _read(settings.BADGE_KEY, key_file("badges"))


def public_key_pem() -> bytes:
    """The public half, for whoever verifies badges."""
    key = serialization.load_pem_private_key(private_key_pem(), password=None)
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@lru_cache(maxsize=4)
def _read(given: str, path: Path) -> bytes:
    pem = key_pem(given=given, path=path, make=Ed25519PrivateKey.generate)
    if not isinstance(serialization.load_pem_private_key(pem, password=None), Ed25519PrivateKey):
        raise NotEd25519
    return pem
