"""The Ed25519 key that signs badges: from the environment, else made once below `VIEWBOX_VAR`."""

import os
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings


class NotEd25519(ValueError):
    """The configured key is of another kind."""


def private_key_pem() -> bytes:
    """The private key, PEM-encoded PKCS #8. Raises `NotEd25519`, `ValueError` if it is no key."""
    return _read(settings.BADGE_KEY, Path(settings.PRIVATE_ROOT) / "keys" / "badges.pem")


def public_key_pem() -> bytes:
    """The public half, for whoever verifies badges."""
    key = serialization.load_pem_private_key(private_key_pem(), password=None)
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@lru_cache(maxsize=4)
def _read(given: str, path: Path) -> bytes:
    pem = given.replace("\\n", "\n").encode() if given else _own(path)
    if not isinstance(serialization.load_pem_private_key(pem, password=None), Ed25519PrivateKey):
        raise NotEd25519
    return pem


def _own(path: Path) -> bytes:
    """The key of the file, made if there is none; two processes agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(pem)
    try:
        os.link(fresh, path)  # fails if another process was first
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()
