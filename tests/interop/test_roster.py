"""Who is in a platform's course: asked when it is looked at, shown with results, never kept."""

import pytest
from django.core.cache import cache

from interop.models import ResourceLink
from interop.outside import Refused, Unavailable
from interop.roster_service import Member, members_of
from people.domain.roles import give_role
from people.roles import Role
from tests.factories import UserFactory, make_course, make_lesson
from tests.interop.platform_emulator import INSTRUCTOR, LEARNER
from tests.interop.test_grades import come

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_token_of_before():
    cache.clear()


@pytest.fixture
def link(platform, walk):
    platform.members = [
        {"user_id": "t-1", "name": "Dr Teach", "roles": [INSTRUCTOR], "status": "Active"},
        {
            "user_id": "moodle-42",
            "given_name": "Amina",
            "family_name": "Otieno",
            "roles": [LEARNER],
        },
        {"user_id": "l-2", "name": "Ben Late", "roles": [LEARNER], "status": "Inactive"},
        {"user_id": "l-3", "roles": [LEARNER]},
        {"name": "nobody in particular"},
    ]
    course = make_course(title="Chest")
    make_lesson(course)
    come(walk, "course", course)
    return ResourceLink.objects.get()


def test_all_pages_of_the_list_are_read_learners_first(link):
    assert members_of(link=link) == [
        Member(subject="l-3", name="", teaches=False, is_active=True),
        Member(subject="moodle-42", name="Amina Otieno", teaches=False, is_active=True),
        Member(subject="l-2", name="Ben Late", teaches=False, is_active=False),
        Member(subject="t-1", name="Dr Teach", teaches=True, is_active=True),
    ]


def test_the_token_goes_to_no_other_site(link, platform):
    platform.next_page_at = "http://elsewhere.example.org/members"
    with pytest.raises(Refused, match="another site"):
        members_of(link=link)


def test_an_outage_is_told_apart_from_a_refusal(link, platform):
    platform.is_down = True
    with pytest.raises(Unavailable):
        members_of(link=link)


def test_a_link_without_a_list_is_refused_unasked(link, platform):
    link.members_url = ""
    asked = len(platform.asked)
    with pytest.raises(Refused):
        members_of(link=link)
    assert len(platform.asked) == asked


def test_an_organiser_sees_who_came_and_who_did_not(client, link, platform):
    organiser = UserFactory()
    give_role(user=organiser, role=Role.ORGANISER)
    client.force_login(organiser)
    links = client.get(f"/admin/connections/platforms/{link.platform_id}/links/").content.decode()
    address = f"/admin/connections/platforms/links/{link.pk}/members/"
    assert address in links
    page = client.get(address).content.decode()
    assert page.count("never came") == 3
    assert "Ben Late (not active there)" in " ".join(page.split())
    platform.is_down = True
    cache.clear()
    assert "The platform did not answer" in client.get(address).content.decode()


def test_learners_see_no_list(client, link):
    client.force_login(UserFactory())
    answer = client.get(f"/admin/connections/platforms/links/{link.pk}/members/")
    assert "Amina Otieno" not in answer.content.decode()
