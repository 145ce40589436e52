"""Page bodies: the demo's markup as the stream of blocks that pages are written in."""

import uuid
from collections.abc import Sequence
from typing import Any

from .identity import list_items, stream
from .prose import to_blocks


def body(key: uuid.UUID, text: str, *, references: Sequence[str] = ()) -> str:
    """The content of a `BodyBlock` field as JSON; `references` come last."""
    blocks: list[tuple[str, Any]] = []
    for position, (kind, value) in enumerate(to_blocks(text)):
        if kind == "heading":
            value = {"text": value, "level": "2"}  # noqa: PLW2901  the block's own form of it
        elif kind == "references":
            value = list_items(key, f"body/{position}", value)  # noqa: PLW2901
        blocks.append((kind, value))
    if references:
        blocks.append(("references", list_items(key, "body/references", references)))
    return stream(key, "body", blocks)
