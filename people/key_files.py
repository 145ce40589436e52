"""Private keys of this installation: from the environment, else made once below `PRIVATE_ROOT`."""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from django.conf import settings


def key_file(name: str) -> Path:
    """Where the key `name` of this installation lies; no address leads there."""
    return Path(settings.PRIVATE_ROOT) / "keys" / f"{name}.pem"


def key_pem(*, given: str, path: Path, make: Callable[[], PrivateKeyTypes]) -> bytes:
    """The key as PEM (PKCS #8): `given` where there is one, else that of `path`, made if missing.

    Environments that hold no line breaks write them as backslash and n.
    """
    return given.replace("\\n", "\n").encode() if given else _own(path, make)


def _own(path: Path, make: Callable[[], PrivateKeyTypes]) -> bytes:
    """The key of the file, made if there is none; two processes agree on one."""
    if path.exists():
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = make().private_bytes(
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
