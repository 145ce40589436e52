"""Values that replace others: keyed, repeatable, and not to be led back without the key.

The same key gives the same result in every upload, so that a follow-up examination finds its
place beside the first. Whoever has the key and a candidate value can confirm a match: it is a
secret like a password.
"""

import hashlib
import hmac
import re
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_DATE = re.compile(r"^(\d{4})([.-]?)(\d{2})\2(\d{2})$")
_DATETIME = re.compile(r"^(\d{8})((?:\d{2}){0,3}(?:\.\d{1,6})?)([+-]\d{4})?$")
_TIME = re.compile(r"^([01]\d|2[0-3])(?::?[0-5]\d(?::?[0-6]\d(?:\.\d{1,6})?)?)?$")
SHIFT_DAYS_LEAST = 365
SHIFT_DAYS_SPAN = 3650
OLDEST_AGE_YEARS = 89
_AGE = re.compile(r"^(\d{1,3})([DWMY]?)$")
_MIN_KEY_BYTES = 16


@dataclass(frozen=True)
class Keyed:
    """Replacements under one site's secret key of at least 16 bytes."""

    key: bytes

    def __post_init__(self) -> None:
        if len(self.key) < _MIN_KEY_BYTES:
            raise ValueError("the de-identification key needs at least 16 bytes")

    def __repr__(self) -> str:
        return "Keyed()"

    def _digest(self, purpose: str, *parts: str) -> bytes:
        message = "\0".join((purpose, *parts)).encode("utf-8", "surrogatepass")
        return hmac.new(self.key, message, hashlib.sha256).digest()

    def uid(self, original: str) -> str:
        """A UID below 2.25 (PS3.5, B.2: UUID-derived), always the same for `original`."""
        digest = self._digest("uid", original.strip(" \0"))
        return f"2.25.{uuid.UUID(bytes=digest[:16], version=4).int}"

    def pseudonym(self, *identity: str) -> str:
        """A name for a patient that says nothing about them: VB- and ten hexadecimal digits."""
        return f"VB-{self._digest('patient', *identity).hex()[:10].upper()}"

    def shift_days(self, *identity: str) -> int:
        """By how many days this patient's dates move: one to eleven years into the past."""
        number = int.from_bytes(self._digest("dates", *identity)[:8], "big")
        return -(SHIFT_DAYS_LEAST + number % SHIFT_DAYS_SPAN)


def shifted_date(text: str, *, days: int) -> str | None:
    """A DA value moved by `days`; None for what is no date."""
    match = _DATE.match(text.strip())
    if match is None:
        return None
    try:
        original = date(int(match[1]), int(match[3]), int(match[4]))
        return f"{original + timedelta(days=days):%Y%m%d}".rjust(8, "0")
    except (ValueError, OverflowError):
        return None


def shifted_datetime(text: str, *, days: int) -> str | None:
    """A DT value moved by `days`, the time of day kept and the zone dropped; None for no DT."""
    match = _DATETIME.match(text.strip())
    if match is None:
        return None
    day = shifted_date(match[1], days=days)
    clock = match[2]
    if day is None or (clock and not checked_time(clock)):
        return None
    return day + clock


def checked_time(text: str) -> str | None:
    """A TM value as it is, if it is one; None otherwise."""
    stripped = text.strip()
    return stripped if _TIME.match(stripped) else None


def capped_age(text: str) -> str | None:
    """An AS value, with ages above 89 years as 090Y (45 CFR 164.514(b)(2)(i)(C)); None for none.

    A bare number, which some converters write, counts as years.
    """
    match = _AGE.match(text.strip())
    if match is None:
        return None
    number, unit = int(match[1]), match[2] or "Y"
    years = number / {"D": 365.25, "W": 52.18, "M": 12, "Y": 1}[unit]
    return f"{OLDEST_AGE_YEARS + 1:03d}Y" if years > OLDEST_AGE_YEARS else f"{number:03d}{unit}"


def dummy(vr: str) -> str | None:
    """A non-empty value that says nothing, for the VR; None where a VR has none."""
    if vr in {"LO", "SH", "ST", "LT", "UT", "UC", "CS", "AE", "PN"}:
        return "REMOVED"
    epoch = datetime(1900, 1, 1)  # noqa: DTZ001  a dummy, no moment
    return {
        "DA": f"{epoch:%Y%m%d}",
        "DT": f"{epoch:%Y%m%d%H%M%S}",
        "TM": "000000",
        "AS": "000Y",
        "IS": "0",
        "DS": "0",
    }.get(vr)
