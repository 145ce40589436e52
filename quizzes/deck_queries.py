"""Reading a learner's review deck: what is due today, and how strong they are in what."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.html import strip_tags
from django.utils.text import Truncator, slugify

from .domain.deck import schedule_of
from .domain.versions import snapshot
from .models import Item, ReviewCard
from .scheduling import retrievability

T = TypeVar("T")


@dataclass(frozen=True)
class Strength:
    """How much of a topic a learner would remember now, as a mean probability."""

    topic: str
    cards: int
    recall: float

    @property
    def anchor(self) -> str:
        """An id for the page."""
        return f"strength-{slugify(self.topic, allow_unicode=True)}"


@dataclass(frozen=True)
class Leech:
    """A card that was set aside, and how its question begins."""

    pk: int
    words: str


@dataclass(frozen=True)
class Deck:
    """A learner's deck today. `queue` is in the order to be answered; `leeches` are set aside."""

    queue: list[ReviewCard]
    due: int
    total: int
    next_due_at: dt.datetime | None
    strengths: list[Strength]
    leeches: list[Leech]


def read_deck(*, user: Any, now: dt.datetime, limit: int = 40) -> Deck:
    """The deck of a learner, in two queries however large it is."""
    cards = list(
        ReviewCard.objects.filter(user=user).select_related("item").order_by("due_at", "pk")
    )
    topics = _topics_of({card.item_id for card in cards})
    active = [card for card in cards if not card.is_suspended]
    due = [card for card in active if card.due_at <= now]
    later = [card.due_at for card in active if card.due_at > now]
    return Deck(
        queue=interleave(due, [topics.get(card.item_id, [""])[0] for card in due])[:limit],
        due=len(due),
        total=len(cards),
        next_due_at=min(later, default=None),
        strengths=_strengths(cards, topics, now),
        leeches=[Leech(pk=card.pk, words=_words(card.item)) for card in cards if card.is_suspended],
    )


def _topics_of(item_ids: set[int]) -> dict[int, list[str]]:
    pairs = (
        Item.objects.filter(pk__in=item_ids, topics__isnull=False)
        .order_by("pk", "topics__name")
        .values_list("pk", "topics__name")
    )
    topics: dict[int, list[str]] = {}
    for item_id, name in pairs:
        topics.setdefault(item_id, []).append(name)
    return topics


def interleave(things: Sequence[T], groups: Sequence[str]) -> list[T]:
    """Things in turn from each group, within a group in the order they came. Pure.

    Mixed practice is remembered longer than practice in blocks (Rohrer & Taylor, Instr Sci
    2007;35:481–498).
    """
    rounds: dict[str, int] = {}
    keyed = []
    for place, (thing, group) in enumerate(zip(things, groups, strict=True)):
        keyed.append((rounds.get(group, 0), place, thing))
        rounds[group] = rounds.get(group, 0) + 1
    return [thing for _round, _place, thing in sorted(keyed, key=lambda one: one[:2])]


def _strengths(
    cards: Iterable[ReviewCard], topics: dict[int, list[str]], now: dt.datetime
) -> list[Strength]:
    """Weakest topic first."""
    recalls: dict[str, list[float]] = {}
    for card in cards:
        recall = retrievability(schedule=schedule_of(card), at=now)
        for topic in topics.get(card.item_id, []):
            recalls.setdefault(topic, []).append(recall)
    found = [
        Strength(topic=topic, cards=len(values), recall=sum(values) / len(values))
        for topic, values in recalls.items()
    ]
    return sorted(found, key=lambda one: (one.recall, one.topic))


def _words(item: Item) -> str:
    """How the question begins. Its title in the bank is the author's, and may tell the answer."""
    _code, content = snapshot(item)
    text = content.get("stem") or content.get("text") or ""
    return Truncator(" ".join(strip_tags(text.replace("<", " <")).split())).chars(120)


def due_count(*, user: Any, now: dt.datetime) -> int:
    """How many questions of the learner's deck are due; one query."""
    return ReviewCard.objects.filter(user=user, is_suspended=False, due_at__lte=now).count()
