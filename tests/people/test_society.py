"""Readers meet the society under the name it has in their language."""

import pytest
from django.utils import translation

from people.society import society_name


@pytest.fixture(autouse=True)
def _names(settings):
    settings.SOCIETY_NAME = "Society of Testing"
    settings.SOCIETY_NAMES = {"ru": "Общество испытаний", "ar": ""}


def test_the_society_goes_by_its_name_in_the_active_language():
    with translation.override("ru"):
        assert society_name() == "Общество испытаний"


def test_a_letter_names_it_in_the_language_of_its_reader():
    assert (society_name("en"), society_name("ru")) == ("Society of Testing", "Общество испытаний")


def test_where_it_has_no_other_name_it_keeps_its_own():
    assert society_name("ar") == "Society of Testing"


@pytest.mark.django_db
def test_the_header_names_it_in_the_language_of_the_page(client):
    assert "Общество испытаний" in client.get("/ru/accounts/login/").content.decode()
    assert "Society of Testing" in client.get("/en/accounts/login/").content.decode()
