"""Extra time counts for who has it, also when it is given while they sit in the quiz."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from quizzes.domain.attempts import close_overdue_attempts, finish_attempt, start_attempt
from quizzes.domain.deadlines import apply_extra_time
from quizzes.domain.outages import beat
from quizzes.models import Attempt, ExtraTime, Quiz
from tests.factories import UserFactory, make_item, make_quiz

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def exam(**fields) -> Quiz:
    quiz = make_quiz(make_item(), make_item(stem="And air?"))
    for name, value in ({"mode": "exam", "time_limit_min": 60, "grace_s": 30} | fields).items():
        setattr(quiz, name, value)
    quiz.save()
    return quiz


def begin(quiz: Quiz | None = None, *, at: dt.datetime = START, user=None) -> Attempt:
    return start_attempt(quiz=quiz or exam(), user=user or UserFactory(), now=at)


def give(
    attempt: Attempt, percent: int, *, minute: int = 10, quiz: Quiz | None = None
) -> dt.timedelta:
    """Grant extra time at a minute of the attempt; what it has got then."""
    grant, _made = ExtraTime.objects.update_or_create(
        user=attempt.user, quiz=quiz, defaults={"percent": percent}
    )
    apply_extra_time(grant=grant, now=START + minute * MINUTE)
    return length(attempt)


def length(attempt: Attempt) -> dt.timedelta:
    attempt.refresh_from_db()
    return attempt.deadline_at - attempt.started_at


def test_extra_time_given_meanwhile_prolongs_the_running_attempt():
    attempt = begin()
    assert (give(attempt, 25), attempt.extra_percent, attempt.extra_s) == (75 * MINUTE, 25, 900)


def test_extra_time_in_one_quiz_prolongs_that_one_only():
    user, quiz = UserFactory(), exam()
    here, there = begin(quiz, user=user), begin(user=user)
    assert (give(here, 50, quiz=quiz), length(there)) == (90 * MINUTE, 60 * MINUTE)


def test_extra_time_never_shortens_what_was_given():
    attempt = begin()
    assert [give(attempt, percent) for percent in (50, 10, 0)] == [90 * MINUTE] * 3
    ExtraTime.objects.filter(user=attempt.user).delete()
    assert length(attempt) == 90 * MINUTE


def test_the_larger_of_two_grants_counts():
    attempt = begin()
    assert give(attempt, 50) == 90 * MINUTE
    assert give(attempt, 20, quiz=attempt.quiz) == 90 * MINUTE
    assert give(attempt, 100, quiz=attempt.quiz) == 120 * MINUTE


def test_time_that_an_outage_gave_back_is_kept_beside_it():
    attempt = begin()
    beat(now=START + 5 * MINUTE)
    beat(now=START + 12 * MINUTE)
    assert give(attempt, 25, minute=13) == 82 * MINUTE
    assert attempt.extra_s == 15 * 60


def test_extra_time_ends_where_the_quiz_closes():
    attempt = begin(exam(closes_at=START + 65 * MINUTE))
    assert (give(attempt, 50), attempt.extra_s) == (65 * MINUTE, 5 * 60)


def test_answers_wait_for_who_sits_longer_than_the_quiz_is_open():
    quiz = exam(closes_at=START + 65 * MINUTE)
    attempt = begin(quiz)
    beat(now=START + 5 * MINUTE)
    beat(now=START + 7 * MINUTE)
    assert give(attempt, 50) == 67 * MINUTE
    quiz.refresh_from_db()
    assert quiz.answers_known_from == START + 67 * MINUTE


def test_extra_time_does_not_bring_an_attempt_back_that_is_over():
    by_clock, by_hand = begin(), begin()
    finish_attempt(attempt=by_hand, now=START + 20 * MINUTE)
    assert give(by_clock, 50, minute=62) == 60 * MINUTE
    assert give(by_hand, 50, minute=30) == 60 * MINUTE


def test_extra_time_given_in_the_grace_still_counts():
    attempt = begin()
    grant = ExtraTime.objects.create(user=attempt.user, percent=25)
    apply_extra_time(grant=grant, now=START + 60 * MINUTE + dt.timedelta(seconds=20))
    assert length(attempt) == 75 * MINUTE


def test_limit_that_changed_since_does_not_change_the_running_attempt():
    attempt = begin()
    Quiz.objects.filter(pk=attempt.quiz_id).update(time_limit_min=20)
    assert give(attempt, 25) == 75 * MINUTE


def test_sweep_leaves_a_prolonged_attempt_running():
    attempt = begin(at=timezone.now() - 70 * MINUTE)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=timezone.now() + MINUTE)
    grant = ExtraTime.objects.create(user=attempt.user, percent=25)
    apply_extra_time(grant=grant)
    assert (close_overdue_attempts(), length(attempt)) == (0, 75 * MINUTE)


def test_learner_sees_the_new_time_and_the_editor_who_got_it(client, admin_client):
    attempt = begin(at=timezone.now())
    client.force_login(attempt.user)
    page = reverse("quizzes:answer", args=[attempt.pk, 1])
    assert "extra time" not in client.get(page).content.decode()
    address = reverse(ExtraTime.snippet_viewset.get_url_name("add"))
    form = {"user": attempt.user_id, "quiz": attempt.quiz_id, "percent": "25", "note": ""}
    told = admin_client.post(address, form, follow=True).content.decode()
    assert f"is taking “{attempt.quiz}” now" in told
    shown = client.get(page).content.decode()
    assert "Your extra time is included: 15 minutes." in shown
    assert 74 * 60 <= client.get(page).context["conditions"].seconds_left <= 75 * 60
