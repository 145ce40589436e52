"""Is this certificate one of ours, unaltered, and does it still hold?"""

import hashlib
from dataclasses import dataclass

from certificates.documents.badge import NotOurBadge, read
from certificates.keys import public_key_pem
from certificates.models import Certificate
from certificates.numbers import read_number

MOST_BYTES = 2 * 1024**2
_JWT_PARTS = 3


class Unknown(Exception):
    """No certificate of this number, file or badge was issued here, or it was altered."""


class TooLarge(Exception):
    """Larger than any certificate."""


@dataclass(frozen=True)
class Verified:
    """A certificate that was found, and how much was compared: its number, or a whole file."""

    certificate: Certificate
    is_whole_file: bool


def by_number(*, number: str) -> Verified:
    """Look a typed number up. Raises `Unknown`."""
    wanted = read_number(number)
    found = Certificate.objects.filter(number=wanted).first() if wanted else None
    if found is None:
        raise Unknown
    return Verified(found, is_whole_file=False)


def by_file(*, content: bytes) -> Verified:
    """Compare a PDF byte by byte, or check a badge's signature. Raises `Unknown`, `TooLarge`."""
    if len(content) > MOST_BYTES:
        raise TooLarge
    digest = hashlib.sha256(content).hexdigest()
    found = Certificate.objects.filter(document_sha256=digest).first()
    if found:
        return Verified(found, is_whole_file=True)
    return Verified(_of_badge(content), is_whole_file=True)


def _of_badge(content: bytes) -> Certificate:
    try:
        token = content.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise Unknown from error
    if token.count(".") != _JWT_PARTS - 1:
        raise Unknown
    try:
        address = read(token, public_key=public_key_pem())
    except NotOurBadge as error:
        raise Unknown from error
    return by_number(number=address.rstrip("/").rpartition("/")[2]).certificate
