"""The letters of a peer review: written into the database with what they tell of, sent by workers.

A letter is a leased row, so that it goes out once, whatever crashes in between, and is worded when
it is sent: in the reader's language, with times in their zone.
"""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from cases.models import (
    CasePage,
    LetterKind,
    PeerReview,
    ReviewLetter,
    ReviewRound,
    ReviewState,
)
from cases.tasks import send_review_letter
from jobs.domain.leases import LeaseLost, claim, claimable
from jobs.domain.queue import enqueue_missing
from jobs.domain.worker import worker_name
from people.addresses import full_address
from people.models import User

logger = logging.getLogger("cases")

# How long before the deadline a reviewer is reminded, and after it once more.
REMIND_BEFORE = timedelta(days=3)
REMIND_AFTER = timedelta(days=2)
_TRY_AGAIN_AFTER = timedelta(minutes=10)
_SWEPT_AT_ONCE = 500
NOT_SENT = "not_sent"
# Pointless once they no longer hold: an invitation to what is decided, a reminder of what is done.
_ABOUT_AWAITED = (LetterKind.INVITATION, LetterKind.REMINDER, LetterKind.LATE)


def write_letter(
    *, kind: LetterKind, to: User, round_: ReviewRound, review: PeerReview | None = None
) -> ReviewLetter:
    """Have a letter sent; the same one is never written twice."""
    letter, created = ReviewLetter.objects.get_or_create(
        kind=kind, recipient=to, round=round_, review=review
    )
    if created:
        transaction.on_commit(lambda: send_review_letter.enqueue(letter.pk))
    return letter


def send_letter(*, letter_id: int) -> str:
    """Send the letter if it may be claimed; return its state. Any worker may call this."""
    lease = claim(model=ReviewLetter, pk=letter_id, holder=worker_name())
    letter = (
        ReviewLetter.objects.filter(pk=letter_id)
        .select_related(
            "recipient", "round__case", "round__task_state", "review__round__task_state"
        )
        .first()
    )
    if letter is None:
        return ""
    if lease is not None:
        try:
            if _still_holds(letter):
                _message(letter).send()
            lease.finish()
        except LeaseLost:
            logger.warning("Letter %s: lease lost", letter.pk)
        except OSError as error:  # the mail server is away; smtplib's errors are OSErrors
            lease.give_back(code=NOT_SENT, detail=str(error), delay=_TRY_AGAIN_AFTER)
        letter.refresh_from_db()
    return letter.state


def _still_holds(letter: ReviewLetter) -> bool:
    if not letter.recipient.is_active:
        return False
    if letter.kind in _ABOUT_AWAITED:
        return bool(letter.review and letter.review.is_awaited and letter.round.is_open)
    return True


def _message(letter: ReviewLetter) -> EmailMessage:
    reader = letter.recipient
    with translation.override(reader.language), timezone.override(reader.zone):
        context = _context(letter)
        subject = render_to_string(f"cases/email/{letter.kind}_subject.txt", context)
        body = render_to_string(f"cases/email/{letter.kind}_message.txt", context)
    return EmailMessage(
        " ".join(subject.split()),
        body,
        to=[reader.email],
        headers={"Auto-Submitted": "auto-generated"},
    )


def _context(letter: ReviewLetter) -> dict[str, Any]:
    """What a letter may say. To reviewers nothing that tells whose case it is."""
    review = letter.review
    case = CasePage.objects.get(pk=letter.round.case_id)
    links = {
        "desk_url": full_address(reverse("case_reviews:desk")),
        "round_url": full_address(reverse("cases_review:round", args=[letter.round_id])),
        "authors_url": full_address(reverse("case_reviews:of_round", args=[letter.round_id])),
    }
    if review:
        links["review_url"] = full_address(reverse("case_reviews:review", args=[review.pk]))
    return {
        **links,
        "user": letter.recipient,
        "title": case.get_latest_revision_as_object().title,
        "round": letter.round,
        "review": review,
        "society_name": settings.SOCIETY_NAME,
        "society_email": settings.SOCIETY_EMAIL,
        "site_url": full_address(f"/{letter.recipient.language}/"),
    }


def sweep_letters() -> int:
    """Put letters that wait unnoticed back into the queue; return how many."""
    due = claimable(ReviewLetter).order_by("pk").values_list("pk", flat=True)
    return enqueue_missing(task=send_review_letter, pks=due[:_SWEPT_AT_ONCE])


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
    before = awaited.filter(due_at__gt=now, due_at__lte=now + REMIND_BEFORE).exclude(
        letters__kind=LetterKind.REMINDER
    )
    # Invited within the last days before the deadline: the invitation itself is the reminder.
    before = before.filter(invited_at__lte=now - timedelta(days=1))
    after = awaited.filter(due_at__lte=now - REMIND_AFTER).exclude(letters__kind=LetterKind.LATE)
    written = 0
    for kind, reviews in ((LetterKind.REMINDER, before), (LetterKind.LATE, after)):
        for review in reviews:
            write_letter(kind=kind, to=review.reviewer, round_=review.round, review=review)
            written += 1
    return written
