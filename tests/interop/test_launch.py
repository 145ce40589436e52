"""Launches by a learning platform: single sign-on, and what is refused."""

import time

import pytest
from django.test import Client

from courses.models import CoursePrerequisite
from interop.models import Grade, Identity, Launch, Placement, Platform
from people.domain.departments import add_member
from people.models import User
from tests.factories import (
    UserFactory,
    make_case,
    make_course,
    make_department,
    make_item,
    make_lesson,
    make_quiz,
)
from tests.interop.platform_emulator import LTI, OTHER_KEY

pytestmark = pytest.mark.django_db
IN_FRAME = {"Sec-Fetch-Dest": "iframe"}


def address_of(kind: str, thing) -> str:
    return f"http://testserver/lti/open/{kind}/{thing.translation_key}/"


@pytest.fixture
def course():
    course = make_course(title="Chest")
    make_lesson(course)
    return course


def settle_in(walk, course) -> User:
    """The first launch, with a new account."""
    walk.launch(address_of("course", course))
    walk.browser.post("/en/connected/arrive/", {"account": "new"})
    return Identity.objects.get().user


def test_our_answer_to_a_login_request_has_all_that_openid_connect_asks_for(walk):
    asked = walk.begin()
    assert {name: asked[name] for name in asked if name not in ("state", "nonce")} == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "viewbox-tool",
        "redirect_uri": "http://testserver/lti/launch/",
        "login_hint": "hint-7",
        "lti_message_hint": "message-9",
    }
    assert min(len(asked["state"]), len(asked["nonce"])) > 40


def test_the_cookie_of_a_launch_reaches_frames(walk):
    walk.begin()
    cookie = walk.browser.cookies["viewbox_lti"]
    assert "SameSite=None" in cookie.OutputString()
    assert "Secure" in cookie.OutputString()
    assert "Partitioned" in cookie.OutputString()
    assert "HttpOnly" in cookie.OutputString()


def test_our_key_set_is_public_and_has_no_private_part(client):
    keys = client.get("/lti/keys/").json()["keys"]
    assert [set(key) for key in keys] == [{"kty", "n", "e", "kid", "alg", "use"}]


def test_a_first_launch_asks_whose_account_it_shall_be(walk, course):
    response = walk.launch(address_of("course", course))
    assert response.redirect_chain[-1][0] == "/en/connected/arrive/"
    assert "Amina Otieno" in response.content.decode()
    assert "_auth_user_id" not in walk.browser.session
    assert not Identity.objects.exists()


def test_with_a_new_account_one_is_enrolled_and_in_the_course(walk, course):
    walk.launch(address_of("course", course))
    response = walk.browser.post("/en/connected/arrive/", {"account": "new"}, follow=True)
    assert response.redirect_chain[-1][0] == course.get_url()
    user = Identity.objects.get(subject="moodle-42").user
    assert (user.first_name, user.last_name, user.roles) == ("Amina", "Otieno", {"resident"})
    assert not user.has_usable_password()
    assert user.enrolments.get().course_key == course.translation_key


def test_the_platforms_word_about_an_address_opens_nobodys_account(walk, course):
    existing = UserFactory(email="amina@example.com")
    user = settle_in(walk, course)
    assert user != existing
    assert user.email.endswith("@platforms.invalid")
    assert not existing.platform_identities.exists()


def test_an_account_of_ones_own_is_linked_with_ones_consent_while_signed_in(walk, course):
    mine = UserFactory(email="amina@example.com", language="en")
    walk.browser.force_login(mine)
    response = walk.launch(address_of("course", course))
    assert "Use the account of" in response.content.decode()
    assert not Identity.objects.exists()
    walk.browser.post("/en/connected/arrive/", {"account": "mine"})
    assert Identity.objects.get().user == mine


def test_nobody_links_an_account_without_being_signed_in(walk, course):
    walk.launch(address_of("course", course))
    response = walk.browser.post("/en/connected/arrive/", {"account": "mine"})
    assert response.status_code == 200
    assert not Identity.objects.exists()


def test_the_second_launch_signs_in_at_once(walk, course):
    user = settle_in(walk, course)
    walk.browser = Client()
    response = walk.launch(address_of("course", course))
    assert response.redirect_chain[-1][0] == course.get_url()
    assert walk.browser.session["_auth_user_id"] == str(user.pk)
    assert Identity.objects.count() == Placement.objects.count() == 1


def test_another_person_of_the_platform_is_another_account(walk, course):
    first = settle_in(walk, course)
    walk.browser = Client()
    walk.launch(address_of("course", course), subject="moodle-43")
    walk.browser.post("/en/connected/arrive/", {"account": "new"})
    assert Identity.objects.get(subject="moodle-43").user != first


