"""Committing an answer to a case: once, by account or by session, in any language."""

import uuid

import pytest
from django.urls import reverse

from cases.domain.answers import SESSION_KEY, commit_as_user
from cases.models import CaseAnswer, CasePage
from cases.queries import case_pictures, keys_solved, solved_cases
from quizzes.domain.versions import current_version
from quizzes.item_types import InvalidResponse
from quizzes.models import Item
from tests.factories import (
    UserFactory,
    locale_of,
    make_case,
    make_image,
    make_item,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(db) -> CasePage:
    return make_case(question=make_item())


def options(case: CasePage) -> list[str]:
    return [option["id"] for option in current_version(case.question).content["options"]]


def url(case: CasePage) -> str:
    return reverse("cases:commit_answer", args=[case.pk])


def test_answer_is_scored_and_kept_with_the_version_it_was_given_to(case):
    user = UserFactory()
    right = commit_as_user(user=user, case=case, data={"option": options(case)[0]})
    assert (right.is_correct, right.case_key) == (True, case.translation_key)
    assert right.version == current_version(case.question)
    other = make_case(question=make_item(stem="Another"))
    wrong = commit_as_user(user=user, case=other, data={"option": options(other)[2]})
    assert wrong.is_correct is False


def test_first_answer_stands(case):
    user = UserFactory()
    first = commit_as_user(user=user, case=case, data={"option": options(case)[2]})
    second = commit_as_user(user=user, case=case, data={"option": options(case)[0]})
    assert (second.pk, second.is_correct) == (first.pk, False)
    assert CaseAnswer.objects.count() == 1


def test_double_click_of_a_visitor_leaves_the_first_answer(client, case):
    client.post(url(case), {"option": options(case)[2]})
    client.post(url(case), {"option": options(case)[0]})
    stored = client.session[SESSION_KEY][str(case.translation_key)]
    assert stored["response"] == {"option": options(case)[2]}


def test_answer_to_the_version_the_learner_saw_counts_after_a_change(case):
    seen = current_version(case.question)
    item = Item.objects.get(pk=case.question_id)
    item.body = [
        (
            "single_best_answer",
            {
                "stem": "<p>New</p>",
                "options": [{"text": "A", "is_key": True}, {"text": "B", "is_key": False}],
                "explanation": "",
            },
        )
    ]
    item.save()
    case = CasePage.objects.get(pk=case.pk)
    key = seen.content["options"][0]["id"]
    with pytest.raises(InvalidResponse):
        commit_as_user(user=UserFactory(), case=case, data={"option": key})
    answer = commit_as_user(
        user=UserFactory(), case=case, data={"option": key, "version": str(seen.pk)}
    )
    assert (answer.version_id, answer.is_correct) == (seen.pk, True)


@pytest.mark.parametrize("version", ["", "abc", "²", "-1", "99999999999999999999999", "0"])
def test_version_that_makes_no_sense_counts_as_the_current_one(client, case, version):
    answer = client.post(url(case), {"option": options(case)[0], "version": version})
    assert answer.url == f"{case.url}#solution"


def test_version_of_another_question_is_not_taken(case):
    foreign = current_version(make_item(stem="Foreign", options=("x", "y")))
    with pytest.raises(InvalidResponse):
        commit_as_user(
            user=UserFactory(),
            case=case,
            data={"option": foreign.content["options"][0]["id"], "version": str(foreign.pk)},
        )
    assert CaseAnswer.objects.count() == 0


def test_written_diagnosis_is_trimmed_and_not_scored():
    case = make_case()
    answer = commit_as_user(
        user=UserFactory(), case=case, data={"diagnosis": "  Epidural \n haematoma " + "x" * 400}
    )
    assert answer.response["diagnosis"].startswith("Epidural haematoma x")
    assert len(answer.response["diagnosis"]) == 300
    assert (answer.version, answer.is_correct) == (None, None)


def test_diagnosis_written_before_there_was_a_question_stays_the_answer(client, resident):
    case = make_case()
    commit_as_user(user=resident, case=case, data={"diagnosis": "Meningioma"})
    case.question = make_item()
    case.save()
    client.force_login(resident)
    page = client.get(case.url).content.decode()
    assert "Meningioma" in page
    assert "Which density has water?" not in page


def test_answers_given_before_signing_in_become_the_readers_own(client, resident, case):
    other = make_case()
    client.post(url(case), {"option": options(case)[0]})
    client.post(url(other), {"diagnosis": "Meningioma"})
    client.force_login(resident)
    answers = {answer.case_key: answer for answer in CaseAnswer.objects.filter(user=resident)}
    assert sorted(answers) == sorted([case.translation_key, other.translation_key])
    assert answers[case.translation_key].is_correct is True
    assert SESSION_KEY not in client.session
    assert "Secretdiagnosis" in client.get(case.url).content.decode()


def test_answer_of_the_account_stands_against_one_of_the_session(client, resident, case):
    own = commit_as_user(user=resident, case=case, data={"option": options(case)[0]})
    client.post(url(case), {"option": options(case)[2]})
    client.force_login(resident)
    kept = CaseAnswer.objects.get(user=resident)
    assert (kept.pk, kept.response) == (own.pk, own.response)


def test_answer_to_a_case_since_removed_is_let_go_at_sign_in(client, resident, case):
    client.post(url(case), {"option": options(case)[0]})
    session = client.session
    session[SESSION_KEY] = {
        **session[SESSION_KEY],
        str(uuid.uuid4()): {"version_id": None, "response": {}, "is_correct": None},
    }
    session.save()
    client.force_login(resident)
    assert [a.case_key for a in CaseAnswer.objects.all()] == [case.translation_key]


def test_case_solved_in_one_language_is_solved_in_the_other(client, resident, case):
    translated = case.copy_for_translation(locale_of("ru"), copy_parents=True)
    translated.save_revision().publish()
    client.force_login(resident)
    client.post(url(case), {"option": options(case)[0]})
    page = client.get(translated.url).content.decode()
    assert "Secretdiagnosis" in page
    assert [c.pk for c in solved_cases(user=resident, locale_id=locale_of("ru").pk)] == [
        translated.pk
    ]
    client.post(url(translated), {"option": options(case)[2]})
    assert CaseAnswer.objects.get().is_correct is True


def test_lists_mark_what_the_reader_has_solved(client, resident, case):
    make_case(question=make_item(stem="Another"))
    assert client.get("/en/cases/").content.decode().count("answered") == 0
    client.post(url(case), {"option": options(case)[0]})
    assert client.get("/en/cases/").content.decode().count("answered") == 1
    client.force_login(resident)
    assert client.get("/en/cases/").content.decode().count("answered") == 1
    assert client.get("/en/").content.decode().count("</svg>answered") in (0, 1)


def test_visitor_who_answered_nothing_has_solved_nothing(rf, client):
    request = client.get("/en/cases/").wsgi_request
    assert keys_solved(request=request) == frozenset()


def test_answer_leads_back_to_the_case_and_on_to_the_lesson(client, case):
    answer = client.post(url(case), {"option": options(case)[0], "next": "/en/courses/"})
    assert answer.url == f"{case.url}?next=%2Fen%2Fcourses%2F#solution"
    page = client.get(answer.url).content.decode()
    assert '<a class="button" href="/en/courses/">Back to the lesson</a>' in page
    evil = client.get(f"{case.url}?next=https://evil.example/").content.decode()
    assert "evil.example" not in evil.replace("?next=https://evil.example/", "")


def test_pictures_cost_the_same_for_one_and_for_six(django_assert_num_queries):
    def case_of(number):
        blocks = [
            ("picture", {"image": make_image(f"P{n}"), "alt": f"Slice {n}", "caption": ""})
            for n in range(number)
        ]
        return CasePage.objects.get(pk=make_case(pictures=blocks).pk)

    for case, number in ((case_of(1), 1), (case_of(6), 6)):
        with django_assert_num_queries(3):
            found = case_pictures(case=case, revealed=True)
        assert [picture.alt for picture in found] == [f"Slice {n}" for n in range(number)]


def test_words_of_pictures_wait_for_the_answer():
    words = {"alt": "A lens of blood", "caption": "Epidural"}
    blocks = [
        ("picture", {"image": make_image("P1"), "early_alt": "Axial CT", **words}),
        ("picture", {"image": make_image("P2"), **words}),
    ]
    case = CasePage.objects.get(pk=make_case(pictures=blocks).pk)
    before = [(picture.alt, picture.caption) for picture in case_pictures(case=case)]
    assert before == [("Axial CT", ""), ("Picture 2 of the case", "")]
    after = case_pictures(case=case, revealed=True)
    assert {(picture.alt, picture.caption) for picture in after} == {tuple(words.values())}


def test_reading_a_case_again_writes_nothing(client, resident, case, django_assert_num_queries):
    client.force_login(resident)
    client.get(case.url)
    with django_assert_num_queries(CASE_QUERIES) as queries:
        client.get(case.url)
    written = [q["sql"] for q in queries if not q["sql"].startswith("SELECT")]
    assert written == []


CASE_QUERIES = 35
