"""The StreamField of an item: one block per registered item type."""

from wagtail.blocks import Block

from .item_types import item_types


def item_body_blocks() -> list[tuple[str, Block]]:
    """(code, block) of every item type, for the body of an item."""
    return [(code, item_type.block()) for code, item_type in item_types().items()]
