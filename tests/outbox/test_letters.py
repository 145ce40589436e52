"""Letters: written once, worded when sent, tried again, cancelled, not wanted, forgotten."""

from datetime import timedelta
from smtplib import SMTPAuthenticationError, SMTPDataError, SMTPRecipientsRefused

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from jobs.domain.leases import claim
from jobs.models import WorkState
from outbox import registry
from outbox.domain.choices import refuse_kind
from outbox.domain.forgetting import forget_old_letters
from outbox.domain.letters import (
    MOST_ATTEMPTS,
    NeedsAccount,
    cancel_letters,
    is_written,
    retry_letters,
    write_letter,
    write_letters,
)
from outbox.domain.posting import delay_after, send_due_letters, send_letter, sweep_letters
from outbox.models import Letter, Outcome
from outbox.registry import UnknownKind, Wording, register_letter
from outbox.tasks import send_due
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOTE, REMINDER = "tests.note", "tests.reminder"


def compose(letter: Letter) -> Wording | None:
    """Says in which language and zone it was worded; `void` makes it needless."""
    if letter.about.get("void"):
        return None
    if letter.about.get("broken"):
        raise ZeroDivisionError("no words")
    now = timezone.localtime().tzname()
    subject = f"{letter.about.get('n', 0)}\n{translation.get_language()}"
    return Wording(subject=subject, body=f"Zone {now}", reply_to=["t@example.com"])


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    register_letter(NOTE, compose, label="Notes")
    register_letter(REMINDER, compose, label="Reminders", is_optional=True)


@pytest.fixture
def reader():
    return UserFactory(email="reader@example.com", language="ru", time_zone="Asia/Vladivostok")


def fail_with(monkeypatch, *errors):
    """The mail server answers with `errors`, one by one (None: takes it), then takes all."""
    real, left = mail.EmailMessage.send, list(errors)

    def send(self, *args, **kwargs):
        error = left.pop(0) if left else None
        if error:
            raise error
        return real(self, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMessage, "send", send)


def due_again() -> None:
    Letter.objects.update(not_before=timezone.now())


# --- Writing -------------------------------------------------------------------------------------


def test_the_same_letter_is_written_once(reader):
    first = write_letter(kind=NOTE, to=reader, about={"n": 1, "m": 2})
    again = write_letter(kind=NOTE, to=reader, about={"m": 2, "n": 1})
    others = [
        write_letter(kind=NOTE, to=reader, about={"n": 2}),
        write_letter(kind=REMINDER, to=reader, about={"n": 1, "m": 2}),
        write_letter(kind=NOTE, to=UserFactory(), about={"n": 1, "m": 2}),
    ]
    assert first is not None
    assert again is None
    assert None not in others
    assert Letter.objects.count() == 4
    assert is_written(kind=NOTE, to=reader, about={"n": 1, "m": 2})
    assert not is_written(kind=NOTE, to=reader, about={"n": 3})


def test_a_plain_address_is_the_same_in_any_case():
    assert write_letter(kind=NOTE, to="A@x.org", about={}, language="ru")
    assert write_letter(kind=NOTE, to="a@x.org ", about={}, language="ru") is None
    send_due_letters()
    assert [(m.to, m.subject) for m in mail.outbox] == [(["A@x.org"], "0 ru")]


def test_readers_already_written_to_are_left_out_of_a_mailing(reader):
    write_letter(kind=NOTE, to=reader, about={"n": 1})
    other = UserFactory()
    written = write_letters(kind=NOTE, to=[reader, other, other], about={"n": 1}, batch="b")
    assert [letter.recipient for letter in written] == [other]


def test_only_registered_kinds_are_written_and_optional_ones_to_accounts_only(reader):
    with pytest.raises(UnknownKind):
        write_letter(kind="tests.else", to=reader, about={})
    with pytest.raises(NeedsAccount):
        write_letter(kind=REMINDER, to="a@x.org", about={})
    assert Letter.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_letter_shares_the_fate_of_what_it_tells_of_and_asks_for_a_worker_once(reader):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write_letter(kind=NOTE, to=reader, about={})
        raise ZeroDivisionError
    assert (Letter.objects.count(), DBTaskResult.objects.count()) == (0, 0)
    for n in range(3):
        write_letter(kind=NOTE, to=reader, about={"n": n})
    assert [task.task_path for task in DBTaskResult.objects.all()] == [send_due.module_path]
    write_letter(
        kind=NOTE, to=reader, about={"n": 9}, not_before=timezone.now() + timedelta(days=1)
    )
    assert (send_due.call(), len(mail.outbox)) == (3, 3)


