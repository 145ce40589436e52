"""What the journeys need to be there: a course, a case, people. Printed as JSON.

Run as a script in the hub's own environment (`python -m tests.journeys.seed`).
"""

import json
import os
from typing import Any


def seed() -> dict[str, Any]:
    """Fill an empty hub; returns the addresses the journeys start from."""
    from allauth.account.models import EmailAddress

    from hub.models import NewsIndexPage
    from people.domain.roles import give_role
    from people.roles import Role
    from tests import factories

    department = factories.make_department("Radiology, Harbour Hospital")
    section = factories.section_of(department)
    author = factories.make_author(department, email="author@example.com")
    editor = factories.UserFactory(email="editor@example.com")
    give_role(user=editor, role=Role.EDITOR)
    for user in (author, editor):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    item = factories.make_item(
        stem="What is the most likely diagnosis?",
        options=("Epidural haematoma", "Subdural haematoma", "Meningioma"),
        key=0,
        explanation="Biconvex, bound by sutures.",
    )
    case = factories.make_case(parent=section, question=item, slug="headache-after-a-fall")
    course = factories.make_course(parent=section, title="Head CT in an hour", slug="head-ct")
    reading = factories.make_lesson(course, title="How to read", slug="how-to-read")
    lecture = factories.make_lesson(course, title="The lecture", slug="the-lecture", body=[])
    quiz_lesson = factories.make_lesson(
        course,
        title="Check yourself",
        slug="check-yourself",
        body=[],
        quiz=factories.make_quiz(
            factories.make_item(stem="Which density has water?"),
            factories.make_item(stem="Which density has fat?", options=("−100 HU", "60 HU")),
            title="Densities",
        ),
    )
    case_lesson = factories.make_lesson(course, title="A case", slug="a-case", body=[], case=case)
    pages = {
        "home": "/en/",
        "cases": "/en/cases/",
        "courses": "/en/courses/",
        "events": "/en/events/",
        "news_list": "/en/news/",
        "guidelines": "/en/guidelines/",
        "departments": "/en/departments/",
        "department": section.url,
        "case": case.url,
        "course": course.url,
        "reading": reading.url,
        "lecture": lecture.url,
        "quiz": quiz_lesson.url,
        "case_lesson": case_lesson.url,
        "news": factories.make_news().url,
        "event": factories.make_event().url,
        "guideline": factories.make_resource().url,
        "russian_home": "/ru/",
        "arabic_home": "/ar/",
        "sign_in": "/en/accounts/login/",
        "sign_up": "/en/accounts/signup/",
        "missing": "/en/no-such-page/",
    }
    return {
        "pages": pages,
        "section_id": section.pk,
        "news_index_id": NewsIndexPage.objects.get(locale__language_code="en").pk,
        "lecture_lesson_id": lecture.pk,
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    import django

    django.setup()
    print(json.dumps(seed()))  # noqa: T201  this is the script's result
