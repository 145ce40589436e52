"""Reading numbers as people write them. Pure."""

import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)?|[.,]\d+)([eE][+-]?\d{1,2})?")
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]")


def parse_number(text: str) -> Decimal | None:
    """The number a text says: decimal point or comma, spaces between thousands, any minus sign.

    None where it says none. Thousands set apart by points or commas are not read: nobody knows
    whether 1.500 is one and a half.
    """
    plain = _SPACES.sub("", text).replace("−", "-").replace("–", "-")
    if len(plain) > 40 or not _NUMBER.fullmatch(plain):
        return None
    return Decimal(plain.replace(",", "."))


def exact(value: float | str) -> Decimal:
    """A stored number as the author wrote it: 0.1 is a tenth."""
    return Decimal(str(value))


def plain(value: Decimal) -> str:
    """A number without trailing zeros or exponent."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
