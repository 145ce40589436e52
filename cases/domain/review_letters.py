"""The letters of a peer review: written with what they tell of, sent by the outbox.

They are worded when they are sent, from what holds then: in the reader's language, with times in
their zone.
"""

from datetime import UTC, timedelta
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import CasePage, PeerReview, ReviewRound, ReviewState
from outbox.domain.letters import write_letter
from outbox.models import Letter
from outbox.registry import Wording, register_letter
from outbox.wording import word
from people.addresses import full_address
from people.models import User

# How long before the deadline a reviewer is reminded, and after it once more.
REMIND_BEFORE = timedelta(days=3)
REMIND_AFTER = timedelta(days=2)
_PREFIX = "cases.review_"


class LetterKind(models.TextChoices):
    """What a letter is about."""

    SUBMITTED = "submitted", _("A case waits")
    INVITATION = "invitation", _("Invitation to review")
    REMINDER = "reminder", _("Reminder before the deadline")
    LATE = "late", _("Reminder after the deadline")
    RELEASED = "released", _("Review no longer needed")
    HANDED_IN = "handed_in", _("A review is handed in")
    DECLINED = "declined", _("A reviewer declines")
    DECISION = "decision", _("Decision")


# Pointless once they no longer hold: an invitation to what is decided, a reminder of what is done.
_ABOUT_AWAITED = (LetterKind.INVITATION, LetterKind.REMINDER, LetterKind.LATE)
# Follow a deadline: when it is moved, they are written anew.
_ABOUT_DEADLINE = (LetterKind.REMINDER, LetterKind.LATE)
# Editors find these on their desk too.
_OPTIONAL = (LetterKind.SUBMITTED, LetterKind.HANDED_IN)


def register_letters() -> None:
    """Make these kinds known to the outbox. They name reviewers, so only editors see them there."""
    for kind in LetterKind:
        register_letter(
            _PREFIX + kind,
            compose,
            label=format_lazy("{}: {}", _("Peer review"), kind.label),
            is_optional=kind in _OPTIONAL,
            offered_to="cases.manage_review",
            right="cases.manage_review",
        )


def tell(
    *, kind: LetterKind, to: User, round_: ReviewRound, review: PeerReview | None = None
) -> Letter | None:
    """Have a letter sent; the same one is never written twice (then None)."""
    about: dict[str, Any] = {"round": round_.pk}
    if review:
        about["review"] = review.pk
    if review and kind in _ABOUT_DEADLINE:
        about["due"] = _written(review)
    return write_letter(kind=_PREFIX + kind, to=to, about=about)


def _written(review: PeerReview) -> str:
    return review.due_at.astimezone(UTC).isoformat()


def compose(letter: Letter) -> Wording | None:
    """The letter as its reader gets it; None where it no longer holds."""
    kind = LetterKind(letter.kind.removeprefix(_PREFIX))
    rounds = ReviewRound.objects.select_related("task_state")
    round_ = rounds.filter(pk=letter.about["round"]).first()
    if round_ is None:
        return None
    review = None
    if "review" in letter.about:
        reviews = PeerReview.objects.select_related("reviewer")
        review = reviews.filter(pk=letter.about["review"], round=round_).first()
        if review is None:
            return None
    if kind in _ABOUT_AWAITED and not (review and review.is_awaited and round_.is_open):
        return None
    if review and kind in _ABOUT_DEADLINE and letter.about["due"] != _written(review):
        return None
    return word(letter, templates=f"cases/email/{kind.value}", context=_context(round_, review))


def _context(round_: ReviewRound, review: PeerReview | None) -> dict[str, Any]:
    """What a letter may say. To reviewers nothing that tells whose case it is."""
    case = CasePage.objects.get(pk=round_.case_id)
    links = {
        "desk_url": full_address(reverse("case_reviews:desk")),
        "round_url": full_address(reverse("cases_review:round", args=[round_.pk])),
        "authors_url": full_address(reverse("case_reviews:of_round", args=[round_.pk])),
    }
    if review:
        links["review_url"] = full_address(reverse("case_reviews:review", args=[review.pk]))
    return {
        **links,
        "title": case.get_latest_revision_as_object().title,
        "round": round_,
        "review": review,
    }


def remind_reviewers() -> int:
    """Write the reminders that are due: before the deadline, and once after it."""
    now = timezone.now()
    awaited = (
        PeerReview.objects.filter(
            state__in=[ReviewState.INVITED, ReviewState.ACCEPTED],
            round__decision="",
            round__task_state__status="in_progress",
        )
        .select_related("reviewer", "round")
        .order_by("pk")
    )
    # Invited within the last days before the deadline: the invitation itself is the reminder.
    before = awaited.filter(
        due_at__gt=now,
        due_at__lte=now + REMIND_BEFORE,
        invited_at__lte=now - timedelta(days=1),
    )
    after = awaited.filter(due_at__lte=now - REMIND_AFTER)
    return sum(
        tell(kind=kind, to=review.reviewer, round_=review.round, review=review) is not None
        for kind, reviews in ((LetterKind.REMINDER, before), (LetterKind.LATE, after))
        for review in reviews
    )
