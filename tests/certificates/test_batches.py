"""Certificates issued together: each once, in the person's language, by whichever worker."""

from datetime import date, timedelta
from decimal import Decimal
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from certificates.domain import batches
from certificates.domain.batches import (
    NobodyKnown,
    StillRunning,
    carry_out,
    sweep_batches,
    try_again,
    write_batch,
)
from certificates.domain.certificates import document, issue, revoke
from certificates.domain.letters import ISSUED, compose
from certificates.models import Batch, BatchMember, Certificate, CreditType, Refusal
from certificates.queries import credits_by_year
from certificates.wording import wording
from jobs.models import WorkState
from outbox.models import Letter
from people.domain.roles import give_role
from people.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def write(*emails: str, **changes) -> Batch:
    said = {
        "by": UserFactory(),
        "titles": {"en": "Chest round", "ru": "Разбор грудной клетки"},
        "credit_type": CreditType.LIVE,
        "credits": Decimal("1.5"),
        "completed_on": DAY,
        "emails": emails,
    }
    return write_batch(**(said | changes))


def test_each_gets_one_in_their_language_and_name():
    anna = UserFactory(first_name="Anna", last_name="Berg", language="en")
    ivan = UserFactory(first_name="Иван", last_name="Петров", language="ru")
    omar = UserFactory(first_name="عمر", last_name="حسن", language="ar")
    batch = write(anna.email, ivan.email.upper(), omar.email, anna.email)
    assert carry_out(batch_id=batch.pk) == WorkState.DONE
    found = Certificate.objects.order_by("pk").values_list(
        "holder", "printed_name", "language", "title", "credit_type", "credits"
    )
    assert list(found) == [
        (anna.pk, "Anna Berg", "en", "Chest round", "live", Decimal("1.50")),
        (ivan.pk, "Иван Петров", "ru", "Разбор грудной клетки", "live", Decimal("1.50")),
        (omar.pk, "عمر حسن", "en", "Chest round", "live", Decimal("1.50")),
    ]


def test_each_is_told_once_in_their_language():
    ivan = UserFactory(first_name="Иван", last_name="Петров", language="ru")
    batch = write(ivan.email)
    carry_out(batch_id=batch.pk)
    Batch.objects.update(state=WorkState.WAITING)
    carry_out(batch_id=batch.pk)
    letter = Letter.objects.get(kind=ISSUED)
    assert letter.recipient == ivan
    with translation.override("ru"):
        wording = compose(letter)
    assert "Разбор грудной клетки" in wording.subject
    assert Certificate.objects.get().number in wording.body
    revoke(certificate=Certificate.objects.get(), by=None, reason="x")
    assert compose(letter) is None


def test_carrying_it_out_again_issues_nothing_more():
    batch = write(UserFactory().email)
    carry_out(batch_id=batch.pk)
    Batch.objects.update(state=WorkState.WAITING)
    carry_out(batch_id=batch.pk)
    assert Certificate.objects.count() == 1


