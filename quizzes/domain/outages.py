"""Time that the hub itself was away is given back to whoever sat in a timed attempt.

Every web process leaves a sign of life in one row every few seconds. When that row turns out to
be old, nobody was served since: the web was down, or it could not reach the database. Learners
cannot bring that about, and what happens on their side of the line changes nothing here.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from quizzes.models import Attempt, HubBeat, Outage, Quiz

BEAT_EVERY_S = 5.0
# Four signs of life missing. Shorter absences are covered by an attempt's grace.
AWAY_AFTER = dt.timedelta(seconds=20)
_THE_ONE = 1


def beat(*, now: dt.datetime | None = None) -> Outage | None:
    """Leave a sign of life; the outage that this one ends, if there was one."""
    now = now or timezone.now()
    if _fresh(now).update(seen_at=now):
        return None
    if not HubBeat.objects.filter(pk=_THE_ONE).exists():
        HubBeat.objects.get_or_create(pk=_THE_ONE, defaults={"seen_at": now})
        return None
    return notice_outage(now=now)


def is_away(now: dt.datetime) -> bool:
    """Whether the web has served nobody for a while; False where it has never run."""
    return HubBeat.objects.filter(pk=_THE_ONE, seen_at__lt=now - AWAY_AFTER).exists()


@transaction.atomic
def notice_outage(*, now: dt.datetime) -> Outage | None:
    """Put an outage that has just ended on record, and give its time back; else do nothing.

    Whoever of several processes comes first does it, once.
    """
    last = HubBeat.objects.select_for_update().filter(pk=_THE_ONE).first()
    if last is None or last.seen_at >= now - AWAY_AFTER:
        return None
    outage = Outage.objects.create(began_at=last.seen_at, ended_at=now)
    _prolong_attempts(outage)
    last.seen_at = now
    last.save()
    return outage


def _fresh(now: dt.datetime) -> QuerySet[HubBeat]:
    return HubBeat.objects.filter(pk=_THE_ONE, seen_at__gte=now - AWAY_AFTER)


def _prolong_attempts(outage: Outage) -> None:
    """Move the deadlines of attempts that ran when the hub went away, by what they lost."""
    open_ones = Attempt.objects.select_for_update(of=("self",)).select_related("quiz")
    hit = [
        attempt
        for attempt in open_ones.filter(
            finished_at=None, deadline_at__isnull=False, started_at__lt=outage.ended_at
        ).order_by("pk")
        if not attempt.is_overdue(outage.began_at)
    ]
    for attempt in hit:
        assert attempt.deadline_at is not None
        lost = outage.ended_at - max(outage.began_at, attempt.started_at)
        attempt.deadline_at += lost
        attempt.paused_s += round(lost.total_seconds())
    Attempt.objects.bulk_update(hit, ["deadline_at", "paused_s"], batch_size=200)
    hold_answers_back(hit)


def hold_answers_back(attempts: Iterable[Attempt]) -> None:
    """Have a quiz's answers wait for those of `attempts`, with their quiz, that outlast it."""
    until: dict[int, dt.datetime] = {}
    for attempt in attempts:
        known_from, deadline_at = attempt.quiz.answers_known_from, attempt.deadline_at
        if known_from and deadline_at and deadline_at > known_from:
            until[attempt.quiz_id] = max(until.get(attempt.quiz_id, deadline_at), deadline_at)
    for quiz_id, moment in until.items():
        Quiz.objects.filter(pk=quiz_id).update(prolonged_until=moment)
