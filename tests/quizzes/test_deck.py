"""The review deck: agrees with the reference implementation, and asks what is due."""

import datetime as dt
import random

import pytest
from django.urls import reverse
from django.utils import timezone
from fsrs import Card, Rating, Scheduler
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.deck_queries import interleave, read_deck
from quizzes.domain.attempts import finish_attempt, record_answer, start_attempt
from quizzes.domain.deck import NotDue, answer_card, take_back
from quizzes.domain.versions import current_version
from quizzes.models import Quiz, Review, ReviewCard
from quizzes.scheduling import LEECH_LAPSES, rate, retrievability, review
from tests.factories import UserFactory, make_item, make_quiz

patient = settings(deadline=None)  # other tests share the processor

DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)


@patient
@given(
    st.lists(st.tuples(st.sampled_from(list(Rating)), st.floats(0, 400)), min_size=1, max_size=25)
)
def test_schedule_agrees_with_the_reference_implementation(history):
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card, ours, at = Card(), None, START
    for rating, days in history:
        at += dt.timedelta(days=days)
        card, _log = scheduler.review_card(card, rating, at)
        ours = review(before=ours, rating=rating, at=at)
        assert (ours.stability, ours.difficulty) == (card.stability, card.difficulty)
        assert (ours.due_at, ours.state) == (card.due, card.state)
    later = at + 3 * DAY
    assert retrievability(schedule=ours, at=later) == scheduler.get_card_retrievability(card, later)


@pytest.mark.parametrize(
    ("share", "confidence", "rating"),
    [
        (0.0, 95, Rating.Again),
        (0.9, None, Rating.Again),
        (1.0, 25, Rating.Hard),
        (1.0, 50, Rating.Hard),
        (1.0, 75, Rating.Good),
        (1.0, None, Rating.Good),
        (1.0, 95, Rating.Easy),
    ],
)
def test_rating_follows_from_correctness_and_confidence(share, confidence, rating):
    assert rate(share=share, confidence=confidence) == rating


@patient
@given(st.lists(st.sampled_from("abc"), max_size=20))
def test_interleaving_loses_nothing_and_takes_topics_in_turn(groups):
    mixed = interleave(range(len(groups)), groups)
    assert sorted(mixed) == list(range(len(groups)))
    kinds = len(set(groups))
    assert len({groups[place] for place in mixed[:kinds]}) == kinds


def answer_quiz(user, quiz, option=0, **data):
    attempt = start_attempt(quiz=quiz, user=user)
    for answer in attempt.answers.select_related("version"):
        chosen = answer.version.content["options"][option]["id"]
        record_answer(attempt=attempt, position=answer.position, data={"option": chosen} | data)
    return attempt


@pytest.mark.django_db
def test_answered_items_come_into_the_deck_at_once_in_practice():
    user, quiz = UserFactory(), make_quiz(make_item(), make_item(stem="Other"))
    answer_quiz(user, quiz, option=1)
    cards = ReviewCard.objects.filter(user=user)
    assert [(card.reviews, card.lapses) for card in cards] == [(1, 0), (1, 0)]
    assert set(Review.objects.values_list("rating", flat=True)) == {int(Rating.Again)}
    finish_attempt(attempt=user.attempts.get())
    assert Review.objects.count() == 2


@pytest.mark.django_db
def test_exam_comes_into_the_deck_only_when_it_may_be_explained(client, resident):
    quiz = make_quiz(make_item())
    soon = timezone.now() + DAY
    Quiz.objects.update(mode="exam", review_policy="after_close", closes_at=soon)
    quiz.refresh_from_db()
    finish_attempt(attempt=answer_quiz(resident, quiz))
    client.force_login(resident)
    client.get(reverse("quizzes:deck"))
    assert ReviewCard.objects.count() == 0
    Quiz.objects.update(closes_at=timezone.now() - dt.timedelta(minutes=1))
    client.get(reverse("quizzes:deck"))
    client.get(reverse("quizzes:deck"))
    assert (ReviewCard.objects.count(), Review.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_due_card_is_asked_answered_once_and_put_back(client, resident):
    answer_quiz(resident, make_quiz(make_item()))
    card = ReviewCard.objects.get()
    ReviewCard.objects.update(due_at=timezone.now() - DAY, reviewed_at=timezone.now() - 4 * DAY)
    client.force_login(resident)
    assert "1 question is due today" in client.get(reverse("quizzes:deck")).content.decode()
    url = reverse("quizzes:card", args=[card.pk])
    asked = client.get(url).content.decode()
    assert "The scale is defined so." not in asked
    key = current_version(card.item).content["options"][0]["id"]
    answered = client.post(url, {"option": key, "confidence": "95"}, follow=True).content.decode()
    assert "The scale is defined so." in answered
    client.post(url, {"option": key})
    assert list(Review.objects.order_by("pk").values_list("rating", flat=True)) == [3, 4]
    card.refresh_from_db()
    assert card.due_at > timezone.now() + DAY


@pytest.mark.django_db
def test_card_of_somebody_else_is_refused(client, resident):
    answer_quiz(UserFactory(), make_quiz(make_item()))
    client.force_login(resident)
    url = reverse("quizzes:card", args=[ReviewCard.objects.get().pk])
    assert (client.get(url).status_code, client.post(url).status_code) == (403, 403)


@pytest.mark.django_db
def test_item_forgotten_again_and_again_is_set_aside_until_taken_back():
    user = UserFactory()
    answer_quiz(user, make_quiz(make_item()))
    card = ReviewCard.objects.get()
    version = current_version(card.item)
    wrong = {"option": version.content["options"][1]["id"]}
    now = timezone.now()
    for _lapse in range(LEECH_LAPSES):
        card.refresh_from_db()
        now = max(now, card.due_at) + DAY
        answer_card(card=card, version=version, data=wrong, now=now)
        with pytest.raises(NotDue):
            answer_card(card=card, version=version, data=wrong, now=now)
    deck = read_deck(user=user, now=now + 9 * DAY)
    assert (deck.queue, [leech.pk for leech in deck.leeches]) == ([], [card.pk])
    assert deck.leeches[0].words == "Which density has water?"
    take_back(card=card)
    assert read_deck(user=user, now=now + 9 * DAY).queue == [card]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 12])
def test_deck_costs_the_same_however_large(number, django_assert_num_queries):
    user = UserFactory()
    items = [make_item(stem=f"Q{n}") for n in range(number)]
    for item in items:
        item.topics.add(random.choice(["Chest", "Head"]))
    answer_quiz(user, make_quiz(*items))
    with django_assert_num_queries(3):
        read_deck(user=user, now=timezone.now() + 90 * DAY)
