"""What a course's teachers read: enrolments, where learners stop, results, who is where.

Learners are those enrolled now, in any language of the course. The number of queries is the same
for any number of learners and lessons.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Max, Q, QuerySet
from django.db.models.functions import Cast, TruncWeek
from django.utils import timezone

from media.models import Lecture, WatchRecord
from pages.queries import each_in_language
from people.access import may
from people.rules import is_editor
from quizzes.models import Answer, Attempt, Quiz

from .models import CoursePage, Enrolment, LessonPage, LessonRecord
from .outline import Syllabus
from .retention import Retention, retention

WEEKS = 26


def taught_courses(*, user: Any, locale_id: int) -> list[CoursePage]:
    """Live courses whose teacher's pages the person may see, each in one language."""
    courses = CoursePage.objects.live().order_by("title", "locale_id")
    if not is_editor(user):
        own = CoursePage.objects.filter(Q(authors__user=user) | Q(owner=user))
        courses = courses.filter(translation_key__in=own.values("translation_key"))
    found = each_in_language(courses, locale_id=locale_id).values()
    return sorted(
        # Who made a page long ago may have left the department since.
        (
            course
            for course in found
            if is_editor(user) or may(user, "courses.teach_course", course)
        ),
        key=lambda course: course.title,
    )


@dataclass(frozen=True)
class Week:
    """Enrolments in the week that begins on `monday`."""

    monday: dt.date
    count: int


def enrolments_by_week(*, course_key: uuid.UUID, today: dt.date | None = None) -> list[Week]:
    """The last half year by weeks, or less where the first enrolment is younger; one query."""
    today = today or timezone.localdate()
    this_week = today - dt.timedelta(days=today.weekday())
    counts = {
        row["week"].date(): row["count"]
        for row in Enrolment.objects.filter(course_key=course_key)
        .order_by()
        .values(week=TruncWeek("enrolled_at"))
        .annotate(count=Count("pk"))
    }
    if not counts:
        return []
    first = max(min(counts), this_week - dt.timedelta(weeks=WEEKS - 1))
    number = (this_week - first).days // 7 + 1
    mondays = [first + dt.timedelta(weeks=n) for n in range(number)]
    return [Week(monday, counts.get(monday, 0)) for monday in mondays]


@dataclass(frozen=True)
class Step:
    """How many learners have done a lesson, of all who are enrolled."""

    number: int
    lesson: LessonPage
    done: int
    share: float


@dataclass(frozen=True)
class Funnel:
    """How far learners come: those enrolled, lesson by lesson, those who completed."""

    enrolled: int
    completed: int
    steps: list[Step]

    @property
    def completed_share(self) -> float:
        return self.completed / self.enrolled if self.enrolled else 0.0


def completion_funnel(*, course_key: uuid.UUID, syllabus: Syllabus) -> Funnel:
    """Learners by lesson in the course's order; two queries."""
    whole = Enrolment.objects.filter(course_key=course_key).aggregate(
        enrolled=Count("pk"), completed=Count("completed_at")
    )
    enrolled = whole["enrolled"]
    done = dict(
        LessonRecord.objects.filter(enrolment__course_key=course_key)
        .values_list("lesson_key")
        .annotate(count=Count("pk"))
    )
    steps = [
        Step(
            number=number,
            lesson=lesson,
            done=done.get(lesson.translation_key, 0),
            share=done.get(lesson.translation_key, 0) / enrolled if enrolled else 0.0,
        )
        for number, lesson in enumerate(syllabus.lessons, start=1)
    ]
    return Funnel(enrolled=enrolled, completed=whole["completed"], steps=steps)


@dataclass(frozen=True)
class Watched:
    """A lecture's retention curve beside the lesson that shows it."""

    lesson: LessonPage
    lecture: Lecture
    curve: Retention | None


def _learners(course_key: uuid.UUID) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(course_key=course_key).values("user")


