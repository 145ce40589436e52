"""Item types: each a plug-in of schema, renderer and scorer behind one small interface.

A room above adds a type of its own with `register` (the case viewer: regions on stacks).
"""

from .base import InvalidResponse, ItemType, Score, UnknownItemType, get, item_types, register
from .single_best_answer import SingleBestAnswer

register(SingleBestAnswer())

__all__ = [
    "InvalidResponse",
    "ItemType",
    "Score",
    "SingleBestAnswer",
    "UnknownItemType",
    "get",
    "item_types",
    "register",
]
