"""Whoever completes a course that certifies has a certificate, in the own language, once."""

import pytest

from certificates.domain.certificates import revoke
from certificates.models import Certificate
from courses.domain.certification import certify_all
from courses.domain.enrolments import enrol
from courses.domain.progress import mark_read, settle
from courses.models import LessonPage
from tests.factories import UserFactory, locale_of, make_course, make_lesson

pytestmark = pytest.mark.django_db


def complete(user, course) -> None:
    enrolment = enrol(user=user, course=course)
    lessons = list(LessonPage.objects.child_of(course))
    for lesson in lessons:
        mark_read(enrolment=enrolment, lesson=lesson, lessons=lessons)
    settle(enrolment=enrolment, lessons=lessons)


def test_the_last_lesson_brings_the_certificate():
    user, course = UserFactory(language="en"), make_course(title="Chest", credits="1.5")
    make_lesson(course)
    complete(user, course)
    complete(user, course)
    certificate = Certificate.objects.get()
    assert (certificate.holder, certificate.title, certificate.language) == (user, "Chest", "en")
    assert float(certificate.credits) == 1.5


def test_it_is_in_the_learners_language_where_the_course_is():
    user, course = UserFactory(language="ru"), make_course(title="Chest")
    make_lesson(course)
    russian = course.copy_for_translation(locale_of("ru"), copy_parents=True)
    russian.title = "Грудная клетка"
    russian.save_revision().publish()
    complete(user, course)
    certificate = Certificate.objects.get()
    assert (certificate.language, certificate.title) == ("ru", "Грудная клетка")


def test_a_course_that_does_not_certify_brings_none():
    user, course = UserFactory(), make_course(issues_certificate=False)
    make_lesson(course)
    complete(user, course)
    assert not Certificate.objects.exists()


def test_who_gave_no_name_gets_it_as_soon_as_there_is_one():
    user, course = UserFactory(first_name="", last_name=""), make_course()
    make_lesson(course)
    complete(user, course)
    assert not Certificate.objects.exists()
    user.printed_name = "Wanjiru Kamau"
    user.save()
    assert certify_all(users=[user.pk]) == 1
    assert certify_all() == 0


def test_only_what_was_issued_is_counted_and_what_was_revoked_is_not_issued_again():
    course = make_course()
    make_lesson(course)
    nameless, certified = UserFactory(first_name="", last_name=""), UserFactory()
    for user in (nameless, certified):
        complete(user, course)
    revoke(certificate=Certificate.objects.get(), by=None, reason="Somebody else took it")
    assert certify_all() == 0
    nameless.printed_name = "Wanjiru Kamau"
    nameless.save()
    assert certify_all() == 1
    assert [c.holder for c in Certificate.objects.filter(revoked_at=None)] == [nameless]
