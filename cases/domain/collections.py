"""Keeping cases, and showing them in a teaching round."""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cases.models import CaseCollection, CasePage, CollectionEntry, SavedCase, Stage

MOST_ENTRIES = 100
STAGES = len(Stage.values)


class CollectionIsFull(Exception):
    """No more cases fit into the collection."""


def save_case(*, user: Any, case: CasePage, saved: bool) -> None:
    """Put the case among the user's saved ones, or take it out; twice does no harm."""
    if saved:
        SavedCase.objects.get_or_create(user=user, case_key=case.translation_key)
    else:
        SavedCase.objects.filter(user=user, case_key=case.translation_key).delete()


def begin_collection(*, owner: Any, title: str) -> CaseCollection:
    """A new collection without cases, with a link of its own."""
    return CaseCollection.objects.create(owner=owner, title=title)


@transaction.atomic
def add_to_collection(*, collection: CaseCollection, case: CasePage) -> CollectionEntry:
    """Put the case at the end, where it is not there yet. Raises `CollectionIsFull`."""
    entries = _locked(collection)
    found = entries.filter(case_key=case.translation_key).first()
    if found:
        return found
    if entries.count() >= MOST_ENTRIES:
        raise CollectionIsFull(collection)
    last = entries.aggregate(last=Max("position"))["last"]
    return CollectionEntry.objects.create(
        collection=collection,
        case_key=case.translation_key,
        position=0 if last is None else last + 1,
    )


def remove_from_collection(*, collection: CaseCollection, case_key: uuid.UUID) -> None:
    """Take a case out of the collection."""
    collection.entries.filter(case_key=case_key).delete()


@transaction.atomic
def move_in_collection(
    *, entry: CollectionEntry, by: int, among: Collection[int] | None = None
) -> None:
    """Move a case so many places towards the end; at the ends it stays.

    `among` are the entries the teacher sees: places of others (taken offline, withdrawn) do not
    count, or the case would seem to stay where it is.
    """
    entries = list(_locked(entry.collection).order_by("position", "pk"))
    seen = [one for one in entries if among is None or one.pk in among or one.pk == entry.pk]
    now = next(place for place, one in enumerate(seen) if one.pk == entry.pk)
    neighbour = seen[max(0, min(len(seen) - 1, now + by))]
    entries.insert(entries.index(neighbour), entries.pop(entries.index(entry)))
    for position, one in enumerate(entries):
        one.position = position
    CollectionEntry.objects.bulk_update(entries, ["position"])


def _locked(collection: CaseCollection) -> Any:
    # The collection's row is the lock: two additions must not take one place.
    CaseCollection.objects.select_for_update().only("pk").get(pk=collection.pk)
    return CollectionEntry.objects.filter(collection=collection)


def reveal(*, entry: CollectionEntry, stages: int) -> CollectionEntry:
    """Show so many stages of a case to everybody who has the link; 0 closes it again."""
    entry.shown, entry.shown_at = max(0, min(STAGES, stages)), timezone.now()
    entry.save(update_fields=["shown", "shown_at"])
    return entry


def close_all(*, collection: CaseCollection) -> None:
    """Hide every case again, for the next round."""
    collection.entries.update(shown=0, shown_at=None)