def lecture_retention(*, course_key: uuid.UUID, syllabus: Syllabus) -> list[Watched]:
    """Where learners of the course stop watching its lectures; one query."""
    lessons = [lesson for lesson in syllabus.lessons if lesson.lecture]
    viewings: dict[int, list[Sequence[Sequence[float]]]] = {}
    if lessons:
        records = WatchRecord.objects.filter(
            lecture__in=[lesson.lecture_id for lesson in lessons], user__in=_learners(course_key)
        )
        for lecture_id, intervals in records.values_list("lecture_id", "intervals").iterator():
            viewings.setdefault(lecture_id, []).append(intervals)
    return [
        Watched(
            lesson=lesson,
            lecture=lesson.lecture,
            curve=retention(
                viewings.get(lesson.lecture_id, ()), duration_s=lesson.lecture.duration_s or 0.0
            ),
        )
        for lesson in lessons
    ]


@dataclass(frozen=True)
class QuizResult:
    """How the course's learners did in a quiz, all its languages together.

    `mean_percent` is of first attempts; `to_mark` counts answers that wait for a person.
    """

    lesson: LessonPage
    quiz: Quiz
    learners: int = 0
    passed: int = 0
    mean_percent: float | None = None
    to_mark: int = 0

    @property
    def mean_share(self) -> float | None:
        """`mean_percent` from 0 to 1."""
        return None if self.mean_percent is None else self.mean_percent / 100


def quiz_results(*, course_key: uuid.UUID, syllabus: Syllabus) -> list[QuizResult]:
    """The quizzes of the course in order, with their learners' results; two queries."""
    lessons = [lesson for lesson in syllabus.lessons if lesson.quiz]
    if not lessons:
        return []
    finished = Q(finished_at__isnull=False)
    share = 100.0 * F("points") / Cast(F("possible"), FloatField())
    attempts = Attempt.objects.filter(
        finished,
        user__in=_learners(course_key),
        quiz__translation_key__in=[lesson.quiz.translation_key for lesson in lessons],
    ).order_by()
    results = {
        row["quiz__translation_key"]: row
        for row in attempts.values("quiz__translation_key").annotate(
            learners=Count("user", distinct=True),
            passed_by=Count("user", filter=Q(passed=True), distinct=True),
            mean=Avg(share, filter=Q(number=1, possible__gt=0, passed__isnull=False)),
        )
    }
    to_mark = dict(
        Answer.objects.filter(attempt__in=attempts, needs_marking=True)
        .order_by()
        .values_list("attempt__quiz__translation_key")
        .annotate(count=Count("pk"))
    )
    found = []
    for lesson in lessons:
        key = lesson.quiz.translation_key
        row = results.get(key, {})
        found.append(
            QuizResult(
                lesson=lesson,
                quiz=lesson.quiz,
                learners=row.get("learners", 0),
                passed=row.get("passed_by", 0),
                mean_percent=row.get("mean"),
                to_mark=to_mark.get(key, 0),
            )
        )
    return found


def learners_of(*, course_key: uuid.UUID, syllabus: Syllabus) -> QuerySet[Enrolment]:
    """Enrolments with user, cohort, `done` (lessons the course has now) and `last_done_at`."""
    keys = [lesson.translation_key for lesson in syllabus.lessons]
    return (
        Enrolment.objects.filter(course_key=course_key)
        .select_related("user", "cohort")
        .annotate(
            done=Count("lesson_records", filter=Q(lesson_records__lesson_key__in=keys)),
            last_done_at=Max("lesson_records__done_at"),
        )
        .order_by("user__last_name", "user__first_name", "user__email")
    )


def teaches_something(*, user: Any) -> bool:
    """Whether the person has a course to look after; for a link, so rights are asked there."""
    if is_editor(user):
        return True
    return CoursePage.objects.filter(Q(authors__user=user) | Q(owner=user)).exists()
