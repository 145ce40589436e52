"""Reading courses: lessons, a learner's progress, what to do next."""

import functools
import operator
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.query import PageQuerySet

from cases.queries import keys_solved
from media.playing import player_context
from pages.pictures import CARD, with_renditions
from quizzes.queries import attempts_of

from .domain.progress import (
    asked_case,
    asks_only_for_reading,
    gather_facts,
    settle,
    settle_known,
)
from .models import CourseIndexPage, CoursePage, Enrolment, LessonPage


class LessonKind(models.TextChoices):
    """What a lesson chiefly is; the codes name icons too."""

    LECTURE = "lecture", _("Lecture")
    CASE = "case", _("Case")
    QUIZ = "quiz", _("Quiz")
    TEXT = "text", _("Text")


@dataclass(frozen=True)
class Link:
    """A neighbouring lesson."""

    title: str
    url: str


@dataclass(frozen=True)
class OutlineEntry:
    """A lesson as the course's outline shows it (`components/lesson_outline.html`)."""

    number: int
    lesson: LessonPage
    kind: LessonKind
    is_done: bool
    is_current: bool

    @property
    def title(self) -> str:
        return self.lesson.title

    @property
    def url(self) -> str:
        return self.lesson.get_url()

    @property
    def kind_name(self) -> str:
        return str(self.kind.label)

    @property
    def duration_s(self) -> float | None:
        return self.lesson.lecture.duration_s if self.lesson.lecture else None

    @property
    def state(self) -> str:
        if self.is_current:
            return "current"
        return "done" if self.is_done else "open"


@dataclass(frozen=True)
class Progress:
    """How far a learner is in a course. `enrolment` is None for everybody who has not joined."""

    enrolment: Enrolment | None
    outline: list[OutlineEntry]
    next_lesson: LessonPage | None

    @property
    def done(self) -> int:
        return sum(entry.is_done for entry in self.outline)

    @property
    def total(self) -> int:
        return len(self.outline)

    @property
    def share(self) -> float:
        return self.done / self.total if self.total else 0.0

    @property
    def is_complete(self) -> bool:
        return bool(self.enrolment and self.enrolment.completed_at)


# What an outline never shows; cases' long texts above all.
_NOT_IN_OUTLINE = (
    "body",
    "lecture__probe",
    *(
        f"case__{name}"
        for name in (
            "history",
            "pictures",
            "findings",
            "final_diagnosis",
            "discussion",
            "differential",
            "teaching_points",
            "references",
        )
    ),
)


def _live_lessons() -> PageQuerySet:
    return (
        LessonPage.objects.live()
        .select_related("lecture", "case", "quiz")
        .defer(*_NOT_IN_OUTLINE)
        .order_by("path")
    )


def lessons_of(*, course: CoursePage) -> PageQuerySet:
    """The course's live lessons in order, with the parts they consist of."""
    return _live_lessons().child_of(course)


def lessons_by_course(courses: Iterable[CoursePage]) -> dict[str, list[LessonPage]]:
    """A course's path → its live lessons in order; one query for all courses."""
    found: dict[str, list[LessonPage]] = {course.path: [] for course in courses}
    if found:
        below = functools.reduce(operator.or_, (models.Q(path__startswith=p) for p in found))
        for lesson in _live_lessons().filter(below):
            found[lesson.path[: -lesson.steplen]].append(lesson)
    return found


def lesson_kind(lesson: LessonPage) -> LessonKind:
    """What a lesson chiefly is."""
    if lesson.lecture_id:
        return LessonKind.LECTURE
    if asked_case(lesson):
        return LessonKind.CASE
    return LessonKind.QUIZ if lesson.quiz_id else LessonKind.TEXT


def enrolment_of(*, user: Any, course: CoursePage) -> Enrolment | None:
    """The user's enrolment in the course, in whatever language they joined it."""
    if not user.is_authenticated:
        return None
    return (
        Enrolment.objects.filter(user=user, course_key=course.translation_key)
        .select_related("user")
        .first()
    )


def course_progress(
    *, user: Any, course: CoursePage, current: LessonPage | None = None
) -> Progress:
    """Outline and progress of a learner; settles what has become done in the meantime."""
    lessons = list(lessons_of(course=course))
    enrolment = enrolment_of(user=user, course=course)
    done: frozenset[uuid.UUID] = (
        settle(enrolment=enrolment, lessons=lessons) if enrolment else frozenset()
    )
    outline = [
        OutlineEntry(
            number=number,
            lesson=lesson,
            kind=lesson_kind(lesson),
            is_done=lesson.translation_key in done,
            is_current=bool(current and current.pk == lesson.pk),
        )
        for number, lesson in enumerate(lessons, start=1)
    ]
    undone = [entry.lesson for entry in outline if not entry.is_done]
    return Progress(
        enrolment=enrolment,
        outline=outline,
        next_lesson=undone[0] if undone else None,
    )


