"""FSRS-6 fitted to each learner's own memory, by a worker, once there are enough reviews."""

import datetime as dt
from itertools import groupby
from operator import itemgetter

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from jobs.domain.leased_work import do_leased_work
from jobs.domain.leases import Heartbeat, Lease, claimable, reopen
from jobs.domain.queue import enqueue_missing
from jobs.models import OPEN_STATES
from quizzes.fitting import Fit, Histories, fit
from quizzes.models import DeckFit, Review, ReviewCard
from quizzes.scheduling import Parameters, replay
from quizzes.tasks import refit_deck

# With fewer, what is fitted is chance; each further fit waits for a fifth more of them.
FEWEST_REVIEWS = 400
GROWTH = 1.2
# What a fit and its trial need at the least; reviews on the day of the one before do not count.
FEWEST_COUNTED = 100
# card id → its (rating, moment)s in order of time
Logs = dict[int, list[tuple[int, dt.datetime]]]


def ask_for_refit(*, user_id: int) -> None:
    """Have a worker fit the scheduler to this learner, if their deck has grown enough.

    To be called in the transaction of a review.
    """
    reviews = Review.objects.filter(card__user_id=user_id).count()
    if reviews < FEWEST_REVIEWS:
        return
    row, is_new = DeckFit.objects.get_or_create(user_id=user_id, defaults={"reviews": reviews})
    if not is_new:
        if row.state in OPEN_STATES or reviews < GROWTH * row.reviews:
            return
        reopen(model=DeckFit, pks=[row.pk])
        DeckFit.objects.filter(pk=row.pk).update(reviews=reviews)
    transaction.on_commit(lambda: refit_deck.enqueue(row.pk))


def refit(*, fit_id: int) -> str:
    """Fit, if the row may be claimed; any worker may call this. Returns the row's state."""
    return do_leased_work(model=DeckFit, pk=fit_id, work=_refit)


def _refit(row: DeckFit, lease: Lease) -> None:
    histories = Histories.of(list(_logs(row.user_id).values()))
    if histories.counted.sum() < FEWEST_COUNTED:
        lease.finish()
        return
    with Heartbeat(lease):
        found = fit(histories, before=row.parameters)
    with transaction.atomic():
        # The learner's row is the lock of their deck, as it is for every answer.
        get_user_model().objects.select_for_update().only("pk").get(pk=row.user_id)
        lease.check()
        adopted = _adopt(row.user_id, found) if found.is_better else {}
        lease.finish(loss_before=found.loss_before, loss_after=found.loss_after, **adopted)


def _adopt(user_id: int, found: Fit) -> dict:
    """Put every card where it would stand had the new parameters always served."""
    reschedule(user_id=user_id, parameters=found.parameters)
    return {"parameters": list(found.parameters), "adopted_at": timezone.now()}


def reschedule(*, user_id: int, parameters: Parameters) -> None:
    """Work out a learner's cards anew from their reviews; three queries and one write a batch."""
    cards = ReviewCard.objects.in_bulk(
        list(ReviewCard.objects.filter(user_id=user_id).values_list("pk", flat=True))
    )
    moved = []
    for card_id, reviews in _logs(user_id).items():
        after = replay(reviews=reviews, parameters=parameters)
        if after is None:
            continue
        card = cards[card_id]
        card.state, card.step = after.state, after.step
        card.stability, card.difficulty = after.stability, after.difficulty
        card.due_at = after.due_at
        moved.append(card)
    fields = ["state", "step", "stability", "difficulty", "due_at"]
    ReviewCard.objects.bulk_update(moved, fields, batch_size=200)


def _logs(user_id: int) -> Logs:
    rows = (
        Review.objects.filter(card__user_id=user_id)
        .order_by("card_id", "reviewed_at")
        .values_list("card_id", "rating", "reviewed_at")
    )
    return {
        card_id: [(rating, at) for _card, rating, at in reviews]
        for card_id, reviews in groupby(rows, key=itemgetter(0))
    }


def sweep_refits() -> int:
    """Put every fit that a worker could do into the queue, once; return how many."""
    return enqueue_missing(task=refit_deck, pks=claimable(DeckFit).values_list("pk", flat=True))
