"""Reading a learner's review deck: what is due today, and how strong they are in what."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.html import strip_tags
from django.utils.text import Truncator, slugify

from .domain.deck import parameters_of, schedule_of
from .domain.versions import snapshot
from .models import Item, ReviewCard, ReviewReminder
from .scheduling import Parameters, retrievability

T = TypeVar("T")
# When a calendar shows reviews to who has chosen no hour.
USUAL_HOUR = 8


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
    is_fitted: bool
    leeches: list[Leech]


def read_deck(*, user: Any, now: dt.datetime, limit: int = 40) -> Deck:
    """The deck of a learner, in three queries however large it is."""
    cards = list(
        ReviewCard.objects.filter(user=user).select_related("item").order_by("due_at", "pk")
    )
    topics = _topics_of({card.item_id for card in cards})
    parameters = parameters_of(user_id=user.pk)
    active = [card for card in cards if not card.is_suspended]
    due = [card for card in active if card.due_at <= now]
    later = [card.due_at for card in active if card.due_at > now]
    return Deck(
        queue=interleave(due, [topics.get(card.item_id, [""])[0] for card in due])[:limit],
        due=len(due),
        total=len(cards),
        next_due_at=min(later, default=None),
        strengths=_strengths(cards, topics, now, parameters),
        is_fitted=parameters is not None,
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
    cards: Iterable[ReviewCard],
    topics: dict[int, list[str]],
    now: dt.datetime,
    parameters: Parameters,
) -> list[Strength]:
    """Weakest topic first."""
    recalls: dict[str, list[float]] = {}
    for card in cards:
        recall = retrievability(schedule=schedule_of(card), at=now, parameters=parameters)
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


@dataclass(frozen=True)
class DueDay:
    """How many questions are due on a day, and when the learner is reminded of them."""

    at: dt.datetime
    due: int


def due_days(*, user: Any, now: dt.datetime, days: int = 14) -> list[DueDay]:
    """The next days with due questions; what is overdue counts today. Two queries."""
    reminder = ReviewReminder.objects.filter(user=user).first()
    hour = dt.time(reminder.hour if reminder else USUAL_HOUR)
    today = now.astimezone(user.zone).date()
    horizon = now + dt.timedelta(days=days)
    cards = ReviewCard.objects.filter(user=user, is_suspended=False, due_at__lte=horizon)
    counted = Counter(
        max(today, due_at.astimezone(user.zone).date())
        for due_at in cards.values_list("due_at", flat=True)
    )
    return [
        DueDay(at=dt.datetime.combine(day, hour, tzinfo=user.zone), due=due)
        for day, due in sorted(counted.items())
    ]