@dataclass(frozen=True)
class LessonReading:
    """A lesson for one reader, with its place in the course."""

    progress: Progress
    entry: OutlineEntry
    previous: LessonPage | None
    following: LessonPage | None
    may_mark_read: bool

    @property
    def previous_link(self) -> Link | None:
        return _link(self.previous)

    @property
    def following_link(self) -> Link | None:
        return _link(self.following)


def _link(lesson: LessonPage | None) -> Link | None:
    return Link(title=lesson.title, url=lesson.get_url()) if lesson else None


def read_lesson(*, user: Any, lesson: LessonPage, course: CoursePage) -> LessonReading | None:
    """The lesson with outline and neighbours; None for a draft that is not in the outline yet."""
    progress = course_progress(user=user, course=course, current=lesson)
    place = next((i for i, e in enumerate(progress.outline) if e.is_current), None)
    if place is None:
        return None
    entry = progress.outline[place]
    return LessonReading(
        progress=progress,
        entry=entry,
        previous=progress.outline[place - 1].lesson if place else None,
        following=(
            progress.outline[place + 1].lesson if place + 1 < len(progress.outline) else None
        ),
        may_mark_read=bool(
            progress.enrolment and asks_only_for_reading(lesson) and not entry.is_done
        ),
    )


@dataclass(frozen=True)
class RunningCourse:
    """A course somebody is enrolled in, for "My learning"."""

    course: CoursePage
    enrolment: Enrolment
    done: int
    total: int
    next_lesson: LessonPage | None

    @property
    def share(self) -> float:
        return self.done / self.total if self.total else 0.0

    @property
    def progress_id(self) -> str:
        return f"progress-{self.enrolment.pk}"


def my_courses(*, user: Any, locale_id: int) -> list[RunningCourse]:
    """The user's courses in the language they read, or in another where there is no such one.

    Latest enrolment first. Eight queries at most for any number of courses, while nothing has
    become done since it was last looked at.
    """
    enrolments = Enrolment.objects.filter(user=user).select_related("user")
    by_key = {e.course_key: e for e in enrolments.prefetch_related("lesson_records")}
    courses = _courses_to_read(keys=by_key, locale_id=locale_id)
    lessons = lessons_by_course(courses.values())
    facts = gather_facts(user=user, lessons=[x for found in lessons.values() for x in found])
    running = []
    for key, enrolment in by_key.items():
        if course := courses.get(key):
            done = settle_known(
                enrolment=enrolment,
                lessons=lessons[course.path],
                recorded=[record.lesson_key for record in enrolment.lesson_records.all()],
                facts=facts,
            )
            undone = [x for x in lessons[course.path] if x.translation_key not in done]
            running.append(
                RunningCourse(
                    course=course,
                    enrolment=enrolment,
                    done=len(lessons[course.path]) - len(undone),
                    total=len(lessons[course.path]),
                    next_lesson=undone[0] if undone else None,
                )
            )
    return running


def _courses_to_read(*, keys: Collection[uuid.UUID], locale_id: int) -> dict[uuid.UUID, CoursePage]:
    found: dict[uuid.UUID, CoursePage] = {}
    courses = CoursePage.objects.live().filter(translation_key__in=keys)
    for course in courses.prefetch_related(with_renditions(CARD)).order_by("locale_id"):
        if course.translation_key not in found or course.locale_id == locale_id:
            found[course.translation_key] = course
    return found


def courses_url(*, locale_id: int) -> str:
    """Where the catalogue of a language is; empty where there is none."""
    index = CourseIndexPage.objects.live().filter(locale_id=locale_id).first()
    return (index.get_url() if index else "") or ""


def lesson_context(*, request: HttpRequest, lesson: LessonPage) -> dict:
    """Template context of a lesson: its place in the course, its player, its quiz and case."""
    user = request.user
    course = CoursePage.objects.filter(path=lesson.path[: -lesson.steplen]).first()
    reading = read_lesson(user=user, lesson=lesson, course=course) if course else None
    signed_in = user.is_authenticated
    case = asked_case(lesson)
    return {
        "course": course,
        "reading": reading,
        "player": (
            player_context(
                lesson.lecture,
                user,
                # A lesson being previewed before it was ever saved has no address.
                watch_url=reverse("courses:watch", args=[lesson.pk]) if lesson.pk else "",
            )
            if lesson.lecture
            else None
        ),
        "attempts": (
            list(attempts_of(user=user, quiz=lesson.quiz)) if signed_in and lesson.quiz else []
        ),
        "case": case,
        "case_is_solved": bool(case and case.translation_key in keys_solved(request=request)),
    }
