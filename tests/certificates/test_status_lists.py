"""Anybody's validator learns whether a badge is revoked, and nothing else from the list."""

import datetime as dt
import json
from datetime import date, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from certificates.documents.badge import LIST_BITS
from certificates.domain import status_lists
from certificates.domain.certificates import badge, issue, reissue, revoke
from certificates.models import Certificate
from tests.certificates.test_certificates import achievement
from tests.certificates.third_party import Invalid, bits, unpadded, verify
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

# Bitstring Status List 1.0, its example of a list in which no bit is set.
EXAMPLE = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


@pytest.fixture
def certificate():
    holder = UserFactory(first_name="Wanjiru", last_name="Kamau")
    return issue(holder=holder, achievement=achievement(), language="en")


@pytest.fixture
def fetch(client):
    """How a validator gets a list: by its address, as a stranger."""

    def get(address: str) -> str:
        client.logout()
        answer = client.get(urlsplit(address).path)
        assert answer.status_code == HTTPStatus.OK
        return answer.content.decode()

    return get


def entry_of(token: str) -> dict:
    return json.loads(unpadded(token.split(".")[1]))["credentialStatus"]


def test_the_standards_example_is_read_as_its_authors_read_it():
    assert bits(EXAMPLE) == bytes(LIST_BITS // 8)


def test_a_badge_holds_until_it_is_revoked_for_any_validator(certificate, fetch):
    token = badge(certificate=certificate)
    assert verify(token, fetch=fetch, at=timezone.now())["issuer"].startswith("did:key:z6Mk")
    revoke(certificate=certificate, by=UserFactory(), reason="Somebody else sat the quiz")
    with pytest.raises(Invalid, match="revoked"):
        verify(token, fetch=fetch, at=timezone.now())


def test_a_second_library_reads_the_same(certificate, fetch):
    token = badge(certificate=certificate)
    issuer = json.loads(unpadded(token.split(".")[1]))["issuer"]["id"]
    verifier = OB3Verifier.for_issuer_did(issuer)

    def download(url: str) -> bytes:
        return fetch(url).encode()

    verifier.verify(token, check_status=True, download=download)
    revoke(certificate=certificate, by=UserFactory(), reason="x")
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        verifier.verify(token, check_status=True, download=download)


def test_a_replaced_badge_is_revoked_and_its_successor_holds(certificate, fetch):
    old = badge(certificate=certificate)
    fresh = reissue(certificate=certificate, by=UserFactory(), printed_name="New", reason="Asked")
    new = badge(certificate=fresh)
    assert entry_of(old)["statusListIndex"] != entry_of(new)["statusListIndex"]
    verify(new, fetch=fetch, at=timezone.now())
    with pytest.raises(Invalid, match="revoked"):
        verify(old, fetch=fetch, at=timezone.now())


def test_the_bit_stays_the_same_in_every_copy(certificate):
    first = entry_of(badge(certificate=certificate))
    again = entry_of(badge(certificate=Certificate.objects.get(pk=certificate.pk)))
    assert again == first


def test_an_old_copy_of_the_list_does_not_hold_for_ever(certificate, fetch):
    token = badge(certificate=certificate)
    kept = fetch(entry_of(token)["statusListCredential"])
    revoke(certificate=certificate, by=UserFactory(), reason="x")
    tomorrow = timezone.now() + status_lists.HOLDS_FOR + timedelta(minutes=1)
    with pytest.raises(Invalid, match="expired"):
        verify(token, fetch=lambda _address: kept, at=tomorrow)


def test_the_list_is_for_browsers_of_other_sites_and_names_nobody(client, certificate):
    place = entry_of(badge(certificate=certificate))["statusListCredential"]
    answer = client.get(urlsplit(place).path)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Content-Type"] == "application/vc+jwt"
    said = json.loads(unpadded(answer.content.decode().split(".")[1]))
    assert set(said["credentialSubject"]) == {"id", "type", "statusPurpose", "encodedList", "ttl"}
    assert "Kamau" not in json.dumps(said)


def test_lists_that_no_badge_names_are_not_there(client, certificate):
    def status(number: int) -> int:
        return client.get(reverse("badge_status:list", args=[number]), follow=True).status_code

    assert status(0) == HTTPStatus.NOT_FOUND
    badge(certificate=certificate)
    assert (status(0), status(1)) == (HTTPStatus.OK, HTTPStatus.NOT_FOUND)


def test_taken_bits_are_avoided_and_a_half_full_list_is_followed_by_another(monkeypatch):
    monkeypatch.setattr(status_lists, "MOST_PER_LIST", 2)
    drawn = iter([5, 5, 6, 5])
    monkeypatch.setattr(status_lists.secrets, "randbelow", lambda _most: next(drawn))
    made = [
        issue(holder=UserFactory(), achievement=achievement(), language="en") for _n in range(3)
    ]
    places = [status_lists.place_of(certificate=one) for one in made]
    addresses = [status_lists.list_address(number) for number in (0, 1)]
    assert places == [(addresses[0], 5), (addresses[0], 6), (addresses[1], 5)]


def check(client, token: str):
    file = SimpleUploadedFile("badge.jwt", token.encode())
    return client.post(reverse("certificates:verify"), {"file": file})


def test_an_expired_badge_is_said_to_be_expired_not_forged(client):
    done = achievement(completed_on=date(2020, 1, 1), expires_on=date(2021, 1, 1))
    certificate = issue(holder=UserFactory(), achievement=done, language="en")
    token = badge(certificate=certificate)
    assert "its time has run out" in check(client, token).content.decode()
    with pytest.raises(Invalid, match="expired"):
        verify(token, fetch=lambda _address: "", at=dt.datetime.now(dt.UTC))


def test_another_credential_of_our_key_is_no_badge(client, certificate, fetch):
    listed = fetch(entry_of(badge(certificate=certificate))["statusListCredential"])
    assert check(client, listed).status_code == HTTPStatus.NOT_FOUND


def test_a_badge_whose_signature_is_said_to_be_none_is_refused(client, certificate):
    payload = badge(certificate=certificate).split(".")[1]
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"  # {"alg":"none","typ":"JWT"}
    for forged in (f"{unsigned}.{payload}.", f"{unsigned}.{payload}.AAAA"):
        assert check(client, forged).status_code == HTTPStatus.NOT_FOUND


def test_a_badge_that_was_revoked_says_so_on_the_page(client, certificate):
    token = badge(certificate=certificate)
    revoke(certificate=certificate, by=UserFactory(), reason="x")
    assert "It no longer counts." in check(client, token).content.decode()
