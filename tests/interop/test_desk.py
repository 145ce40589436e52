"""Connections in the editing desk."""

import pytest

from interop.models import Grade, Platform
from people.domain.roles import give_role
from people.roles import Role
from tests.factories import UserFactory
from tests.interop.test_grades import come, deliver_all, quiz, take  # noqa: F401  a fixture of it

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser():
    user = UserFactory(email="organiser@example.com")
    give_role(user=user, role=Role.ORGANISER)
    return user


def registration(**more: str) -> dict[str, str]:
    return {
        "name": "Canvas of the clinic",
        "is_active": "on",
        "issuer": "https://canvas.instructure.com",
        "client_id": "10000000000001",
        "deployment_ids": "1:abc\n2:def",
        "login_url": "https://sso.canvaslms.com/api/lti/authorize_redirect",
        "token_url": "https://sso.canvaslms.com/login/oauth2/token",
        "token_audience": "",
        "key_set_url": "https://sso.canvaslms.com/api/lti/security/jwks",
        "frame_origins": "https://clinic.instructure.com",
    } | more


def test_an_organiser_registers_a_platform(client, organiser):
    client.force_login(organiser)
    client.post("/admin/connections/platforms/new/", registration())
    platform = Platform.objects.get()
    assert platform.deployments == {"1:abc", "2:def"}
    assert platform.frame_ancestors == ["https://clinic.instructure.com"]
    assert platform.name in client.get("/admin/connections/platforms/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("login_url", "javascript:alert(1)"),
        ("key_set_url", "sso.canvaslms.com"),
        ("frame_origins", "https://a.example; script-src *"),
        ("frame_origins", "*"),
        ("deployment_ids", " \n "),
    ],
)
def test_what_is_no_address_is_refused(client, organiser, field, value):
    client.force_login(organiser)
    response = client.post("/admin/connections/platforms/new/", registration(**{field: value}))
    assert response.status_code == 200
    assert not Platform.objects.exists()


def test_the_same_platform_is_registered_once(client, organiser):
    client.force_login(organiser)
    client.post("/admin/connections/platforms/new/", registration())
    response = client.post("/admin/connections/platforms/new/", registration(name="Again"))
    assert "registered already" in response.content.decode()
    assert Platform.objects.count() == 1


def test_authors_and_editors_register_none(client, editor):
    client.force_login(editor)
    client.post("/admin/connections/platforms/new/", registration())
    assert not Platform.objects.exists()


def test_the_values_for_the_platforms_administrator_are_on_a_page(client, organiser, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://hub.example.org"
    client.force_login(organiser)
    page = client.get("/admin/connections/platforms/values/").content.decode()
    for path in ("login", "launch", "keys"):
        assert f"https://hub.example.org/lti/{path}/" in page


def test_refused_launches_are_explained_with_the_platform(client, organiser, walk):
    walk.launch("http://testserver/lti/launch/", aud="another tool")
    client.force_login(organiser)
    platform = Platform.objects.get()
    page = client.get(f"/admin/connections/platforms/{platform.pk}/values/").content.decode()
    assert "The answer is meant for another tool than this one." in page


def test_editors_see_grades_and_try_failed_ones_again(client, editor, walk, quiz):  # noqa: F811
    user = come(walk, "quiz", quiz)
    take(quiz, user, "right", "right")
    walk.platform.is_down = True
    Grade.objects.update(attempts=13)
    deliver_all()
    client.force_login(editor)
    page = client.get("/admin/connections/grades/").content.decode()
    assert "HTTP 503" in page
    assert "Try the failed ones again" in page
    client.post("/admin/connections/grades/retry/")
    walk.platform.is_down = False
    assert deliver_all() == ["done"]


def test_learners_see_no_queues(client, resident):
    client.force_login(resident)
    for queue in ("grades", "statements", "platforms"):
        assert client.get(f"/admin/connections/{queue}/").status_code == 302
    assert client.post("/admin/connections/grades/retry/").status_code == 302


def test_whoever_opens_the_statements_reads_whether_a_store_is_set(client, editor, settings):
    client.force_login(editor)
    assert "No record store" in client.get("/admin/connections/statements/").content.decode()
    settings.LRS_ENDPOINT = "https://lrs.example.org/xapi"
    page = client.get("/admin/connections/statements/").content.decode()
    assert "https://lrs.example.org/xapi" in page
