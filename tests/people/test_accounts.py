"""Signing up, confirming, signing in, forgetting: as a person at the browser meets it."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse
from django.utils import translation

from people.models import User
from people.roles import Role
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def link_in(message) -> str:
    (link,) = re.findall(r"http://testserver(\S+)", message.body.split("\n\n")[2])
    return link


def confirmed(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def sign_up(client, *, language="ru", **fields):
    data = {
        "email": "Anna@Example.com",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "first_name": "Анна",
        "last_name": "Петрова",
        "time_zone": "Asia/Novosibirsk",
    } | fields
    return client.post(f"/{language}/accounts/signup/", data)


def test_sign_up_makes_a_resident_who_keeps_language_and_zone(client):
    response = sign_up(client)
    user = User.objects.get()
    assert response.status_code == 302
    assert response.url == "/ru/accounts/confirm-email/"
    assert (user.email, user.language, user.time_zone, user.roles) == (
        "anna@example.com",
        "ru",
        "Asia/Novosibirsk",
        {Role.RESIDENT},
    )


def test_sign_up_ignores_a_zone_that_does_not_exist(client):
    sign_up(client, time_zone="Mars/Olympus")
    assert User.objects.get().time_zone == "UTC"


def test_sign_up_mail_speaks_russian_and_its_link_opens_the_account(client, settings):
    sign_up(client)
    (message,) = mail.outbox
    assert message.to == ["anna@example.com"]
    with translation.override("ru"):
        greeting = translation.gettext("Dear %(name)s,") % {"name": "Анна Петрова"}
    assert message.body.startswith(greeting)
    name = settings.SOCIETY_NAMES["ru"]
    assert name in message.subject
    assert name in message.body
    link = link_in(message)
    assert link.startswith("/ru/accounts/confirm-email/")

    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get().verified, "following the link alone confirms nothing"
    response = client.post(link)
    assert EmailAddress.objects.get().verified
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_account_does_not_open_before_the_address_is_confirmed(client):
    sign_up(client)
    client.cookies.clear()
    response = client.post(
        "/ru/accounts/login/", {"login": "anna@example.com", "password": PASSWORD}
    )
    assert response.url == "/ru/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session


def test_wrong_sign_up_keeps_what_was_typed_but_no_password(client):
    response = sign_up(client, language="en", password2="another phrase entirely")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'value="Анна"' in page
    assert 'value="Anna@Example.com"' in page
    assert PASSWORD not in page
    assert User.objects.count() == 0


def test_sign_up_answers_alike_for_a_known_address(client):
    confirmed(UserFactory(email="anna@example.com", language="en"))
    known = sign_up(client, language="en")
    stranger = sign_up(client, language="en", email="boris@example.com")
    assert (known.status_code, known.url) == (stranger.status_code, stranger.url)
    to_known, to_stranger = mail.outbox
    assert (to_known.to, to_stranger.to) == (["anna@example.com"], ["boris@example.com"])
    assert "/en/accounts/password/reset/" in to_known.body
    assert "confirm-email" not in to_known.body
    assert User.objects.filter(email="anna@example.com").count() == 1


def test_password_reset_answers_alike_for_an_unknown_address(client):
    confirmed(UserFactory(email="anna@example.com", language="ru"))
    known = client.post("/en/accounts/password/reset/", {"email": "anna@example.com"})
    unknown = client.post("/en/accounts/password/reset/", {"email": "nobody@example.com"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    to_known, to_unknown = mail.outbox
    assert "/ru/accounts/password/reset/key/" in to_known.body, "in the reader's own language"
    assert "/en/accounts/signup/" in to_unknown.body


def test_password_reset_lets_choose_a_new_password_once(client):
    user = confirmed(UserFactory(email="anna@example.com"))
    client.post("/en/accounts/password/reset/", {"email": user.email})
    link = link_in(mail.outbox[0])
    form = client.get(link, follow=True)
    target = form.redirect_chain[-1][0]
    new = {"password1": "quite another phrase", "password2": "quite another phrase"}
    assert client.post(target, new).status_code == 302
    user.refresh_from_db()
    assert user.check_password("quite another phrase")
    assert mail.outbox[1].to == ["anna@example.com"]
    client.cookies.clear()
    assert "run out" in client.get(link, follow=True).content.decode()


def test_sign_in_goes_back_to_where_one_came_from(client):
    user = confirmed(UserFactory())
    form = client.get("/en/accounts/login/?next=/en/cases/").content.decode()
    assert '<input type="hidden" name="next" value="/en/cases/">' in form
    response = client.post(
        "/en/accounts/login/", {"login": user.email, "password": PASSWORD, "next": "/en/cases/"}
    )
    assert response.url == "/en/cases/"


def test_sign_in_goes_to_no_other_site(client):
    user = confirmed(UserFactory())
    response = client.post(
        "/en/accounts/login/",
        {"login": user.email, "password": PASSWORD, "next": "https://evil.example.net/"},
    )
    assert response.url == reverse("courses:my_learning")


def test_wrong_sign_in_says_so_and_keeps_the_address(client):
    confirmed(UserFactory(email="anna@example.com"))
    page = client.post(
        "/en/accounts/login/", {"login": "anna@example.com", "password": "wrong wrong wrong"}
    ).content.decode()
    assert 'value="anna@example.com"' in page
    assert "wrong wrong wrong" not in page
    assert "We know no account with this e-mail address and this password." in page


def test_sign_out_needs_the_button(client, resident):
    client.force_login(resident)
    assert client.get("/en/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/en/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_password_change_is_told_by_mail_and_leads_to_the_profile(client, resident):
    confirmed(resident)
    client.force_login(resident)
    response = client.post(
        "/en/accounts/password/change/",
        {
            "oldpassword": PASSWORD,
            "password1": "quite another phrase",
            "password2": "quite another phrase",
        },
    )
    assert response.url == "/en/profile/"
    assert [message.to for message in mail.outbox] == [[resident.email]]


def test_new_address_counts_once_it_is_confirmed(client, resident):
    confirmed(resident)
    client.force_login(resident)
    client.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/en/accounts/email/", {"email": "new@example.com", "action_add": ""})
    resident.refresh_from_db()
    assert resident.email == "resident@example.com"
    (message,) = mail.outbox
    assert message.to == ["new@example.com"]
    client.post(link_in(message))
    resident.refresh_from_db()
    assert resident.email == "new@example.com"
    assert [m.to for m in mail.outbox[1:]] == [["resident@example.com"]], "the old one is told"


def test_guessing_is_locked_after_eight_tries_and_only_from_there(client, settings):
    settings.AXES_ENABLED = True
    user = confirmed(UserFactory(email="anna@example.com"))
    wrong = {"login": "Anna@example.com", "password": "wrong wrong wrong"}
    right = {"login": user.email, "password": PASSWORD}
    codes = [client.post("/en/accounts/login/", wrong).status_code for _ in range(8)]
    assert codes == [200] * 7 + [429]
    locked = client.post("/en/accounts/login/", right)
    assert locked.status_code == 429
    assert "15 minutes" in locked.content.decode()
    elsewhere = client.post("/en/accounts/login/", right, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "signup/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/done/",
        "password/reset/key/1-nothing/",
        "confirm-email/",
        "confirm-email/nothing/",
        "inactive/",
    ],
)
@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_every_page_on_the_way_in_is_in_the_sites_frame(client, language, path):
    response = client.get(f"/{language}/accounts/{path}")
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("<h1>") == 1
    assert 'class="site-header"' in page


@pytest.mark.parametrize(
    "path", ["email/", "password/change/", "2fa/", "reauthenticate/", "logout/"]
)
def test_every_page_about_ones_account_is_in_the_sites_frame(client, resident, path):
    confirmed(resident)
    client.force_login(resident)
    response = client.get(f"/en/accounts/{path}")
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("<h1>") == 1
    assert 'class="site-header"' in page
