"""The certificate as an Open Badges 3.0 credential: a JWT signed with Ed25519.

The issuer is named by a `did:key`, which holds the public key itself, so that any validator can
check the signature without asking this site.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from openbadgeslib.ob3 import (
    Achievement,
    IdentityObject,
    Issuer,
    OB3Signer,
    OB3VerificationError,
    OB3Verifier,
    OpenBadgeCredential,
    did_key_from_pem,
)


class NotOurBadge(ValueError):
    """Not signed by this site, altered, or no badge at all."""


@dataclass(frozen=True)
class BadgeFacts:
    """What the credential says. Addresses are absolute; times are aware."""

    url: str
    achievement_url: str
    title: str
    narrative: str
    printed_name: str
    credits: float
    issuer: str
    issuer_url: str
    issued_at: datetime
    expires_at: datetime | None = None


def sign(facts: BadgeFacts, *, private_key: bytes, public_key: bytes) -> str:
    """The credential as a compact JWT. The name is its only personal detail."""
    credential = OpenBadgeCredential(
        id=facts.url,
        issuer=Issuer(
            id=did_key_from_pem(public_key), name=facts.issuer, url=facts.issuer_url or None
        ),
        recipient_id=None,
        identifiers=[
            IdentityObject(identity_hash=facts.printed_name, identity_type="name", hashed=False)
        ],
        achievement=Achievement(
            id=facts.achievement_url,
            name=facts.title,
            description=facts.title,
            criteria_narrative=facts.narrative,
            achievement_type="Certificate",
            credits_available=facts.credits or None,
        ),
        issuance_date=facts.issued_at.astimezone(UTC),
        expiration_date=facts.expires_at,
        credits_earned=facts.credits or None,
    )
    return OB3Signer(private_key, algorithm="EdDSA").sign(credential)


def read(token: str, *, public_key: bytes) -> str:
    """The address (`BadgeFacts.url`) of a badge that this site signed. Raises `NotOurBadge`."""
    try:
        found = OB3Verifier(public_key, issuer_did=did_key_from_pem(public_key)).verify(token)
    except OB3VerificationError as error:
        raise NotOurBadge(str(error)) from error
    return found.id or ""
