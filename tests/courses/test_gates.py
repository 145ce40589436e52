"""What only a shut lesson shows is shut by its own address, too; nothing else is."""

import datetime as dt
from http import HTTPStatus

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from courses.domain.enrolments import enrol, put_into_cohort
from courses.models import Cohort, CourseAuthor, LessonPage, LessonPrerequisite
from media.models import Caption, Visibility, WatchRecord
from pages.models import SiteDocument
from people.domain.roles import give_role
from people.roles import Role
from quizzes.models import Attempt
from tests.factories import (
    UserFactory,
    make_author,
    make_case,
    make_course,
    make_department,
    make_item,
    make_lesson,
    make_module,
    make_news,
    make_quiz,
    make_ready_lecture,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
SHUT, OPEN = HTTPStatus.FORBIDDEN, HTTPStatus.OK


@pytest.fixture
def course(db):
    return make_course()


@pytest.fixture
def user(db):
    return UserFactory()


@pytest.fixture
def learner(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def quiz(db):
    return make_quiz(make_item(), title="The exam")


def start(client, quiz):
    return client.post(reverse("quizzes:start", args=[quiz.pk]))


def begins(client, quiz) -> bool:
    """Whether starting the quiz makes an attempt; refused, it says so and shows no question."""
    before = Attempt.objects.count()
    answer = start(client, quiz)
    if answer.status_code == SHUT:
        assert "Which density" not in answer.content.decode()
        assert Attempt.objects.count() == before
        return False
    assert answer.status_code == HTTPStatus.FOUND
    return Attempt.objects.count() == before + 1


def opens_tomorrow(place, **fields) -> LessonPage:
    return make_lesson(place, opens_at=timezone.now() + DAY, **fields)


def test_quiz_of_a_lesson_that_opens_tomorrow_cannot_be_started(learner, course, quiz):
    lesson = opens_tomorrow(course, quiz=quiz)
    assert begins(learner, quiz) is False
    LessonPage.objects.filter(pk=lesson.pk).update(opens_at=timezone.now() - DAY)
    assert begins(learner, quiz) is True


def test_quiz_of_a_shut_module_cannot_be_started(learner, course, quiz):
    make_lesson(make_module(course, opens_at=timezone.now() + DAY), quiz=quiz)
    assert begins(learner, quiz) is False


def test_quiz_waits_for_the_lessons_before_it(learner, user, course, quiz):
    first = make_lesson(course)
    lesson = make_lesson(course, quiz=quiz)
    LessonPrerequisite.objects.create(lesson=lesson, required=first)
    enrol(user=user, course=course)
    assert begins(learner, quiz) is False
    learner.post(reverse("courses:mark_read", args=[first.pk]))
    assert begins(learner, quiz) is True


def test_quiz_of_a_course_in_order_waits_its_turn(learner, user, quiz):
    course = make_course(lessons_in_order=True)
    first = make_lesson(course)
    make_lesson(course, quiz=quiz)
    assert begins(learner, quiz) is False
    enrol(user=user, course=course)
    learner.post(reverse("courses:mark_read", args=[first.pk]))
    assert begins(learner, quiz) is True


def test_quiz_waits_for_the_cohorts_first_day(learner, user, course, quiz):
    make_lesson(course, quiz=quiz)
    cohort = Cohort.objects.create(
        course_key=course.translation_key, name="Spring", starts_on=timezone.localdate() + 2 * DAY
    )
    put_into_cohort(user=user, cohort=cohort)
    assert begins(learner, quiz) is False
    Cohort.objects.update(starts_on=timezone.localdate() - DAY)
    assert begins(learner, quiz) is True


def test_course_for_cohorts_opens_nothing_to_who_is_in_none(learner, user, quiz):
    course = make_course(is_self_paced=False)
    lesson = make_lesson(course, quiz=quiz, body=[("paragraph", "<p>Only for members.</p>")])
    assert "Only for members." not in learner.get(lesson.url).content.decode()
    assert begins(learner, quiz) is False
    cohort = Cohort.objects.create(
        course_key=course.translation_key, name="Now", starts_on=timezone.localdate() - DAY
    )
    put_into_cohort(user=user, cohort=cohort)
    assert "Only for members." in learner.get(lesson.url).content.decode()
    assert begins(learner, quiz) is True


def test_quiz_that_another_lesson_opens_is_open(learner, course, quiz):
    opens_tomorrow(course, quiz=quiz)
    make_lesson(make_course(), quiz=quiz)
    assert begins(learner, quiz) is True


def test_quiz_of_no_lesson_is_no_matter_of_courses(learner, quiz):
    assert begins(learner, quiz) is True


@pytest.mark.parametrize("hidden", ["lesson", "module", "course"])
def test_quiz_of_an_unpublished_lesson_module_or_course_is_shut(learner, quiz, hidden):
    course = make_course(live=hidden != "course")
    module = make_module(course, live=hidden != "module")
    make_lesson(module, live=hidden != "lesson", quiz=quiz)
    assert begins(learner, quiz) is False


def test_lesson_of_an_unpublished_module_has_no_page(learner, course):
    lesson = make_lesson(make_module(course, live=False))
    assert learner.get(lesson.url).status_code == HTTPStatus.NOT_FOUND


def test_teachers_and_the_quizs_authors_find_it_open(client, course, quiz):
    opens_tomorrow(course, quiz=quiz)
    department = make_department()
    quiz.department = department
    quiz.save()
    teacher = UserFactory()
    CourseAuthor.objects.create(course=course, name="Dr T", user=teacher)
    for somebody in (teacher, make_author(department)):
        client.force_login(somebody)
        assert begins(client, quiz) is True


def test_attempt_that_was_begun_goes_on_though_its_lesson_shuts(learner, course, quiz):
    lesson = make_lesson(course, quiz=quiz)
    address = start(learner, quiz).url
    LessonPage.objects.filter(pk=lesson.pk).update(opens_at=timezone.now() + DAY)
    assert learner.get(address).status_code == OPEN
    answer = Attempt.objects.get().answers.get()
    learner.post(address, {"option": answer.version.content["options"][0]["id"]})
    answer.refresh_from_db()
    assert answer.points == answer.possible == 1
    assert begins(learner, quiz) is False


def test_answer_to_an_attempt_of_somebody_else_is_refused(learner, client, course, quiz):
    make_lesson(course, quiz=quiz)
    address = start(learner, quiz).url
    client.force_login(UserFactory())
    assert client.post(address, {"option": "a"}).status_code == SHUT
    assert Attempt.objects.get().answers.get().answered_at is None


def test_platforms_page_of_a_shut_quiz_leads_to_its_course(learner, course, quiz):
    opens_tomorrow(course, quiz=quiz)
    text = learner.get(reverse("connections:quiz", args=[quiz.pk])).content.decode()
    assert "This quiz opens with its lesson." in text
    assert f'href="{course.url}"' in text
    assert reverse("quizzes:start", args=[quiz.pk]) not in text


# --- Lectures for members


@pytest.fixture
def lecture(db):
    made = make_ready_lecture(title="For members")
    made.visibility = Visibility.MEMBERS
    made.save()
    Caption.objects.create(
        lecture=made, language="en", webvtt="WEBVTT\n\n00:00.000 --> 00:02.000\nSecretwords\n"
    )
    return made


def ways_into(lecture) -> list[str]:
    return [
        reverse("lectures:captions", args=[lecture.pk, "en"]),
        reverse("lectures:captions_srt", args=[lecture.pk, "en"]),
        reverse("lectures:chapters", args=[lecture.pk]),
        reverse("lectures:transcript", args=[lecture.pk]),
        reverse("lectures:transcript_in", args=[lecture.pk, "en"]),
        reverse("lectures:bookmarks", args=[lecture.pk]),
    ]


def statuses(client, lecture) -> set[int]:
    return {client.get(address).status_code for address in ways_into(lecture)}


def test_members_lecture_of_a_shut_lesson_is_shut_by_every_address(learner, course, lecture):
    lesson = opens_tomorrow(course, lecture=lecture)
    page = learner.get(lesson.url).content.decode()
    # No address of its files, which hold a signature for one person, leaves the server.
    assert f"/lectures/{lecture.pk}/" not in page
    assert statuses(learner, lecture) == {SHUT}
    LessonPage.objects.filter(pk=lesson.pk).update(opens_at=None)
    assert statuses(learner, lecture) == {OPEN}
    assert f"/lectures/{lecture.pk}/" in learner.get(lesson.url).content.decode()


def with_slides(lecture) -> str:
    """Give the lecture a document of its slides; the address where it is asked for."""
    lecture.stills_directory = f"lectures/{lecture.pk}/stills-1-1-0123456789abcdef"
    images = [{"name": "slide-001-720.webp", "width": 720, "height": 405, "type": "image/webp"}]
    slides = [{"start_s": 0, "end_s": 9, "text": "", "images": images}]
    lecture.stills = {"slides": slides, "document": "slides.pdf", "document_bytes": 2048}
    lecture.save()
    return reverse("lectures:slides", args=[lecture.pk])


def test_slides_can_be_downloaded_from_the_lesson_and_from_paper(learner, course, lecture):
    address = with_slides(lecture)
    lesson = make_lesson(course, lecture=lecture)
    for page in (lesson.url, reverse("courses:print", args=[course.pk])):
        assert f'href="{address}"' in learner.get(page).content.decode()
    led_to = learner.get(address)
    assert led_to.status_code == HTTPStatus.FOUND
    assert led_to.url.endswith(f"{lecture.stills_directory}/slides.pdf")
    assert (led_to.url.split("/")[2], led_to["Cache-Control"]) == ("s", "no-store")


def test_slides_of_a_shut_lesson_are_shut_by_every_address(learner, course, lecture):
    address = with_slides(lecture)
    lesson = opens_tomorrow(course, lecture=lecture)
    for page in (lesson.url, reverse("courses:print", args=[course.pk])):
        assert address not in learner.get(page).content.decode()
    assert learner.get(address).status_code == SHUT


def test_slides_for_members_are_for_nobody_else(client, course, lecture):
    address = with_slides(lecture)
    make_lesson(course, lecture=lecture)
    assert address not in client.get(reverse("courses:print", args=[course.pk])).content.decode()
    assert (
        client.get(address).status_code != HTTPStatus.FOUND or "/login/" in client.get(address).url
    )


def test_lecture_without_a_set_of_slides_offers_none(learner, course, lecture):
    lesson = make_lesson(course, lecture=lecture)
    address = reverse("lectures:slides", args=[lecture.pk])
    assert address not in learner.get(lesson.url).content.decode()
    assert learner.get(address).status_code == HTTPStatus.NOT_FOUND


def test_nothing_counts_as_watched_of_a_shut_lesson(learner, course, lecture):
    lesson = opens_tomorrow(course, lecture=lecture)
    for address in (
        reverse("courses:watch", args=[lesson.pk]),
        reverse("lectures:watch", args=[lecture.pk]),
    ):
        answer = learner.post(
            address,
            {"position_s": 60, "intervals": [[0, 60]]},
            content_type="application/json",
        )
        assert answer.status_code == SHUT
    assert not WatchRecord.objects.exists()


def test_members_lecture_of_no_page_stays_as_it_is(learner, lecture):
    assert statuses(learner, lecture) == {OPEN}


def test_public_lecture_is_public_in_its_own_right(client, course, lecture):
    opens_tomorrow(course, lecture=lecture)
    lecture.visibility = Visibility.PUBLIC
    lecture.save()
    assert client.get(ways_into(lecture)[0]).status_code == OPEN


# --- Files, cases


def test_file_of_a_shut_lesson_is_not_handed_over(learner, course):
    document = SiteDocument.objects.create(
        title="Slides", file=ContentFile(b"%PDF secret", name="slides.pdf")
    )
    lesson = opens_tomorrow(course, document=document)
    assert learner.get(document.url).status_code == SHUT
    # Nor by the way around the address that asks.
    assert learner.get(document.file.url).status_code == HTTPStatus.NOT_FOUND
    LessonPage.objects.filter(pk=lesson.pk).update(opens_at=None)
    assert b"".join(learner.get(document.url).streaming_content) == b"%PDF secret"


def test_file_in_the_text_of_a_shut_lesson_is_shut_until_another_page_has_it(learner, course):
    document = SiteDocument.objects.create(
        title="Slides", file=ContentFile(b"%PDF secret", name="slides.pdf")
    )
    link = f'<p><a linktype="document" id="{document.pk}">Slides</a></p>'
    opens_tomorrow(course, body=[("paragraph", link)])
    assert learner.get(document.url).status_code == SHUT
    make_news(body=[("paragraph", link)])
    assert learner.get(document.url).status_code == OPEN


def test_published_case_is_public_though_a_lesson_with_it_is_shut(learner, course):
    case = make_case()
    lesson = opens_tomorrow(course, case=case)
    assert case.url not in learner.get(lesson.url).content.decode()
    assert learner.get(case.url).status_code == OPEN


def test_editors_find_everything_open(client, course, quiz, lecture):
    opens_tomorrow(course, quiz=quiz, lecture=lecture)
    editor = UserFactory()
    give_role(user=editor, role=Role.EDITOR)
    client.force_login(editor)
    assert begins(client, quiz) is True
    assert statuses(client, lecture) == {OPEN}
