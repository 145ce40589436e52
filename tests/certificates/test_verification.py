"""Anybody can check a certificate, and learns from it no more than it says."""

import base64
import json
from http import HTTPStatus

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openbadgeslib.ob3 import OB3Verifier

from certificates.documents.badge import sign
from certificates.domain.certificates import badge, document, issue, reissue, revoke
from certificates.domain.status_lists import place_of
from certificates.domain.verification import MOST_BYTES
from certificates.keys import public_key_pem
from certificates.wording import badge_facts
from people.domain.roles import give_role
from people.roles import Role
from tests.certificates.test_certificates import achievement
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate():
    holder = UserFactory(first_name="Wanjiru", last_name="Kamau", email="wanjiru@example.com")
    return issue(holder=holder, achievement=achievement(), language="en")


def check(client, content: bytes, name: str = "certificate.pdf"):
    return client.post(reverse("certificates:verify"), {"file": SimpleUploadedFile(name, content)})


def words(answer) -> str:
    return answer.content.decode()


def test_the_code_leads_to_what_was_certified_and_nothing_more(client, certificate):
    page = words(client.get(certificate.verification_path))
    for shown in ("Wanjiru Kamau", "Chest CT essentials", "Valid", certificate.number):
        assert shown in page
    assert "wanjiru@example.com" not in page


def test_an_unknown_number_is_said_to_be_unknown(client, certificate):
    for number in ("0000-0000-0000-0000", certificate.number[:-1] + "?", "x"):
        answer = client.get(reverse("certificates:verify_number", args=[number]))
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert "No such certificate" in words(answer)


def test_a_number_may_be_typed_with_spaces_and_small_letters(client, certificate):
    typed = certificate.number.lower().replace("-", " ")
    answer = client.post(reverse("certificates:verify"), {"number": typed})
    assert "Chest CT essentials" in words(answer)


def test_an_empty_form_says_what_to_do(client):
    answer = client.post(reverse("certificates:verify"), {})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Type the number, or choose the file." in words(answer)


def test_the_issued_file_is_recognised_and_an_altered_one_refused(client, certificate):
    made = document(certificate=certificate)
    assert "This file is the one that was issued, unchanged." in words(check(client, made))
    altered = made.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    for forged in (altered, made + b"\n", made[:-1], b"", b"%PDF-1.7 my own"):
        answer = check(client, forged)
        assert answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
        assert "Chest CT essentials" not in words(answer)


def test_a_huge_file_is_refused_unread(client):
    answer = check(client, b"x" * (MOST_BYTES + 1))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "No certificate is as large as this file." in words(answer)


def test_a_revoked_certificate_says_so_without_the_reason(client, certificate):
    revoke(certificate=certificate, by=UserFactory(), reason="Somebody else sat the quiz")
    page = words(client.get(certificate.verification_path))
    assert "It no longer counts." in page
    assert "Somebody else" not in page


def test_a_replaced_certificate_does_not_betray_the_new_name(client, certificate):
    reissue(certificate=certificate, by=UserFactory(), printed_name="New Name", reason="x")
    page = words(client.get(certificate.verification_path))
    assert "replaced by another" in page
    assert "New Name" not in page


class TestBadge:
    def test_a_third_party_verifies_it_with_nothing_but_the_badge(self, certificate):
        token = badge(certificate=certificate)
        payload = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        issuer = payload.get("vc", payload)["issuer"]["id"]
        assert issuer.startswith("did:key:z6Mk")
        credential = OB3Verifier.for_issuer_did(issuer).verify(token)
        assert credential.achievement.name == "Chest CT essentials"
        assert credential.credits_earned == 1.5
        assert "wanjiru@example.com" not in json.dumps(payload)

    def test_the_site_knows_its_badge_again(self, client, certificate):
        answer = check(client, badge(certificate=certificate).encode(), "badge.jwt")
        assert "This file is the one that was issued, unchanged." in words(answer)

    def test_an_altered_badge_is_refused(self, client, certificate):
        head, payload, signature = badge(certificate=certificate).split(".")
        content = base64.urlsafe_b64decode(payload + "==").replace(b"Wanjiru", b"Somebod")
        forged = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
        answer = check(client, f"{head}.{forged}.{signature}".encode(), "badge.jwt")
        assert answer.status_code == HTTPStatus.NOT_FOUND

    def test_a_badge_of_another_key_is_refused(self, client, certificate):
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        for public in (
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            public_key_pem(),  # signed by the other key, in this site's name
        ):
            forged = sign(
                badge_facts(certificate, place=place_of(certificate=certificate)),
                private_key=private,
                public_key=public,
            )
            answer = check(client, forged.encode(), "badge.jwt")
            assert answer.status_code == HTTPStatus.NOT_FOUND


class TestHandingOut:
    def test_only_the_holder_and_editors_get_the_file(self, client, certificate):
        url = reverse("certificates:download", args=[certificate.number])
        assert client.get(url).status_code == HTTPStatus.FORBIDDEN
        client.force_login(UserFactory())
        assert client.get(url).status_code == HTTPStatus.FORBIDDEN
        client.force_login(certificate.holder)
        answer = client.get(url)
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content == document(certificate=certificate)

    def test_the_holder_finds_it_under_my_learning(self, client, certificate):
        client.force_login(certificate.holder)
        page = words(client.get(reverse("courses:my_learning")))
        assert certificate.number in page
        assert "Credits by year" in page


class TestAdmin:
    @pytest.fixture
    def editor(self, client):
        editor = UserFactory()
        give_role(user=editor, role=Role.EDITOR)
        client.force_login(editor)
        return editor

    def test_an_editor_finds_and_revokes_with_a_reason(self, client, certificate, editor):
        listing = words(client.get(reverse("certificates_admin:index"), {"q": "Kamau"}))
        assert certificate.number in listing
        url = reverse("certificates_admin:certificate", args=[certificate.number])
        assert "Take it back" in words(client.get(url))
        refused = client.post(url, {"do": "revoke", "revoke-reason": ""})
        assert "This field is required." in words(refused)
        client.post(url, {"do": "revoke", "revoke-reason": "Wrong person"})
        certificate.refresh_from_db()
        assert (certificate.revoked_by, certificate.revocation_reason) == (editor, "Wrong person")

    @pytest.mark.usefixtures("editor")
    def test_an_editor_corrects_a_name(self, client, certificate):
        url = reverse("certificates_admin:certificate", args=[certificate.number])
        answer = client.post(
            url,
            {"do": "reissue", "reissue-printed_name": "W. Kamau", "reissue-reason": "Asked"},
        )
        certificate.refresh_from_db()
        assert answer.url.endswith(f"{certificate.replaced_by.number}/")

    def test_authors_see_none_of_it(self, client, certificate):
        author = UserFactory()
        give_role(user=author, role=Role.AUTHOR)
        client.force_login(author)
        url = reverse("certificates_admin:certificate", args=[certificate.number])
        for address in (url, reverse("certificates_admin:index")):
            assert client.get(address).status_code in (HTTPStatus.FOUND, HTTPStatus.FORBIDDEN)
        client.post(url, {"do": "revoke", "revoke-reason": "Mine"})
        certificate.refresh_from_db()
        assert certificate.revoked_at is None
