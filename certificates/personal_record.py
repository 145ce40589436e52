"""What certificates know of a person, for their record (`people.personal_record`)."""

from collections.abc import Iterator
from typing import Any

from .models import BatchMember, Certificate


def certificates(user: Any) -> Iterator[dict[str, Any]]:
    """All certificates, revoked ones too, with where anybody can check them."""
    for one in Certificate.objects.filter(holder=user).order_by("issued_at"):
        yield {
            "number": one.number,
            "title": one.title,
            "printed_name": one.printed_name,
            "issuer": one.issuer,
            "credit_type": one.credit_type,
            "credits": one.credits,
            "completed_on": one.completed_on,
            "issued_at": one.issued_at,
            "expires_on": one.expires_on,
            "revoked_at": one.revoked_at,
            "revocation_reason": one.revocation_reason,
            "verification_path": one.verification_path,
        }


def batches(user: Any) -> Iterator[dict[str, Any]]:
    """Lists of people to be certified that the person is on, with what came of it."""
    rows = BatchMember.objects.filter(user=user).select_related("batch", "certificate")
    for one in rows.order_by("pk"):
        yield {
            "titles": one.batch.titles,
            "completed_on": one.batch.completed_on,
            "certificate": one.certificate.number if one.certificate else None,
            "refused": one.refusal or None,
        }
