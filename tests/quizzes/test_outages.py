"""Time that the hub itself was away is given back; time that a learner was away is not."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from quizzes import beats
from quizzes.domain.attempts import (
    TimeIsUp,
    close_overdue_attempts,
    finish_attempt,
    record_answer,
    start_attempt,
)
from quizzes.domain.deadlines import time_is_up
from quizzes.domain.outages import AWAY_AFTER, beat, notice_outage
from quizzes.models import Attempt, HubBeat, Outage, Quiz
from tests.factories import UserFactory, make_item, make_quiz

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def exam(**fields) -> Quiz:
    quiz = make_quiz(make_item(), make_item(stem="And air?"))
    for name, value in ({"mode": "exam", "time_limit_min": 30, "grace_s": 30} | fields).items():
        setattr(quiz, name, value)
    quiz.save()
    return quiz


def begin(quiz: Quiz | None = None, *, at: dt.datetime = START) -> Attempt:
    return start_attempt(quiz=quiz or exam(), user=UserFactory(), now=at)


def be_away(*, since: dt.datetime, until: dt.datetime) -> Outage | None:
    beat(now=since)
    return beat(now=until)


def deadline(attempt: Attempt) -> dt.timedelta:
    attempt.refresh_from_db()
    return attempt.deadline_at - START


def test_attempt_gets_back_what_an_outage_took():
    attempt = begin()
    outage = be_away(since=START + 10 * MINUTE, until=START + 17 * MINUTE)
    assert (deadline(attempt), attempt.paused_s) == (37 * MINUTE, 7 * 60)
    assert (outage.began_at, outage.ended_at) == (START + 10 * MINUTE, START + 17 * MINUTE)


def test_deadline_that_passed_while_the_hub_was_away_leaves_the_rest_of_the_time():
    attempt = begin()
    be_away(since=START + 25 * MINUTE, until=START + 90 * MINUTE)
    assert deadline(attempt) == 95 * MINUTE


def test_two_outages_add_up_and_none_counts_twice():
    attempt = begin()
    be_away(since=START + 5 * MINUTE, until=START + 6 * MINUTE)
    for _process in range(2):  # another process notices the same gap a moment later
        beat(now=START + 6 * MINUTE)
    be_away(since=START + 6 * MINUTE, until=START + 8 * MINUTE)
    assert (deadline(attempt), Outage.objects.count()) == (33 * MINUTE, 2)


def test_signs_of_life_in_time_are_no_outage():
    attempt = begin()
    for step in range(20):
        beat(now=START + step * (AWAY_AFTER - dt.timedelta(seconds=1)))
    assert (deadline(attempt), Outage.objects.count(), HubBeat.objects.count()) == (
        30 * MINUTE,
        0,
        1,
    )


def test_learner_who_stays_away_loses_their_time():
    """Nothing a learner does or leaves undone is a sign of life of the hub."""
    attempt = begin()
    for second in range(0, 31 * 60, 15):
        beat(now=START + dt.timedelta(seconds=second))
    late = START + 31 * MINUTE
    with pytest.raises(TimeIsUp):
        record_answer(attempt=attempt, position=1, data={"option": option_of(attempt)}, now=late)
    assert time_is_up(attempt=attempt, now=late)


def option_of(attempt: Attempt) -> str:
    return attempt.answers.get(position=1).version.content["options"][0]["id"]


def test_only_attempts_that_ran_get_time():
    over = begin()
    finish_attempt(attempt=over, now=START + MINUTE)
    unlimited = begin(exam(time_limit_min=0))
    long_over = begin(at=START - 60 * MINUTE)
    started_meanwhile = begin(at=START + 12 * MINUTE)
    be_away(since=START + 10 * MINUTE, until=START + 20 * MINUTE)
    assert (deadline(over), deadline(started_meanwhile)) == (30 * MINUTE, 50 * MINUTE)
    assert deadline(long_over) == -30 * MINUTE
    unlimited.refresh_from_db()
    assert unlimited.deadline_at is None


def test_answer_on_its_way_when_the_hub_went_away_keeps_its_grace():
    attempt = begin()
    in_grace = START + 30 * MINUTE + dt.timedelta(seconds=10)
    be_away(since=in_grace, until=in_grace + 5 * MINUTE)
    attempt.refresh_from_db()
    assert not attempt.is_overdue(in_grace + 5 * MINUTE + dt.timedelta(seconds=20))
    assert attempt.is_overdue(in_grace + 5 * MINUTE + dt.timedelta(seconds=21))


def test_first_request_after_an_outage_is_not_judged_by_the_old_deadline(client, resident):
    now = timezone.now()
    attempt = start_attempt(quiz=exam(), user=resident, now=now - 40 * MINUTE)
    HubBeat.objects.create(pk=1, seen_at=now - 20 * MINUTE)
    client.force_login(resident)
    page = client.get(reverse("quizzes:answer", args=[attempt.pk, 1]))
    assert (page.status_code, "minutes were added to your time" in page.content.decode()) == (
        200,
        True,
    )
    url = reverse("quizzes:answer", args=[attempt.pk, 1])
    data = {"option": option_of(attempt), "sequence": "1"}
    receipt = client.post(url, data, headers={"accept": "application/json"}).json()
    assert (receipt["saved"], 0 < receipt["seconds_left"] <= 10 * 60) == (True, True)


def test_worker_that_is_back_before_the_web_ends_nobodys_attempt():
    now = timezone.now()
    attempt = begin(at=now - 40 * MINUTE)
    HubBeat.objects.create(pk=1, seen_at=now - 20 * MINUTE)
    assert close_overdue_attempts() == 0
    notice_outage(now=now)
    assert close_overdue_attempts() == 0
    attempt.refresh_from_db()
    assert attempt.finished_at is None


def test_time_given_back_reaches_beyond_the_close_and_explanations_wait_for_it():
    quiz = exam(closes_at=START + 30 * MINUTE, review_policy="after_close")
    early, late = begin(quiz), begin(quiz)
    finish_attempt(attempt=early, now=START + 5 * MINUTE)
    be_away(since=START + 10 * MINUTE, until=START + 20 * MINUTE)
    assert deadline(late) == 40 * MINUTE
    early = Attempt.objects.select_related("quiz").get(pk=early.pk)
    explained = [early.may_review(START + minute * MINUTE) for minute in (30, 39, 40)]
    assert explained == [False, False, True]


def test_quiz_that_no_outage_touched_keeps_its_hour():
    quiz = exam(closes_at=START + 300 * MINUTE)
    begin(quiz)
    be_away(since=START + 10 * MINUTE, until=START + 20 * MINUTE)
    quiz.refresh_from_db()
    assert (quiz.prolonged_until, quiz.answers_known_from) == (None, START + 300 * MINUTE)
    with pytest.raises(ValidationError):
        Outage(began_at=START, ended_at=START).full_clean()


class Enough(BaseException):
    """Ends what else goes on for ever."""


def test_web_goes_on_showing_signs_of_life_whatever_happens(monkeypatch):
    troubles = [DatabaseError("away"), ValueError("unforeseen")]
    naps = []

    def troubled_beat():
        if troubles:
            raise troubles.pop(0)
        return beat(now=START)

    def nap(seconds):
        naps.append(seconds)
        if len(naps) == 3:
            raise Enough

    monkeypatch.setattr(beats, "beat", troubled_beat)
    monkeypatch.setattr(beats.time, "sleep", nap)
    monkeypatch.setattr(beats, "close_old_connections", lambda: None)
    with pytest.raises(Enough):
        beats._beat_for_ever()
    assert HubBeat.objects.get().seen_at == START
