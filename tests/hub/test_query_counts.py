"""Pages cost the same whether a list has one entry or twelve; the numbers are exact."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.domain.enrolments import enrol
from pages.pictures import prepare_pictures
from tests.factories import (
    make_case,
    make_course,
    make_department,
    make_event,
    make_image,
    make_item,
    make_lesson,
    make_news,
    make_quiz,
    make_ready_lecture,
    make_resource,
    section_of,
)

pytestmark = pytest.mark.django_db


def fill(number: int, resident) -> dict[str, str]:
    """`number` of everything; addresses of pages by name."""
    department = make_department(f"Department {number}")
    section = section_of(department)
    course = make_course(parent=section, picture=make_image())
    for n in range(number):
        case = make_case(
            parent=section, picture=make_image(), question=make_item(stem=f"{number} {n}")
        )
        lesson = make_lesson(
            course, lecture=make_ready_lecture(), case=case, quiz=make_quiz(make_item())
        )
        other = make_course(picture=make_image())
        make_lesson(other)
        enrol(user=resident, course=other)
        make_news(picture=make_image())
        start = timezone.now() + timezone.timedelta(days=n - 2)
        make_event(starts_at=start, ends_at=start + timezone.timedelta(hours=1))
        make_resource(picture=make_image())
    enrol(user=resident, course=course)
    prepare_pictures(limit=1000)
    return {
        "home": "/en/",
        "cases": "/en/cases/",
        "courses": "/en/courses/",
        "news": "/en/news/",
        "events": "/en/events/",
        "guidelines": "/en/guidelines/",
        "departments": "/en/departments/",
        "department": section.url,
        "course": course.url,
        "lesson": lesson.url,
        "my learning": "/en/my/learning/",
        "news feed": "/en/feeds/news/",
        "case feed": "/en/feeds/cases/",
    }


VISITOR = {
    "home": 31,
    "cases": 26,
    "courses": 27,
    "news": 18,
    "events": 17,
    "guidelines": 19,
    "departments": 14,
    "department": 22,
    "course": 27,
    "lesson": 28,
    "news feed": 3,
    "case feed": 7,
}
RESIDENT = {
    "home": 36,
    "cases": 31,
    "courses": 31,
    "news": 22,
    "events": 21,
    "guidelines": 23,
    "departments": 18,
    "department": 26,
    "course": 37,
    "lesson": 41,
    "my learning": 28,
    "news feed": 5,
    "case feed": 9,
}


@pytest.mark.parametrize("who", ["visitor", "resident"])
def test_pages_cost_the_same_for_one_entry_and_for_twelve(client, resident, who):
    if who == "resident":
        client.force_login(resident)
    counts: list[dict[str, int]] = []
    for number in (1, 12):
        urls = fill(number, resident)
        if who == "visitor":
            del urls["my learning"]
        found = {}
        for name, url in urls.items():
            client.get(url)  # what is settled or remembered at the first visit
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            found[name] = len(queries)
        counts.append(found)
    assert counts[1] == counts[0]
    assert counts[0] == (VISITOR if who == "visitor" else RESIDENT)
