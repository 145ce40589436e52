"""The parts of courses in order: modules, lessons, how long each takes."""

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from wagtail.query import PageQuerySet

from cases.record_queries import is_withdrawn
from quizzes.models import QuizDraw, QuizItem

from .domain.progress import asked_case
from .models import CoursePage, LessonPage, LessonPrerequisite, ModulePage
from .opening import Part
from .reading_time import estimate_s


class LessonKind(models.TextChoices):
    """What a lesson chiefly is; the codes name icons too."""

    LECTURE = "lecture", _("Lecture")
    CASE = "case", _("Case")
    QUIZ = "quiz", _("Quiz")
    WEBINAR = "webinar", _("Webinar")
    DOWNLOAD = "download", _("File")
    TEXT = "text", _("Text")


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


@dataclass
class Syllabus:
    """A course's live modules and lessons in order. A lesson knows its `module`, or None."""

    lessons: list[LessonPage] = field(default_factory=list)
    modules: list[ModulePage] = field(default_factory=list)

    @property
    def estimated_s(self) -> int:
        """How long all lessons take that are not optional, seconds."""
        return sum(estimated_s(lesson) for lesson in self.lessons if not lesson.is_optional)

    @property
    def parts(self) -> list[Part]:
        """The lessons as `courses.opening` asks for them."""
        return [
            Part(
                key=lesson.translation_key,
                openings=(lesson.module, lesson) if lesson.module else (lesson,),
                requires=tuple(
                    place.required.translation_key for place in lesson.prerequisites.all()
                ),
                is_optional=lesson.is_optional,
            )
            for lesson in self.lessons
        ]


def _live_lessons() -> PageQuerySet:
    place = {"quiz": models.OuterRef("quiz")}
    return (
        LessonPage.objects.live()
        .select_related("lecture", "case", "quiz", "document")
        .defer(*_NOT_IN_OUTLINE)
        .annotate(
            question_count=_sum(QuizItem, place, None) + _sum(QuizDraw, place, "count"),
            case_withdrawn=is_withdrawn("case__translation_key"),
        )
        .order_by("path")
    )


def _sum(model: type[models.Model], place: dict, of: str | None) -> Coalesce:
    number = models.Sum(of) if of else models.Count("pk")
    counted = model._default_manager.order_by().filter(**place).values("quiz").annotate(n=number)
    return Coalesce(
        models.Subquery(counted.values("n"), output_field=models.IntegerField()), models.Value(0)
    )


def syllabus_of(*, course: CoursePage) -> Syllabus:
    """What the course consists of; three queries."""
    return syllabuses([course])[course.path]


def lessons_of(*, course: CoursePage) -> list[LessonPage]:
    """The course's live lessons in order, with the parts they consist of; three queries."""
    return syllabus_of(course=course).lessons


def syllabuses(
    courses: Iterable[CoursePage], *, with_prerequisites: bool = True
) -> dict[str, Syllabus]:
    """A course's path → its syllabus; three queries for all courses, two without prerequisites.

    A lesson below a module that is not published is no part of the course.
    """
    found = {course.path: Syllabus() for course in courses}
    if not found:
        return found
    below = functools.reduce(operator.or_, (models.Q(path__startswith=path) for path in found))
    modules = {module.path: module for module in _live_modules(below)}
    for module in modules.values():
        found[parent_path(module)].modules.append(module)
    lessons = _live_lessons().filter(below)
    if with_prerequisites:
        lessons = lessons.prefetch_related(_REQUIRED)
    for lesson in lessons:
        above = parent_path(lesson)
        module = modules.get(above)
        if above in found or module:
            lesson.module = module
            found[parent_path(module) if module else above].lessons.append(lesson)
    return found


_REQUIRED = models.Prefetch(
    "prerequisites",
    queryset=LessonPrerequisite.objects.select_related("required").only(
        "lesson", "sort_order", "required__translation_key"
    ),
)


def _live_modules(below: models.Q) -> PageQuerySet:
    return ModulePage.objects.live().filter(below).order_by("path")


def parent_path(page: LessonPage | ModulePage) -> str:
    """The tree's path of the page above."""
    return page.path[: -page.steplen]


def course_of(page: LessonPage | ModulePage) -> CoursePage | None:
    """The course a module or lesson belongs to; one query. None for a page not in the tree yet."""
    if not page.path:
        return None
    above = [parent_path(page), page.path[: -2 * page.steplen]]
    return CoursePage.objects.filter(path__in=above).order_by("-depth").first()


def lesson_kind(lesson: LessonPage) -> LessonKind:
    """What a lesson chiefly is."""
    if lesson.webinar_at:
        return LessonKind.WEBINAR
    if lesson.lecture_id:
        return LessonKind.LECTURE
    if asked_case(lesson):
        return LessonKind.CASE
    if lesson.quiz_id:
        return LessonKind.QUIZ
    return LessonKind.DOWNLOAD if lesson.document_id else LessonKind.TEXT


def estimated_s(lesson: LessonPage) -> int:
    """How long the lesson takes, seconds. `lesson` comes from this module's reads."""
    lecture_s = (lesson.lecture.duration_s or 0.0) if lesson.lecture else 0.0
    return estimate_s(
        words=lesson.words,
        lecture_s=lecture_s,
        questions=getattr(lesson, "question_count", 0),
        limit_min=lesson.quiz.time_limit_min if lesson.quiz else 0,
        has_case=asked_case(lesson) is not None,
        # The recording takes as long as the webinar did.
        webinar_min=lesson.webinar_minutes if lesson.webinar_at and not lecture_s else 0,
    )
