"""A validator of our own that shares no code with what signs: after the specifications only.

did:key (Ed25519 in base58btc, multicodec 0xed), JWS of RFC 7515 and 8037, validity of VC Data
Model 2.0, section 4.9, and Bitstring Status List 1.0, section 3.2.
"""

import base64
import datetime as dt
import gzip
import json
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519 = b"\xed\x01"
LEAST_BITS = 131_072


class Invalid(Exception):
    """The credential does not hold, and why."""


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_of(did: str) -> Ed25519PublicKey:
    method, _, name = did.rpartition(":")
    if method != "did:key" or name[0] != "z":
        raise Invalid("no did:key in base58btc")
    number = 0
    for character in name[1:]:
        number = number * 58 + BASE58.index(character)
    content = number.to_bytes(34, "big")
    if content[:2] != ED25519:
        raise Invalid("no Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(content[2:])


def credential_in(token: str, *, at: dt.datetime) -> dict[str, Any]:
    """What a token says, if its issuer signed it and it holds at a moment."""
    head, payload, signature = token.split(".")
    if json.loads(unpadded(head))["alg"] != "EdDSA":
        raise Invalid("another algorithm")
    said = json.loads(unpadded(payload))
    issuer = said["issuer"]["id"] if isinstance(said["issuer"], dict) else said["issuer"]
    try:
        key_of(issuer).verify(unpadded(signature), f"{head}.{payload}".encode())
    except InvalidSignature as problem:
        raise Invalid("signature") from problem
    if dt.datetime.fromisoformat(said["validFrom"]) > at:
        raise Invalid("not yet valid")
    if "validUntil" in said and dt.datetime.fromisoformat(said["validUntil"]) < at:
        raise Invalid("expired")
    return said | {"issuer": issuer}


def bits(encoded: str) -> bytes:
    """A list's bits: multibase base64url without padding, of gzip."""
    if encoded[0] != "u":
        raise Invalid("not multibase base64url")
    found = gzip.decompress(unpadded(encoded[1:]))
    if len(found) * 8 < LEAST_BITS:
        raise Invalid("a list too short to hide in")
    return found


def is_revoked(badge: dict[str, Any], *, fetch: Callable[[str], str], at: dt.datetime) -> bool:
    """What the list that the badge names says of it."""
    entry = badge["credentialStatus"]
    if (entry["type"], entry["statusPurpose"]) != ("BitstringStatusListEntry", "revocation"):
        raise Invalid("another kind of status")
    listed = credential_in(fetch(entry["statusListCredential"]), at=at)
    subject = listed["credentialSubject"]
    if (
        listed["id"] != entry["statusListCredential"]
        or listed["issuer"] != badge["issuer"]
        or "BitstringStatusListCredential" not in listed["type"]
        or subject["type"] != "BitstringStatusList"
        or subject["statusPurpose"] != entry["statusPurpose"]
    ):
        raise Invalid("another list")
    place, offset = divmod(int(entry["statusListIndex"]), 8)
    return bool(bits(subject["encodedList"])[place] >> (7 - offset) & 1)


def verify(token: str, *, fetch: Callable[[str], str], at: dt.datetime) -> dict[str, Any]:
    """The badge, if it holds. Raises `Invalid`."""
    badge = credential_in(token, at=at)
    if is_revoked(badge, fetch=fetch, at=at):
        raise Invalid("revoked")
    return badge