def test_who_works_in_the_desk_signs_in_by_themselves(walk, course):
    user = settle_in(walk, course)
    add_member(department=make_department(), user=user)
    walk.browser = Client()
    response = walk.launch(address_of("course", course))
    assert "Please sign in yourself" in response.content.decode()
    assert "_auth_user_id" not in walk.browser.session
    walk.browser.force_login(user)
    response = walk.launch(address_of("course", course))
    assert response.redirect_chain[-1][0] == course.get_url()


def test_one_parts_from_a_platform_and_only_from_ones_own(walk, course, client, resident):
    user = settle_in(walk, course)
    identity = Identity.objects.get()
    client.force_login(resident)
    client.post("/en/connected/platforms/", {"identity": identity.pk})
    assert Identity.objects.exists()
    page = walk.browser.get("/en/connected/platforms/").content.decode()
    assert "Moodle of the Testing Hospital" in page
    walk.browser.post("/en/connected/platforms/", {"identity": identity.pk})
    assert not user.platform_identities.exists()


def test_a_course_that_asks_for_another_first_is_launched_to_its_page(walk, course):
    locked = make_course(title="Advanced")
    make_lesson(locked)
    CoursePrerequisite.objects.create(course=locked, required=course)
    walk.launch(address_of("course", locked))
    response = walk.browser.post("/en/connected/arrive/", {"account": "new"}, follow=True)
    assert response.redirect_chain[-1][0] == locked.get_url()
    assert not Identity.objects.get().user.enrolments.exists()


def test_a_quiz_is_launched_to_a_page_of_its_own(walk, course):
    quiz = make_quiz(make_item(), title="Chest quiz")
    make_lesson(course, quiz=quiz)
    walk.launch(address_of("quiz", quiz))
    response = walk.browser.post("/en/connected/arrive/", {"account": "new"}, follow=True)
    assert response.redirect_chain[-1][0] == f"/en/connected/quiz/{quiz.pk}/"
    assert "Start the quiz" in response.content.decode()


def test_a_quiz_that_no_public_lesson_has_cannot_be_launched(walk, course):
    settle_in(walk, course)
    hidden = make_quiz(make_item())
    response = walk.launch(address_of("quiz", hidden))
    assert response.status_code == 403
    assert "is not here any more" in response.content.decode()


def test_a_case_is_launched_without_a_word_of_its_solution(walk):
    case = make_case(question=make_item())
    walk.launch(address_of("case", case))
    response = walk.browser.post("/en/connected/arrive/", {"account": "new"}, follow=True)
    assert response.redirect_chain[-1][0] == case.get_url()
    assert "Secret" not in response.content.decode()


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": "é"}, "nonce"),
        ({"aud": "another tool"}, "audience"),
        ({"aud": ["viewbox-tool", "another"]}, "audience"),
        ({"azp": "another tool"}, "audience"),
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"exp": int(time.time()) - 3600}, "expired"),
        ({"iat": int(time.time()) - 90_000}, "expired"),
        ({"iat": int(time.time()) + 7200}, "expired"),
        ({"sub": None}, "anonymous"),
        ({f"{LTI}deployment_id": "2"}, "deployment"),
        ({f"{LTI}version": "1.1"}, "version"),
        ({f"{LTI}message_type": "ltiSubmissionReview"}, "message"),
        ({f"{LTI}resource_link": None}, "claims"),
        ({"exp": None}, "claims"),
    ],
)
def test_a_token_that_does_not_hold_is_refused_with_its_reason(walk, course, claims, code):
    asked = walk.begin()
    said = walk.platform.claims(nonce=asked["nonce"], target="") | claims
    said = {name: value for name, value in said.items() if value is not None}
    response = walk.post(asked["state"], walk.platform.sign(said))
    assert response.status_code == 403
    assert f"<code>{code}</code>" in response.content.decode()
    assert Launch.objects.get().refusal == code


def test_a_token_signed_by_somebody_else_is_refused(walk):
    asked = walk.begin()
    said = walk.platform.claims(nonce=asked["nonce"], target="")
    response = walk.post(asked["state"], walk.platform.sign(said, key=OTHER_KEY))
    assert "<code>signature</code>" in response.content.decode()


def test_an_unsigned_token_is_refused(walk):
    import jwt

    asked = walk.begin()
    said = walk.platform.claims(nonce=asked["nonce"], target="")
    token = jwt.encode(said, None, algorithm="none", headers={"kid": walk.platform.kid})
    assert "<code>algorithm</code>" in walk.post(asked["state"], token).content.decode()


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(walk):
    import hashlib
    import hmac
    import json

    from jwt.utils import base64url_encode

    asked = walk.begin()
    said = walk.platform.claims(nonce=asked["nonce"], target="")
    head = {"alg": "HS256", "kid": walk.platform.kid}
    parts = [base64url_encode(json.dumps(part).encode()) for part in (head, said)]
    secret = json.dumps(walk.platform.jwks()["keys"][0]).encode()
    mac = hmac.new(secret, b".".join(parts), hashlib.sha256).digest()
    token = b".".join([*parts, base64url_encode(mac)]).decode()
    assert "<code>algorithm</code>" in walk.post(asked["state"], token).content.decode()


