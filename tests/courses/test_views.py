"""Courses and lessons through the site: visitors, members, and the player's reports."""

import json
import re
from http import HTTPStatus

import pytest
from django.urls import reverse

from courses.domain.enrolments import enrol
from courses.models import Enrolment, LessonRecord
from media.models import Lecture, LectureState, WatchRecord
from tests.factories import (
    UserFactory,
    make_case,
    make_course,
    make_image,
    make_item,
    make_lesson,
    make_quiz,
    make_ready_lecture,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(db):
    return make_course(picture=make_image())


def page(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def test_visitor_reads_the_course_and_is_asked_to_sign_in_to_enrol(client, course):
    lesson = make_lesson(course)
    text = page(client, course.url)
    assert f'href="{lesson.url}"' in text
    assert f"{reverse('account_login')}?next={course.url}" in text
    assert reverse("courses:enrol", args=[course.pk]) not in text


def test_visitor_reads_a_lesson_but_has_no_progress(client, course):
    lesson = make_lesson(course, quiz=make_quiz(make_item()))
    text = page(client, lesson.url)
    assert "Read this." in text
    assert "Sign in to take the quiz" in text
    assert "course-progress" not in text
    assert reverse("quizzes:start", args=[lesson.quiz_id]) not in text


def test_member_of_no_course_may_enrol_and_mark_nothing_read(client, resident, course):
    lesson = make_lesson(course)
    client.force_login(resident)
    assert reverse("courses:enrol", args=[course.pk]) in page(client, course.url)
    assert "I have read this" not in page(client, lesson.url)
    answer = client.post(reverse("courses:mark_read", args=[lesson.pk]))
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert LessonRecord.objects.count() == 0


def test_enrolling_leads_to_the_first_lesson_and_says_so(client, resident, course):
    lesson = make_lesson(course)
    client.force_login(resident)
    for _ in range(2):
        answer = client.post(reverse("courses:enrol", args=[course.pk]), follow=True)
        assert answer.redirect_chain == [(lesson.url, HTTPStatus.FOUND)]
        assert "You are enrolled." in answer.content.decode()
    assert Enrolment.objects.get().user == resident


def test_enrolling_as_visitor_leads_to_sign_in_and_back_to_the_course(client, course):
    answer = client.post(reverse("courses:enrol", args=[course.pk]))
    assert answer.url == f"{reverse('account_login')}?next={course.url}"
    assert Enrolment.objects.count() == 0


def test_enrolling_in_a_draft_or_by_a_link_is_refused(client, resident, course):
    draft = make_course(live=False)
    client.force_login(resident)
    gone = client.post(reverse("courses:enrol", args=[draft.pk]))
    linked = client.get(reverse("courses:enrol", args=[course.pk]))
    assert (gone.status_code, linked.status_code) == (
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
    )
    assert Enrolment.objects.count() == 0


def test_leaving_twice_is_leaving_once(client, resident, course):
    enrol(user=resident, course=course)
    enrol(user=(other := UserFactory()), course=course)
    client.force_login(resident)
    for _ in range(2):
        answer = client.post(reverse("courses:leave", args=[course.pk]), follow=True)
        assert f"You have left “{course.title}”." in answer.content.decode()
    assert [enrolment.user for enrolment in Enrolment.objects.all()] == [other]


def test_marking_read_goes_on_to_the_next_lesson_and_ends_at_the_course(client, resident, course):
    first, second = make_lesson(course), make_lesson(course)
    enrol(user=resident, course=course)
    client.force_login(resident)
    assert "I have read this" in page(client, first.url)
    answer = client.post(reverse("courses:mark_read", args=[first.pk]))
    assert answer.url == second.url
    assert "I have read this" not in page(client, first.url)
    answer = client.post(reverse("courses:mark_read", args=[second.pk]), follow=True)
    assert answer.redirect_chain == [(course.url, HTTPStatus.FOUND)]
    assert "You have completed this course." in answer.content.decode()


def test_marking_read_what_asks_for_more_says_so(client, resident, course):
    lesson = make_lesson(course, quiz=make_quiz(make_item()))
    enrol(user=resident, course=course)
    client.force_login(resident)
    answer = client.post(reverse("courses:mark_read", args=[lesson.pk]), follow=True)
    assert "This lesson is done when all its parts are done." in answer.content.decode()
    assert LessonRecord.objects.count() == 0


def test_course_shows_progress_and_what_comes_next(client, resident, course):
    done, undone = make_lesson(course), make_lesson(course)
    enrolment = enrol(user=resident, course=course)
    LessonRecord.objects.create(
        enrolment=enrolment, lesson_key=done.translation_key, done_at=enrolment.enrolled_at
    )
    client.force_login(resident)
    text = page(client, course.url)
    assert '<progress id="course-progress" max="1" value="0.500000">50%</progress>' in text
    assert f"Next: {undone.title}" in " ".join(text.split())
    assert text.count("outline__item--done") == 1


def test_lesson_with_a_lecture_plays_it_and_keeps_the_place(client, resident, course):
    lesson = make_lesson(course, lecture=make_ready_lecture())
    url = reverse("courses:watch", args=[lesson.pk])
    assert url not in page(client, lesson.url)
    client.force_login(resident)
    client.post(url, {"position_s": 30, "intervals": [[0, 30]]}, content_type="application/json")
    text = page(client, lesson.url)
    island = json.loads(re.search(r'<script type="application/json">(.*?)</script>', text)[1])
    assert (island["watch"], island["resume_at_s"]) == (url, 30.0)


def test_lesson_whose_lecture_is_in_work_says_so(client, resident, course):
    lecture = Lecture.objects.create(
        title="Soon", original="lectures/x.mp4", state=LectureState.QUEUED
    )
    lesson = make_lesson(course, lecture=lecture)
    text = page(client, lesson.url)
    assert "The lecture is being prepared" in text
    assert "<video" not in text


def test_lesson_leads_to_its_case_and_back(client, resident, course):
    case = make_case()
    lesson = make_lesson(course, case=case)
    link = f'href="{case.url}?next={lesson.url}"'
    assert link in page(client, lesson.url)
    assert "Solve the case" in page(client, lesson.url)
    client.post(reverse("cases:commit_answer", args=[case.pk]), {"diagnosis": "Epidural"})
    assert "Read the case again" in page(client, lesson.url)


def test_lesson_hides_a_withdrawn_case(client, course):
    case = make_case()
    lesson = make_lesson(course, case=case)
    assert case.title in page(client, lesson.url)
    case.unpublish()
    assert case.title not in page(client, lesson.url)


def test_report_of_watching_answers_share_and_done(client, resident, course):
    lesson = make_lesson(course, lecture=make_ready_lecture(duration_s=100))
    url = reverse("courses:watch", args=[lesson.pk])
    enrol(user=resident, course=course)
    client.force_login(resident)

    def report(end_s):
        data = {"position_s": end_s, "intervals": [[0, end_s]]}
        return client.post(url, data, content_type="application/json").json()

    assert report(50) == {"position_s": 50.0, "watched_share": 0.5, "done": False}
    assert report(95) == {"position_s": 95.0, "watched_share": 0.95, "done": True}
    assert LessonRecord.objects.get().lesson_key == lesson.translation_key


def test_report_of_one_who_is_not_enrolled_is_kept_but_completes_nothing(client, resident, course):
    lesson = make_lesson(course, lecture=make_ready_lecture(duration_s=100))
    client.force_login(resident)
    answer = client.post(
        reverse("courses:watch", args=[lesson.pk]),
        {"position_s": 100, "intervals": [[0, 100]]},
        content_type="application/json",
    )
    assert answer.json() == {"position_s": 100.0, "watched_share": 1.0, "done": False}
    assert LessonRecord.objects.count() == 0


def test_report_of_a_visitor_is_refused_in_json(client, course):
    lesson = make_lesson(course, lecture=make_ready_lecture())
    answer = client.post(reverse("courses:watch", args=[lesson.pk]), b"{}", "application/json")
    assert (answer.status_code, answer.json()) == (
        HTTPStatus.FORBIDDEN,
        {"error": "Sign in to keep your place."},
    )
    assert WatchRecord.objects.count() == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"position_s": "x"}', b'{"position_s": NaN}', b"\xff"]
)
def test_report_that_makes_no_sense_is_told_so(client, resident, course, body):
    lesson = make_lesson(course, lecture=make_ready_lecture())
    client.force_login(resident)
    answer = client.post(reverse("courses:watch", args=[lesson.pk]), body, "application/json")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert list(answer.json()) == ["error"]
    assert answer.json()["error"].startswith("The player's report could not be read: ")
    assert WatchRecord.objects.count() == 0


def test_report_on_a_lesson_without_lecture_is_not_found(client, resident, course):
    client.force_login(resident)
    lesson = make_lesson(course)
    answer = client.post(reverse("courses:watch", args=[lesson.pk]), b"{}", "application/json")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert json.loads(answer.content) == {"error": "This lesson has no lecture."}


def test_my_learning_is_for_members(client, resident, course):
    url = reverse("courses:my_learning")
    assert client.get(url).url == f"{reverse('account_login')}?next={url}"
    client.force_login(resident)
    assert "You are in no course yet" in page(client, url)
    lesson = make_lesson(course)
    enrol(user=resident, course=course)
    text = page(client, url)
    assert course.title in text
    assert f'href="{lesson.url}"' in text


def test_catalogue_counts_published_lessons_and_their_length(client, course):
    make_lesson(course, lecture=make_ready_lecture(duration_s=600))
    make_lesson(course, lecture=make_ready_lecture(duration_s=900))
    make_lesson(course, live=False)
    text = page(client, "/en/courses/")
    assert "2 lessons" in text
    assert "25 min" in text
