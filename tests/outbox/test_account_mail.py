"""Mail about accounts: sent at once, kept enciphered for a worker when the server is away."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from jobs.models import WorkState
from outbox.domain.account_mail import ACCOUNT
from outbox.domain.letters import cancel_letters, retry_letters
from outbox.domain.posting import send_due_letters
from outbox.models import Letter
from people.account_mail import send
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
RESET = "/en/accounts/password/reset/"


@pytest.fixture
def person():
    return UserFactory(email="anna@example.com", language="ru")


@pytest.fixture
def server_away(monkeypatch):
    def refuse(self, *args, **kwargs):
        raise ConnectionRefusedError("nobody there")

    with monkeypatch.context() as away:
        away.setattr(mail.EmailMessage, "send", refuse)
        yield away


def test_it_leaves_without_a_worker_and_nothing_of_its_text_stays(client, person):
    client.post(RESET, {"email": person.email})
    (sent,) = mail.outbox
    assert "/ru/accounts/password/reset/key/" in sent.body
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    letter = Letter.objects.get()
    assert (letter.kind, letter.recipient, letter.outcome) == (ACCOUNT, person, "sent")
    assert (letter.subject, letter.body, letter.sealed) == ("", "", "")
    assert letter.about == {"mail": "password_reset_key"}


def test_it_waits_enciphered_while_the_mail_server_is_away(client, person, server_away):
    answer = client.post(RESET, {"email": person.email})
    assert answer.status_code == 302, "the page does not tell whether the address is known"
    letter = Letter.objects.get()
    assert (letter.state, letter.failure_code) == (WorkState.WAITING, "away")
    row = "".join(str(value) for value in Letter.objects.values().get().values())
    assert "reset" not in row.replace("password_reset_key", "")
    server_away.undo()
    Letter.objects.update(not_before=timezone.now())
    assert send_due_letters() == 1
    assert "/ru/accounts/password/reset/key/" in mail.outbox[0].body


def test_its_text_is_not_in_the_editing_desk(client, person, editor, server_away):
    client.post(RESET, {"email": person.email})
    client.force_login(editor)
    url = reverse("outbox_admin:inspect", args=[Letter.objects.get().pk])
    text = client.get(url).content.decode()
    assert "Mail about an account" in text
    assert "reset/key" not in text
    assert Letter.objects.get().sealed[:20] not in text


def test_a_cancelled_one_is_gone(client, person, server_away):
    client.post(RESET, {"email": person.email})
    assert cancel_letters(letters=Letter.objects.all()) == 1
    assert Letter.objects.get().sealed == ""
    assert retry_letters(letters=Letter.objects.all()) == 0


def test_a_closed_account_still_gets_mail_about_it(person):
    person.is_active = False
    person.save()
    send(mail.EmailMessage("Subject", "Text", to=[person.email]), kind="notice", reader=person)
    assert [message.to for message in mail.outbox] == [[person.email]]


def test_a_changed_secret_key_sends_no_rubbish(client, person, server_away, settings):
    client.post(RESET, {"email": person.email})
    server_away.undo()
    settings.SECRET_KEY = "another"
    Letter.objects.update(not_before=timezone.now())
    send_due_letters()
    assert (mail.outbox, Letter.objects.get().outcome) == ([], "needless")
