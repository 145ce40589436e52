"""Letters of quizzes: reviews that are due, and results that a corrected key has changed."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from outbox.domain.choices import refuse_kind
from outbox.domain.posting import send_due_letters
from outbox.models import Letter
from quizzes.deck_queries import due_days
from quizzes.domain.attempts import finish_attempt, record_answer, start_attempt
from quizzes.domain.reminders import (
    REVIEWS_DUE,
    next_at,
    remind_at,
    remind_no_more,
    reminder_of,
    write_reminders,
)
from quizzes.domain.rescoring import rescore_item
from quizzes.models import Attempt, Item, Quiz, ReviewCard, ReviewReminder
from tests.factories import UserFactory, make_item, make_quiz

pytestmark = pytest.mark.django_db

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def learner_with_due_reviews(count: int = 2, **fields):
    user = UserFactory(**fields)
    quiz = make_quiz(*(make_item(stem=f"Question {n}") for n in range(count)))
    answer_all(start_attempt(quiz=quiz, user=user), right=True)
    ReviewCard.objects.filter(user=user).update(due_at=timezone.now() - HOUR)
    return user


def answer_all(attempt: Attempt, *, right: bool) -> None:
    for answer in attempt.answers.select_related("version"):
        options = answer.version.content["options"]
        option = next(one["id"] for one in options if one["value"]["is_key"] is right)
        record_answer(attempt=attempt, position=answer.position, data={"option": option})
    finish_attempt(attempt=attempt)


def let_its_hour_come(user) -> None:
    ReviewReminder.objects.filter(user=user).update(next_at=timezone.now() - HOUR)


def sent_texts() -> list[str]:
    send_due_letters()
    return [f"{message.subject}\n{message.body}" for message in mail.outbox]


def test_hour_is_the_readers_own():
    moscow, cairo = UserFactory(time_zone="Europe/Moscow"), UserFactory(time_zone="Africa/Cairo")
    now = dt.datetime(2026, 1, 10, 4, 30, tzinfo=dt.UTC)
    assert next_at(user=moscow, hour=8, now=now) == dt.datetime(2026, 1, 10, 5, tzinfo=dt.UTC)
    assert next_at(user=cairo, hour=6, now=now) == dt.datetime(2026, 1, 11, 4, tzinfo=dt.UTC)


@pytest.mark.parametrize("day", [dt.date(2026, 3, 28), dt.date(2026, 10, 24)])
def test_change_of_the_clock_leaves_a_day_of_one_reminder(day):
    berlin = UserFactory(time_zone="Europe/Berlin")
    at = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) - HOUR
    days = []
    for _reminder in range(4):
        at = next_at(user=berlin, hour=2, now=at).astimezone(dt.UTC)
        days.append(at.astimezone(berlin.zone).date())
    assert days == [day + n * DAY for n in range(4)]


def test_due_reviews_are_reminded_of_once_a_day():
    user = learner_with_due_reviews(language="ru")
    remind_at(user=user, hour=7)
    assert write_reminders() == 0, "its hour has not come"
    let_its_hour_come(user)
    assert write_reminders() == 1
    let_its_hour_come(user)
    assert write_reminders() == 0, "another letter on the same day"
    assert len(sent_texts()) == 1
    assert mail.outbox[0].to == [user.email]
    assert "/ru/quizzes/review/" in mail.outbox[0].body
    assert "List-Unsubscribe" in mail.outbox[0].extra_headers
    assert ReviewReminder.objects.get().sent_at is not None


def test_nobody_is_reminded_of_nothing():
    user = learner_with_due_reviews()
    remind_at(user=user, hour=7)
    ReviewCard.objects.update(due_at=timezone.now() + DAY)
    let_its_hour_come(user)
    assert (write_reminders(), Letter.objects.count()) == (0, 0)
    assert ReviewReminder.objects.get().next_at > timezone.now()


def test_reviews_done_before_the_letter_leaves_are_not_reminded_of():
    user = learner_with_due_reviews()
    remind_at(user=user, hour=7)
    let_its_hour_come(user)
    write_reminders()
    ReviewCard.objects.update(due_at=timezone.now() + DAY)
    assert sent_texts() == []


def test_reminders_end_by_the_page_and_by_the_letters_own_link(client):
    user = learner_with_due_reviews()
    client.force_login(user)
    client.post(reverse("quizzes:reminders"), {"hour": "18"})
    assert reminder_of(user=user).hour == 18
    page = client.get(reverse("quizzes:deck")).content.decode()
    assert '<option value="18" selected>18:00</option>' in page
    refuse_kind(user=user, kind=REVIEWS_DUE)
    assert reminder_of(user=user) is None
    let_its_hour_come(user)
    write_reminders()
    assert sent_texts() == []
    client.post(reverse("quizzes:reminders"), {"hour": "9"})
    assert reminder_of(user=user).hour == 9
    client.post(reverse("quizzes:reminders"), {"do": "stop"})
    assert (reminder_of(user=user), ReviewReminder.objects.count()) == (None, 0)


@pytest.mark.parametrize("hour", ["24", "-1", "", "x", "٣٣", "123456"])
def test_no_other_hour_is_taken(client, resident, hour):
    client.force_login(resident)
    client.post(reverse("quizzes:reminders"), {"hour": hour})
    assert ReviewReminder.objects.count() == 0


def test_calendar_counts_what_is_due_by_day():
    user = learner_with_due_reviews(3, time_zone="Asia/Tokyo")
    remind_at(user=user, hour=21)
    now = timezone.now()
    later = ReviewCard.objects.filter(user=user).first()
    later.due_at = now + 3 * DAY
    later.save()
    today = now.astimezone(user.zone).date()
    found = [(day.at.date() - today, day.at.hour, day.due) for day in due_days(user=user, now=now)]
    assert found == [(dt.timedelta(0), 21, 2), (3 * DAY, 21, 1)]
    remind_no_more(user=user)
    assert [day.at.hour for day in due_days(user=user, now=now)] == [8, 8]


def correct_key(item: Item) -> None:
    options = item.body[0].value["options"]
    options[0]["is_key"], options[1]["is_key"] = False, True
    item.save()


def exam_of(*items: Item, **fields) -> Quiz:
    quiz = make_quiz(*items)
    Quiz.objects.filter(pk=quiz.pk).update(**({"mode": "exam"} | fields))
    quiz.refresh_from_db()
    return quiz


def test_learners_are_told_of_both_results(editor):
    item = make_item()
    quiz = exam_of(item, make_item(stem="Another"))
    wrong, untouched = UserFactory(), UserFactory()
    attempt = start_attempt(quiz=quiz, user=wrong)
    answer_all(attempt, right=False)
    answer_all(start_attempt(quiz=exam_of(make_item(stem="Else")), user=untouched), right=True)
    correct_key(item)
    rescore_item(item=item, reason="Option two is right", by=editor)
    (text,) = sent_texts()
    assert mail.outbox[0].to == [wrong.email]
    assert "“Check yourself”: 0% before, 50% now." in text
    assert "Reason: Option two is right" in text
    assert reverse("quizzes:attempt", args=[attempt.pk]) in text


def test_pass_that_came_with_the_correction_is_told_once(editor):
    item = make_item()
    answer_all(start_attempt(quiz=exam_of(item), user=UserFactory()), right=False)
    correct_key(item)
    rescore_item(item=item, reason="Typing error", by=editor)
    (text,) = sent_texts()
    assert "With that you have passed." in text


def test_reason_stays_hidden_where_the_answers_are_not_explained(client, editor):
    item, user = make_item(), UserFactory()
    attempt = start_attempt(quiz=exam_of(item, review_policy="never"), user=user)
    answer_all(attempt, right=False)
    correct_key(item)
    rescore_item(item=item, reason="Option two is right", by=editor)
    (text,) = sent_texts()
    client.force_login(user)
    page = client.get(reverse("quizzes:attempt", args=[attempt.pk])).content.decode()
    assert ("0% before, 100% now" in text, "from 0% to 100%" in page) == (True, True)
    assert ("Option two" in text, "Option two" in page) == (False, False)
