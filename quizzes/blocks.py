"""The StreamField of an item: one block per registered item type."""

from importlib import import_module

from django.conf import settings
from wagtail.blocks import Block

from .item_types import item_types


def item_body_blocks() -> list[tuple[str, Block]]:
    """(code, block) of every item type, for the body of an item.

    Rooms above name their modules of item types in a setting: imports run down only, and the
    blocks must be known when the model is made.
    """
    for name in settings.QUIZ_ITEM_TYPES:
        import_module(name)
    return [(code, item_type.block()) for code, item_type in item_types().items()]
