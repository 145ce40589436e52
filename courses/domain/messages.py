"""Letters to a cohort: written once, sent by a worker, each in the reader's language.

The letter is a leased row and each member's copy a row of its own: a worker that dies leaves
unsent copies to the next, and at most the copy in its hand is sent twice.
"""

import logging
import smtplib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from courses.models import Cohort, CohortMessage, CoursePage, MessageDelivery
from courses.tasks import send_message
from jobs.domain.leases import Lease, LeaseLost, claim, claimable
from jobs.domain.queue import enqueue_missing
from jobs.domain.worker import worker_name
from pages.queries import in_language

logger = logging.getLogger("courses")

# After a mail server that could not be reached.
BACK_OFF = timedelta(minutes=2)
MAX_ATTEMPTS = 20
SUBJECT_CHARACTERS = 150
BODY_CHARACTERS = 10_000


class EmptyLetter(Exception):
    """Nothing was written in any language, or a text lacks its subject or its words."""


class NobodyToWriteTo(Exception):
    """The cohort has no members."""


@transaction.atomic
def write_to_cohort(
    *, cohort: Cohort, sender: Any, texts: Mapping[str, tuple[str, str]]
) -> CohortMessage:
    """Send everybody in the cohort a letter; `texts` is {language code: (subject, body)}.

    Members who read another language get the first text. Raises `EmptyLetter`,
    `NobodyToWriteTo`.
    """
    kept = {
        code: {
            # One line: a subject with a break in it would be refused by the mail library.
            "subject": " ".join(subject.split())[:SUBJECT_CHARACTERS],
            "body": body.strip()[:BODY_CHARACTERS],
        }
        for code, (subject, body) in texts.items()
        if subject.strip() or body.strip()
    }
    if not kept or not all(text["subject"] and text["body"] for text in kept.values()):
        raise EmptyLetter
    members = list(cohort.enrolments.filter(user__is_active=True).values_list("user_id", flat=True))
    if not members:
        raise NobodyToWriteTo
    message = CohortMessage.objects.create(
        cohort=cohort, sender=sender, texts=kept, max_attempts=MAX_ATTEMPTS
    )
    MessageDelivery.objects.bulk_create(
        MessageDelivery(message=message, user_id=user_id) for user_id in members
    )
    transaction.on_commit(lambda: send_message.enqueue(message.pk))
    return message


def deliver(*, message_id: int) -> str:
    """Send the letter's unsent copies, if it may be claimed; any worker may call this.

    Returns the letter's state.
    """
    lease = claim(model=CohortMessage, pk=message_id, holder=worker_name())
    message = CohortMessage.objects.select_related("cohort", "sender").filter(pk=message_id).first()
    if message is None:
        return ""
    if lease is not None:
        try:
            _deliver(message, lease)
        except LeaseLost:
            logger.warning("letter %s: another worker goes on with it", message_id)
        message.refresh_from_db()
    return message.state


def _deliver(message: CohortMessage, lease: Lease) -> None:
    unsent = message.deliveries.filter(sent_at=None, refusal="").select_related("user")
    courses = list(
        CoursePage.objects.live()
        .filter(translation_key=message.cohort.course_key)
        .select_related("locale")
        .order_by("locale_id")
    )
    try:
        with get_connection() as connection:
            for delivery in unsent:
                lease.renew()
                _send_copy(message, delivery, courses, connection)
    except (smtplib.SMTPException, OSError) as problem:
        logger.warning("letter %s: %s", message.pk, problem)
        lease.give_back(code="mail", detail=str(problem), delay=BACK_OFF)
        return
    lease.finish()


def _send_copy(
    message: CohortMessage, delivery: MessageDelivery, courses: list[CoursePage], connection: Any
) -> None:
    letter = letter_to(message=message, reader=delivery.user, courses=courses)
    letter.connection = connection
    try:
        letter.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refusal:
        delivery.refusal = str(refusal)[:200] or "refused"
        delivery.save(update_fields=["refusal"])
        return
    delivery.sent_at = timezone.now()
    delivery.save(update_fields=["sent_at"])


def letter_to(*, message: CohortMessage, reader: Any, courses: list[CoursePage]) -> EmailMessage:
    """The letter as one member gets it: text and frame in their language where there is one."""
    text = message.texts.get(reader.language) or next(iter(message.texts.values()))
    course = in_language(courses, reader.language)
    with translation.override(reader.language), timezone.override(reader.zone):
        body = render_to_string(
            "courses/email/cohort_message.txt",
            {
                "text": text["body"],
                "sender": message.sender,
                "cohort": message.cohort,
                "course": course,
                "course_url": (course.full_url or "") if course else "",
                "society_name": settings.SOCIETY_NAME,
            },
        )
    return EmailMessage(
        subject=text["subject"],
        body=body,
        to=[reader.email],
        reply_to=[message.sender.email] if message.sender else None,
    )


def sweep_messages() -> int:
    """Put every letter that a worker could go on with into the queue, once; return how many."""
    return enqueue_missing(
        task=send_message, pks=claimable(CohortMessage).values_list("pk", flat=True)
    )
