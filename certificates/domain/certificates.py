"""The verbs of certificates: issue, revoke, correct, hand out."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.documents.badge import sign
from certificates.documents.pdf import typeset
from certificates.keys import private_key_pem, public_key_pem
from certificates.models import Certificate, CreditType
from certificates.wording import badge_facts, wording

from .status_lists import place_of


class NoName(Exception):
    """Nobody can be certified without a name to print."""


class AlreadyRevoked(Exception):
    """A certificate is revoked once."""


@dataclass(frozen=True)
class Achievement:
    """What is certified: `kind` and `key` name it for ever, `title` as people know it.

    `credits` are hours as accreditation bodies count them.
    """

    kind: str
    key: uuid.UUID
    title: str
    credit_type: CreditType
    credits: Decimal
    completed_on: date
    expires_on: date | None = None


@transaction.atomic
def issue(*, holder: Any, achievement: Achievement, language: str) -> Certificate:
    """Certify `achievement`, once: while a certificate for it holds, return that one.

    Raises `NoName` for a person who has given no name.
    """
    name = holder.printed_name.strip() or holder.get_full_name().strip()
    if not name:
        raise NoName
    same = Certificate.objects.filter(
        holder=holder,
        subject_kind=achievement.kind,
        subject_key=achievement.key,
        credit_type=achievement.credit_type,
        revoked_at=None,
    )
    known = same.first()
    if known:
        return known
    try:
        with transaction.atomic():
            return Certificate.objects.create(
                holder=holder,
                printed_name=name,
                language=language,
                subject_kind=achievement.kind,
                subject_key=achievement.key,
                title=achievement.title,
                credit_type=achievement.credit_type,
                credits=achievement.credits,
                issuer=settings.SOCIETY_NAME,
                completed_on=achievement.completed_on,
                expires_on=achievement.expires_on,
            )
    except IntegrityError:  # issued by another request meanwhile
        return same.get()


@transaction.atomic
def revoke(*, certificate: Certificate, by: Any, reason: str) -> None:
    """Take a certificate back; whoever verifies it sees that, and the reason stays inside.

    Raises `AlreadyRevoked`.
    """
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if locked.revoked_at:
        raise AlreadyRevoked
    locked.revoked_at, locked.revoked_by = timezone.now(), by
    locked.revocation_reason = reason.strip()
    locked.save(update_fields=["revoked_at", "revoked_by", "revocation_reason"])
    certificate.refresh_from_db()


@transaction.atomic
def reissue(
    *,
    certificate: Certificate,
    by: Any,
    printed_name: str,
    reason: str,
    credits: Decimal | None = None,  # noqa: A002  the field's name
) -> Certificate:
    """Issue a certificate anew with another name, or other `credits`; the old one is revoked.

    Raises `AlreadyRevoked`, `NoName`.
    """
    name = printed_name.strip()
    if not name:
        raise NoName
    revoke(certificate=certificate, by=by, reason=reason)
    kept = (
        "holder_id", "language", "subject_kind", "subject_key", "title", "credit_type",
        "issuer", "completed_on", "expires_on",
    )  # fmt: skip
    fresh = Certificate.objects.create(
        printed_name=name,
        credits=certificate.credits if credits is None else credits,
        **{field: getattr(certificate, field) for field in kept},
    )
    Certificate.objects.filter(pk=certificate.pk).update(replaced_by=fresh)
    certificate.refresh_from_db()
    return fresh


def document(*, certificate: Certificate) -> bytes:
    """The certificate's PDF: set when first asked for, the same bytes ever after."""
    storage = storages["private"]
    if certificate.document and storage.exists(certificate.document):
        with storage.open(certificate.document) as opened:
            return opened.read()
    made = typeset(wording(certificate))
    saved = storage.save(f"certificates/{certificate.number}.pdf", ContentFile(made))
    with transaction.atomic():
        locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if locked.document and locked.document != saved and storage.exists(locked.document):
            # Another request was first; its bytes are the ones that count.
            transaction.on_commit(lambda: storage.delete(saved))
            winner = locked.document
        else:
            winner = saved
            locked.document, locked.document_sha256 = saved, hashlib.sha256(made).hexdigest()
            locked.save(update_fields=["document", "document_sha256"])
    certificate.refresh_from_db()
    if winner == saved:
        return made
    with storage.open(winner) as opened:
        return opened.read()


def badge(*, certificate: Certificate) -> str:
    """The certificate as a signed Open Badges 3.0 credential (compact JWT)."""
    facts = badge_facts(certificate, place=place_of(certificate=certificate))
    return sign(facts, private_key=private_key_pem(), public_key=public_key_pem())
