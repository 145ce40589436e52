"""The review deck: every answered item comes again, as late as memory allows."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from quizzes import item_types
from quizzes.models import Answer, Attempt, DeckFit, Item, ItemVersion, Review, ReviewCard
from quizzes.scheduling import LEECH_LAPSES, Parameters, Rating, Schedule, rate, review

from .refits import ask_for_refit


class NotDue(Exception):
    """The card has been answered already and is not due again yet."""


@dataclass(frozen=True)
class Remembered:
    """An answer on its way into a deck. `share` of its points, 0 to 1; confidence in per cent."""

    version: ItemVersion
    response: dict[str, Any]
    share: float
    confidence: int | None
    at: dt.datetime


def remember_attempt(*, attempt: Attempt, answers: Iterable[Answer]) -> None:
    """Take the given answers of an attempt into its learner's deck; again changes nothing.

    `answers` come with their versions. Free texts stay out: a person has to mark them.
    """
    given = [
        Remembered(
            version=answer.version,
            response=answer.response or {},
            share=(answer.points or 0.0) / answer.possible,
            confidence=answer.confidence,
            at=answer.answered_at,
        )
        for answer in answers
        if answer.answered_at and answer.possible and not _by_person(answer.version)
    ]
    remember(user_id=attempt.user_id, answers=given)
    if attempt.finished_at and not attempt.in_deck:
        Attempt.objects.filter(pk=attempt.pk).update(in_deck=True)


def _by_person(version: ItemVersion) -> bool:
    return item_types.get(version.item_type).marked_by_person


@transaction.atomic
def remember(*, user_id: int, answers: Iterable[Remembered]) -> None:
    """Enter answers into a learner's deck, or move the cards that are there.

    An answer not later than the card's last review is known already and changes nothing. The
    number of queries does not grow with the number of answers.
    """
    answers = sorted(answers, key=lambda one: one.at)
    if not answers:
        return
    # The learner's row is the lock: two answers at once must not make two cards of one item.
    get_user_model().objects.select_for_update().only("pk").get(pk=user_id)
    keys, parameters = _item_keys(answers), parameters_of(user_id=user_id)
    cards = {
        card.item_key: card
        for card in ReviewCard.objects.filter(user_id=user_id, item_key__in=keys.values())
    }
    moved: dict[Any, ReviewCard] = {}
    log: list[tuple[ReviewCard, Review]] = []
    for answer in answers:
        key = keys[answer.version.item_id]
        card = cards.get(key)
        if card and card.reviews and card.reviewed_at >= answer.at:
            continue
        card = card or ReviewCard(user_id=user_id, item_id=answer.version.item_id, item_key=key)
        cards[key] = moved[key] = card
        log.append((card, _move(card, answer, parameters)))
    _save(list(moved.values()))
    for card, entry in log:
        entry.card = card
    Review.objects.bulk_create([entry for _card, entry in log])


def _item_keys(answers: list[Remembered]) -> dict[int, Any]:
    """Item id → translation key."""
    ids = {answer.version.item_id for answer in answers}
    return dict(Item.objects.filter(pk__in=ids).values_list("pk", "translation_key"))


def parameters_of(*, user_id: int) -> Parameters:
    """What FSRS-6 was fitted to for this learner; None while the defaults serve them."""
    fitted = DeckFit.objects.filter(user_id=user_id).values_list("parameters", flat=True).first()
    return tuple(fitted) if fitted else None


def _move(card: ReviewCard, answer: Remembered, parameters: Parameters) -> Review:
    rating = rate(share=answer.share, confidence=answer.confidence)
    after = review(
        before=schedule_of(card) if card.reviews else None,
        rating=rating,
        at=answer.at,
        parameters=parameters,
    )
    if rating == Rating.Again and card.reviews:
        card.lapses += 1
        card.is_suspended = card.is_suspended or card.lapses >= LEECH_LAPSES
    card.item_id = answer.version.item_id
    card.state, card.step = after.state, after.step
    card.stability, card.difficulty = after.stability, after.difficulty
    card.due_at, card.reviewed_at = after.due_at, answer.at
    card.reviews += 1
    return Review(
        version=answer.version,
        response=answer.response,
        share=answer.share,
        confidence=answer.confidence,
        rating=int(rating),
        reviewed_at=answer.at,
    )


def _save(cards: list[ReviewCard]) -> None:
    ReviewCard.objects.bulk_create([card for card in cards if card.pk is None])
    ReviewCard.objects.bulk_update(
        [card for card in cards if card.pk],
        [
            "item",
            "state",
            "step",
            "stability",
            "difficulty",
            "due_at",
            "reviewed_at",
            "reviews",
            "lapses",
            "is_suspended",
        ],
    )


def schedule_of(card: ReviewCard) -> Schedule:
    """The card's state as the scheduler knows it."""
    return Schedule(
        state=card.state,
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due_at=card.due_at,
        reviewed_at=card.reviewed_at,
    )


@transaction.atomic
def answer_card(
    *,
    card: ReviewCard,
    version: ItemVersion,
    data: Mapping[str, Any],
    now: dt.datetime | None = None,
) -> Review:
    """Take a learner's answer to a due card and put it back into the deck.

    Raises `InvalidResponse` with a message, `NotDue` for a second click.
    """
    now = now or timezone.now()
    locked = ReviewCard.objects.select_for_update().get(pk=card.pk)
    if locked.due_at > now:
        raise NotDue(locked)
    item_type = item_types.get(version.item_type)
    response = item_type.read_response(version.content, data)
    score = item_type.score(version.content, response)
    confidence = str(data.get("confidence", ""))
    answer = Remembered(
        version=version,
        response=response,
        share=score.points / score.possible,
        confidence=int(confidence) if confidence in ("25", "50", "75", "95") else None,
        at=now,
    )
    entry = _move(locked, answer, parameters_of(user_id=locked.user_id))
    _save([locked])
    entry.card = locked
    entry.save()
    ask_for_refit(user_id=locked.user_id)
    return entry


def take_back(*, card: ReviewCard) -> None:
    """Let a suspended card come again: the learner has worked on it."""
    ReviewCard.objects.filter(pk=card.pk).update(is_suspended=False, lapses=0)


def remember_closed_attempts(*, user: Any, now: dt.datetime) -> int:
    """Enter answers of exams that may be explained since they closed; returns how many exams."""
    waiting = Attempt.objects.filter(
        user=user, in_deck=False, mode="exam", finished_at__isnull=False
    ).select_related("quiz")
    entered = [attempt for attempt in waiting if attempt.may_review(now)]
    for attempt in entered:
        remember_attempt(attempt=attempt, answers=attempt.answers.select_related("version"))
    return len(entered)
