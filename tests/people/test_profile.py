"""What people change about themselves."""

import pytest
from django.contrib.messages import get_messages
from wagtail.users.models import UserProfile

pytestmark = pytest.mark.django_db

FIELDS = {
    "first_name": "Лев",
    "last_name": "Орлов",
    "language": "ru",
    "time_zone": "Asia/Omsk",
}


def test_profile_asks_to_sign_in_first(client):
    response = client.get("/en/profile/")
    assert response.url == "/en/accounts/login/?next=/en/profile/"


def test_profile_is_saved_and_the_site_goes_on_in_the_chosen_language(client, resident):
    client.force_login(resident)
    response = client.post("/en/profile/", FIELDS)
    assert response.url == "/ru/profile/"
    resident.refresh_from_db()
    assert {name: getattr(resident, name) for name in FIELDS} == FIELDS
    page = client.get(response.url)
    assert page.status_code == 200
    assert len(list(get_messages(page.wsgi_request))) == 1
    admin = UserProfile.objects.get(user=resident)
    assert (admin.preferred_language, admin.current_time_zone) == ("ru", "Asia/Omsk")


def test_profile_leaves_the_admin_in_its_own_language_where_it_lacks_the_readers(client, resident):
    client.force_login(resident)
    client.post("/en/profile/", FIELDS | {"language": "ar"})
    assert UserProfile.objects.get(user=resident).preferred_language == ""


def test_wrong_profile_keeps_what_was_typed_and_saves_nothing(client, resident):
    client.force_login(resident)
    response = client.post("/en/profile/", FIELDS | {"time_zone": "Mars/Olympus"})
    page = response.content.decode()
    assert response.status_code == 200
    assert 'value="Лев"' in page
    resident.refresh_from_db()
    assert resident.first_name != "Лев"


def test_profile_changes_neither_address_nor_rights(client, resident):
    client.force_login(resident)
    client.post("/en/profile/", FIELDS | {"email": "x@example.com", "is_superuser": "on"})
    resident.refresh_from_db()
    assert (resident.email, resident.is_superuser) == ("resident@example.com", False)


def test_profile_keeps_a_zone_known_by_an_older_name(client, resident):
    resident.time_zone = "Asia/Calcutta"
    resident.save()
    client.force_login(resident)
    page = client.get("/en/profile/").content.decode()
    assert '<option value="Asia/Calcutta" selected>' in page


def test_times_are_shown_in_utc_when_the_chosen_zone_is_unknown_here(client, resident):
    type(resident).objects.filter(pk=resident.pk).update(time_zone="Mars/Olympus")
    client.force_login(resident)
    assert client.get("/en/profile/").status_code == 200