# --- Sending -------------------------------------------------------------------------------------


def test_a_letter_speaks_the_readers_language_and_time(reader):
    letter = write_letter(kind=NOTE, to=reader, about={})
    assert send_letter(letter_id=letter.pk) == WorkState.DONE
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["reader@example.com"], "0 ru", "Zone +10")
    assert sent.reply_to == ["t@example.com"]
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in sent.extra_headers
    letter.refresh_from_db()
    assert (letter.outcome, letter.subject, letter.body, letter.address) == (
        Outcome.SENT,
        "0 ru",
        "Zone +10",
        "reader@example.com",
    )
    assert letter.sent_at is not None
    assert translation.get_language() == "en"


def test_a_letter_is_sent_once_however_often_workers_look_at_it(reader):
    letter = write_letter(kind=NOTE, to=reader, about={})
    assert [send_letter(letter_id=letter.pk) for _ in range(3)] == [WorkState.DONE] * 3
    assert (send_due_letters(), sweep_letters(), len(mail.outbox)) == (0, 0, 1)


def test_a_letter_in_another_workers_hand_is_left_alone(reader):
    letter = write_letter(kind=NOTE, to=reader, about={})
    claim(model=Letter, pk=letter.pk, holder="another")
    assert send_letter(letter_id=letter.pk) == WorkState.RUNNING
    assert (send_due_letters(), mail.outbox) == (0, [])


def test_who_dies_between_sending_and_noting_it_leaves_a_copy_that_can_be_told(reader):
    """The one window in which a letter leaves twice: both copies have the same Message-ID."""
    letter = write_letter(kind=NOTE, to=reader, about={})
    send_letter(letter_id=letter.pk)
    # As the database stands after a power cut behind the server's answer: the lease runs out.
    Letter.objects.update(
        state=WorkState.RUNNING, outcome="", sent_at=None, lease_until=timezone.now()
    )
    assert send_due_letters() == 1
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_urgent_letters_leave_first(reader):
    for n, priority in ((1, 0), (2, 5), (3, -5), (4, 5)):
        write_letter(kind=NOTE, to=reader, about={"n": n}, priority=priority)
    assert send_due_letters() == 4
    assert [message.subject[0] for message in mail.outbox] == ["2", "4", "1", "3"]


def test_letters_wait_while_the_mail_server_is_away_and_leave_when_it_is_back(reader, monkeypatch):
    for n in range(3):
        write_letter(kind=NOTE, to=reader, about={"n": n})
    fail_with(monkeypatch, None, ConnectionRefusedError("nobody there"))
    assert send_due_letters() == 1
    waiting = list(Letter.objects.filter(state=WorkState.WAITING).order_by("pk"))
    # The first one met the trouble; the others were not tried on a server that is away.
    assert [(one.failure_code, one.attempts) for one in waiting] == [("away", 1), ("", 0)]
    assert waiting[0].not_before > timezone.now()
    due_again()
    assert (sweep_letters(), send_due_letters(), len(mail.outbox)) == (2, 2, 3)


def test_attempts_are_bounded(reader, monkeypatch):
    letter = write_letter(kind=NOTE, to=reader, about={})
    Letter.objects.update(attempts=MOST_ATTEMPTS - 1)
    fail_with(monkeypatch, OSError("nobody there"))
    assert send_letter(letter_id=letter.pk) == WorkState.FAILED
    letter.refresh_from_db()
    assert (letter.failure_code, letter.failure_detail) == ("away", "nobody there")
    days = sum((delay_after(n) for n in range(1, MOST_ATTEMPTS)), timedelta()) / timedelta(days=1)
    assert 1.5 < days < 3


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (SMTPRecipientsRefused({"r@x": (550, b"no such box")}), "failed", "refused"),
        (SMTPRecipientsRefused({"r@x": (450, b"greylisted")}), "waiting", "deferred"),
        (SMTPDataError(554, b"spam"), "failed", "refused"),
        (SMTPDataError(451, b"later"), "waiting", "deferred"),
        # Whoever runs the hub mends this; no reader's address is wrong.
        (SMTPAuthenticationError(535, b"bad password"), "waiting", "away"),
        (ValueError("no such address"), "failed", "refused"),
    ],
)
def test_what_the_server_says_decides_about_another_attempt(
    reader, monkeypatch, error, state, code
):
    letter = write_letter(kind=NOTE, to=reader, about={})
    fail_with(monkeypatch, error)
    assert send_letter(letter_id=letter.pk) == state
    letter.refresh_from_db()
    assert (letter.failure_code, bool(letter.failure_detail)) == (code, True)


