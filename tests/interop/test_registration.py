"""A platform registers itself by an invitation, once, and can launch at once."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

import pytest
from django.utils import timezone

from interop.domain.registration import GOOD_FOR, invite
from interop.keys import key_set
from interop.models import Invitation, Platform
from people.domain.roles import give_role
from people.roles import Role
from tests.factories import UserFactory, make_course, make_lesson
from tests.interop.conftest import Walk
from tests.interop.platform_emulator import TOOL_CONFIGURATION, running_platform

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger():
    """A platform that is not registered here yet."""
    with running_platform(tool_keys=key_set) as running:
        yield running


@pytest.fixture
def invited():
    return invite(name="Moodle of the clinic", by=UserFactory())


def address(invited, platform=None, **more: str) -> str:
    path = urlsplit(invited.address).path
    if platform is None:
        return path
    query = {
        "openid_configuration": f"{platform.url}/.well-known/openid-configuration",
        "registration_token": platform.registration_token,
    } | more
    return f"{path}?{urlencode(query)}"


def test_invited_platform_registers_itself_and_launches(client, stranger, invited):
    page = client.get(address(invited, stranger))
    assert "Moodle of the clinic" in page.content.decode()
    assert stranger.url in page["Content-Security-Policy"]  # shown in the platform's frame
    assert not Platform.objects.exists()
    done = client.post(address(invited, stranger))
    assert "The platform is registered" in done.content.decode()
    platform = Platform.objects.get()
    assert {name: getattr(platform, name) for name in stranger.registration} == (
        stranger.registration | {"name": "Moodle of the clinic"}
    )
    assert platform.is_active is True
    course = make_course(title="Chest")
    make_lesson(course)
    target = f"http://testserver/lti/open/course/{course.translation_key}/"
    launched = Walk(stranger).launch(target)
    assert launched.status_code == HTTPStatus.OK
    assert "Moodle of the clinic" in launched.content.decode()


def test_the_platform_is_told_what_the_standard_asks_for(client, stranger, invited):
    client.post(address(invited, stranger))
    (told,) = stranger.registered
    assert told["token_endpoint_auth_method"] == "private_key_jwt"
    assert told["jwks_uri"].endswith("/lti/keys/")
    assert told["redirect_uris"] == [told[TOOL_CONFIGURATION]["target_link_uri"]]
    assert [message["type"] for message in told[TOOL_CONFIGURATION]["messages"]] == [
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    ]
    assert "email" not in told[TOOL_CONFIGURATION]["claims"]
    assert "contextmembership.readonly" in told["scope"]


def test_invitation_works_once_and_for_a_week(client, stranger, invited):
    client.post(address(invited, stranger))
    again = client.post(address(invited, stranger))
    assert again.status_code == HTTPStatus.GONE
    assert "This invitation was used already" in again.content.decode()
    old = invite(name="Late", by=None, now=timezone.now() - GOOD_FOR - timedelta(minutes=1))
    assert client.post(address(old, stranger)).status_code == HTTPStatus.GONE
    assert client.get("/lti/register/guessed/").status_code == HTTPStatus.GONE
    assert Platform.objects.count() == 1


def test_only_a_digest_of_the_secret_is_kept(invited):
    assert invited.secret not in str(Invitation.objects.values().get())


def test_platform_without_a_deployment_stays_off_until_it_is_typed_in(client, stranger, invited):
    stranger.names_deployment = False
    page = client.post(address(invited, stranger)).content.decode()
    assert "Tell the organisers its deployment id" in page
    assert Platform.objects.get().is_active is False


@pytest.mark.parametrize(
    "changes",
    [
        {"configuration": {"issuer": "https://another.example.org"}},
        {"configuration": {"token_endpoint": "file:///etc/passwd"}},
        {"configuration": {"registration_endpoint": ""}},
        {"registration_token": "other"},
        {"is_down": True},
    ],
)
def test_what_will_not_do_registers_nothing_and_leaves_the_invitation(
    client, stranger, invited, changes
):
    wanted = address(invited, stranger)
    for name, value in changes.items():
        setattr(stranger, name, value)
    answer = client.post(wanted)
    assert answer.status_code == HTTPStatus.BAD_GATEWAY
    assert "The platform's answer will not do" in answer.content.decode()
    assert not Platform.objects.exists()
    assert Invitation.objects.get().used_at is None


def test_a_file_address_is_never_asked(client, stranger, invited):
    wanted = address(invited, stranger, openid_configuration="file:///etc/passwd")
    assert client.post(wanted).status_code == HTTPStatus.BAD_GATEWAY


def test_without_a_platform_the_address_says_where_it_belongs(client, invited):
    page = client.get(address(invited)).content.decode()
    assert "Give this address to your learning platform" in page
    assert "<form method" not in page.split("<main")[-1]


def test_an_organiser_makes_an_invitation_and_reads_it_once(client):
    organiser = UserFactory()
    give_role(user=organiser, role=Role.ORGANISER)
    client.force_login(organiser)
    page = client.post(
        "/admin/connections/platforms/invite/", {"name": "Canvas of the clinic"}
    ).content.decode()
    assert "/lti/register/" in page
    assert (
        "/lti/register/" not in client.get("/admin/connections/platforms/invite/").content.decode()
    )


def test_editors_invite_no_platform(client):
    editor = UserFactory()
    give_role(user=editor, role=Role.EDITOR)
    client.force_login(editor)
    client.post("/admin/connections/platforms/invite/", {"name": "Mine"})
    assert not Invitation.objects.exists()
