"""A learner's own: notes, marks, saved cases, feedback, and the record to take along."""

import csv
import io
from http import HTTPStatus

import pypdfium2
import pytest
from django.urls import reverse

from cases.models import SavedCase
from courses.domain.enrolments import enrol
from courses.domain.feedback import NoRating, NotCompletedYet, give_feedback
from courses.domain.progress import mark_read
from courses.feedback import rating_of, ratings_of
from courses.models import CourseFeedback, LessonNote
from courses.outline import syllabus_of
from media.models import Bookmark
from tests.factories import (
    UserFactory,
    make_case,
    make_course,
    make_lesson,
    make_ready_lecture,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(db):
    return make_course(title="Head CT")


def complete(user, course):
    enrolment = enrol(user=user, course=course)
    lessons = syllabus_of(course=course).lessons
    for lesson in lessons:
        mark_read(enrolment=enrolment, lesson=lesson, lessons=lessons)
    return enrolment


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_note_is_kept_beside_the_lesson_for_its_writer_only(client, resident, course):
    lesson = make_lesson(course)
    url = reverse("courses:note", args=[lesson.pk])
    client.force_login(resident)
    client.post(url, {"text": "Ask about <b>windows</b>."})
    assert "Ask about &lt;b&gt;windows&lt;/b&gt;." in client.get(lesson.url).content.decode()
    client.force_login(UserFactory())
    assert "windows" not in client.get(lesson.url).content.decode()
    client.force_login(resident)
    client.post(url, {"text": "Changed."})
    assert [note.text for note in LessonNote.objects.all()] == ["Changed."]
    client.post(url, {"text": "  "})
    assert LessonNote.objects.count() == 0


def test_visitor_who_notes_is_asked_to_sign_in(client, course):
    lesson = make_lesson(course)
    answer = client.post(reverse("courses:note", args=[lesson.pk]), {"text": "x"})
    assert answer.url == f"{reverse('account_login')}?next={lesson.url}"
    assert LessonNote.objects.count() == 0


def test_notebook_gathers_notes_and_marked_moments(
    client, resident, course, django_assert_max_num_queries
):
    client.force_login(resident)
    url = reverse("courses:notebook")
    assert "No notes yet" in client.get(url).content.decode()
    lesson = make_lesson(course, title="Windows", lecture=make_ready_lecture(title="On windows"))
    LessonNote.objects.create(user=resident, lesson_key=lesson.translation_key, text="Mine")
    Bookmark.objects.create(
        user=resident, lecture=lesson.lecture, position_s=75, note="The lung window"
    )
    LessonNote.objects.create(user=UserFactory(), lesson_key=lesson.translation_key, text="Other")
    text = client.get(url).content.decode()
    assert f'href="{lesson.url}?t=75"' in text
    assert ("Mine" in text, "The lung window" in text, "Other" in text) == (True, True, False)
    _header, note, mark = rows_of(client.get(reverse("courses:notebook_csv")))
    assert note[1:] == ["Windows", "", "Mine"]
    assert mark[1:] == ["On windows", "1:15", "The lung window"]


def test_saved_cases_stand_in_my_learning(client, resident):
    saved, other = make_case(title="A saved one"), make_case(title="Another one")
    SavedCase.objects.create(user=resident, case_key=saved.translation_key)
    SavedCase.objects.create(user=UserFactory(), case_key=other.translation_key)
    client.force_login(resident)
    text = client.get(reverse("courses:my_learning")).content.decode()
    assert ("A saved one" in text, "Another one" in text) == (True, False)


def test_feedback_is_for_who_completed_the_course_and_can_be_changed(client, resident, course):
    make_lesson(course)
    enrolment = enrol(user=resident, course=course)
    with pytest.raises(NotCompletedYet):
        give_feedback(enrolment=enrolment, rating=5)
    url = reverse("courses:feedback", args=[course.pk])
    client.force_login(resident)
    assert client.post(url, {"rating": 5}).url == course.url
    assert CourseFeedback.objects.count() == 0
    complete(resident, course)
    client.post(url, {"rating": 5, "helped": "The cases."})
    client.post(url, {"rating": 2, "helped": "The cases.", "missing": "Stacks."})
    said = CourseFeedback.objects.get()
    assert (said.rating, said.helped, said.missing) == (2, "The cases.", "Stacks.")
    assert "Change your rating" in client.get(course.url).content.decode()


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_ratings_go_from_one_to_five(course, rating):
    make_lesson(course)
    enrolment = complete(UserFactory(), course)
    enrolment.refresh_from_db()
    with pytest.raises(NoRating):
        give_feedback(enrolment=enrolment, rating=rating)


def test_average_is_shown_from_five_ratings_on(client, course):
    key = course.translation_key
    for rating in (5, 4, 4, 3):
        CourseFeedback.objects.create(user=UserFactory(), course_key=key, rating=rating)
    assert (rating_of(course_key=key), ratings_of(course_key=key)) == (None, [])
    assert "Rated" not in client.get(course.url).content.decode()
    CourseFeedback.objects.create(user=UserFactory(), course_key=key, rating=5)
    assert (rating_of(course_key=key).mean, rating_of(course_key=key).count) == (4.2, 5)
    assert "Rated 4.2 of 5 by 5 learners" in client.get(course.url).content.decode()


def test_record_holds_courses_certificates_and_credits(client, course):
    make_lesson(course)
    user = UserFactory(first_name="Amina", last_name="Haddad")
    course.credits = 2
    course.save()
    complete(user, course)
    client.force_login(user)
    text = client.get(reverse("courses:record")).content.decode()
    assert ("Head CT" in text, "1 of 1" in text) == (True, True)
    header, in_course, certificate = rows_of(client.get(reverse("courses:record_csv")))
    assert header == ["Kind", "Title", "Begun", "Done", "Result", "Credits", "Number"]
    assert (in_course[:2], in_course[4]) == (["Course", "Head CT"], "1/1")
    assert (certificate[:2], certificate[5]) == (["Certificate", "Head CT"], "2.00")


@pytest.mark.parametrize(
    "name", ["my_learning", "notebook", "notebook_csv", "record", "record_csv"]
)
def test_ones_own_pages_ask_to_sign_in(client, name):
    url = reverse(f"courses:{name}")
    answer = client.get(url)
    assert (answer.status_code, answer.url) == (
        HTTPStatus.FOUND,
        f"{reverse('account_login')}?next={url}",
    )


def test_completed_courses_stand_apart_from_running_ones(client, resident, course):
    make_lesson(course)
    complete(resident, course)
    client.force_login(resident)
    text = client.get(reverse("courses:my_learning")).content.decode()
    assert "Courses I have completed" in text
    assert "You are in no course yet" not in text


def test_the_record_is_a_pdf_that_says_what_the_page_says(client):
    user = UserFactory(first_name="Иван", last_name="Петров", language="ru")
    course = make_course(title="Chest CT")
    make_lesson(course)
    enrol(user=user, course=course)
    client.force_login(user)
    answer = client.get(reverse("courses:record_pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="learning-record.pdf"'
    document = pypdfium2.PdfDocument(answer.content)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    assert "Chest CT" in text
    assert "Иван Петров" in text
    assert "0 of 1" in text


def test_the_record_as_pdf_is_for_its_owner_only(client):
    answer = client.get(reverse("courses:record_pdf"))
    assert answer.status_code == HTTPStatus.FOUND
