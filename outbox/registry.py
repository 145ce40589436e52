"""The kinds of letters there are. Each room registers its own from its `AppConfig.ready`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Letter


@dataclass(frozen=True)
class Wording:
    """What a letter says: plain text, where answers go, further headers."""

    subject: str
    body: str
    reply_to: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


# Words a letter in the reader's language and time zone; None: it no longer holds.
Compose = Callable[["Letter"], Wording | None]


@dataclass(frozen=True)
class Kind:
    """One kind of letter.

    Readers can stop an `is_optional` kind; it is offered to those with the permission
    `offered_to`. `right` is the permission to see letters of this kind in the editing desk.
    Without `keeps_text` nothing of the text stays once it is sent.
    """

    name: str
    label: Any
    compose: Compose
    is_optional: bool = False
    offered_to: str = "outbox.choose_letters"
    right: str = "outbox.see_letters"
    keeps_text: bool = True


class UnknownKind(LookupError):
    """No room has registered this kind of letter."""


_kinds: dict[str, Kind] = {}


def register_letter(
    name: str,
    compose: Compose,
    *,
    label: Any,
    is_optional: bool = False,
    offered_to: str = "outbox.choose_letters",
    right: str = "outbox.see_letters",
    keeps_text: bool = True,
) -> None:
    """Have letters of the kind `name` ("courses.cohort") worded by `compose` (see `Kind`)."""
    _kinds[name] = Kind(
        name=name,
        label=label,
        compose=compose,
        is_optional=is_optional,
        offered_to=offered_to,
        right=right,
        keeps_text=keeps_text,
    )


def kind_of(name: str) -> Kind:
    """The kind of that name; raises `UnknownKind`."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def kinds() -> list[Kind]:
    """All kinds in the order of their names."""
    return [_kinds[name] for name in sorted(_kinds)]
