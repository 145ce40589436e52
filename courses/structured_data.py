"""Courses and their quizzes as schema.org describes them, for search engines.

What Google's course list asks for (name, description, provider, offers, hasCourseInstance), and of
quizzes their name only: never a question or an answer.
"""

from typing import Any

from django.http import HttpRequest

from people.society import society_name

from .cohorts import cohorts_to_join
from .models import CoursePage, LessonPage


def course_data(course: CoursePage, request: HttpRequest) -> dict[str, Any]:
    """What `Course` has beyond any page."""
    data: dict[str, Any] = {
        "provider": _society(request),
        "educationalLevel": str(course.get_level_display()),
        "teaches": [str(block.value) for block in course.objectives],
        "isAccessibleForFree": True,
        "offers": {"@type": "Offer", "category": "Free"},
        "hasCourseInstance": _instances(course),
    }
    if course.estimated_s:
        data["timeRequired"] = workload(course.estimated_s)
    if course.issues_certificate and course.credits:
        data["numberOfCredits"] = float(course.credits)
    return {name: value for name, value in data.items() if value not in ("", [])}


def _society(request: HttpRequest) -> dict[str, Any]:
    return {
        "@type": "Organization",
        "name": society_name(),
        "url": request.build_absolute_uri("/"),
    }


def _instances(course: CoursePage) -> list[dict[str, Any]]:
    """How to take it: at one's own pace, else with each cohort that can be joined."""
    common: dict[str, Any] = {"@type": "CourseInstance", "courseMode": "online"}
    if course.estimated_s:
        common["courseWorkload"] = workload(course.estimated_s)
    if course.is_self_paced:
        return [common]
    return [
        common | {"name": cohort.name, "startDate": cohort.starts_on.isoformat()}
        for cohort in cohorts_to_join(course=course)
    ]


def workload(seconds: int) -> str:
    """ISO 8601 in hours and minutes, a minute at least: `PT1H30M`."""
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes or not hours else "")


def lesson_data(lesson: LessonPage) -> dict[str, Any]:
    """That a lesson has a quiz."""
    if not lesson.quiz:
        return {}
    return {
        "hasPart": {
            "@type": "Quiz",
            "name": lesson.quiz.title,
            "educationalUse": "assessment",
            "inLanguage": lesson.locale.language_code,
        }
    }