def test_one_refused_address_does_not_keep_the_others(reader, monkeypatch):
    for n in range(3):
        write_letter(kind=NOTE, to=reader, about={"n": n})
    fail_with(monkeypatch, SMTPRecipientsRefused({"r@x": (550, b"gone")}))
    assert (send_due_letters(), len(mail.outbox)) == (3, 2)


def test_a_letter_that_cannot_be_worded_fails_with_its_reason(reader):
    letter = write_letter(kind=NOTE, to=reader, about={"broken": True})
    assert send_letter(letter_id=letter.pk) == WorkState.FAILED
    letter.refresh_from_db()
    assert (letter.failure_code, letter.failure_detail) == (
        "wording",
        "ZeroDivisionError('no words')",
    )


def test_what_no_longer_holds_or_whose_reader_left_is_not_sent(reader):
    void = write_letter(kind=NOTE, to=reader, about={"void": True})
    closed = write_letter(kind=NOTE, to=UserFactory(is_active=False), about={})
    boxless = write_letter(kind=NOTE, to=UserFactory(email="x@platforms.invalid"), about={})
    send_due_letters()
    pks = [void.pk, closed.pk, boxless.pk]
    found = Letter.objects.filter(pk__in=pks).values_list("outcome", flat=True)
    assert (list(found), mail.outbox) == ([Outcome.NEEDLESS] * 3, [])


def test_refused_kinds_are_not_sent_and_others_are(reader):
    refuse_kind(user=reader, kind=REMINDER)
    unwanted = write_letter(kind=REMINDER, to=reader, about={})
    write_letter(kind=REMINDER, to=UserFactory(), about={})
    write_letter(kind=NOTE, to=reader, about={})
    send_due_letters()
    unwanted.refresh_from_db()
    assert (unwanted.outcome, len(mail.outbox)) == (Outcome.UNWANTED, 2)


# --- Cancelling, trying again, forgetting -------------------------------------------------------


def test_a_cancelled_letter_is_not_sent_until_it_is_wanted_after_all(reader):
    write_letter(kind=NOTE, to=reader, about={})
    assert cancel_letters(letters=Letter.objects.all()) == 1
    assert (send_due_letters(), mail.outbox) == (0, [])
    assert retry_letters(letters=Letter.objects.all()) == 1
    assert (send_due_letters(), len(mail.outbox)) == (1, 1)


def test_what_has_left_is_neither_cancelled_nor_sent_again(reader):
    write_letter(kind=NOTE, to=reader, about={})
    send_due_letters()
    assert cancel_letters(letters=Letter.objects.all()) == 0
    assert retry_letters(letters=Letter.objects.all()) == 0
    assert (send_due_letters(), len(mail.outbox)) == (0, 1)


def test_texts_are_emptied_after_a_while_and_the_letter_is_still_known(reader, settings):
    settings.OUTBOX_KEEP_DAYS = 30
    write_letter(kind=NOTE, to=reader, about={})
    write_letter(kind=NOTE, to="a@x.org", about={})
    send_due_letters()
    young = timezone.now() - timedelta(days=29)
    Letter.objects.update(finished_at=young)
    assert forget_old_letters() == 0
    Letter.objects.update(finished_at=young - timedelta(days=2))
    assert (forget_old_letters(), forget_old_letters()) == (2, 0)
    (left,) = Letter.objects.all()
    assert (left.recipient, left.subject, left.body) == (reader, "", "")
    assert write_letter(kind=NOTE, to=reader, about={}) is None


def test_letters_die_with_the_account(reader):
    write_letter(kind=NOTE, to=reader, about={})
    refuse_kind(user=reader, kind=REMINDER)
    reader.delete()
    assert Letter.objects.count() == 0
