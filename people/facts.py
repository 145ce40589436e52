"""What has happened in one room, told to the rooms above without knowing them.

A domain function tells a fact inside the transaction that makes it true; whoever listens writes
in that transaction too, so that both become true or neither does. Facts are plain dataclasses of
the room they happen in. Listeners register from their `AppConfig.ready`, decide nothing for the
room below, and must be quick: what takes long they only put down as leased work.
"""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F")

_listeners: dict[type, list[Callable[[Any], None]]] = {}


def listen(kind: type[F], listener: Callable[[F], None]) -> None:
    """Have `listener` called with every fact of the class `kind`; registering twice is once."""
    known = _listeners.setdefault(kind, [])
    if listener not in known:
        known.append(listener)


def tell(fact: Any) -> None:
    """Tell all who listen. To be called inside the transaction that makes the fact true."""
    for listener in _listeners.get(type(fact), []):
        listener(fact)
