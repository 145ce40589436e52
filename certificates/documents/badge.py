"""The certificate as an Open Badges 3.0 credential: a JWT signed with Ed25519.

The issuer is named by a `did:key`, which holds the public key itself, so that any validator can
check the signature without asking this site.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from openbadgeslib.ob3 import (
    Achievement,
    IdentityObject,
    Issuer,
    OB3Signer,
    OpenBadgeCredential,
    build_status_list_credential,
    did_key_from_pem,
    sign_status_list_credential,
    status_entry,
)

ALGORITHM = "EdDSA"
# The least a list may have (Bitstring Status List 1.0, section 6.1).
LIST_BITS = 131_072
_PURPOSE = "revocation"


class NotOurBadge(ValueError):
    """Not signed by this site, altered, or no badge at all."""


@dataclass(frozen=True)
class BadgeFacts:
    """What the credential says. Addresses are absolute; times are aware.

    `status_list` is where it is said whether the badge is revoked, at bit `status_bit`.
    """

    url: str
    achievement_url: str
    title: str
    narrative: str
    printed_name: str
    credits: float
    issuer: str
    issuer_url: str
    issued_at: datetime
    status_list: str
    status_bit: int
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
        credential_status=[status_entry(facts.status_list, _PURPOSE, facts.status_bit)],
    )
    return OB3Signer(private_key, algorithm=ALGORITHM).sign(credential)


def sign_status_list(
    *,
    url: str,
    revoked: Iterable[int],
    issued_at: datetime,
    valid_until: datetime,
    fresh_for: timedelta,
    private_key: bytes,
    public_key: bytes,
) -> str:
    """A list of revoked badges' bits as a signed credential (compact JWT)."""
    listed = build_status_list_credential(
        did_key_from_pem(public_key),
        url,
        _PURPOSE,
        revoked,
        size_bits=LIST_BITS,
        issued=issued_at.astimezone(UTC),
        valid_until=valid_until.astimezone(UTC),
        ttl=int(fresh_for.total_seconds() * 1000),
    )
    return sign_status_list_credential(listed, private_key, ALGORITHM)


def read(token: str, *, public_key: bytes) -> str:
    """The address (`BadgeFacts.url`) of a badge that this site signed. Raises `NotOurBadge`.

    Also of an expired one: whether the certificate still holds is on record.
    """
    unasked = dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud"), False)
    try:
        said = jwt.decode(token, public_key, algorithms=[ALGORITHM], options=unasked)
    except jwt.PyJWTError as error:
        raise NotOurBadge(str(error)) from error
    badge = said.get("vc", said)
    if "OpenBadgeCredential" not in badge.get("type", []):
        raise NotOurBadge("another kind of credential")
    return badge.get("id") or ""
