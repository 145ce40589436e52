"""The courses with their lessons; lectures are put into their lessons when they are made."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from wagtail.models import Page

from courses.domain.lengths import measure_lengths
from courses.models import CourseAuthor, CoursePage, LessonPage, ModulePage
from pages.models import BodyRegion, Modality, SiteImage
from people.models import Department, User

from . import content
from .bodies import body
from .cases import case_page
from .departments import section
from .identity import find, key_of, stream
from .placing import publish_below
from .prose import to_html, to_text
from .quizzes import ensure_quiz
from .run import Run


@dataclass(frozen=True)
class CourseContent:
    """A course in one language, with what its pages need."""

    key: str
    language: str
    facts: content.Content
    words: content.Content
    department: Department
    images: dict[str, SiteImage]

    def lesson_words(self, lesson_key: str) -> content.Content:
        """What a lesson says."""
        return next(entry for entry in self.words["lessons"] if entry["key"] == lesson_key)


def load_courses(*, run: Run, departments: dict[str, Department]) -> None:
    """Publish the courses and lessons that are missing."""
    for key in content.keys("courses"):
        facts = content.facts("courses", key)
        missing = [
            language
            for language in content.LANGUAGES
            if not _is_complete(run=run, key=key, language=language)
        ]
        if not missing:
            continue
        department = departments[facts["department"]]
        images = _images(run=run, key=key, department=department)
        for language in missing:
            words = content.words("courses", key, language)
            _publish(
                run=run,
                course=CourseContent(key, language, facts, words, department, images),
            )
    measure_lengths()


def lesson_page(*, run: Run, course: str, lesson: str, language: str) -> LessonPage | None:
    """The page of a demo lesson in a language."""
    key = key_of("course", course, "lesson", lesson)
    return find(LessonPage, key=key, locale=run.locales[language])


def _is_complete(*, run: Run, key: str, language: str) -> bool:
    lessons = content.facts("courses", key)["lessons"]
    keys = [
        key_of("course", key),
        *(key_of("course", key, "lesson", lesson["key"]) for lesson in lessons),
    ]
    there = Page.objects.filter(locale=run.locales[language], translation_key__in=keys)
    return there.count() == len(keys)


def _images(*, run: Run, key: str, department: Department) -> dict[str, SiteImage]:
    """Pictures of the course and of its questions, by scene."""
    words = content.words("courses", key, content.SOURCE_LANGUAGE)
    alts = {content.facts("courses", key)["picture"]: words["picture_alt"]}
    for lesson in words["lessons"]:
        for item in lesson.get("quiz", {}).get("items", []):
            if "picture" in item:
                alts.setdefault(item["picture"], item["picture_alt"])
    return {
        scene: run.gallery.picture(scene=scene, alt=alt, department=department)
        for scene, alt in alts.items()
    }


@transaction.atomic
def _publish(*, run: Run, course: CourseContent) -> None:
    locale = run.locales[course.language]
    page = find(CoursePage, key=key_of("course", course.key), locale=locale)
    if page is None:
        page = publish_below(
            section(run=run, key=course.facts["department"], language=course.language),
            _course_page(course=course),
            key=key_of("course", course.key),
            locale=locale,
            published_at=run.calendar.published_at(),
        )
        run.journal.add("courses", name=page.title)
    for lesson in course.facts["lessons"]:
        known = lesson_page(
            run=run, course=course.key, lesson=lesson["key"], language=course.language
        )
        if known is None:
            publish_below(
                _module_of(run=run, course=course, page=page, lesson_key=lesson["key"]) or page,
                _lesson_page(run=run, course=course, lesson=lesson),
                key=key_of("course", course.key, "lesson", lesson["key"]),
                locale=locale,
                published_at=run.calendar.published_at(),
            )


def _module_of(
    *, run: Run, course: CourseContent, page: CoursePage, lesson_key: str
) -> ModulePage | None:
    """The module a lesson belongs to, made with the first of its lessons; else None."""
    for module in course.facts.get("modules", ()):
        if lesson_key in module["lessons"]:
            return _ensure_module(run=run, course=course, page=page, module_key=module["key"])
    return None


def _ensure_module(
    *, run: Run, course: CourseContent, page: CoursePage, module_key: str
) -> ModulePage:
    key, locale = key_of("course", course.key, "module", module_key), run.locales[course.language]
    known = find(ModulePage, key=key, locale=locale)
    if known:
        return known
    words = next(entry for entry in course.words["modules"] if entry["key"] == module_key)
    return publish_below(
        page,
        ModulePage(
            title=words["title"],
            slug=words["slug"],
            summary=words["summary"],
            department=course.department,
        ),
        key=key,
        locale=locale,
        published_at=run.calendar.published_at(),
    )


def _course_page(*, course: CourseContent) -> CoursePage:
    facts, words = course.facts, course.words
    page = CoursePage(
        title=words["title"],
        slug=words["slug"],
        summary=words["summary"],
        picture=course.images[facts["picture"]],
        department=course.department,
        level=facts["level"],
        credits=Decimal(str(facts["credits"])),
        description=to_html(words["description"]),
        objectives=stream(
            key_of("course", course.key),
            "objectives",
            (("objective", to_text(objective)) for objective in words["objectives"]),
        ),
    )
    page.modalities = list(Modality.objects.filter(code__in=facts["modalities"]))
    page.body_regions = list(BodyRegion.objects.filter(code__in=facts["body_regions"]))
    page.authors.add(
        CourseAuthor(
            name=words["author"],
            of_department=course.department,
            user=User.objects.filter(email=facts["author"]).first(),
        )
    )
    return page


def _lesson_page(*, run: Run, course: CourseContent, lesson: content.Content) -> LessonPage:
    words = course.lesson_words(lesson["key"])
    key = key_of("course", course.key, "lesson", lesson["key"])
    page = LessonPage(
        title=words["title"],
        slug=words["slug"],
        summary=words["summary"],
        department=course.department,
        body=body(key, words["body"]),
    )
    if "case" in lesson:
        page.case = case_page(run=run, key=lesson["case"], language=course.language)
    if "quiz" in words:
        page.quiz = ensure_quiz(
            key=key_of("course", course.key, "lesson", lesson["key"], "quiz"),
            locale=run.locales[course.language],
            department=course.department,
            words=words["quiz"],
            images=course.images,
        )
    return page
