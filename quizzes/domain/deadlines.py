"""When time is up for a person, and more of it while an attempt is running."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from quizzes.models import Attempt, ExtraTime, Quiz

from .outages import hold_answers_back, notice_outage


def granted_percent(*, user: Any, quiz: Quiz) -> int:
    """The most extra time, in per cent, that the person has been granted for the quiz."""
    granted = ExtraTime.objects.filter(Q(quiz=quiz) | Q(quiz=None), user=user)
    return max(granted.values_list("percent", flat=True), default=0)


def deadline_of(
    *, quiz: Quiz, started_at: dt.datetime, limit_min: int, extra_percent: int
) -> dt.datetime | None:
    """When time is up: the limit with the extra time, at latest the close; None for never."""
    if not limit_min:
        return quiz.closes_at
    end = started_at + dt.timedelta(minutes=limit_min * (100 + extra_percent) / 100)
    return min(end, quiz.closes_at) if quiz.closes_at else end


def time_is_up(*, attempt: Attempt, now: dt.datetime) -> bool:
    """Whether the clock ends the attempt, after giving back what an outage took just now."""
    if attempt.is_overdue(now) and notice_outage(now=now):
        attempt.refresh_from_db(fields=["deadline_at", "paused_s"])
    return attempt.is_overdue(now)


@transaction.atomic
def apply_extra_time(*, grant: ExtraTime, now: dt.datetime | None = None) -> list[Attempt]:
    """Give the person's running attempts what `grant` adds to them; returns those it prolonged.

    Time is never taken away: a grant that is less than what an attempt began with changes
    nothing, nor does one that was withdrawn. What an outage gave back stays given. An attempt
    whose time has run out stays over.
    """
    now = now or timezone.now()
    running = Attempt.objects.select_for_update(of=("self",)).select_related("quiz", "user")
    running = running.filter(user=grant.user_id, finished_at=None, limit_min__gt=0)
    if grant.quiz_id:
        running = running.filter(quiz=grant.quiz_id)
    prolonged = [
        attempt
        for attempt in running.order_by("pk")
        if not time_is_up(attempt=attempt, now=now) and _prolong(attempt)
    ]
    Attempt.objects.bulk_update(prolonged, ["deadline_at", "extra_percent"])
    hold_answers_back(prolonged)
    return prolonged


def _prolong(attempt: Attempt) -> bool:
    """Move the deadline to what the person is granted now, if that is later; saves nothing."""
    percent = granted_percent(user=attempt.user, quiz=attempt.quiz)
    end = deadline_of(
        quiz=attempt.quiz,
        started_at=attempt.started_at,
        limit_min=attempt.limit_min,
        extra_percent=percent,
    )
    if end is None or attempt.deadline_at is None:
        return False
    end += dt.timedelta(seconds=attempt.paused_s)
    if end <= attempt.deadline_at:
        return False
    attempt.deadline_at, attempt.extra_percent = end, percent
    return True
