"""Pages cost the same whether a list has one entry or twelve; the numbers are exact."""

import pytest
from django.utils import timezone
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

from courses.domain.enrolments import enrol
from pages.pictures import prepare_pictures

pytestmark = pytest.mark.django_db


def fill(number: int, resident) -> dict[str, str]:
    """`number` of everything; addresses of pages by name."""
    department = make_department(f"Department {number}")
    section = section_of(department)
    course = make_course(parent=section, picture=make_image())
    for n in range(number):
        case = make_case(parent=section, picture=make_image(), question=make_item(stem=f"{number} {n}"))
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
    "home": 28, "cases": 22, "courses": 21, "news": 15, "events": 14, "guidelines": 17,
    "departments": 13, "department": 18, "course": 16, "lesson": 20,
    "news feed": 3, "case feed": 7,
}
RESIDENT = {
    "home": 33, "cases": 27, "courses": 25, "news": 19, "events": 18, "guidelines": 21,
    "departments": 17, "department": 22, "course": 25, "lesson": 31, "my learning": 20,
    "news feed": 3, "case feed": 7,
}


@pytest.mark.parametrize("who", ["visitor", "resident"])
def test_pages_cost_the_same_for_one_entry_and_for_twelve(
    client, resident, who, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

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
    print(f"queries as {who}: {counts[-1]}")
    assert counts[1] == counts[0]
    assert counts[0] == (VISITOR if who == "visitor" else RESIDENT)
