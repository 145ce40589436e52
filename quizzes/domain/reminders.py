"""Letters about due reviews: wished for, once a day at most, at an hour of the reader's own day."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from outbox.domain.choices import welcome_kind
from outbox.domain.letters import write_letter
from outbox.models import Letter, Refusal
from outbox.registry import Wording
from outbox.wording import word
from people.addresses import full_address
from quizzes.deck_queries import due_count
from quizzes.models import ReviewReminder

REVIEWS_DUE = "quizzes.reviews_due"


def next_at(*, user: Any, hour: int, now: dt.datetime) -> dt.datetime:
    """The next time that it is `hour` o'clock where the user is."""
    today = now.astimezone(user.zone).date()
    for day in (today, today + dt.timedelta(days=1)):
        moment = dt.datetime.combine(day, dt.time(hour), tzinfo=user.zone)
        if moment > now:
            return moment
    return moment + dt.timedelta(days=1)  # the clock was put back over this hour


def reminder_of(*, user: Any) -> ReviewReminder | None:
    """The user's wish; None where there is none, or a letter's own link has ended it."""
    if Refusal.objects.filter(user=user, kind=REVIEWS_DUE).exists():
        return None
    return ReviewReminder.objects.filter(user=user).first()


@transaction.atomic
def remind_at(*, user: Any, hour: int, now: dt.datetime | None = None) -> ReviewReminder:
    """Have the user reminded at `hour` (0 to 23, their time) of days with due reviews."""
    now = now or timezone.now()
    welcome_kind(user=user, kind=REVIEWS_DUE)
    reminder, _is_new = ReviewReminder.objects.update_or_create(
        user=user, defaults={"hour": hour, "next_at": next_at(user=user, hour=hour, now=now)}
    )
    return reminder


@transaction.atomic
def remind_no_more(*, user: Any) -> None:
    """Send the user no reminders; those that wait are not sent either."""
    ReviewReminder.objects.filter(user=user).delete()


def write_reminders(*, now: dt.datetime | None = None, limit: int = 500) -> int:
    """Write the letters whose hour has come; returns how many. The worker's sweep."""
    now = now or timezone.now()
    due = ReviewReminder.objects.filter(next_at__lte=now).order_by("next_at")
    return sum(_remind(pk, now) for pk in list(due.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _remind(pk: int, now: dt.datetime) -> bool:
    reminders = ReviewReminder.objects.select_for_update(of=("self",)).select_related("user")
    reminder = reminders.filter(pk=pk, next_at__lte=now).first()
    if reminder is None:
        return False
    user = reminder.user
    reminder.next_at = next_at(user=user, hour=reminder.hour, now=now)
    written = None
    if due_count(user=user, now=now):
        day = now.astimezone(user.zone).date().isoformat()
        # The day makes the letter: a second one of that day is not written.
        written = write_letter(kind=REVIEWS_DUE, to=user, about={"day": day})
        reminder.sent_at = now if written else reminder.sent_at
    reminder.save(update_fields=["next_at", "sent_at"])
    return written is not None


def compose(letter: Letter) -> Wording | None:
    """How much is due, and where; nothing once it is done, the day is over, or nobody wants it."""
    user, now = letter.recipient, timezone.now()
    if user is None or not ReviewReminder.objects.filter(user=user).exists():
        return None
    if letter.about["day"] != now.astimezone(user.zone).date().isoformat():
        return None
    due = due_count(user=user, now=now)
    if not due:
        return None
    context = {"due": due, "deck_url": full_address(reverse("quizzes:deck"))}
    return word(letter, templates="quizzes/email/reviews_due", context=context)
