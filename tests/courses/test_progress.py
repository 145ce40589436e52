"""Enrolling, and what makes a lesson and a course done."""

import pytest

from cases.domain.answers import commit_as_user
from cases.domain.publication import admit, withdraw
from courses.domain.enrolments import enrol, leave
from courses.domain.progress import NotJustReading, asked_case, mark_read, settle
from courses.learning import my_courses
from courses.models import Enrolment, LessonPage, LessonRecord
from courses.outline import lesson_kind, lessons_of
from courses.queries import course_progress, read_lesson
from media.domain.watching import record_watching
from quizzes.domain.attempts import finish_attempt, record_answer, start_attempt
from tests.factories import (
    UserFactory,
    locale_of,
    make_case,
    make_course,
    make_item,
    make_lesson,
    make_quiz,
    make_ready_lecture,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(db):
    return make_course()


@pytest.fixture
def user(db):
    return UserFactory()


def settled(enrolment, course) -> set:
    return set(settle(enrolment=enrolment, lessons=list(lessons_of(course=course))))


def watch(user, lecture, share: float) -> None:
    end_s = share * lecture.duration_s
    report = f'{{"position_s": {end_s}, "intervals": [[0, {end_s}]]}}'
    record_watching(user=user, lecture=lecture, report=report.encode())


def take(user, quiz, *, right: bool) -> None:
    attempt = start_attempt(quiz=quiz, user=user)
    for answer in attempt.answers.all():
        options = answer.version.content["options"]
        record_answer(
            attempt=attempt, position=answer.position, data={"option": options[not right]["id"]}
        )
    finish_attempt(attempt=attempt)


def test_enrolling_twice_is_one_enrolment(course, user):
    first = enrol(user=user, course=course)
    assert enrol(user=user, course=course).pk == first.pk
    assert Enrolment.objects.count() == 1


def test_enrolment_holds_in_every_language(course, user):
    first = enrol(user=user, course=course)
    translated = course.copy_for_translation(locale_of("ru"), copy_parents=True)
    assert enrol(user=user, course=translated).pk == first.pk


def test_leaving_forgets_the_place_and_keeps_what_was_achieved(course, user):
    case = make_case()
    lesson = make_lesson(course, case=case)
    commit_as_user(user=user, case=case, data={"diagnosis": "Epidural"})
    enrolment = enrol(user=user, course=course)
    assert settled(enrolment, course) == {lesson.translation_key}
    leave(enrolment=enrolment)
    assert (Enrolment.objects.count(), LessonRecord.objects.count()) == (0, 0)
    again = enrol(user=user, course=course)
    assert settled(again, course) == {lesson.translation_key}


@pytest.mark.parametrize(("share", "done"), [(0.0, False), (0.89, False), (0.9, True), (1.0, True)])
def test_lecture_is_done_from_nine_tenths_watched(course, user, share, done):
    lesson = make_lesson(course, lecture=make_ready_lecture(duration_s=600))
    enrolment = enrol(user=user, course=course)
    watch(user, lesson.lecture, share)
    assert (lesson.translation_key in settled(enrolment, course)) is done


def test_skipping_to_the_end_of_a_lecture_is_not_watching_it(course, user):
    lesson = make_lesson(course, lecture=make_ready_lecture(duration_s=600))
    enrolment = enrol(user=user, course=course)
    record_watching(
        user=user, lecture=lesson.lecture, report=b'{"position_s": 600, "intervals": [[590, 600]]}'
    )
    assert settled(enrolment, course) == set()


def test_quiz_is_done_when_passed_not_when_taken(course, user):
    quiz = make_quiz(make_item())
    lesson = make_lesson(course, quiz=quiz)
    enrolment = enrol(user=user, course=course)
    take(user, quiz, right=False)
    assert settled(enrolment, course) == set()
    take(user, quiz, right=True)
    assert settled(enrolment, course) == {lesson.translation_key}


def test_lesson_with_several_parts_asks_for_all_of_them(course, user):
    case, quiz, lecture = make_case(), make_quiz(make_item()), make_ready_lecture()
    lesson = make_lesson(course, case=case, quiz=quiz, lecture=lecture)
    enrolment = enrol(user=user, course=course)
    take(user, quiz, right=True)
    commit_as_user(user=user, case=case, data={"diagnosis": "Epidural"})
    assert settled(enrolment, course) == set()
    watch(user, lecture, 1.0)
    assert settled(enrolment, course) == {lesson.translation_key}


def test_text_is_done_only_by_the_readers_word(course, user):
    lesson = make_lesson(course)
    enrolment = enrol(user=user, course=course)
    assert settled(enrolment, course) == set()
    lessons = list(lessons_of(course=course))
    done = mark_read(enrolment=enrolment, lesson=lesson, lessons=lessons)
    assert done == {lesson.translation_key}
    mark_read(enrolment=enrolment, lesson=lesson, lessons=lessons)
    assert LessonRecord.objects.count() == 1


def test_word_of_the_reader_does_not_replace_doing(course, user):
    lesson = make_lesson(course, quiz=make_quiz(make_item()))
    enrolment = enrol(user=user, course=course)
    with pytest.raises(NotJustReading):
        mark_read(enrolment=enrolment, lesson=lesson, lessons=[lesson])
    assert LessonRecord.objects.count() == 0


def test_a_case_withdrawn_for_good_is_asked_for_no_more(course, user, editor):
    case = make_case()
    revision = case.save_revision()
    admit(case=case, revision=revision, note="From an archive")
    revision.publish()
    lesson = make_lesson(course, case=case)
    enrolment = enrol(user=user, course=course)
    assert asked_case(lessons_of(course=course)[0]) == case
    withdraw(case=case, notice="The diagnosis was wrong.", by=editor)
    [read] = lessons_of(course=course)
    assert asked_case(read) is None
    assert asked_case(LessonPage.objects.get(pk=lesson.pk)) is None
    assert lesson_kind(read) == "text"
    assert mark_read(enrolment=enrolment, lesson=lesson, lessons=[read]) == {lesson.translation_key}


def test_withdrawn_case_is_asked_for_no_more(course, user):
    case = make_case()
    lesson = make_lesson(course, case=case)
    case.unpublish()
    lesson = LessonPage.objects.get(pk=lesson.pk)
    enrolment = enrol(user=user, course=course)
    assert lesson_kind(lesson) == "text"
    assert mark_read(enrolment=enrolment, lesson=lesson, lessons=[lesson]) == {
        lesson.translation_key
    }


def test_lesson_once_done_stays_done(course, user):
    lesson = make_lesson(course)
    enrolment = enrol(user=user, course=course)
    mark_read(enrolment=enrolment, lesson=lesson, lessons=list(lessons_of(course=course)))
    lesson.quiz = make_quiz(make_item())
    lesson.save()
    assert settled(enrolment, course) == {lesson.translation_key}


def test_course_is_complete_when_all_lessons_are_and_stays_so(course, user):
    first, second = make_lesson(course), make_lesson(course)
    make_lesson(course, live=False)
    enrolment = enrol(user=user, course=course)
    lessons = list(lessons_of(course=course))
    mark_read(enrolment=enrolment, lesson=first, lessons=lessons)
    enrolment.refresh_from_db()
    assert enrolment.completed_at is None
    mark_read(enrolment=enrolment, lesson=second, lessons=lessons)
    enrolment.refresh_from_db()
    when = enrolment.completed_at
    assert when is not None
    make_lesson(course)
    settled(enrolment, course)
    enrolment.refresh_from_db()
    assert enrolment.completed_at == when
    assert course_progress(user=user, course=course).is_complete is True


def test_course_without_lessons_is_never_complete(course, user):
    enrolment = enrol(user=user, course=course)
    settled(enrolment, course)
    enrolment.refresh_from_db()
    assert enrolment.completed_at is None


def test_another_language_keeps_the_progress(course, user):
    lesson = make_lesson(course)
    enrolment = enrol(user=user, course=course)
    mark_read(enrolment=enrolment, lesson=lesson, lessons=[lesson])
    russian = course.copy_for_translation(locale_of("ru"), copy_parents=True)
    russian.save_revision().publish()
    translated = lesson.copy_for_translation(locale_of("ru"))
    translated.save_revision().publish()
    progress = course_progress(user=user, course=russian)
    assert [(e.title, e.is_done) for e in progress.outline] == [(lesson.title, True)]
    assert (progress.share, progress.is_complete) == (1.0, True)


def test_outline_follows_the_page_tree(course, user):
    first, second, third = (make_lesson(course) for _ in range(3))
    third.move(first, pos="left")
    titles = [entry.title for entry in course_progress(user=user, course=course).outline]
    assert titles == [third.title, first.title, second.title]


def test_next_lesson_is_the_first_that_is_not_done(course, user):
    first, second, third = (make_lesson(course) for _ in range(3))
    enrolment = enrol(user=user, course=course)
    lessons = list(lessons_of(course=course))
    mark_read(enrolment=enrolment, lesson=first, lessons=lessons)
    mark_read(enrolment=enrolment, lesson=third, lessons=lessons)
    assert course_progress(user=user, course=course).next_lesson == second


def test_lesson_knows_its_neighbours(course, user):
    first, second, third = (make_lesson(course) for _ in range(3))
    reading = read_lesson(user=user, lesson=second, course=course)
    assert (reading.previous, reading.following, reading.entry.number) == (first, third, 2)
    ends = [read_lesson(user=user, lesson=x, course=course) for x in (first, third)]
    assert [(e.previous, e.following) for e in ends] == [(None, second), (second, None)]


def test_settling_what_is_settled_writes_nothing(course, user, django_assert_num_queries):
    make_lesson(course, case=make_case(), quiz=make_quiz(make_item()), lecture=make_ready_lecture())
    enrolment = enrol(user=user, course=course)
    lessons = list(lessons_of(course=course))
    settle(enrolment=enrolment, lessons=lessons)
    with django_assert_num_queries(4) as queries:
        settle(enrolment=enrolment, lessons=lessons)
    assert {q["sql"].split()[0] for q in queries} == {"SELECT"}


def test_my_courses_shows_what_was_done_elsewhere(course, user):
    case = make_case()
    make_lesson(course, case=case)
    undone = make_lesson(course)
    enrol(user=user, course=course)
    commit_as_user(user=user, case=case, data={"diagnosis": "Epidural"})
    (entry,) = my_courses(user=user, locale_id=course.locale_id)
    assert (entry.done, entry.total, entry.share, entry.next_lesson) == (1, 2, 0.5, undone)
    assert LessonRecord.objects.count() == 1


def test_my_courses_prefers_the_language_one_reads(course, user):
    make_lesson(course)
    only_english = make_course()
    russian = course.copy_for_translation(locale_of("ru"), copy_parents=True)
    russian.save_revision().publish()
    for each in (course, only_english):
        enrol(user=user, course=each)
    found = my_courses(user=user, locale_id=locale_of("ru").pk)
    assert [entry.course for entry in found] == [only_english, russian]
    assert my_courses(user=UserFactory(), locale_id=course.locale_id) == []


def test_my_courses_leaves_out_courses_that_were_withdrawn(course, user):
    enrol(user=user, course=course)
    course.unpublish()
    assert my_courses(user=user, locale_id=course.locale_id) == []
    assert Enrolment.objects.count() == 1


def test_my_courses_costs_the_same_for_one_and_for_twelve(user, django_assert_num_queries):
    def join(number):
        for _ in range(number):
            each = make_course()
            make_lesson(each, lecture=make_ready_lecture(), case=make_case())
            enrol(user=user, course=each)
        return each.locale_id

    locale_id = join(1)
    with django_assert_num_queries(8):
        assert len(my_courses(user=user, locale_id=locale_id)) == 1
    join(11)
    with django_assert_num_queries(8):
        assert len(my_courses(user=user, locale_id=locale_id)) == 12
