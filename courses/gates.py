"""Whether a quiz, a members' lecture or a file is open by its own address, too.

One rule: what only lessons show opens with the first of them that is open to the reader. A thing
that no lesson shows, or that another public page shows as well, is not a matter of courses. What
is public in its own right is never asked about: a public lecture, a published case.
"""

from typing import Any

from django.db.models import Model
from wagtail.models import Page, ReferenceIndex
from wagtail.query import PageQuerySet

from people.access import may

from .models import CoursePage, LessonPage
from .outline import course_of
from .queries import course_progress


def lets_take_quiz(user: Any, quiz: Any) -> bool:
    """Whether a lesson that asks for the quiz is open to `user`, or none asks for it."""
    return _is_open(user, LessonPage.objects.filter(quiz=quiz))


def lets_open_lecture(user: Any, lecture: Any) -> bool:
    """Whether a lesson or other page that shows the lecture is open to `user`, or none does."""
    return _is_shown(user, lecture, LessonPage.objects.filter(lecture=lecture))


def lets_fetch_document(user: Any, document: Any) -> bool:
    """Whether a lesson or other page with the file is open to `user`, or none has it."""
    return _is_shown(user, document, LessonPage.objects.filter(document=document))


def courses_asking_for(quiz: Any) -> list[CoursePage]:
    """The public courses in which a lesson asks for the quiz."""
    lessons = LessonPage.objects.live().public().filter(quiz=quiz)
    found = {course.pk: course for lesson in lessons if (course := course_of(lesson))}
    return [course for course in found.values() if course.live]


def _is_shown(user: Any, thing: Model, lessons: PageQuerySet) -> bool:
    # Texts of lessons and other pages hold it, too, where no field says so.
    by_reference = (
        ReferenceIndex.get_references_to(thing)
        .filter(base_content_type__app_label="wagtailcore", base_content_type__model="page")
        .values_list("object_id", flat=True)
    )
    pages = {int(pk) for pk in by_reference}
    inside = LessonPage.objects.filter(pk__in=pages) | lessons
    others = Page.objects.live().public().filter(pk__in=pages).not_type(LessonPage)
    return others.exists() or _is_open(user, inside)


def _is_open(user: Any, lessons: PageQuerySet) -> bool:
    """Whether one of `lessons` is open to `user`, or there are none."""
    asking = list(lessons.defer("body"))
    public = set(lessons.live().public().values_list("pk", flat=True)) if asking else set()
    places: dict[int, tuple[CoursePage, set[int]]] = {}
    for lesson in asking:
        if course := course_of(lesson):
            _course, readable = places.setdefault(course.pk, (course, set()))
            readable |= {lesson.pk} & public
    return not asking or any(
        may(user, "courses.teach_course", course) or _opens_one(user, course, readable)
        for course, readable in places.values()
    )


def _opens_one(user: Any, course: CoursePage, lessons: set[int]) -> bool:
    if not (lessons and course.live):
        return False
    outline = course_progress(user=user, course=course).outline
    return any(entry.is_open for entry in outline if entry.lesson.pk in lessons)
