"""Real objects for tests, made through the same doors as in life where a rule is involved."""

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.crypto import get_random_string
from PIL import Image as PillowImage
from wagtail.models import Locale, Page

from cases.models import CaseIndexPage, CasePage
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from hub.models import (
    EventIndexPage,
    EventPage,
    NewsIndexPage,
    NewsPage,
    ResourceIndexPage,
    ResourcePage,
)
from media.models import Lecture, LectureState
from pages.domain.sections import open_section
from pages.models import BodyRegion, DepartmentIndexPage, DepartmentPage, Modality, SiteImage
from people.domain.departments import add_member, found_department
from people.models import Department, User
from quizzes.models import Item, Quiz, QuizItem

PASSWORD = "a long enough phrase"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    first_name = factory.Faker("first_name")
    last_name = factory.Faker("last_name")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        password = kwargs.pop("password", PASSWORD)
        return model_class.objects.create_user(*args, password=password, **kwargs)


def make_department(name: str = "Radiology, Testing Hospital") -> Department:
    """A department with its section under the English list of departments."""
    department = found_department(name=name, city="Testville", country="Testland")
    index = DepartmentIndexPage.objects.get(locale__language_code="en")
    section = index.add_child(
        instance=DepartmentPage(
            title=name, of_department=department, about="<p>We teach.</p>", locale=index.locale
        )
    )
    open_section(department=department, section=section)
    return department


def make_author(department: Department, **fields) -> User:
    """A member of the department, so an author."""
    user = UserFactory(**fields)
    add_member(department=department, user=user)
    return user


def section_of(department: Department) -> DepartmentPage:
    return department.sections.get(locale__language_code="en")


def make_image(title: str = "Grey square", **fields) -> SiteImage:
    """A small real PNG as a picture of the hub."""
    import io

    buffer = io.BytesIO()
    PillowImage.new("L", (64, 48), 128).save(buffer, "PNG")
    return SiteImage.objects.create(
        title=title,
        description=fields.pop("description", "A grey square"),
        file=ContentFile(buffer.getvalue(), name=f"{get_random_string(8).lower()}.png"),
        **fields,
    )


def locale_of(code: str = "en") -> Locale:
    return Locale.objects.get(language_code=code)


def make_item(
    *,
    stem: str = "Which density has water?",
    options: tuple[str, ...] = ("0 HU", "60 HU", "1000 HU"),
    key: int = 0,
    explanation: str = "The scale is defined so.",
    department: Department | None = None,
    locale: str = "en",
) -> Item:
    """A single-best-answer item; `key` is the index of the correct option."""
    return Item.objects.create(
        title=stem[:80],
        department=department,
        locale=locale_of(locale),
        body=[
            (
                "single_best_answer",
                {
                    "stem": f"<p>{stem}</p>",
                    "options": [
                        {"text": text, "is_key": i == key, "feedback": f"Feedback on {text}."}
                        for i, text in enumerate(options)
                    ],
                    "explanation": f"<p>{explanation}</p>",
                },
            )
        ],
    )


def make_quiz(*items: Item, title: str = "Check yourself", pass_mark_percent: int = 60) -> Quiz:
    quiz = Quiz.objects.create(
        title=title, pass_mark_percent=pass_mark_percent, locale=locale_of("en")
    )
    for position, item in enumerate(items):
        QuizItem.objects.create(quiz=quiz, item=item, sort_order=position)
    return quiz


