"""Second factors, and the one door of the editing desk."""

from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def code_of(secret: str, steps_ago: int = 0) -> str:
    """What a telephone shows now, or showed so many steps of 30 s ago.

    The current step's code, not the oldest that is accepted: that one ends with the step.
    """
    accepted = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, accepted[len(accepted) // 2] - steps_ago))


def with_second_factor(user) -> str:
    """Switch the second factor on and return its secret."""
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"primary": True, "verified": True}
    )
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def sign_in_to_change_safety(client, user, secret: str = "") -> None:
    """Sign in, and say once more that it is oneself, as changes to the second factor ask."""
    client.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD})
    if secret:
        client.post("/en/accounts/2fa/authenticate/", {"code": code_of(secret)})
    client.post("/en/accounts/reauthenticate/", {"password": PASSWORD})


def test_admin_sign_in_is_the_sites_own(client):
    response = client.get("/admin/login/?next=/admin/pages/")
    assert response.url == "/en/accounts/login/?next=/admin/pages/"


def test_admin_sign_in_form_of_wagtail_takes_no_password(client, editor):
    response = client.post("/admin/login/", {"username": editor.email, "password": PASSWORD})
    assert response.url == "/en/accounts/login/?next=/admin/"
    assert "_auth_user_id" not in client.session


def test_admin_sign_in_leads_to_no_other_site(client):
    response = client.get("/admin/login/?next=https://evil.example.net/")
    assert response.url == "/en/accounts/login/?next=/admin/"


def test_admin_is_open_without_second_factor_where_none_is_required(client, editor):
    client.force_login(editor)
    assert client.get("/admin/").status_code == 200


def test_staff_without_second_factor_are_sent_to_set_it_up(client, editor, settings):
    settings.VIEWBOX_STAFF_MFA = True
    client.force_login(editor)
    response = client.get("/admin/pages/")
    assert (response.status_code, response.url) == (302, "/en/accounts/2fa/totp/activate/")


def test_staff_with_second_factor_enter(client, editor, settings):
    settings.VIEWBOX_STAFF_MFA = True
    with_second_factor(editor)
    client.force_login(editor)
    assert client.get("/admin/").status_code == 200


def test_residents_are_not_asked_for_a_second_factor(client, resident, settings):
    settings.VIEWBOX_STAFF_MFA = True
    client.force_login(resident)
    assert "2fa" not in client.get("/admin/").url


def test_second_factor_is_set_up_with_recovery_codes(client, editor):
    EmailAddress.objects.create(user=editor, email=editor.email, primary=True, verified=True)
    sign_in_to_change_safety(client, editor)
    page = client.get("/en/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    response = client.post("/en/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert response.url == "/en/accounts/2fa/recovery-codes/"
    codes = client.get(response.url).content.decode()
    assert codes.count("<code>") == 10
    assert client.get("/en/accounts/2fa/").status_code == 200


def test_switching_the_second_factor_off_is_told_by_mail(client, editor):
    secret = with_second_factor(editor)
    sign_in_to_change_safety(client, editor, secret)
    assert client.get("/en/accounts/2fa/totp/deactivate/").status_code == 200
    client.post("/en/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.count() == 0
    assert [message.to for message in mail.outbox] == [[editor.email]]


def test_wrong_code_sets_nothing_up(client, editor):
    EmailAddress.objects.create(user=editor, email=editor.email, primary=True, verified=True)
    sign_in_to_change_safety(client, editor)
    client.get("/en/accounts/2fa/totp/activate/")
    response = client.post("/en/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "This code is not right, or it has run out." in response.content.decode()
    assert Authenticator.objects.count() == 0


def test_sign_in_asks_for_the_second_factor_and_goes_on(client, editor):
    secret = with_second_factor(editor)
    first = client.post(
        "/en/accounts/login/",
        {"login": editor.email, "password": PASSWORD, "next": "/en/cases/"},
    )
    assert first.url == "/en/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    page = client.get(first.url).content.decode()
    assert "Your second factor" in page
    second = client.post(first.url, {"code": code_of(secret)})
    assert second.url == "/en/cases/"
    assert client.session["_auth_user_id"] == str(editor.pk)


@pytest.mark.parametrize(
    ("steps_ago", "is_let_in"), [(-2, False), (-1, True), (1, True), (2, False)]
)
def test_a_telephones_clock_may_be_one_step_off_and_no_more(
    client, editor, monkeypatch, steps_ago, is_let_in
):
    clock = SimpleNamespace(time=lambda: 1_800_000_029.9)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", clock)
    secret = with_second_factor(editor)
    client.post("/en/accounts/login/", {"login": editor.email, "password": PASSWORD})
    client.post("/en/accounts/2fa/authenticate/", {"code": code_of(secret, steps_ago)})
    assert ("_auth_user_id" in client.session) is is_let_in


def test_staff_cannot_switch_it_off_where_it_is_required(client, editor, settings):
    settings.VIEWBOX_STAFF_MFA = True
    secret = with_second_factor(editor)
    sign_in_to_change_safety(client, editor, secret)
    response = client.post("/en/accounts/2fa/totp/deactivate/")
    assert "stays switched on" in response.content.decode()
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).count() == 1


def test_recovery_codes_are_made_anew(client, editor):
    secret = with_second_factor(editor)
    before = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap()
    old = before.get_unused_codes()
    sign_in_to_change_safety(client, editor, secret)
    assert client.get("/en/accounts/2fa/recovery-codes/generate/").status_code == 200
    client.post("/en/accounts/2fa/recovery-codes/generate/")
    after = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap()
    assert len(after.get_unused_codes()) == 10
    assert set(after.get_unused_codes()) & set(old) == set()
