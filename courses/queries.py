"""Reading courses: lessons, a learner's progress, what to do next."""

import uuid
from dataclasses import dataclass

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.queries import has_solved
from media.queries import player_context
from pages.pictures import CARD, with_renditions
from quizzes.queries import attempts_of

from .domain.progress import asks_only_for_reading, settle
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


def lessons_of(*, course: CoursePage) -> QuerySet[LessonPage]:
    """The course's live lessons in order, with the parts they consist of."""
    return (
        LessonPage.objects.live()
        .child_of(course)
        .select_related("lecture", "case", "quiz", "locale")
        .order_by("path")
    )


def lesson_kind(lesson: LessonPage) -> LessonKind:
    """What a lesson chiefly is."""
    if lesson.lecture_id:
        return LessonKind.LECTURE
    if lesson.case_id:
        return LessonKind.CASE
    return LessonKind.QUIZ if lesson.quiz_id else LessonKind.TEXT


def enrolment_of(*, user, course: CoursePage) -> Enrolment | None:
    """The user's enrolment in the course, in whatever language they joined it."""
    if not user.is_authenticated:
        return None
    return (
        Enrolment.objects.filter(user=user, course_key=course.translation_key)
        .select_related("user")
        .first()
    )


def course_progress(*, user, course: CoursePage, current: LessonPage | None = None) -> Progress:
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


def read_lesson(*, user, lesson: LessonPage, course: CoursePage) -> LessonReading | None:
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


def my_courses(*, user, locale_id: int) -> list[RunningCourse]:
    """The user's courses in the language they read, or any language where there is no other.

    Four queries for any number of courses.
    """
    enrolments = {
        enrolment.course_key: enrolment
        for enrolment in Enrolment.objects.filter(user=user).prefetch_related("lesson_records")
    }
    found: dict[uuid.UUID, CoursePage] = {}
    for course in (
        CoursePage.objects.live()
        .filter(translation_key__in=enrolments)
        .prefetch_related(with_renditions(CARD))
    ):
        if course.translation_key not in found or course.locale_id == locale_id:
            found[course.translation_key] = course
    lessons: dict[str, list[LessonPage]] = {course.path: [] for course in found.values()}
    for lesson in LessonPage.objects.live().order_by("path").filter(
        locale_id__in={course.locale_id for course in found.values()}
    ):
        course_path = lesson.path[: -lesson.steplen]
        if course_path in lessons:
            lessons[course_path].append(lesson)
    running = []
    for key, enrolment in enrolments.items():
        if key not in found:
            continue
        course = found[key]
        done = {record.lesson_key for record in enrolment.lesson_records.all()}
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


def courses_url(*, locale_id: int) -> str:
    """Where the catalogue of a language is; empty where there is none."""
    index = CourseIndexPage.objects.live().filter(locale_id=locale_id).first()
    return (index.get_url() if index else "") or ""


def lesson_context(*, user, lesson: LessonPage) -> dict:
    """Template context of a lesson: its place in the course, its player, its quiz and case."""
    course = CoursePage.objects.filter(path=lesson.path[: -lesson.steplen]).first()
    reading = read_lesson(user=user, lesson=lesson, course=course) if course else None
    signed_in = user.is_authenticated
    return {
        "course": course,
        "reading": reading,
        "player": (
            player_context(
                lecture=lesson.lecture,
                user=user,
                watch_url=reverse("courses:watch", args=[lesson.pk]),
            )
            if lesson.lecture_id
            else None
        ),
        "attempts": (
            list(attempts_of(user=user, quiz=lesson.quiz)) if signed_in and lesson.quiz_id else []
        ),
        "case_is_solved": bool(
            signed_in
            and lesson.case_id
            and has_solved(user=user, case_key=lesson.case.translation_key)
        ),
    }
