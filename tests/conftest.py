"""What all tests share: the bare site in the database, and people in every role."""

import pytest
from django.core.cache import cache
from django.utils import translation
from tests.factories import UserFactory

from hub.domain.site import prepare_site
from hub.models import HomePage
from people.domain.roles import give_role
from people.roles import Role


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database starts as every installation does: prepared, without demo content."""
    with django_db_blocker.unblock():
        prepare_site()


@pytest.fixture(autouse=True)
def _clean_surroundings():
    """Each test starts in English with an empty cache, whatever the one before left."""
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def home(db) -> HomePage:
    return HomePage.objects.get(locale__language_code="en")


@pytest.fixture
def resident(db):
    user = UserFactory(email="resident@example.com")
    give_role(user=user, role=Role.RESIDENT)
    return user


@pytest.fixture
def editor(db):
    user = UserFactory(email="editor@example.com")
    give_role(user=user, role=Role.EDITOR)
    return user
