"""Sending letters: claimed, worded, handed to the mail server, tried again when it is away.

A letter leaves once as far as SMTP allows: whoever holds the lease sends, and writes down that it
is sent right after the server took it. A process that dies between these two leaves the letter
to be sent again, with the same Message-ID, by which many mail programmes drop the second copy.
"""

import logging
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError
from django.template.loader import render_to_string
from django.utils import timezone, translation

from jobs.domain.leases import Lease, LeaseLost, claim, claimable
from jobs.domain.stopping import stop_requested
from jobs.domain.worker import worker_name
from outbox.models import Letter, Outcome, Refusal
from outbox.registry import Kind, UnknownKind, Wording, kind_of
from outbox.unsubscribing import stop_url
from people.addresses import home_address

from .letters import have_sent

logger = logging.getLogger("outbox")

# Longer than a mail server may take (EMAIL_TIMEOUT bounds each step): a lapsed lease would let
# another worker send the same letter.
LEASE = timedelta(minutes=5)
FIRST_DELAY_S = 60.0
LONGEST_DELAY_S = 4 * 3600.0
# After so many the task begins anew, so that others get their turn.
SENT_AT_ONCE = 200
# Accounts without a mailbox, as of learning platforms, have such an address (RFC 2606).
NOWHERE = ".invalid"
# Reasons of failure.
AWAY, DEFERRED, REFUSED, WORDING = "away", "deferred", "refused", "wording"
REASON_CHARACTERS = 500


@dataclass(frozen=True)
class Trouble:
    """Why a letter did not leave: the server was `AWAY`, asked to come later, or `REFUSED` it."""

    code: str
    reason: str


def delay_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, doubled, at most four hours."""
    return timedelta(seconds=min(FIRST_DELAY_S * 2 ** max(0, attempts - 1), LONGEST_DELAY_S))


def send_letter(*, letter_id: int, connection: Any = None) -> str:
    """Send the letter if it may be claimed; return its state. Any process may call this."""
    lease = claim(model=Letter, pk=letter_id, holder=worker_name(), length=LEASE)
    letter = Letter.objects.select_related("recipient").filter(pk=letter_id).first()
    if letter is None:
        return ""
    if lease is not None:
        try:
            _work_off(letter, lease, connection)
        except LeaseLost:
            logger.warning("Letter %s: lease lost", letter.pk)
    # Anew: it has changed, or has gone with its reader's account meanwhile.
    return Letter.objects.filter(pk=letter_id).values_list("state", flat=True).first() or ""


def send_due_letters() -> int:
    """Send what is due over one connection, the most urgent first; return how many left.

    Stops when the mail server is away: the next sweep goes on with the others.
    """
    done = 0
    connection = get_connection()
    try:
        while done < SENT_AT_ONCE and not stop_requested():
            pk = _next_due()
            if pk is None:
                return done
            send_letter(letter_id=pk, connection=connection)
            if Letter.objects.filter(pk=pk, failure_code=AWAY).exists():
                return done
            done += 1
    finally:
        connection.close()
    have_sent()
    return done


def _next_due() -> int | None:
    due = claimable(Letter).order_by("-priority", "pk")
    return due.values_list("pk", flat=True).first()


def sweep_letters() -> int:
    """Have what is due sent, if anything is; return how much."""
    number = claimable(Letter).count()
    if number:
        have_sent()
    return number


def _work_off(letter: Letter, lease: Lease, connection: Any) -> None:
    try:
        kind = kind_of(letter.kind)
        outcome, wording = _word(letter, kind)
    except UnknownKind:
        lease.fail(code=WORDING, detail=f"No room knows letters of the kind {letter.kind}.")
        return
    except DatabaseError:
        raise  # nothing is wrong with the letter: it is taken up again when the lease runs out
    except Exception as error:
        logger.exception("Letter %s could not be worded", letter.pk)
        lease.fail(code=WORDING, detail=repr(error))
        return
    if wording is None:
        lease.finish(outcome=outcome, sealed="")
        return
    message = _message(letter, wording, connection)
    trouble = _post(message)
    if trouble is None:
        kept = {"subject": message.subject[:255], "body": message.body} if kind.keeps_text else {}
        lease.finish(
            outcome=Outcome.SENT,
            sent_at=timezone.now(),
            address=message.to[0],
            sealed="",
            **kept,
        )
    elif trouble.code == REFUSED or letter.attempts >= letter.max_attempts:
        lease.fail(code=trouble.code, detail=trouble.reason)
    else:
        delay = delay_after(letter.attempts)
        lease.give_back(code=trouble.code, detail=trouble.reason, delay=delay)


def _word(letter: Letter, kind: Kind) -> tuple[Outcome, Wording | None]:
    """The letter in its reader's words; without them, what becomes of it instead."""
    reader = letter.recipient
    if kind.is_optional and Refusal.objects.filter(user=reader, kind=kind.name).exists():
        return Outcome.UNWANTED, None
    # Mail about an account may be the way to open it again.
    if reader and not reader.is_active and not letter.sealed:
        return Outcome.NEEDLESS, None
    if letter.to.endswith(NOWHERE):
        return Outcome.NEEDLESS, None
    language = letter.language or (reader.language if reader else settings.LANGUAGE_CODE)
    with translation.override(language), timezone.override(reader.zone if reader else None):
        wording = kind.compose(letter)
        if wording and kind.is_optional:
            url = stop_url(letter)
            foot = render_to_string("outbox/stop_foot.txt", {"kind": kind, "stop_url": url})
            wording = Wording(
                subject=wording.subject,
                body=f"{wording.body.rstrip()}\n\n{foot.strip()}\n",
                reply_to=wording.reply_to,
                headers={
                    **wording.headers,
                    "List-Unsubscribe": f"<{url}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                },
            )
    return (Outcome.SENT if wording else Outcome.NEEDLESS), wording


def _message(letter: Letter, wording: Wording, connection: Any) -> EmailMessage:
    host = urlsplit(home_address()).hostname or "localhost"
    return EmailMessage(
        # One line: a subject with a break in it would be refused by the mail library.
        subject=" ".join(wording.subject.split()),
        body=wording.body,
        to=[letter.to],
        reply_to=list(wording.reply_to) or None,
        headers={
            **wording.headers,
            "Auto-Submitted": "auto-generated",
            "Message-ID": f"<{letter.message_id}@{host}>",
        },
        connection=connection,
    )


def _post(message: EmailMessage) -> Trouble | None:
    """Hand the message to the mail server; say what was wrong where it did not take it."""
    try:
        if message.connection:
            message.connection.open()  # to stay open for the next letter
        message.send()
    except (ValueError, smtplib.SMTPNotSupportedError) as error:
        return Trouble(REFUSED, _told(error))  # no such address or header can be written down
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        return Trouble(REFUSED if min(codes) >= 500 else DEFERRED, _told(error))
    except smtplib.SMTPDataError as error:
        return Trouble(REFUSED if error.smtp_code >= 500 else DEFERRED, _told(error))
    except OSError as error:  # smtplib's other errors too: sign-in, sender, lost connection
        if message.connection:
            message.connection.close()
        return Trouble(AWAY, _told(error))
    return None


def _told(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:REASON_CHARACTERS]
