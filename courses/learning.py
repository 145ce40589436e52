"""Reading a person's own learning: their courses, notes, saved cases, and the whole record."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from cases.models import SOLUTION_FIELDS, CasePage, SavedCase
from cases.record_queries import without_withdrawn
from certificates.models import Certificate
from certificates.queries import YearOfCredits, certificates_of, credits_by_year
from media.models import Bookmark
from pages.pictures import CARD, with_renditions
from pages.queries import each_in_language
from quizzes.models import Attempt

from .domain.progress import gather_facts, settle_known
from .models import CoursePage, Enrolment, LessonNote, LessonPage
from .outline import syllabuses
from .progress import Progress, build_progress, find_locks


@dataclass(frozen=True)
class RunningCourse:
    """A course somebody is enrolled in, for "My learning"."""

    course: CoursePage
    enrolment: Enrolment
    progress: Progress

    @property
    def done(self) -> int:
        return self.progress.done

    @property
    def total(self) -> int:
        return self.progress.total

    @property
    def next_lesson(self) -> LessonPage | None:
        return self.progress.next_lesson

    @property
    def share(self) -> float:
        return self.progress.share

    @property
    def progress_id(self) -> str:
        return f"progress-{self.enrolment.pk}"


def my_courses(*, user: Any, locale_id: int) -> list[RunningCourse]:
    """The user's courses in the language they read, or in another where there is no such one.

    Latest enrolment first. Ten queries at most for any number of courses, while nothing has
    become done since it was last looked at.
    """
    enrolments = Enrolment.objects.filter(user=user).select_related("user", "cohort")
    by_key = {e.course_key: e for e in enrolments.prefetch_related("lesson_records")}
    courses = _courses_to_read(keys=by_key, locale_id=locale_id)
    found = syllabuses(courses.values())
    facts = gather_facts(user=user, lessons=[x for one in found.values() for x in one.lessons])
    running = []
    for key, enrolment in by_key.items():
        if course := courses.get(key):
            syllabus = found[course.path]
            done = settle_known(
                enrolment=enrolment,
                lessons=syllabus.lessons,
                recorded=[record.lesson_key for record in enrolment.lesson_records.all()],
                facts=facts,
            )
            shut = find_locks(course=course, syllabus=syllabus, enrolment=enrolment, done=done)
            progress = build_progress(syllabus=syllabus, enrolment=enrolment, done=done, shut=shut)
            running.append(RunningCourse(course=course, enrolment=enrolment, progress=progress))
    return running


def _courses_to_read(*, keys: Collection[uuid.UUID], locale_id: int) -> dict[uuid.UUID, CoursePage]:
    courses = CoursePage.objects.live().filter(translation_key__in=keys)
    return each_in_language(
        courses.prefetch_related(with_renditions(CARD)).order_by("locale_id"), locale_id=locale_id
    )


@dataclass(frozen=True)
class Mark:
    """A moment of a lecture that a person marked, with their note."""

    bookmark: Bookmark
    lesson: LessonPage | None

    @property
    def url(self) -> str:
        """Where it plays, at that second; empty where no lesson shows the lecture any more."""
        return f"{self.lesson.get_url()}?t={self.bookmark.position_s}" if self.lesson else ""


@dataclass(frozen=True)
class Note:
    """A person's note beside a lesson; `lesson` is None once the lesson is withdrawn."""

    note: LessonNote
    lesson: LessonPage | None


@dataclass(frozen=True)
class Notebook:
    """Everything a person wrote for themselves while learning."""

    notes: list[Note]
    marks: list[Mark]

    def __bool__(self) -> bool:
        return bool(self.notes or self.marks)


def notebook_of(*, user: Any, locale_id: int) -> Notebook:
    """A person's notes and marked moments, latest first; four queries."""
    notes = list(LessonNote.objects.filter(user=user))
    marks = list(
        Bookmark.objects.filter(user=user)
        .select_related("lecture")
        .order_by("-created_at", "lecture", "position_s")
    )
    live = LessonPage.objects.live().defer("body").order_by("locale_id", "path")
    by_key = each_in_language(
        live.filter(translation_key__in=[note.lesson_key for note in notes]), locale_id=locale_id
    )
    shown: dict[int, LessonPage] = {}
    for lesson in live.filter(lecture__in={mark.lecture_id for mark in marks}):
        if lesson.lecture_id not in shown or lesson.locale_id == locale_id:
            shown[lesson.lecture_id] = lesson
    return Notebook(
        notes=[Note(note=note, lesson=by_key.get(note.lesson_key)) for note in notes],
        marks=[Mark(bookmark=mark, lesson=shown.get(mark.lecture_id)) for mark in marks],
    )


def saved_cases(*, user: Any, locale_id: int) -> list[CasePage]:
    """Cases a person has saved, in the language they read or another, latest first."""
    keys = list(SavedCase.objects.filter(user=user).values_list("case_key", flat=True))
    if not keys:
        return []
    cases = without_withdrawn(CasePage.objects.live().public()).filter(translation_key__in=keys)
    found = each_in_language(
        cases.defer(*SOLUTION_FIELDS).order_by("locale_id"), locale_id=locale_id
    )
    return [found[key] for key in keys if key in found]


@dataclass(frozen=True)
class Record:
    """What a person has achieved here: courses, quizzes, certificates."""

    courses: list[RunningCourse]
    attempts: list[Attempt]
    certificates: list[Certificate]
    credits: list[YearOfCredits]

    @property
    def rows(self) -> list[tuple]:
        """The same as rows of a table: kind, title, begun, done, result, credits, number."""
        return [
            *(
                (
                    gettext("Course"),
                    one.course.title,
                    _day(one.enrolment.enrolled_at),
                    _day(one.enrolment.completed_at),
                    f"{one.done}/{one.total}",
                    "",
                    "",
                )
                for one in self.courses
            ),
            *(
                (
                    gettext("Quiz"),
                    one.quiz.title,
                    _day(one.started_at),
                    _day(one.finished_at),
                    f"{one.percent} %",
                    "",
                    "",
                )
                for one in self.attempts
            ),
            *(
                (
                    gettext("Certificate"),
                    one.title,
                    "",
                    one.completed_on.isoformat(),
                    one.get_credit_type_display(),
                    one.credits,
                    one.number,
                )
                for one in self.certificates
            ),
        ]


def _day(moment: dt.datetime | None) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""


def record_of(*, user: Any, locale_id: int) -> Record:
    """A person's whole record; the same number of queries however long it is."""
    certificates = list(certificates_of(user))
    attempts = Attempt.objects.filter(user=user, finished_at__isnull=False)
    return Record(
        courses=my_courses(user=user, locale_id=locale_id),
        attempts=list(attempts.select_related("quiz").order_by("-finished_at")),
        certificates=certificates,
        credits=credits_by_year(certificates),
    )
