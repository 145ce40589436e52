"""Reading letters: for the editing desk, for who wrote a mailing, for the reader's choices."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from jobs.models import WorkState
from people.access import may
from people.models import User

from .domain.posting import REFUSED
from .models import Letter, Outcome, Refusal
from .registry import Kind, kinds

# Failures older than these days are nobody's news.
FAILURES_SHOWN_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Tally:
    """How far the letters of one batch have come."""

    total: int = 0
    sent: int = 0
    refused: int = 0
    failed: int = 0


def tally(batches: Collection[str]) -> dict[str, Tally]:
    """batch → its tally; one query. Batches without letters have no entry."""
    refused = Q(state=WorkState.FAILED, failure_code=REFUSED)
    counted = (
        Letter.objects.filter(batch__in=batches)
        .order_by()
        .values_list("batch")
        .annotate(
            total=Count("pk"),
            sent=Count("pk", filter=Q(outcome=Outcome.SENT)),
            refused=Count("pk", filter=refused),
            failed=Count("pk", filter=Q(state=WorkState.FAILED) & ~refused),
        )
    )
    return {batch: Tally(*numbers) for batch, *numbers in counted}


def kinds_seen_by(user: User) -> list[Kind]:
    """Kinds whose letters the person may look at in the editing desk."""
    if not may(user, "outbox.see_letters"):
        return []
    return [kind for kind in kinds() if may(user, kind.right)]


def letters_seen_by(user: User) -> QuerySet[Letter]:
    """Letters that the person may look at, with their readers; without texts kept for later."""
    names = [kind.name for kind in kinds_seen_by(user)]
    return Letter.objects.filter(kind__in=names).select_related("recipient").defer("sealed")


def recent_failures(user: User) -> int:
    """How many letters failed in the last days, of those the person may look at."""
    since = timezone.now() - FAILURES_SHOWN_FOR
    return letters_seen_by(user).filter(state=WorkState.FAILED, finished_at__gte=since).count()


def refused_kinds(user: User) -> set[str]:
    """Names of the kinds that the person does not want."""
    return set(Refusal.objects.filter(user=user).values_list("kind", flat=True))
