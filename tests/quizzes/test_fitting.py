"""FSRS-6 fitted to one learner: agrees with the reference, helps where it can, else stays away."""

import datetime as dt
import random

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone
from fsrs import Card, Rating, Scheduler
from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.models import WorkState
from quizzes.deck_queries import read_deck
from quizzes.domain import refits
from quizzes.domain.deck import answer_card, parameters_of
from quizzes.domain.versions import current_version
from quizzes.fitting import Histories, fit, log_loss, predict
from quizzes.models import DeckFit, Review, ReviewCard
from quizzes.scheduling import replay
from tests.factories import UserFactory, make_item

DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)
History = list[tuple[int, dt.datetime]]
# Somebody who forgets sooner, and whose memory fades by another curve.
FORGETFUL = [0.1, 0.4, 0.8, 2.5, *DEFAULT_PARAMETERS[4:8], 1.2, *DEFAULT_PARAMETERS[9:20], 0.3]


def reference(parameters) -> Scheduler:
    return Scheduler(
        parameters=parameters, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )


def learn(*, memory, cards: int, days: int, seed: int) -> list[History]:
    """Reviews of somebody whose memory follows `memory`, asked when the defaults say so."""
    chance, truth, plan = random.Random(seed), reference(memory), reference(DEFAULT_PARAMETERS)
    histories = []
    for _card in range(cards):
        at = START + chance.randrange(120) * DAY
        real, planned, history = Card(card_id=1), Card(card_id=1), []
        while at < START + days * DAY:
            recall = truth.get_card_retrievability(real, at) if history else 0.5
            good = Rating(chance.choice([2, 3, 3, 3, 4]))
            rating = good if chance.random() < recall else Rating.Again
            real, _log = truth.review_card(real, rating, at)
            planned, _log = plan.review_card(planned, rating, at)
            history.append((int(rating), at))
            at = max(planned.due, at + DAY) + chance.randrange(3) * DAY
        histories.append(history)
    return histories


def on_days(*days: int) -> History:
    """A card that was known on each of these days."""
    return [(3, START + day * DAY) for day in days]


# Sets of parameters anywhere within the reference's bounds.
parameter_sets = st.tuples(
    *(
        st.floats(low, high)
        for low, high in zip(LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True)
    )
)
review_histories = st.lists(
    st.lists(st.tuples(st.integers(1, 4), st.floats(0, 200)), min_size=1, max_size=12),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150)
@given(parameter_sets, review_histories)
def test_prediction_before_every_review_is_the_references(parameters, gaps):
    cards, expected = [], []
    scheduler = reference(parameters)
    for reviews in gaps:
        card, at, history, recalls = Card(card_id=1), START, [], []
        for rating, days in reviews:
            at += dt.timedelta(days=days)
            recalls.append(scheduler.get_card_retrievability(card, at))
            card, _log = scheduler.review_card(card, Rating(rating), at)
            history.append((rating, at))
        cards.append(history)
        expected.append(recalls)
    histories = Histories.of(cards)
    found = predict(np.array([parameters]), histories)[0]
    for column, recalls in enumerate(expected):
        np.testing.assert_allclose(found[1 : len(recalls), column], recalls[1:], rtol=1e-9)


def test_fit_finds_a_memory_that_the_defaults_do_not_describe():
    histories = Histories.of(learn(memory=FORGETFUL, cards=60, days=365, seed=7))
    found = fit(histories)
    assert found.is_better
    unseen = Histories.of(learn(memory=FORGETFUL, cards=60, days=365, seed=8))
    losses = log_loss(np.array([found.parameters, DEFAULT_PARAMETERS]), unseen, unseen.counted)
    assert losses[0] < losses[1] * 0.98


def test_fit_to_a_memory_like_the_defaults_is_not_adopted():
    found = fit(Histories.of(learn(memory=DEFAULT_PARAMETERS, cards=60, days=365, seed=9)))
    assert not found.is_better


def test_fit_stays_within_the_references_bounds():
    found = fit(Histories.of([[(1, START + day * DAY) for day in range(20)]] * 20))
    reference(found.parameters)  # refuses what is out of bounds
    assert len(found.parameters) == len(DEFAULT_PARAMETERS)


