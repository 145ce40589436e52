"""Reading a course, module or lesson as one reader may see it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from cases.queries import keys_solved
from certificates.queries import certificate_for
from media.link_views import link_context
from media.playing import handouts_of, player_context
from pages.queries import each_in_language, section_titles
from people.access import may
from quizzes.queries import attempts_of

from .cohorts import cohorts_to_join
from .domain.certification import KIND
from .domain.enrolments import missing_courses, remember_place
from .domain.progress import asked_case, asks_only_for_reading, settle
from .feedback import feedback_of, rating_of
from .models import CourseIndexPage, CoursePage, Enrolment, LessonNote, LessonPage, ModulePage
from .outline import course_of, lesson_kind, lessons_of, syllabus_of
from .progress import OutlineEntry, Progress, build_progress, find_locks

__all__ = [
    "course_context",
    "course_progress",
    "courses_in_language",
    "courses_url",
    "enrolment_of",
    "lesson_context",
    "lessons_of",
    "module_context",
    "print_context",
    "read_lesson",
]


@dataclass(frozen=True)
class Link:
    """A neighbouring lesson."""

    title: str
    url: str


def enrolment_of(*, user: Any, course: CoursePage) -> Enrolment | None:
    """The user's enrolment in the course, in whatever language they joined it."""
    if not user.is_authenticated:
        return None
    return (
        Enrolment.objects.filter(user=user, course_key=course.translation_key)
        .select_related("user", "cohort")
        .first()
    )


def course_progress(
    *, user: Any, course: CoursePage, current: LessonPage | None = None, opened: bool = False
) -> Progress:
    """Outline and progress of a learner; settles what has become done in the meantime.

    With `opened` no lesson is shut, as in a preview; nor for who teaches the course.
    """
    syllabus = syllabus_of(course=course)
    enrolment = enrolment_of(user=user, course=course)
    done: frozenset[uuid.UUID] = (
        settle(enrolment=enrolment, lessons=syllabus.lessons) if enrolment else frozenset()
    )
    shut = find_locks(course=course, syllabus=syllabus, enrolment=enrolment, done=done)
    if shut and (opened or may(user, "courses.teach_course", course)):
        shut = {}
    return build_progress(
        syllabus=syllabus, enrolment=enrolment, done=done, shut=shut, current=current
    )


def courses_in_language(*, keys: list[uuid.UUID], locale_id: int) -> list[CoursePage]:
    """Live courses by translation key, in the order of `keys`, in that language or another.

    One query; none for no keys.
    """
    if not keys:
        return []
    courses = CoursePage.objects.live().filter(translation_key__in=keys).order_by("locale_id")
    found = each_in_language(courses, locale_id=locale_id)
    return [found[key] for key in keys if key in found]


@dataclass(frozen=True)
class AuthorLine:
    """An author as readers see them, their department in the page's language."""

    name: str
    department: str


def authors_of(*, course: CoursePage) -> list[AuthorLine]:
    """The course's authors in order; two queries, which find the owning department's name too."""
    if not course.pk:
        return []
    authors = list(course.authors.select_related("of_department"))
    titles = section_titles(locale_id=course.locale_id)
    course.department_title = titles.get(course.department_id or 0, "")
    return [
        AuthorLine(
            name=author.name,
            department=(
                titles.get(author.of_department.pk, author.of_department.name)
                if author.of_department
                else ""
            ),
        )
        for author in authors
    ]


def course_context(*, request: HttpRequest, course: CoursePage) -> dict:
    """Template context of a course."""
    user = request.user
    progress = course_progress(user=user, course=course, opened=_is_preview(request))
    enrolment = progress.enrolment
    missing = (
        missing_courses(user=user, course=course) if user.is_authenticated and not enrolment else []
    )
    return {
        "progress": progress,
        "authors": authors_of(course=course),
        "missing_courses": courses_in_language(keys=missing, locale_id=course.locale_id),
        "cohorts": [] if enrolment else cohorts_to_join(course=course),
        "rating": rating_of(course_key=course.translation_key),
        "feedback": feedback_of(enrolment=enrolment) if progress.is_complete else None,
        "certificate": (
            certificate_for(user, kind=KIND, key=course.translation_key)
            if enrolment and progress.is_complete
            else None
        ),
        "may_teach": bool(course.pk and may(user, "courses.teach_course", course)),
    }


