"""Freezing items: what a learner answers is a version that never changes."""

import hashlib
import json

from django.db import transaction

from quizzes.models import Item, ItemVersion


def _snapshot(item: Item) -> tuple[str, dict]:
    """(type, content) of the item's body as plain JSON."""
    block = item.body[0]
    return block.block_type, block.block.get_prep_value(block.value)


def content_hash(item_type: str, content: dict) -> str:
    """SHA-256 over a canonical form, equal for equal content."""
    canonical = json.dumps([item_type, content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


@transaction.atomic
def current_version(item: Item) -> ItemVersion:
    """The version that says what the item says now; made when its content has changed."""
    item_type, content = _snapshot(item)
    digest = content_hash(item_type, content)
    # The item's row is the lock: two learners starting at once must not both make version 2.
    Item.objects.select_for_update().only("pk").get(pk=item.pk)
    latest = item.versions.order_by("number").last()
    if latest and latest.content_hash == digest:
        return latest
    return ItemVersion.objects.create(
        item=item,
        number=latest.number + 1 if latest else 1,
        item_type=item_type,
        content=content,
        content_hash=digest,
    )
