"""How the demo recognises what it made: keys that follow from names, in every run the same.

An editor may rename, move or rewrite a page; its translation key stays, and so does the
knowledge that this page need not be made again.
"""

import json
import uuid
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model
from wagtail.models import Locale

NAMESPACE = uuid.UUID("6f2d6f0e-5a0c-5b1d-9a54-0c5b7a1f9e21")

M = TypeVar("M", bound=Model)


def key_of(*names: str) -> uuid.UUID:
    """The key of what is called by these names, for example ("case", "head-mca")."""
    return uuid.uuid5(NAMESPACE, "/".join(names))


def find(model: type[M], *, key: uuid.UUID, locale: Locale) -> M | None:
    """The translatable object of that translation key in a language, if it is there."""
    return model._default_manager.filter(translation_key=key, locale=locale).first()


def stream(key: uuid.UUID, field: str, blocks: Iterable[tuple[str, Any]]) -> str:
    """A StreamField's content as JSON from (type, value) pairs.

    Block ids follow from the place, so that a page and its translation share them.
    """
    return json.dumps(
        [
            {"type": kind, "value": value, "id": place_id(key, field, kind, position)}
            for position, (kind, value) in enumerate(blocks)
        ],
        ensure_ascii=False,
    )


def list_items(key: uuid.UUID, field: str, values: Iterable[Any]) -> list[dict[str, Any]]:
    """The content of a ListBlock: each value with an id of its place."""
    return [
        {"type": "item", "value": value, "id": place_id(key, field, "item", position)}
        for position, value in enumerate(values)
    ]


def place_id(key: uuid.UUID, field: str, kind: str, position: int) -> str:
    """The id of a block at a place."""
    return str(uuid.uuid5(key, f"{field}/{kind}/{position}"))
