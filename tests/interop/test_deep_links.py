"""Teachers choose in their platform what a new link leads to."""

import re

import pytest

from tests.factories import make_case, make_course, make_item, make_lesson, make_quiz
from tests.interop.platform_emulator import INSTRUCTOR, LEARNER, LTI

pytestmark = pytest.mark.django_db
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"


def ask_for_links(walk, *, role=INSTRUCTOR, **settings):
    claims = {
        f"{LTI}message_type": "LtiDeepLinkingRequest",
        f"{LTI}resource_link": None,
        f"{LTI}roles": [role],
        f"{DL}deep_linking_settings": {
            "deep_link_return_url": f"{walk.platform.url}/links",
            "accept_types": ["ltiResourceLink"],
            "accept_multiple": True,
            "data": "opaque-1",
        }
        | settings,
    }
    return walk.launch("http://testserver/lti/launch/", **claims)


def name_of(kind: str, thing) -> str:
    return f"{kind}:{thing.translation_key}"


def answer_in(response, platform) -> dict:
    token = re.search(r'name="JWT" value="([^"]+)"', response.content.decode())[1]
    return platform.read_tool_token(token, platform.url)


def test_a_teacher_chooses_and_the_platform_gets_signed_links_with_columns(walk):
    course = make_course(title="Chest")
    quiz = make_quiz(make_item(), title="Densities")
    make_lesson(course, quiz=quiz)
    page = ask_for_links(walk).content.decode()
    assert name_of("course", course) in page
    chosen = [name_of("course", course), name_of("quiz", quiz)]
    response = walk.browser.post("/en/connected/choose/", {"target": chosen})
    claims = answer_in(response, walk.platform)
    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingResponse"
    assert claims[f"{LTI}deployment_id"] == "1"
    assert claims[f"{DL}data"] == "opaque-1"
    assert [item["title"] for item in claims[f"{DL}content_items"]] == ["Chest", "Densities"]
    assert claims[f"{DL}content_items"][0] == {
        "type": "ltiResourceLink",
        "title": "Chest",
        "url": f"http://testserver/lti/open/course/{course.translation_key}/",
        "lineItem": {"scoreMaximum": 100.0, "label": "Chest"},
    }
    assert f"form-action 'self' {walk.platform.url}" in response["Content-Security-Policy"]


def test_a_link_that_was_chosen_can_be_launched(walk):
    course = make_course(title="Chest")
    make_lesson(course)
    ask_for_links(walk)
    response = walk.browser.post("/en/connected/choose/", {"target": name_of("course", course)})
    (item,) = answer_in(response, walk.platform)[f"{DL}content_items"]
    walk.launch(item["url"])
    response = walk.browser.post("/en/connected/arrive/", {"account": "new"}, follow=True)
    assert response.redirect_chain[-1][0] == course.get_url()


def test_where_one_link_is_wanted_one_is_sent(walk):
    first, second = make_course(title="A"), make_course(title="B")
    assert 'type="radio"' in ask_for_links(walk, accept_multiple=False).content.decode()
    chosen = [name_of("course", first), name_of("course", second)]
    response = walk.browser.post("/en/connected/choose/", {"target": chosen})
    items = answer_in(response, walk.platform)[f"{DL}content_items"]
    assert [item["title"] for item in items] == ["A"]


def test_an_answer_goes_to_a_web_address_only(walk):
    response = ask_for_links(walk, deep_link_return_url="javascript:alert(1)")
    assert response.status_code == 403
    assert "<code>claims</code>" in response.content.decode()


def test_learners_choose_nothing(walk):
    response = ask_for_links(walk, role=LEARNER)
    assert response.status_code == 403
    assert "<code>not_teaching</code>" in response.content.decode()


def test_choosing_nothing_says_what_to_do(walk):
    make_course()
    ask_for_links(walk)
    response = walk.browser.post("/en/connected/choose/", {"target": "course:made-up"})
    assert "Choose what the link shall lead to." in response.content.decode()


def test_drafts_are_not_offered(walk):
    draft = make_course(title="Unfinished", live=False)
    page = ask_for_links(walk).content.decode()
    assert draft.title not in page


def test_the_list_of_cases_tells_no_diagnosis(walk):
    make_case()
    assert "Secret" not in ask_for_links(walk).content.decode()


def test_links_are_sent_once_for_one_request(walk):
    course = make_course()
    ask_for_links(walk)
    walk.browser.post("/en/connected/choose/", {"target": name_of("course", course)})
    again = walk.browser.post("/en/connected/choose/", {"target": name_of("course", course)})
    assert again.status_code == 403


def test_without_a_launch_there_is_nothing_to_choose(client, db):
    assert client.get("/en/connected/choose/").status_code == 403
