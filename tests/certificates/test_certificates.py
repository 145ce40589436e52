"""Certificates: issued once, corrected by issuing anew, taken back, outliving the account."""

import hashlib
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from certificates.domain.certificates import (
    Achievement,
    AlreadyRevoked,
    NoName,
    document,
    issue,
    reissue,
    revoke,
)
from certificates.models import Certificate, CreditType, Standing
from certificates.numbers import ALPHABET, LENGTH, grouped, new_number, read_number
from certificates.queries import certificates_of, credits_by_year
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def achievement(**changes) -> Achievement:
    return Achievement(
        **{
            "kind": "course",
            "key": uuid.uuid4(),
            "title": "Chest CT essentials",
            "credit_type": CreditType.ENDURING,
            "credits": Decimal("1.50"),
            "completed_on": date(2026, 11, 20),
            **changes,
        }
    )


@pytest.fixture
def holder():
    return UserFactory(first_name="Wanjiru", last_name="Kamau")


@pytest.fixture
def certificate(holder) -> Certificate:
    return issue(holder=holder, achievement=achievement(), language="en")


class TestNumbers:
    @given(st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH))
    def test_a_number_is_read_however_it_is_typed(self, characters):
        number = grouped(characters)
        assert read_number(number) == number
        assert read_number(characters.lower()) == number
        assert read_number(" " + number.replace("-", " ") + "\n") == number

    def test_letters_that_people_confuse_are_forgiven(self):
        assert read_number("oIl0-OiL1-0000-0000") == "0110-0111-0000-0000"

    @given(st.text(max_size=40))
    def test_anything_else_is_no_number_or_has_its_form(self, typed):
        read = read_number(typed)
        assert read == "" or read == grouped(read.replace("-", ""))

    def test_numbers_do_not_repeat(self):
        assert len({new_number() for _time in range(2000)}) == 2000


class TestIssuing:
    def test_the_same_achievement_is_certified_once(self, holder):
        done = achievement()
        first = issue(holder=holder, achievement=done, language="en")
        assert issue(holder=holder, achievement=done, language="ru") == first
        assert Certificate.objects.count() == 1

    def test_two_that_hold_for_the_same_are_refused_by_the_database(self, certificate):
        certificate.pk, certificate.number = None, new_number()
        with pytest.raises(IntegrityError), transaction.atomic():
            certificate.save(force_insert=True)

    def test_the_name_is_printed_as_its_bearer_wants_it(self, holder):
        plain = issue(holder=holder, achievement=achievement(), language="en")
        assert plain.printed_name == "Wanjiru Kamau"
        holder.printed_name = "Dr. med. Wanjirũ wa Kamaũ"
        other = issue(holder=holder, achievement=achievement(), language="en")
        assert other.printed_name == "Dr. med. Wanjirũ wa Kamaũ"

    def test_nobody_is_certified_without_a_name(self):
        nameless = UserFactory(first_name="", last_name="")
        with pytest.raises(NoName):
            issue(holder=nameless, achievement=achievement(), language="en")

    def test_it_outlives_the_account_without_anything_but_the_name(self, certificate, holder):
        holder.delete()
        certificate.refresh_from_db()
        assert (certificate.holder, certificate.printed_name) == (None, "Wanjiru Kamau")
        assert certificate.standing() == Standing.VALID


class TestEnding:
    def test_a_revoked_certificate_says_so_and_can_be_issued_again(self, certificate, holder):
        editor = UserFactory()
        revoke(certificate=certificate, by=editor, reason=" Taken by another person. ")
        assert certificate.standing() == Standing.REVOKED
        assert certificate.revocation_reason == "Taken by another person."
        with pytest.raises(AlreadyRevoked):
            revoke(certificate=certificate, by=editor, reason="again")
        again = issue(
            holder=holder, achievement=achievement(key=certificate.subject_key), language="en"
        )
        assert again.number != certificate.number

    def test_a_corrected_name_replaces_the_certificate(self, certificate):
        fresh = reissue(
            certificate=certificate,
            by=UserFactory(),
            printed_name="W. Kamau-Otieno",
            reason="Married",
        )
        assert certificate.standing() == Standing.REVOKED
        assert certificate.replaced_by == fresh
        assert (fresh.printed_name, fresh.title) == ("W. Kamau-Otieno", certificate.title)
        assert list(certificates_of(certificate.holder)) == [fresh]

    def test_a_blank_name_replaces_nothing(self, certificate):
        with pytest.raises(NoName):
            reissue(certificate=certificate, by=UserFactory(), printed_name="  ", reason="x")
        certificate.refresh_from_db()
        assert certificate.standing() == Standing.VALID

    def test_it_holds_through_its_last_day(self, holder):
        today = timezone.localdate()
        made = issue(holder=holder, achievement=achievement(expires_on=today), language="en")
        assert made.standing() == Standing.VALID
        assert made.standing(today=today + timedelta(days=1)) == Standing.EXPIRED


class TestDocument:
    @pytest.mark.parametrize(
        ("language", "name"),
        [("en", "Wanjiru Kamau"), ("ru", "Елена Сергеевна Орлова"), ("ar", "ليلى حدّاد")],
    )
    def test_it_is_an_accessible_pdf_in_each_script(self, holder, language, name):
        holder.printed_name = name
        made = document(
            certificate=issue(holder=holder, achievement=achievement(), language=language)
        )
        assert made.startswith(b"%PDF-1.7")
        assert b"pdfuaid:part>1<" in made

    def test_every_download_is_the_same_file(self, certificate):
        first = document(certificate=certificate)
        assert document(certificate=Certificate.objects.get()) == first
        assert Certificate.objects.get().document_sha256 == hashlib.sha256(first).hexdigest()


def test_credits_are_summed_by_year_and_kind(holder):
    for day, kind, hours in (
        (date(2025, 12, 31), CreditType.ENDURING, "1"),
        (date(2026, 1, 1), CreditType.ENDURING, "1.5"),
        (date(2026, 5, 1), CreditType.ENDURING, "0.5"),
        (date(2026, 6, 1), CreditType.PRESENTING, "2"),
        (date(2026, 7, 1), CreditType.LIVE, "0"),
    ):
        issue(
            holder=holder,
            achievement=achievement(completed_on=day, credit_type=kind, credits=Decimal(hours)),
            language="en",
        )
    years = credits_by_year(list(certificates_of(holder)))
    assert [(year.year, year.total) for year in years] == [(2026, Decimal(4)), (2025, Decimal(1))]
    assert years[0].by_type == (("Enduring material", Decimal(2)), ("Presenting", Decimal(2)))
