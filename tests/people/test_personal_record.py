"""Everybody takes their own record away, whole, and nobody else's."""

import json

import pytest
from django.apps import apps
from django.db.models import CASCADE

from bootstrap.places import APPS
from cases.domain.answers import commit_as_user
from courses.domain.enrolments import enrol
from courses.domain.progress import mark_read
from media.domain.bookmarks import set_bookmark
from media.domain.watching import record_watching
from people.domain.departments import add_member
from people.models import User
from people.personal_record import parts
from quizzes.domain.attempts import finish_attempt, record_answer, start_attempt
from quizzes.models import Mode, Quiz, ReviewPolicy
from tests.factories import (
    UserFactory,
    make_case,
    make_course,
    make_department,
    make_item,
    make_lesson,
    make_quiz,
    make_ready_lecture,
)

pytestmark = pytest.mark.django_db
URL = "/en/profile/record.json"

# Rows that die with an account without being a record of the person.
WORK_OF_THE_HOUSE = {
    "media.Upload": "a file on its way, gone within days",
    "quizzes.QuestionFile": "a file on its way, gone within days",
    "cases.PeerReview": "a reviewer's work for the society; shown to them in the desk",
}


def record_of(client, user) -> dict:
    client.force_login(user)
    response = client.get(URL)
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    return json.loads(response.getvalue())


def fill(user) -> None:
    """A little of everything."""
    lecture = make_ready_lecture(title="Chest film")
    course = make_course(title="Chest")
    lesson = make_lesson(course, title="Reading")
    mark_read(enrolment=enrol(user=user, course=course), lesson=lesson, lessons=[lesson])
    record_watching(
        user=user, lecture=lecture, report=b'{"position_s": 30, "intervals": [[0, 30]]}'
    )
    set_bookmark(user=user, lecture=lecture, position_s=12, note="the fissure")
    take_quiz(make_quiz(make_item(key=0), title="Densities"), user)
    commit_as_user(user=user, case=make_case(title="Fall"), data={"diagnosis": "haematoma"})
    add_member(department=make_department("Radiology of the North"), user=user)


def take_quiz(quiz: Quiz, user: User) -> None:
    attempt = start_attempt(quiz=quiz, user=user)
    answer = attempt.answers.select_related("version").get()
    option = answer.version.content["options"][0]["id"]
    record_answer(attempt=attempt, position=1, data={"option": option})
    finish_attempt(attempt=attempt)


def test_the_record_has_all_that_is_known_of_a_person(client):
    user = UserFactory(email="amina@example.com", printed_name="Dr Amina Otieno")
    fill(user)
    record = record_of(client, user)
    assert set(record) >= {part.name for part in parts()} | {"format", "made_at"}
    assert record["account"][0]["email"] == "amina@example.com"
    (enrolment,) = record["enrolments"]
    assert (enrolment["course"], enrolment["lessons_done"][0]["lesson"]) == ("Chest", "Reading")
    assert enrolment["completed_at"]
    (watched,) = record["watched"]
    assert (watched["lecture"], watched["watched_s"]) == ("Chest film", [[0.0, 30.0]])
    assert record["bookmarks"][0]["note"] == "the fissure"
    (attempt,) = record["attempts"]
    assert (attempt["quiz"], attempt["percent"], attempt["passed"]) == ("Densities", 100, True)
    assert attempt["answers"][0]["points"] == 1.0
    assert len(record["review_deck"][0]["reviews"]) == 1
    assert record["case_answers"][0]["response"] == {"diagnosis": "haematoma"}
    assert record["certificates"][0]["printed_name"] == "Dr Amina Otieno"
    assert record["memberships"][0]["department"] == "Radiology of the North"


def test_it_has_nothing_of_anybody_else(client, resident):
    other = UserFactory(email="somebody.else@example.com", printed_name="Somebody Else")
    fill(other)
    client.force_login(resident)
    text = client.get(URL).getvalue().decode()
    for secret in ("somebody.else", "Somebody Else", "haematoma", "the fissure", "Densities"):
        assert secret not in text


def test_no_address_asks_for_another_persons_record(client, resident, editor):
    fill(resident)
    client.force_login(editor)
    for query in (f"?user={resident.pk}", f"?pk={resident.pk}", f"?email={resident.email}"):
        assert "haematoma" not in client.get(URL + query).getvalue().decode()


def test_visitors_are_sent_to_sign_in(client, db):
    assert client.get(URL).status_code == 302
    assert client.get("/en/profile/record/").status_code == 302


def test_points_of_an_exam_that_is_not_explained_stay_out(client, resident):
    quiz = make_quiz(make_item(key=0), title="Exam")
    Quiz.objects.filter(pk=quiz.pk).update(mode=Mode.EXAM, review_policy=ReviewPolicy.NEVER)
    quiz.refresh_from_db()
    take_quiz(quiz, resident)
    record = record_of(client, resident)
    (answer,) = record["attempts"][0]["answers"]
    assert answer["response"]
    assert "points" not in answer
    assert record["review_deck"] == []


def test_no_password_nor_secret_is_in_it(client, resident):
    client.force_login(resident)
    text = client.get(URL).getvalue().decode()
    assert resident.password not in text
    assert "secret" not in text


def test_it_is_written_while_it_is_read(client, resident):
    client.force_login(resident)
    assert client.get(URL).streaming


def test_the_profile_leads_to_it(client, resident):
    client.force_login(resident)
    assert 'href="/en/profile/record/"' in client.get("/en/profile/").content.decode()
    assert f'href="{URL}"' in client.get("/en/profile/record/").content.decode()


def test_every_table_about_people_is_in_the_record_or_has_a_reason():
    covered = set().union(*(part.covers for part in parts()))
    missing = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in APPS
        and any(
            field.related_model is User and field.remote_field.on_delete is CASCADE
            for field in model._meta.concrete_fields
        )
    } - covered
    assert missing == set(WORK_OF_THE_HOUSE) & missing
    assert covered <= {model._meta.label for model in apps.get_models()}
