"""What of a person's courses belongs in their calendar: openings, webinars, ends, reviews."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import CoursePage, Enrolment, LessonPage
from courses.outline import syllabuses
from courses.progress import find_locks
from courses.queries import courses_in_language
from interop.models import CalendarAddress
from interop.models.calendars import new_token
from interop.targets import locale_id_of
from people.addresses import full_address
from quizzes.deck_queries import due_days
from quizzes.models import Attempt

# What lies longer back is nobody's plan any more.
SHOWN_BACK = dt.timedelta(days=30)


@dataclass(frozen=True)
class Entry:
    """One entry; `key` stays the same when it is moved. Deadlines remind a day before."""

    key: str
    starts_at: dt.datetime
    title: str
    url: str
    ends_at: dt.datetime | None = None
    is_deadline: bool = False


def entries_of(*, user: Any, now: dt.datetime | None = None) -> list[Entry]:
    """The person's entries in the active language, in order of time.

    Of running courses only: what is completed or left makes no appointments.
    """
    now = now or timezone.now()
    enrolments = {
        one.course_key: one
        for one in Enrolment.objects.filter(user=user, completed_at=None)
        .select_related("user", "cohort")
        .prefetch_related("lesson_records")
    }
    courses = courses_in_language(keys=list(enrolments), locale_id=locale_id_of(user.language))
    found = [*_running_attempts(user), *_reviews(user, now)]
    for course, syllabus in zip(courses, _in_order(courses), strict=True):
        enrolment = enrolments[course.translation_key]
        done = {record.lesson_key for record in enrolment.lesson_records.all()}
        shut = find_locks(course=course, syllabus=syllabus, enrolment=enrolment, done=done, now=now)
        for lesson in syllabus.lessons:
            lock = shut.get(lesson.translation_key)
            found += _of_lesson(course, lesson, opens_at=lock.opens_at if lock else None)
    return sorted(
        (entry for entry in found if entry.starts_at > now - SHOWN_BACK),
        key=lambda entry: (entry.starts_at, entry.key),
    )


def _in_order(courses: Iterable[CoursePage]) -> list[Any]:
    courses = list(courses)
    found = syllabuses(courses)
    return [found[course.path] for course in courses]


def _of_lesson(
    course: CoursePage, lesson: LessonPage, *, opens_at: dt.datetime | None
) -> Iterator[Entry]:
    words = {"lesson": lesson.title, "course": course.title}
    key, url = str(lesson.translation_key), lesson.full_url or ""
    if opens_at:
        title = _("“%(lesson)s” opens (%(course)s)") % words
        yield Entry(key=f"opens-{key}", starts_at=opens_at, title=title, url=url)
    if lesson.webinar_at:
        yield Entry(
            key=f"webinar-{key}",
            starts_at=lesson.webinar_at,
            ends_at=lesson.webinar_at + dt.timedelta(minutes=lesson.webinar_minutes),
            title=_("Webinar: %(lesson)s (%(course)s)") % words,
            url=url,
        )
    if lesson.quiz and lesson.quiz.opens_at:
        title = _("Quiz opens: %(lesson)s (%(course)s)") % words
        yield Entry(key=f"quiz-{key}", starts_at=lesson.quiz.opens_at, title=title, url=url)
    if lesson.quiz and lesson.quiz.closes_at:
        yield Entry(
            key=f"closes-{key}",
            starts_at=lesson.quiz.closes_at,
            title=_("Quiz closes: %(lesson)s (%(course)s)") % words,
            url=url,
            is_deadline=True,
        )


def _running_attempts(user: Any) -> Iterator[Entry]:
    running = Attempt.objects.filter(user=user, finished_at=None, deadline_at__isnull=False)
    for attempt in running.select_related("quiz"):
        assert attempt.deadline_at is not None
        yield Entry(
            key=f"attempt-{attempt.pk}",
            starts_at=attempt.deadline_at,
            title=_("Your attempt ends: %(quiz)s") % {"quiz": attempt.quiz.title},
            url="",
            is_deadline=True,
        )


def _reviews(user: Any, now: dt.datetime) -> Iterator[Entry]:
    for day in due_days(user=user, now=now):
        yield Entry(
            key=f"reviews-{day.at:%Y-%m-%d}",
            starts_at=day.at,
            title=ngettext("%(due)d review due", "%(due)d reviews due", day.due) % {"due": day.due},
            url=full_address(reverse("quizzes:deck")),
        )


@transaction.atomic
def renew_address(*, user: Any) -> CalendarAddress:
    """A new secret address; the one before, if any, opens nothing any more."""
    address, _created = CalendarAddress.objects.update_or_create(
        user=user, defaults={"token": new_token()}
    )
    return address


@transaction.atomic
def withdraw_address(*, user: Any) -> None:
    """Take the secret address back."""
    CalendarAddress.objects.filter(user=user).delete()
