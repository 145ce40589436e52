"""Modules, optional lessons, prerequisites, openings: what learners meet on the pages."""

import datetime as dt
from http import HTTPStatus

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from courses.domain.cohorts import add_members
from courses.domain.enrolments import (
    CohortClosed,
    CoursesMissing,
    NeedsCohort,
    enrol,
)
from courses.domain.lengths import measure_lengths
from courses.domain.progress import NotBegunYet, mark_read
from courses.models import (
    Cohort,
    CourseAuthor,
    CoursePage,
    CoursePrerequisite,
    Enrolment,
    LessonPage,
    LessonPrerequisite,
    LessonRecord,
)
from courses.outline import course_of, estimated_s, lesson_kind, syllabus_of
from courses.queries import course_progress
from pages.models import SiteDocument
from tests.factories import (
    UserFactory,
    locale_of,
    make_course,
    make_item,
    make_lesson,
    make_module,
    make_quiz,
    make_ready_lecture,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def course(db):
    return make_course()


@pytest.fixture
def user(db):
    return UserFactory()


def read(user, lesson, course) -> None:
    enrolment = Enrolment.objects.select_related("user", "cohort").get(
        user=user, course_key=course.translation_key
    )
    mark_read(enrolment=enrolment, lesson=lesson, lessons=syllabus_of(course=course).lessons)


def make_cohort(course, **fields) -> Cohort:
    defaults = {"name": "Spring", "starts_on": timezone.localdate()}
    return Cohort.objects.create(course_key=course.translation_key, **(defaults | fields))


def text_of(client, page) -> str:
    answer = client.get(page.url)
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def test_modules_and_lessons_beside_them_stand_in_the_order_of_the_tree(course, user):
    first = make_lesson(course)
    module = make_module(course)
    inside = [make_lesson(module), make_lesson(module)]
    last = make_lesson(course)
    progress = course_progress(user=user, course=course)
    assert [entry.lesson for entry in progress.outline] == [first, *inside, last]
    assert [(g.module, g.total) for g in progress.groups] == [(None, 1), (module, 2), (None, 1)]


def test_reordering_modules_in_the_tree_reorders_the_course(course, user):
    first, second = make_module(course), make_module(course)
    lessons = [make_lesson(first), make_lesson(second)]
    second.move(first, pos="left")
    progress = course_progress(user=user, course=course)
    assert [entry.lesson for entry in progress.outline] == lessons[::-1]


def test_withdrawn_module_takes_its_lessons_out_of_the_course(course, user):
    kept, module = make_lesson(course), make_module(course)
    make_lesson(module)
    module.unpublish()
    enrol(user=user, course=course)
    read(user, kept, course)
    progress = course_progress(user=user, course=course)
    assert ([e.lesson for e in progress.outline], progress.is_complete) == ([kept], True)


def test_a_lesson_finds_its_course_through_its_module(course):
    module = make_module(course)
    assert course_of(make_lesson(module)) == course
    assert course_of(make_lesson(course)) == course
    assert course_of(module) == course


def test_module_page_shows_its_own_lessons_only(client, course):
    outside, module = make_lesson(course, title="Elsewhere"), make_module(course, title="Density")
    inside = make_lesson(module, title="Hounsfield")
    text = text_of(client, module)
    assert f'href="{inside.url}"' in text
    assert f'href="{outside.url}"' not in text


def test_learner_reads_how_far_each_module_is_done(client, course, user):
    module = make_module(course, title="Density")
    done, _open = make_lesson(module), make_lesson(module)
    enrol(user=user, course=course)
    read(user, done, course)
    client.force_login(user)
    assert "1 of 2 done" in text_of(client, course)


def test_optional_lessons_count_neither_for_progress_nor_for_completion(course, user):
    asked, _extra = make_lesson(course), make_lesson(course, is_optional=True)
    enrol(user=user, course=course)
    read(user, asked, course)
    progress = course_progress(user=user, course=course)
    assert (progress.share, progress.total, progress.is_complete) == (1.0, 1, True)


def test_course_of_optional_lessons_asks_for_all_of_them(course, user):
    lessons = [make_lesson(course, is_optional=True) for _ in range(2)]
    enrol(user=user, course=course)
    read(user, lessons[0], course)
    assert course_progress(user=user, course=course).is_complete is False
    read(user, lessons[1], course)
    assert course_progress(user=user, course=course).is_complete is True


def test_shut_lesson_says_when_it_opens_and_keeps_its_text(client, course):
    opens_at = timezone.now() + 3 * DAY
    lesson = make_lesson(course, opens_at=opens_at)
    text = text_of(client, lesson)
    assert "This lesson is not open yet" in text
    assert "Read this." not in text
    LessonPage.objects.filter(pk=lesson.pk).update(opens_at=timezone.now() - DAY)
    assert "Read this." in text_of(client, lesson)


def test_shut_module_shuts_its_lessons(client, course):
    lesson = make_lesson(make_module(course, opens_at=timezone.now() + DAY))
    assert "Read this." not in text_of(client, lesson)


def test_lesson_of_a_shut_one_cannot_be_marked_read(client, course, user):
    lesson = make_lesson(course, opens_at=timezone.now() + DAY)
    enrol(user=user, course=course)
    client.force_login(user)
    client.post(reverse("courses:mark_read", args=[lesson.pk]))
    assert LessonRecord.objects.count() == 0


def test_lesson_after_a_lesson_names_it_and_opens_when_it_is_done(client, course, user):
    first, second = make_lesson(course, title="Physics"), make_lesson(course)
    LessonPrerequisite.objects.create(lesson=second, required=first)
    enrol(user=user, course=course)
    client.force_login(user)
    text = text_of(client, second)
    assert "Do this first:" in text
    assert "Read this." not in text
    read(user, first, course)
    assert "Read this." in text_of(client, second)


def test_prerequisite_holds_in_the_translation_too(client, course, user):
    first, second = make_lesson(course), make_lesson(course)
    LessonPrerequisite.objects.create(lesson=second, required=first)
    russian = course.copy_for_translation(locale_of("ru"), copy_parents=True)
    russian.save_revision().publish()
    for lesson in (first, second):
        copy = LessonPage.objects.get(pk=lesson.pk).copy_for_translation(locale_of("ru"))
        copy.save_revision().publish()
    enrol(user=user, course=course)
    states = [entry.state for entry in course_progress(user=user, course=russian).outline]
    assert states == ["open", "locked"]


def test_lessons_in_order_open_one_after_the_other(user):
    course = make_course(lessons_in_order=True)
    lessons = [make_lesson(course) for _ in range(3)]
    enrol(user=user, course=course)
    read(user, lessons[0], course)
    progress = course_progress(user=user, course=course)
    assert [entry.state for entry in progress.outline] == ["done", "open", "locked"]
    assert progress.next_lesson == lessons[1]


def test_who_teaches_the_course_finds_everything_open(client, course, editor):
    lesson = make_lesson(course, opens_at=timezone.now() + DAY)
    teacher, other = UserFactory(), UserFactory()
    CourseAuthor.objects.create(course=course, name="Dr Kamau", user=teacher)
    found = {}
    for person in (teacher, editor, other):
        client.force_login(person)
        found[person.pk] = "Read this." in text_of(client, lesson)
    assert found == {teacher.pk: True, editor.pk: True, other.pk: False}


def test_course_after_a_course_says_which(client, course, user):
    basics = make_course(title="Physics of CT")
    lesson = make_lesson(basics)
    CoursePrerequisite.objects.create(course=course, required=basics)
    with pytest.raises(CoursesMissing) as refusal:
        enrol(user=user, course=course)
    assert refusal.value.missing == (basics.translation_key,)
    client.force_login(user)
    text = text_of(client, course)
    assert "Before this course, complete:" in text
    assert reverse("courses:enrol", args=[course.pk]) not in text
    client.post(reverse("courses:enrol", args=[course.pk]))
    assert Enrolment.objects.count() == 0
    enrol(user=user, course=basics)
    read(user, lesson, basics)
    assert enrol(user=user, course=course).pk


def test_cohort_sets_the_first_day(client, course, user):
    lesson = make_lesson(course)
    cohort = make_cohort(course, starts_on=timezone.localdate() + 7 * DAY)
    client.force_login(user)
    assert "With “Spring”" in text_of(client, course)
    client.post(reverse("courses:enrol", args=[course.pk]), {"cohort": cohort.pk})
    assert Enrolment.objects.get().cohort == cohort
    assert "Read this." not in text_of(client, lesson)
    Cohort.objects.update(starts_on=timezone.localdate() - DAY)
    assert "Read this." in text_of(client, lesson)


def test_own_pace_where_the_course_allows_it(course, user):
    make_cohort(course)
    assert enrol(user=user, course=course).cohort is None
    strict = make_course(is_self_paced=False)
    with pytest.raises(NeedsCohort):
        enrol(user=user, course=strict)
    cohort = make_cohort(strict)
    assert enrol(user=user, course=strict, cohort=cohort).cohort == cohort


@pytest.mark.parametrize(
    "fields",
    [{"is_open": False}, {"starts_on": dt.date(2020, 1, 1), "ends_on": dt.date(2020, 2, 1)}],
)
def test_closed_cohort_takes_nobody_in(course, user, fields):
    with pytest.raises(CohortClosed):
        enrol(user=user, course=course, cohort=make_cohort(course, **fields))


def test_cohort_of_another_course_takes_nobody_in(course, user):
    with pytest.raises(CohortClosed):
        enrol(user=user, course=course, cohort=make_cohort(make_course()))


def test_teacher_puts_people_in_by_address_and_hears_of_unknown_ones(course, user):
    cohort = make_cohort(course, is_open=False)
    added = add_members(cohort=cohort, emails=[user.email.upper(), "nobody@example.com", ""])
    assert [enrolment.user for enrolment in added.enrolments] == [user]
    assert added.unknown == ["nobody@example.com"]
    add_members(cohort=cohort, emails=[user.email])
    assert Enrolment.objects.get().cohort == cohort


def test_learning_goes_on_where_it_was_left_on_any_device(client, course, user):
    lessons = [make_lesson(course) for _ in range(3)]
    enrol(user=user, course=course)
    client.force_login(user)
    client.get(lessons[1].url)
    assert course_progress(user=user, course=course).next_lesson == lessons[1]
    read(user, lessons[1], course)
    assert course_progress(user=user, course=course).next_lesson == lessons[0]


def test_kinds_of_lessons(course):
    document = SiteDocument.objects.create(title="Slides", file=ContentFile(b"%PDF", "slides.pdf"))
    lessons = [
        make_lesson(course),
        make_lesson(course, document=document),
        make_lesson(course, webinar_at=timezone.now()),
        make_lesson(course, quiz=make_quiz(make_item())),
        make_lesson(course, lecture=make_ready_lecture()),
    ]
    kinds = [lesson_kind(lesson).value for lesson in lessons]
    assert kinds == ["text", "download", "webinar", "quiz", "lecture"]


def test_webinar_is_attended_only_once_it_has_begun(client, course, user):
    room = "https://rooms.example.org/1"
    lesson = make_lesson(course, webinar_at=timezone.now() + DAY, webinar_url=room)
    assert room not in text_of(client, lesson)
    enrol(user=user, course=course)
    client.force_login(user)
    assert room in text_of(client, lesson)
    with pytest.raises(NotBegunYet):
        read(user, lesson, course)
    lesson.webinar_at = timezone.now() - DAY
    lesson.save()
    read(user, LessonPage.objects.get(pk=lesson.pk), course)
    assert LessonRecord.objects.count() == 1


def test_estimated_time_follows_words_lectures_and_questions(course):
    body = [("paragraph", f"<p>{'word ' * 360}</p>")]
    quiz = make_quiz(make_item(), make_item())
    make_lesson(course, body=body)
    make_lesson(course, body=[], lecture=make_ready_lecture(duration_s=600))
    make_lesson(course, body=[], quiz=quiz)
    make_lesson(course, body=body, is_optional=True)
    lessons = syllabus_of(course=course).lessons
    assert [estimated_s(lesson) for lesson in lessons] == [120, 600, 150, 120]
    quiz.time_limit_min = 20
    quiz.save()
    assert (measure_lengths(), measure_lengths()) == (1, 0)
    assert CoursePage.objects.get(pk=course.pk).estimated_s == 120 + 600 + 1200


def test_catalogue_narrows_by_length_credits_and_language(client, course):
    long_one = make_course(title="Long one", credits="6")
    make_lesson(long_one, lecture=make_ready_lecture(duration_s=3 * 3600))
    make_lesson(course, lecture=make_ready_lecture(duration_s=600))
    measure_lengths()
    text = client.get("/en/courses/?length=long").content.decode()
    assert ("Long one" in text, course.title in text) == (True, False)
    text = client.get("/en/courses/?credits=none").content.decode()
    assert ("Long one" in text, course.title in text) == (False, True)


def test_catalogue_shows_what_exists_in_another_language_only_and_says_so(client, course):
    russian = course.copy_for_translation(locale_of("ru"), copy_parents=True)
    russian.title = "Грудная клетка"
    russian.save_revision().publish()
    index = Page.objects.get(pk=russian.get_parent().pk)
    only = index.add_child(
        instance=CoursePage(
            title="Только", slug="only", description="<p>x</p>", locale=index.locale
        )
    )
    text = client.get("/en/courses/").content.decode()
    assert (course.title in text, only.title in text, "Грудная клетка" in text) == (
        True,
        True,
        False,
    )
    assert 'lang="ru"' in text
    text = client.get("/en/courses/?language=en").content.decode()
    assert (course.title in text, only.title in text) == (True, False)


def test_course_names_its_authors(client, course):
    CourseAuthor.objects.create(course=course, name="Dr Wanjiru Kamau")
    assert "Dr Wanjiru Kamau" in text_of(client, course)


def test_course_on_paper_has_the_open_texts_only(client, course):
    make_lesson(course, body=[("paragraph", "<p>Openly said.</p>")])
    make_lesson(
        course,
        body=[("paragraph", "<p>Said tomorrow.</p>")],
        opens_at=timezone.now() + DAY,
    )
    text = client.get(reverse("courses:print", args=[course.pk])).content.decode()
    assert ("Openly said." in text, "Said tomorrow." in text) == (True, False)
