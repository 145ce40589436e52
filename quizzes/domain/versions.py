"""Freezing items: what a learner answers is a version that never changes."""

import hashlib
import json
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from quizzes.models import Item, ItemVersion


def snapshot(item: Item) -> tuple[str, dict]:
    """(type, content) of the item's body as plain JSON; asks the database nothing."""
    block = item.body.get_prep_value()[0]
    return block["type"], block["value"]


def content_hash(item_type: str, content: dict) -> str:
    """SHA-256 over a canonical form, equal for equal content."""
    canonical = json.dumps([item_type, content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def current_version(item: Item) -> ItemVersion:
    """The version that says what the item says now; made when its content has changed."""
    return current_versions([item])[item.pk]


def current_versions(items: Iterable[Item]) -> dict[int, ItemVersion]:
    """item id → the version that says what the item says now.

    One query while nothing has changed, and no lock: readers of a case pass here. Changed items
    get their next version in a transaction of its own.
    """
    items = list(items)
    found = _latest({item.pk for item in items})
    changed = [item.pk for item in items if not _says(found.get(item.pk), item)]
    if changed:
        found |= _renew(changed)
    return found


def _latest(item_ids: Iterable[int]) -> dict[int, ItemVersion]:
    newest = ItemVersion.objects.filter(item=OuterRef("item")).order_by("-number").values("pk")[:1]
    versions = ItemVersion.objects.filter(item__in=item_ids)
    return {
        version.item_id: version
        for version in versions.annotate(newest=Subquery(newest)).filter(pk=F("newest"))
    }


def _says(version: ItemVersion | None, item: Item) -> bool:
    return version is not None and version.content_hash == content_hash(*snapshot(item))


@transaction.atomic
def _renew(item_ids: Iterable[int]) -> dict[int, ItemVersion]:
    # The items' rows are the lock: two learners starting at once must not both make version 2.
    # Always taken in the same order, so that two quizzes sharing items cannot block each other.
    items = list(Item.objects.select_for_update().filter(pk__in=item_ids).order_by("pk"))
    found = _latest({item.pk for item in items})
    new = [
        _next_version(item, found.get(item.pk))
        for item in items
        if not _says(found.get(item.pk), item)
    ]
    for version in ItemVersion.objects.bulk_create(new):
        found[version.item_id] = version
    return found


def _next_version(item: Item, before: ItemVersion | None) -> ItemVersion:
    item_type, content = snapshot(item)
    return ItemVersion(
        item=item,
        number=before.number + 1 if before else 1,
        item_type=item_type,
        content=content,
        content_hash=content_hash(item_type, content),
    )
