"""What the writers of question files share."""

from typing import Any

from .drafts import Draft


class Unwritable(ValueError):
    """The format can't say this item; the message (translated) says why."""


def values(draft: Draft, name: str) -> list[Any]:
    """The values of a list in the draft's content."""
    return [entry["value"] for entry in draft.content.get(name) or []]


def number_text(number: float) -> str:
    """A number as short as it can be said exactly: 3 rather than 3.0."""
    return repr(int(number)) if float(number).is_integer() else repr(float(number))