def keep(user, histories: list[History]) -> None:
    """Put reviews into the user's deck as if they had been given."""
    version = current_version(make_item())
    for number, history in enumerate(histories):
        after = replay(reviews=history)
        card = ReviewCard.objects.create(
            user=user,
            item=version.item,
            item_key=f"00000000-0000-4000-8000-{number:012}",
            state=after.state,
            step=after.step,
            stability=after.stability,
            difficulty=after.difficulty,
            due_at=after.due_at,
            reviewed_at=after.reviewed_at,
            reviews=len(history),
        )
        Review.objects.bulk_create(
            Review(
                card=card,
                version=version,
                response={},
                share=float(rating > 1),
                rating=rating,
                reviewed_at=at,
            )
            for rating, at in history
        )


def review_one(user) -> None:
    """Answer one due card of the user's."""
    card = ReviewCard.objects.filter(user=user).order_by("due_at").first()
    version = current_version(card.item)
    data = {"option": version.content["options"][0]["id"]}
    answer_card(card=card, version=version, data=data, now=START + 500 * DAY)


@pytest.mark.django_db
def test_deck_is_fitted_once_there_are_enough_reviews_and_every_card_follows(monkeypatch):
    monkeypatch.setattr(refits, "FEWEST_REVIEWS", 300)
    user, other = UserFactory(), UserFactory()
    keep(user, learn(memory=FORGETFUL, cards=60, days=365, seed=7))
    keep(other, [on_days(0, 5)])
    review_one(user)
    review_one(other)
    row = DeckFit.objects.get()
    assert (row.user, row.state, parameters_of(user_id=user.pk)) == (user, WorkState.WAITING, None)
    assert refits.refit(fit_id=row.pk) == WorkState.DONE
    row.refresh_from_db()
    fitted = parameters_of(user_id=user.pk)
    assert (row.loss_after < row.loss_before, row.adopted_at is not None) == (True, True)
    for card in ReviewCard.objects.filter(user=user).prefetch_related("log")[:20]:
        reviews = [(entry.rating, entry.reviewed_at) for entry in card.log.all()]
        expected = replay(reviews=reviews, parameters=fitted)
        assert (card.stability, card.difficulty, card.due_at) == (
            expected.stability,
            expected.difficulty,
            expected.due_at,
        )
    assert read_deck(user=user, now=START + 500 * DAY).is_fitted
    assert not read_deck(user=other, now=START + 500 * DAY).is_fitted


@pytest.mark.django_db
def test_next_fit_waits_for_a_fifth_more_reviews(monkeypatch):
    user = UserFactory()
    keep(user, [on_days(*range(0, 50, 5))] * 4)
    monkeypatch.setattr(refits, "FEWEST_REVIEWS", 30)
    monkeypatch.setattr(refits, "FEWEST_COUNTED", 1000)
    review_one(user)
    row = DeckFit.objects.get()
    assert refits.refit(fit_id=row.pk) == WorkState.DONE  # too few that count: nothing adopted
    for _review in range(7):
        refits.ask_for_refit(user_id=user.pk)
    row.refresh_from_db()
    assert (row.state, row.parameters, row.reviews) == (WorkState.DONE, None, 41)
    keep_more = Review.objects.filter(card__user=user).first()
    for extra in range(9):
        keep_more.pk, keep_more.reviewed_at = None, START + (100 + extra) * DAY
        keep_more.save()
    refits.ask_for_refit(user_id=user.pk)
    row.refresh_from_db()
    assert (row.state, row.reviews) == (WorkState.WAITING, 50)
    assert refits.sweep_refits() == 1


@pytest.mark.django_db
def test_deck_says_that_it_follows_the_learners_own_memory(client, resident):
    keep(resident, [on_days(0)])
    client.force_login(resident)
    sentence = "fitted to your own memory"
    assert sentence not in client.get(reverse("quizzes:deck")).content.decode()
    DeckFit.objects.create(
        user=resident, parameters=FORGETFUL, state=WorkState.DONE, adopted_at=timezone.now()
    )
    assert sentence in client.get(reverse("quizzes:deck")).content.decode()