def test_a_token_is_taken_once(walk, course):
    asked = walk.begin()
    said = walk.platform.claims(nonce=asked["nonce"], target=address_of("course", course))
    token = walk.platform.sign(said)
    assert walk.post(asked["state"], token).status_code == 200
    again = walk.post(asked["state"], token)
    assert again.status_code == 403
    assert "<code>repeated</code>" in again.content.decode()


def test_a_launch_begun_in_another_browser_signs_nobody_in(walk, course):
    asked = walk.begin(target=address_of("course", course))
    walk.browser = Client()
    response = walk.answer(asked, target=address_of("course", course))
    assert response.status_code == 403
    assert "Open in a new window" in response.content.decode()
    assert "iss=" in response.content.decode()
    assert Launch.objects.get().validated_at is None


def test_the_step_into_the_session_belongs_to_the_same_browser(walk, course):
    settle_in(walk, course)
    asked = walk.begin(target=address_of("course", course))
    said = walk.platform.claims(nonce=asked["nonce"], target=address_of("course", course))
    data = {"state": asked["state"], "id_token": walk.platform.sign(said)}
    step = walk.browser.post("/lti/launch/", data)["Location"]
    stranger = Client()
    assert stranger.get(step).status_code == 403
    assert "_auth_user_id" not in stranger.session


def test_an_unknown_or_switched_off_platform_begins_nothing(walk, client):
    data = {"iss": "https://nobody.example", "login_hint": "x", "target_link_uri": "x"}
    assert client.post("/lti/login/", data).status_code == 403
    Platform.objects.update(is_active=False)
    data |= {"iss": walk.platform.url, "client_id": walk.platform.client_id}
    assert client.post("/lti/login/", data).status_code == 403
    assert not Launch.objects.exists()


def test_a_new_key_of_the_platform_is_found_after_a_while(walk, course, monkeypatch):
    walk.launch(address_of("course", course))
    walk.platform.kid = "platform-2"
    refused = walk.launch(address_of("course", course))
    assert "<code>key</code>" in refused.content.decode()
    monkeypatch.setattr("interop.tokens._ASK_AGAIN_AFTER_S", -1)
    assert walk.launch(address_of("course", course)).status_code == 200
    assert walk.platform.asked.count("/keys") == 2


def test_a_frame_has_a_session_of_its_own_that_its_platform_may_show(walk, course):
    response = walk.launch(address_of("course", course), headers=IN_FRAME)
    assert response.status_code == 200
    assert "sessionid" not in walk.browser.cookies
    kept = walk.browser.cookies["viewbox_embedded"].OutputString()
    assert "SameSite=None" in kept
    assert "Partitioned" in kept
    assert "HttpOnly" in kept
    assert f"frame-ancestors 'self' {walk.platform.url}" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    response = walk.browser.post("/en/connected/arrive/", {"account": "new"}, follow=True)
    assert response.redirect_chain[-1][0] == course.get_url()
    assert f"frame-ancestors 'self' {walk.platform.url}" in response["Content-Security-Policy"]
    assert walk.browser.get("/en/my/learning/").status_code == 200


def test_no_other_session_may_be_shown_in_a_frame(walk, course, client):
    walk.launch(address_of("course", course), headers={"Sec-Fetch-Dest": "document"})
    for browser in (walk.browser, client):
        response = browser.get(course.get_url())
        assert "frame-ancestors 'self';" in response["Content-Security-Policy"] + ";"
        assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_forms_in_a_frame_still_need_their_token(walk, course):
    walk.browser = Client(enforce_csrf_checks=True)
    walk.launch(address_of("course", course), headers=IN_FRAME)
    response = walk.browser.post("/en/connected/arrive/", {"account": "new"})
    assert response.status_code == 403
    assert "SameSite=None" in walk.browser.cookies["csrftoken"].OutputString()


def test_a_launch_with_nowhere_to_go_leads_to_my_learning(walk, course):
    settle_in(walk, course)
    response = walk.launch("http://testserver/lti/launch/")
    assert response.redirect_chain[-1][0] == "/en/my/learning/"


def test_the_page_is_in_the_platforms_language(walk, course):
    claims = {f"{LTI}launch_presentation": {"locale": "ru_RU"}}
    response = walk.launch(address_of("course", course), **claims)
    assert response.redirect_chain[-1][0] == "/ru/connected/arrive/"


def test_a_link_without_a_column_makes_no_grade(walk, course):
    walk.launch(
        address_of("course", course),
        **{"https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": None},
    )
    walk.browser.post("/en/connected/arrive/", {"account": "new"})
    assert Placement.objects.exists()
    assert not Grade.objects.exists()
