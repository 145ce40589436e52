"""The headers of tus 1.0.0, the protocol of resumable uploads (https://tus.io/protocols).

Pure: text in, values out. What is malformed raises `Malformed` with a reason for developers;
people never get to see it, since browsers send what the upload script makes.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
CHECKSUMS = ("sha1", "sha256")
BODY_TYPE = "application/offset+octet-stream"

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+", re.ASCII)
MAX_METADATA = 4096


class Malformed(Exception):
    """A header that the protocol does not allow."""


@dataclass(frozen=True)
class Checksum:
    """What the sender says the body of a PATCH adds up to."""

    algorithm: str
    digest: bytes

    def hasher(self) -> "hashlib._Hash":
        """A fresh hash of this algorithm. SHA-1 finds accidents here, it proves no identity."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def parse_number(header: str | None, name: str) -> int:
    """A non-negative decimal number. Raises `Malformed`."""
    if header is None or not _NUMBER.fullmatch(header):
        raise Malformed(f"{name} must be a non-negative integer.")
    return int(header)


def parse_checksum(header: str | None) -> Checksum | None:
    """`Upload-Checksum: sha1 <base64>`; None without one. Raises `Malformed`."""
    if header is None:
        return None
    algorithm, _, encoded = header.strip().partition(" ")
    if algorithm not in CHECKSUMS:
        raise Malformed(f"Checksums are taken as one of {', '.join(CHECKSUMS)}.")
    try:
        digest = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("The checksum is not Base64.") from error
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise Malformed("The checksum has the wrong length.")
    return Checksum(algorithm, digest)


def parse_metadata(header: str | None) -> dict[str, str]:
    """`Upload-Metadata: key base64,key base64,key`. Raises `Malformed`."""
    found: dict[str, str] = {}
    if not header or not header.strip():
        return found
    if len(header) > MAX_METADATA:
        raise Malformed("Upload-Metadata is too long.")
    for pair in header.split(","):
        key, _, encoded = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise Malformed("Each key of Upload-Metadata is given once, without spaces.")
        try:
            found[key] = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise Malformed(f"The value of {key} is not Base64 of UTF-8 text.") from error
    return found
