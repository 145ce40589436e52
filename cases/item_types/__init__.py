"""Questions on a case's stacks, as item types of the quiz engine.

`quizzes.blocks` imports this module by setting (`QUIZ_ITEM_TYPES`), before any model exists: it
must not import one.
"""

from quizzes.item_types import register

from .choose_slice import ChooseSlice
from .mark_lesion import MarkLesion
from .measure import MeasureDistance

for _item_type in (MarkLesion(), ChooseSlice(), MeasureDistance()):
    register(_item_type)

__all__ = ["ChooseSlice", "MarkLesion", "MeasureDistance"]
