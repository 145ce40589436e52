"""Telling people that they were certified (see `outbox`)."""

from django.urls import reverse

from certificates.models import Certificate
from outbox.domain.letters import write_letter
from outbox.models import Letter
from outbox.registry import Wording
from outbox.wording import word
from people.addresses import full_address

ISSUED = "certificates.issued"


def tell_holder(*, certificate: Certificate) -> None:
    """Write to the holder, in the transaction that issues the certificate."""
    if certificate.holder:
        write_letter(kind=ISSUED, to=certificate.holder, about={"certificate": certificate.pk})


def compose(letter: Letter) -> Wording | None:
    """The letter, in its reader's language; none for what has been revoked meanwhile."""
    found = Certificate.objects.filter(pk=letter.about["certificate"], revoked_at=None).first()
    if found is None:
        return None
    context = {
        "certificate": found,
        "pdf_url": full_address(reverse("certificates:download", args=[found.number])),
        "check_url": full_address(found.verification_path),
    }
    return word(letter, templates="certificates/email/issued", context=context)
