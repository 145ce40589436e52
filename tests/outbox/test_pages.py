"""Stopping a kind of letter, and the outbox in the editing desk."""

from datetime import timedelta
from email import message_from_bytes
from http import HTTPStatus
from smtplib import SMTPRecipientsRefused
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jobs.models import WorkState
from outbox import registry
from outbox.domain.choices import stoppable_by
from outbox.domain.letters import write_letter
from outbox.domain.posting import send_due_letters
from outbox.models import Letter, Outcome, Refusal
from outbox.registry import Wording, register_letter
from people.domain.roles import give_role
from people.personal_record import write_record
from people.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOTE, REMINDER, SECRET = "tests.note", "tests.reminder", "tests.secret"


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    def compose(letter):
        return Wording(subject="Round <3>", body="Line one.\nLine two & three.")

    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    register_letter(NOTE, compose, label="Notes")
    register_letter(REMINDER, compose, label="Reminders", is_optional=True)
    register_letter(SECRET, compose, label="Blind matters", right="cases.manage_review")


@pytest.fixture
def reader():
    return UserFactory(email="reader@example.com", first_name="Nadia", last_name="Berg")


@pytest.fixture
def organiser():
    user = UserFactory(email="organiser@example.com")
    give_role(user=user, role=Role.ORGANISER)
    return user


def sent_to(reader, kind=REMINDER, **about) -> mail.EmailMessage:
    write_letter(kind=kind, to=reader, about=about)
    send_due_letters()
    return mail.outbox[-1]


def stop_path(message: mail.EmailMessage) -> str:
    return urlsplit(message.extra_headers["List-Unsubscribe"].strip("<>")).path


# --- Stopping (RFC 2369, RFC 8058) ---------------------------------------------------------------


def test_an_optional_letter_says_how_to_stop_its_kind_in_header_and_text(reader):
    reader.language = "ru"
    reader.save()
    message = sent_to(reader)
    parsed = message_from_bytes(message.message().as_bytes())
    url = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert "".join(parsed["List-Unsubscribe"].split()) == f"<{url}>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert urlsplit(url).path.startswith("/ru/letters/stop/")
    assert message.body.rstrip().endswith(url)


def test_one_click_stops_the_kind_without_session_or_token(reader):
    path = stop_path(sent_to(reader))
    client = Client(enforce_csrf_checks=True)
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == HTTPStatus.OK
    assert list(Refusal.objects.values_list("user", "kind")) == [(reader.pk, REMINDER)]
    write_letter(kind=REMINDER, to=reader, about={"n": 2})
    send_due_letters()
    assert Letter.objects.get(about={"n": 2}).outcome == Outcome.UNWANTED


def test_opening_the_page_stops_nothing_and_its_buttons_do_and_undo(reader):
    path = stop_path(sent_to(reader))
    client = Client()
    assert "Send me no more of them" in client.get(path).content.decode()
    assert not Refusal.objects.exists()
    assert "You get no more letters of this kind." in client.post(path).content.decode()
    assert "You get letters of this kind." in client.post(path, {"again": "1"}).content.decode()
    assert not Refusal.objects.exists()


def test_a_link_of_somebody_elses_making_does_nothing(client, reader):
    path = stop_path(sent_to(reader))
    forged = path[:-3] + ("aa/" if not path.endswith("aa/") else "bb/")
    assert client.post(forged).status_code == HTTPStatus.NOT_FOUND
    assert client.post("/en/letters/stop/x/").status_code == HTTPStatus.NOT_FOUND
    reader.delete()
    assert client.post(path).status_code == HTTPStatus.NOT_FOUND


def test_kinds_are_chosen_in_the_profile(client, reader):
    url = reverse("outbox:choices")
    assert client.get(url).status_code == HTTPStatus.FOUND
    client.force_login(reader)
    text = client.get(url).content.decode()
    assert ("Reminders" in text, "Notes" in text, "Peer review" in text) == (True, False, False)
    offered = {kind.name for kind in stoppable_by(reader)}
    assert REMINDER in offered
    client.post(url, {})
    refused = Refusal.objects.values_list("user", "kind")
    assert set(refused) == {(reader.pk, name) for name in offered}
    client.post(url, {"kinds": [REMINDER]})
    assert set(refused.all()) == {(reader.pk, name) for name in offered - {REMINDER}}


def test_editors_are_offered_what_only_editors_get(client, editor):
    client.force_login(editor)
    text = client.get(reverse("outbox:choices")).content.decode()
    assert "Peer review: A case waits" in text


# --- The editing desk ----------------------------------------------------------------------------

INDEX = "outbox_admin:index"


def listed(client, **query) -> set[str]:
    """The addresses in the list."""
    table = client.get(reverse(INDEX), query).context["object_list"]
    return {letter.to for letter in table}


