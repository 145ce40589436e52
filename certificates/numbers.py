"""Numbers of certificates: impossible to guess, easy to read out and type.

Eighty random bits in Crockford's base 32 (no I, L, O, U), which forgives the letters that people
confuse, in four groups: ``7QKM-3T9X-0C5R-HW2E``.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_GROUP = 4
_CONFUSED = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_number() -> str:
    """A number nobody has had before, but for a chance of 2⁻⁸⁰."""
    return grouped("".join(secrets.choice(ALPHABET) for _place in range(LENGTH)))


def grouped(characters: str) -> str:
    """The characters in groups of four."""
    return "-".join(characters[at : at + _GROUP] for at in range(0, len(characters), _GROUP))


def read_number(typed: str) -> str:
    """The number that somebody typed, as it is stored; empty if it can't be one."""
    characters = "".join(typed.upper().split()).replace("-", "").translate(_CONFUSED)
    if len(characters) != LENGTH or not set(characters) <= set(ALPHABET):
        return ""
    return grouped(characters)
