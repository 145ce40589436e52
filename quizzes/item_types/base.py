"""The interface of an item type, and the registry of those that exist."""

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wagtail.blocks import StructBlock

# A stored response: what the learner gave, as JSON.
Response = dict[str, Any]
# The frozen content of an item version: the block's value as JSON.
Content = dict[str, Any]
# What a page may show of an item, as JSON.
View = dict[str, Any]


class InvalidResponse(ValueError):
    """The learner's input is no answer to this item; the message (translated) says what to do.

    `draft` is what can be kept of it, in the shape of a response, so that nothing has to be
    given twice.
    """

    def __init__(self, message: str, *, draft: Response | None = None) -> None:
        super().__init__(message)
        self.draft = draft


class UnknownItemType(LookupError):
    """No item type of that code is registered."""


@dataclass(frozen=True)
class Score:
    """Result of scoring: `points` of `possible`, both ≥ 0; `pending` while a person must mark."""

    points: float
    possible: float
    pending: bool = False

    @property
    def is_full(self) -> bool:
        return not self.pending and self.points >= self.possible


@dataclass(frozen=True)
class Choice:
    """An alternative that item analysis counts: what it says and whether it is right."""

    id: str
    text: str
    is_key: bool


class ItemType(ABC):
    """What an item type must know. All methods are pure functions of their arguments.

    `template` shows a `question` or, once answered, a `review`. `shuffled_lists` are the lists
    of a view whose order says nothing and may differ from attempt to attempt.
    """

    code: str
    template: str
    shuffled_lists: tuple[str, ...] = ()
    marked_by_person = False

    @abstractmethod
    def block(self) -> StructBlock:
        """The editing form of this type, as a StreamField block."""

    @abstractmethod
    def question(self, content: Content, given: Response | None = None) -> View:
        """What the learner may see before answering: never the key, feedback or explanation.

        `given` is an earlier response or a draft, to fill the form with.
        """

    @abstractmethod
    def review(self, content: Content, response: Response) -> View:
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

    @abstractmethod
    def key(self, content: Content) -> Response:
        """A response that gets full marks; for a type marked by a person any that is complete."""

    def image_ids(self, content: Content) -> set[int]:
        """The pictures an item shows before or after the answer."""
        return {content["image"]} if content.get("image") else set()

    def video_ids(self, content: Content) -> set[int]:
        """The recordings an item shows before or after the answer."""
        named = (content.get("video"), content.get("explanation_video"))
        return {one for one in named if one}

    def shuffled(self, view: View, seed: int) -> View:
        """The view with its `shuffled_lists` in the order of `seed`; 0 leaves them as they are."""
        if not seed:
            return view
        # Not for secrecy: the order an attempt has must be the same on every page.
        rng = random.Random(seed)  # noqa: S311
        return view | {
            name: rng.sample(view[name], len(view[name]))
            for name in self.shuffled_lists
            if name in view
        }

    def choices(self, content: Content) -> list[Choice]:  # noqa: ARG002  most types have none
        """The alternatives to count in item analysis; none where answers are free."""
        return []

    def chosen(self, content: Content, response: Response) -> list[str]:  # noqa: ARG002
        """Ids of the `choices` a response took."""
        return []


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
