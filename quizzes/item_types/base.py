"""The interface of an item type, and the registry of those that exist."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wagtail.blocks import StructBlock

# A stored response: what the learner gave, as JSON.
Response = dict[str, Any]
# The frozen content of an item version: the block's value as JSON.
Content = dict[str, Any]


class InvalidResponse(ValueError):
    """The learner's input is no answer to this item; the message (translated) says what to do."""


class UnknownItemType(LookupError):
    """No item type of that code is registered."""


@dataclass(frozen=True)
class Score:
    """Result of scoring: `points` of `possible`, both ≥ 0."""

    points: float
    possible: float

    @property
    def is_full(self) -> bool:
        return self.points >= self.possible


class ItemType(ABC):
    """What an item type must know. All methods are pure functions of their arguments."""

    code: str
    template: str

    @abstractmethod
    def block(self) -> StructBlock:
        """The editing form of this type, as a StreamField block."""

    @abstractmethod
    def question(self, content: Content) -> dict[str, Any]:
        """What the learner may see before answering: never the key, feedback or explanation."""

    @abstractmethod
    def review(self, content: Content, response: Response) -> dict[str, Any]:
        """`question` with the response, key, feedback and explanation: for who has answered."""

    @abstractmethod
    def read_response(self, content: Content, data: Mapping[str, Any]) -> Response:
        """Turn submitted form data into a response; raises `InvalidResponse`."""

    @abstractmethod
    def possible(self, content: Content) -> float:
        """Points a full answer gives, whether or not one is given."""

    @abstractmethod
    def score(self, content: Content, response: Response) -> Score:
        """Score a response that `read_response` made for the same content."""


_types: dict[str, ItemType] = {}


def register(item_type: ItemType) -> None:
    """Make an item type known under its code."""
    _types[item_type.code] = item_type


def get(code: str) -> ItemType:
    """The item type of that code; raises `UnknownItemType`."""
    try:
        return _types[code]
    except KeyError:
        raise UnknownItemType(code) from None


def item_types() -> dict[str, ItemType]:
    """All registered types by code."""
    return dict(_types)
