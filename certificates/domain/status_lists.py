"""Which badges are revoked, as anybody's validator reads it: W3C Bitstring Status List 1.0.

Each badge names a list and its bit in it. A list says nothing else: its 131,072 bits are given out
at random, and it is never more than half full, so that nobody can tell a bit's badge or how many
there are. Lists are made when asked for and hold for a day; an old copy cannot bring a revoked
badge back for longer.
"""

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from certificates.documents.badge import LIST_BITS, sign_status_list
from certificates.keys import private_key_pem, public_key_pem
from certificates.models import Certificate
from people.addresses import full_address

HOLDS_FOR = timedelta(days=1)
# What validators may keep a list for before they ask again.
FRESH_FOR = timedelta(minutes=5)
MOST_PER_LIST = LIST_BITS // 2


class NoSuchList(LookupError):
    """No badge has its bit in a list of this number."""


def list_address(number: int) -> str:
    """Where list `number` is, for ever: badges in people's hands name it."""
    return full_address(reverse("badge_status:list", args=[number]))


def place_of(*, certificate: Certificate) -> tuple[str, int]:
    """The address of the certificate's list and its bit there, given when first asked for."""
    index = certificate.status_index
    while index is None:
        index = _take_bit(certificate)
    number, bit = divmod(index, LIST_BITS)
    return list_address(number), bit


def _take_bit(certificate: Certificate) -> int | None:
    """Give the certificate a bit; None where the one that was drawn is another's."""
    taken = Certificate.objects.exclude(status_index=None).count()
    index = taken // MOST_PER_LIST * LIST_BITS + secrets.randbelow(LIST_BITS)
    unplaced = Certificate.objects.filter(pk=certificate.pk, status_index=None)
    try:
        with transaction.atomic():
            unplaced.update(status_index=index)
    except IntegrityError:
        return None
    # Another request may have been first.
    certificate.refresh_from_db(fields=["status_index"])
    return certificate.status_index


def status_list(*, number: int) -> str:
    """List `number` as a signed credential (compact JWT). Raises `NoSuchList`."""
    first = number * LIST_BITS
    placed = Certificate.objects.filter(status_index__gte=first, status_index__lt=first + LIST_BITS)
    if not placed.exists():
        raise NoSuchList(number)
    revoked = placed.exclude(revoked_at=None).values_list("status_index", flat=True)
    now = timezone.now()
    return sign_status_list(
        url=list_address(number),
        revoked=[index - first for index in revoked if index is not None],
        issued_at=now,
        valid_until=now + HOLDS_FOR,
        fresh_for=FRESH_FOR,
        private_key=private_key_pem(),
        public_key=public_key_pem(),
    )