def test_a_worker_that_dies_leaves_the_rest_to_the_next(monkeypatch):
    batch = write(*(UserFactory().email for _n in range(4)))
    issued = []

    def dies_at_the_third(**kwargs):
        if len(issued) == 2:
            raise KeyboardInterrupt
        issued.append(kwargs)
        return issue(**kwargs)

    monkeypatch.setattr(batches, "issue", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        carry_out(batch_id=batch.pk)
    assert Certificate.objects.count() == 2
    assert carry_out(batch_id=batch.pk) == WorkState.RUNNING  # another's lease still runs
    monkeypatch.undo()
    Batch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep_batches() == 1
    assert carry_out(batch_id=batch.pk) == WorkState.DONE
    assert Certificate.objects.count() == 4
    assert BatchMember.objects.filter(certificate=None).count() == 0


def test_who_has_no_name_is_told_to_the_editor_and_asked_for_again():
    nameless = UserFactory(first_name="", last_name="")
    batch = write(nameless.email, UserFactory().email)
    carry_out(batch_id=batch.pk)
    member = batch.members.get(user=nameless)
    assert (member.certificate, member.refusal) == (None, Refusal.NO_NAME)
    nameless.printed_name = "Dr N"
    nameless.save()
    try_again(batch=batch)
    with pytest.raises(StillRunning):
        try_again(batch=batch)
    assert carry_out(batch_id=batch.pk) == WorkState.DONE
    member.refresh_from_db()
    assert (member.certificate.printed_name, member.refusal) == ("Dr N", "")
    assert Certificate.objects.count() == 2


def test_addresses_of_nobody_are_kept_for_the_editor():
    known, closed = UserFactory(), UserFactory(is_active=False)
    batch = write(known.email, "stranger@example.org", closed.email)
    assert batch.unknown == ["stranger@example.org", closed.email]
    with pytest.raises(NobodyKnown):
        write("stranger@example.org")


@pytest.mark.parametrize(
    ("kind", "heading", "statement"),
    [
        (CreditType.LIVE, "Certificate of attendance", "This is to certify attendance of"),
        (CreditType.PRESENTING, "Certificate", "This is to certify the presentation of"),
        (CreditType.REVIEWING, "Certificate", "This is to certify reviewing for"),
        (CreditType.TEACHING, "Certificate", "This is to certify teaching of"),
    ],
)
def test_each_kind_says_what_was_done(kind, heading, statement):
    batch = write(UserFactory().email, credit_type=kind)
    carry_out(batch_id=batch.pk)
    certificate = Certificate.objects.get()
    said = wording(certificate)
    assert (said.heading, said.statement) == (heading, statement)
    assert said.facts[:2] == (
        ("Date", "20 November 2026"),
        ("Credits", f"1.5 · {kind.label}"),
    )
    assert document(certificate=certificate).startswith(b"%PDF-")


def test_kinds_of_credit_are_counted_apart():
    user = UserFactory()
    for kind in (CreditType.LIVE, CreditType.LIVE, CreditType.TEACHING):
        carry_out(batch_id=write(user.email, credit_type=kind).pk)
    (year,) = credits_by_year(list(user.certificates.all()))
    assert year.by_type == (("Live education", Decimal(3)), ("Teaching", Decimal("1.5")))


def test_an_erased_account_leaves_the_certificate_and_no_row_of_the_list():
    user = UserFactory(first_name="Anna", last_name="Berg")
    carry_out(batch_id=write(user.email).pk)
    user.delete()
    assert Certificate.objects.get().printed_name == "Anna Berg"
    assert not BatchMember.objects.exists()


class TestDesk:
    @pytest.fixture
    def editor(self, client):
        editor = UserFactory()
        give_role(user=editor, role=Role.EDITOR)
        client.force_login(editor)
        return editor

    def form(self, *emails: str, **changes) -> dict:
        return {
            "credit_type": "presenting",
            "credits": "2",
            "completed_on": "2026-11-20",
            "title_en": "Chest round",
            "emails": "\n".join(emails),
        } | changes

    def test_an_editor_issues_and_sees_who_got_one(self, client, editor):
        anna = UserFactory(first_name="Anna", last_name="Berg")
        assert (
            "Issue certificates" in client.get(reverse("certificates_admin:index")).content.decode()
        )
        address = reverse("certificates_admin:issue")
        answer = client.post(address, self.form(anna.email, "stranger@example.org"))
        batch = Batch.objects.get()
        assert (batch.made_by, batch.credit_type) == (editor, "presenting")
        waiting = client.get(answer.url).content.decode()
        assert "0 of 1 issued" in waiting
        assert "stranger@example.org" in waiting
        carry_out(batch_id=batch.pk)
        done = client.get(answer.url).content.decode()
        assert "1 of 1 issued" in done
        assert Certificate.objects.get().number in done

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"title_en": ""}, "Say in one language at least what is certified."),
            ({"emails": "no address"}, "“no address” is no e-mail address."),
            ({"emails": "a@example.org"}, "Nobody here has any of these addresses."),
            ({"completed_on": "2126-01-01"}, "What has not happened yet cannot be certified."),
            ({"expires_on": "2026-11-20"}, "It would have expired on the day it is for."),
        ],
    )
    @pytest.mark.usefixtures("editor")
    def test_what_cannot_be_certified_is_said(self, client, changes, sentence):
        form = self.form("b@example.org", **changes)
        page = client.post(reverse("certificates_admin:issue"), form).content.decode()
        assert sentence in page
        assert not Batch.objects.exists()

    @pytest.mark.usefixtures("editor")
    def test_the_lists_page_asks_as_much_for_many_people_as_for_one(self, client):
        counts = []
        for many in (1, 6):
            batch = write(*(UserFactory().email for _n in range(many)))
            carry_out(batch_id=batch.pk)
            address = reverse("certificates_admin:batch", args=[batch.pk])
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            counts.append(len(asked))
        assert counts[0] == counts[1]

    def test_authors_issue_nothing(self, client):
        author = UserFactory()
        give_role(user=author, role=Role.AUTHOR)
        client.force_login(author)
        answer = client.post(reverse("certificates_admin:issue"), self.form(author.email))
        assert answer.status_code in (HTTPStatus.FOUND, HTTPStatus.FORBIDDEN)
        assert not Batch.objects.exists()
