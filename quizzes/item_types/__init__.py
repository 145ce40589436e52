"""Item types: each a plug-in of schema, renderer and scorer behind one small interface.

A room above adds a type of its own with `register` (the case viewer: regions on stacks).
"""

from .base import (
    Choice,
    InvalidResponse,
    ItemType,
    Score,
    UnknownItemType,
    get,
    item_types,
    register,
)
from .extended_matching import ExtendedMatching
from .free_text import FreeText
from .gap_fill import GapFill
from .hotspot import Hotspot
from .matching import Matching
from .multiple_response import MultipleResponse
from .numeric import Numeric
from .ordering import Ordering
from .short_answer import ShortAnswer
from .single_best_answer import SingleBestAnswer
from .true_false_set import TrueFalseSet

for _item_type in (
    SingleBestAnswer(),
    MultipleResponse(),
    TrueFalseSet(),
    ExtendedMatching(),
    ShortAnswer(),
    Numeric(),
    Ordering(),
    Matching(),
    GapFill(),
    Hotspot(),
    FreeText(),
):
    register(_item_type)

__all__ = [
    "Choice",
    "ExtendedMatching",
    "FreeText",
    "GapFill",
    "Hotspot",
    "InvalidResponse",
    "ItemType",
    "Matching",
    "MultipleResponse",
    "Numeric",
    "Ordering",
    "Score",
    "ShortAnswer",
    "SingleBestAnswer",
    "TrueFalseSet",
    "UnknownItemType",
    "get",
    "item_types",
    "register",
]