def make_case(*, parent: Page | None = None, live: bool = True, **fields) -> CasePage:
    """A case below the English list of cases (or `parent`), with a picture and a question."""
    parent = parent or CaseIndexPage.objects.get(locale__language_code="en")
    number = CasePage.objects.count() + 1
    modality = fields.pop("modality", "CT")
    region = fields.pop("region", "HEAD")
    defaults = {
        "title": f"Headache after a fall {number}",
        "slug": f"case-{number}",
        "summary": "A young man with headache.",
        "history": "<p>Fell from a bicycle.</p>",
        "pictures": [
            ("picture", {"image": make_image(), "alt": "Axial CT", "caption": "Brain window"})
        ],
        "findings": "<p>Secretfinding along the convexity.</p>",
        "final_diagnosis": "Secretdiagnosis",
        "discussion": "<p>Secretdiscussion at length.</p>",
        "differential": [
            ("entry", {"diagnosis": "Secretdifferential", "reasoning": "Speaks against."})
        ],
        "teaching_points": [("point", "Secretpoint to keep.")],
        "references": [("reference", "Secretauthor A. Journal 2020;1:1–2.")],
        "first_published_at": timezone.now(),
    }
    case = CasePage(live=live, locale=parent.locale, **(defaults | fields))
    parent.add_child(instance=case)
    case.modalities = [Modality.objects.get(code=modality)]
    case.body_regions = [BodyRegion.objects.get(code=region)]
    case.save()
    return case


def make_course(*, parent: Page | None = None, **fields) -> CoursePage:
    parent = parent or CourseIndexPage.objects.get(locale__language_code="en")
    number = CoursePage.objects.count() + 1
    defaults = {
        "title": f"Course {number}",
        "slug": f"course-{number}",
        "summary": "What it is about.",
        "description": "<p>All about it.</p>",
        "objectives": [("objective", "Measure a nodule")],
        "first_published_at": timezone.now(),
    }
    return parent.add_child(instance=CoursePage(locale=parent.locale, **(defaults | fields)))


def make_module(course: CoursePage, **fields) -> ModulePage:
    number = ModulePage.objects.count() + 1
    defaults = {"title": f"Module {number}", "slug": f"module-{number}"}
    return course.add_child(instance=ModulePage(locale=course.locale, **(defaults | fields)))


def make_lesson(course: CoursePage | ModulePage, **fields) -> LessonPage:
    """A lesson of text below a course, or below one of its modules."""
    number = LessonPage.objects.count() + 1
    defaults = {
        "title": f"Lesson {number}",
        "slug": f"lesson-{number}",
        "body": [("paragraph", "<p>Read this.</p>")],
    }
    return course.add_child(instance=LessonPage(locale=course.locale, **(defaults | fields)))


def make_ready_lecture(
    *, title: str = "Reading the chest film", duration_s: float = 60.0
) -> Lecture:
    """A lecture as it stands after transcoding; its files do not exist."""
    return Lecture.objects.create(
        title=title,
        original="lectures/original.mp4",
        state=LectureState.READY,
        directory="lectures/1/abc",
        manifest="master.m3u8",
        poster="poster.jpg",
        fallback="lecture.mp4",
        duration_s=duration_s,
        probe={"video": [{}]},
        published_at=timezone.now(),
    )


def make_news(**fields) -> NewsPage:
    index = NewsIndexPage.objects.get(locale__language_code="en")
    number = NewsPage.objects.count() + 1
    defaults = {
        "title": f"News {number}",
        "slug": f"news-{number}",
        "summary": "Something happened.",
        "body": [("paragraph", "<p>It did.</p>")],
        "first_published_at": timezone.now(),
    }
    return index.add_child(instance=NewsPage(locale=index.locale, **(defaults | fields)))


def make_event(**fields) -> EventPage:
    index = EventIndexPage.objects.get(locale__language_code="en")
    number = EventPage.objects.count() + 1
    start = timezone.now() + timezone.timedelta(days=7)
    defaults = {
        "title": f"Webinar {number}",
        "slug": f"webinar-{number}",
        "summary": "Join us.",
        "starts_at": start,
        "ends_at": start + timezone.timedelta(hours=1),
    }
    return index.add_child(instance=EventPage(locale=index.locale, **(defaults | fields)))


def make_resource(**fields) -> ResourcePage:
    index = ResourceIndexPage.objects.get(locale__language_code="en")
    number = ResourcePage.objects.count() + 1
    defaults = {
        "title": f"Guideline {number}",
        "slug": f"guideline-{number}",
        "summary": "What to do.",
        "body": [("paragraph", "<p>Do this.</p>")],
    }
    return index.add_child(instance=ResourcePage(locale=index.locale, **(defaults | fields)))