def module_context(*, request: HttpRequest, module: ModulePage) -> dict:
    """Template context of a module: its part of the course's outline."""
    course = course_of(module)
    progress = (
        course_progress(user=request.user, course=course, opened=_is_preview(request))
        if course
        else None
    )
    groups = progress.groups if progress else []
    return {
        "course": course,
        "progress": progress,
        "group": next((g for g in groups if g.module and g.module.pk == module.pk), None),
    }


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

    @property
    def next_step(self) -> OutlineEntry | None:
        """The lesson to go on with, once this one is done."""
        return self.progress.after(self.entry) if self.entry.is_done else None


def _link(lesson: LessonPage | None) -> Link | None:
    return Link(title=lesson.title, url=lesson.get_url()) if lesson else None


def read_lesson(
    *, user: Any, lesson: LessonPage, course: CoursePage, opened: bool = False
) -> LessonReading | None:
    """The lesson with outline and neighbours; None for a draft that is not in the outline yet."""
    progress = course_progress(user=user, course=course, current=lesson, opened=opened)
    outline = progress.outline
    place = next((i for i, entry in enumerate(outline) if entry.is_current), None)
    if place is None:
        return None
    entry = outline[place]
    if entry.lesson.case_id == lesson.case_id:
        # The outline knows already; a preview may be of another case.
        lesson.case_withdrawn = entry.lesson.case_withdrawn
    return LessonReading(
        progress=progress,
        entry=entry,
        previous=outline[place - 1].lesson if place else None,
        following=outline[place + 1].lesson if place + 1 < len(outline) else None,
        may_mark_read=bool(
            progress.enrolment
            and entry.is_open
            and not entry.is_done
            and asks_only_for_reading(lesson)
        ),
    )


def courses_url(*, locale_id: int) -> str:
    """Where the catalogue of a language is; empty where there is none."""
    index = CourseIndexPage.objects.live().filter(locale_id=locale_id).first()
    return (index.get_url() if index else "") or ""


def _is_preview(request: HttpRequest) -> bool:
    return bool(getattr(request, "is_preview", False))


def lesson_context(*, request: HttpRequest, lesson: LessonPage) -> dict:
    """Template context of a lesson: its place in the course, and its parts while it is open."""
    course = course_of(lesson)
    reading = (
        read_lesson(user=request.user, lesson=lesson, course=course, opened=_is_preview(request))
        if course
        else None
    )
    if reading is None and not _is_preview(request):
        # Its module is not published: the lesson is no part of the course.
        raise Http404
    context: dict = {"course": course, "reading": reading}
    if reading and reading.entry.lock:
        return context | {"is_shut": True}
    if reading and reading.progress.enrolment:
        remember_place(enrolment=reading.progress.enrolment, lesson_key=lesson.translation_key)
    return context | _parts(request=request, lesson=lesson)


def _parts(*, request: HttpRequest, lesson: LessonPage) -> dict:
    user = request.user
    signed_in = user.is_authenticated
    case = asked_case(lesson)
    attempts = list(attempts_of(user=user, quiz=lesson.quiz)) if signed_in and lesson.quiz else []
    return {
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
        "link": link_context(lesson.lecture, user) if lesson.lecture else None,
        "attempts": attempts,
        "finished_attempts": [attempt for attempt in attempts if attempt.finished_at],
        "case": case,
        "case_is_solved": bool(case and case.translation_key in keys_solved(request=request)),
        "kind": lesson_kind(lesson),
        "note": (
            LessonNote.objects.filter(user=user, lesson_key=lesson.translation_key).first()
            if user.is_authenticated
            else None
        ),
    }


def print_context(*, request: HttpRequest, course: CoursePage) -> dict:
    """Template context of a course on paper: the outline, and the texts of its open lessons."""
    progress = course_progress(user=request.user, course=course)
    is_open = {entry.lesson.pk for entry in progress.outline if entry.is_open}
    bodies = dict(LessonPage.objects.filter(pk__in=is_open).values_list("pk", "body"))
    handouts = handouts_of(
        request.user, {entry.lesson.lecture_id for entry in progress.outline if entry.is_open}
    )
    return {
        "page": course,
        "progress": progress,
        "authors": authors_of(course=course),
        "texts": [
            {
                "entry": entry,
                "body": bodies.get(entry.lesson.pk),
                "handout": handouts.get(entry.lesson.lecture_id or 0) if entry.is_open else None,
                "document": entry.lesson.document if entry.is_open else None,
            }
            for entry in progress.outline
        ],
    }