def test_editors_and_organisers_look_into_the_outbox_and_nobody_else(
    client, reader, editor, organiser
):
    write_letter(kind=NOTE, to=reader, about={})
    letter = Letter.objects.get()
    inspect = reverse("outbox_admin:inspect", args=[letter.pk])
    author = UserFactory()
    give_role(user=author, role=Role.AUTHOR)
    found = {}
    for name, user in (("editor", editor), ("organiser", organiser), ("author", author)):
        client.force_login(user)
        found[name] = [client.get(url).status_code for url in (reverse(INDEX), inspect)]
    assert found == {"editor": [200, 200], "organiser": [200, 200], "author": [302, 302]}
    client.force_login(author)
    for name in ("retry", "cancel"):
        url = reverse(f"outbox_admin:{name}", args=[letter.pk])
        assert client.post(url).status_code == HTTPStatus.FOUND
    letter.refresh_from_db()
    assert letter.state == WorkState.WAITING


def test_letters_that_name_reviewers_are_seen_by_editors_only(client, reader, editor, organiser):
    write_letter(kind=SECRET, to=reader, about={})
    url = reverse("outbox_admin:inspect", args=[Letter.objects.get().pk])
    client.force_login(editor)
    assert (listed(client), client.get(url).status_code) == ({"reader@example.com"}, 200)
    client.force_login(organiser)
    assert (listed(client), client.get(url, follow=True).status_code) == (set(), 404)


def test_the_list_is_narrowed_by_state_and_kind_and_searched_by_reader(client, reader, editor):
    other = UserFactory(email="oleg@example.com", first_name="Oleg", last_name="Stein")
    sent_to(reader, NOTE)
    write_letter(kind=REMINDER, to=other, about={})
    client.force_login(editor)
    assert listed(client) == {"reader@example.com", "oleg@example.com"}
    assert listed(client, standing="sent") == {"reader@example.com"}
    assert listed(client, standing="waiting") == {"oleg@example.com"}
    assert listed(client, kind=REMINDER) == {"oleg@example.com"}
    assert listed(client, q="nadia berg") == {"reader@example.com"}
    assert listed(client, q="oleg@") == {"oleg@example.com"}
    assert listed(client, q="nobody") == set()


def test_the_text_is_shown_as_it_was_sent_and_escaped(client, reader, editor):
    sent_to(reader, NOTE)
    client.force_login(editor)
    text = client.get(reverse("outbox_admin:inspect", args=[Letter.objects.get().pk]))
    assert "Line one.<br>Line two &amp; three." in text.content.decode()
    assert "Round &lt;3&gt;" in text.content.decode()


def test_a_failed_letter_is_told_on_the_desk_and_sent_again_from_there(
    client, reader, editor, monkeypatch
):
    def refuse(self, *args, **kwargs):
        raise SMTPRecipientsRefused({"reader@example.com": (550, b"no such mailbox")})

    write_letter(kind=NOTE, to=reader, about={})
    with monkeypatch.context() as away:
        away.setattr(mail.EmailMessage, "send", refuse)
        send_due_letters()
    client.force_login(editor)
    assert "1 letter could not be sent" in client.get("/admin/").content.decode()
    letter = Letter.objects.get()
    shown = client.get(reverse("outbox_admin:inspect", args=[letter.pk])).content.decode()
    assert "The mail server refused the address or the letter." in shown
    assert "no such mailbox" in shown
    client.post(reverse("outbox_admin:retry_failed"))
    assert (send_due_letters(), len(mail.outbox)) == (1, 1)
    assert "could not be sent" not in client.get("/admin/").content.decode()


def test_a_waiting_letter_is_cancelled_and_sent_after_all(client, reader, editor):
    write_letter(kind=NOTE, to=reader, about={})
    pk = Letter.objects.get().pk
    client.force_login(editor)
    client.post(reverse("outbox_admin:cancel", args=[pk]))
    assert (send_due_letters(), Letter.objects.get().outcome) == (0, Outcome.CANCELLED)
    client.post(reverse("outbox_admin:retry", args=[pk]))
    assert (send_due_letters(), Letter.objects.get().outcome) == (1, Outcome.SENT)
    told = client.post(reverse("outbox_admin:cancel", args=[pk]), follow=True).content.decode()
    assert "It is too late" in told


def test_the_list_costs_the_same_for_one_letter_and_for_ten(client, editor):
    client.force_login(editor)

    def fill(number: int) -> None:
        for n in range(number):
            write_letter(kind=NOTE, to=UserFactory(), about={"n": n})

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(INDEX)).status_code == HTTPStatus.OK
        return len(queries)

    fill(1)
    count()  # what is remembered at the first visit
    before = count()
    fill(9)
    assert count() == before


def test_the_personal_record_has_letters_and_refusals_of_its_person_only(reader):
    sent_to(reader, NOTE)
    write_letter(kind=NOTE, to=UserFactory(), about={})
    Refusal.objects.create(user=reader, kind=REMINDER, since=timezone.now() - timedelta(days=1))
    text = "".join(write_record(user=reader))
    assert text.count("Line two & three.") == 1
    assert text.count('"kind": "tests.note"') == 1
    assert '"kind": "tests.reminder"' in text
