"""Frozen dataclasses to plain JSON data and back, so that stages can be stored between runs."""

import dataclasses
import types
import typing
from enum import Enum
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any, Self

from media.pipeline.refusals import Refusal, Refused


class Record:
    """Mixin for a dataclass whose fields are JSON scalars, fractions, paths, records or tuples."""

    def to_data(self) -> dict[str, Any]:
        """Give the record as a dict that ``json.dumps`` accepts."""
        return {
            field.name: _pack(getattr(self, field.name))
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Rebuild the record from :meth:`to_data`.

        Raises ``Refused(OTHER_RELEASE)`` for data of another shape: stored by another release, or
        never a record at all.
        """
        hints = typing.get_type_hints(cls)
        try:
            unknown = set(data) - set(hints)
            if unknown:
                raise LookupError(f"no field {', '.join(sorted(map(str, unknown)))}")
            return cls(**{name: _unpack(hints[name], value) for name, value in data.items()})
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise Refused(Refusal.OTHER_RELEASE, f"{cls.__name__}: {error}") from error


def _pack(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_data()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (Fraction, PurePosixPath)):
        return str(value)
    if isinstance(value, tuple):
        return [_pack(item) for item in value]
    return value


def _unpack(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        (hint,) = (arm for arm in typing.get_args(hint) if arm is not type(None))
        return _unpack(hint, value)
    if origin is tuple:
        item_hint = typing.get_args(hint)[0]
        return tuple(_unpack(item_hint, item) for item in value)
    if isinstance(hint, type):
        if issubclass(hint, Record):
            return hint.from_data(value)
        if issubclass(hint, (Enum, Fraction, PurePosixPath)):
            return hint(value)
    return value
