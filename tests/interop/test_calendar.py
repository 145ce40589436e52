"""Deadlines and openings in one's own calendar, by an address nobody guesses."""

import datetime as dt

import pytest
from django.utils import timezone
from icalendar import Calendar

from courses.domain.enrolments import enrol
from interop.models import CalendarAddress
from quizzes.models import Quiz
from tests.factories import UserFactory, make_course, make_item, make_lesson, make_quiz

pytestmark = pytest.mark.django_db


def in_days(days: float) -> dt.datetime:
    return (timezone.now() + dt.timedelta(days=days)).replace(microsecond=0)


@pytest.fixture
def address(resident) -> str:
    return f"/calendars/{CalendarAddress.objects.create(user=resident).token}.ics"


def read(client, address: str) -> list[dict]:
    response = client.get(address)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return [
        {
            "title": str(event["summary"]),
            "at": event.decoded("dtstart"),
            "uid": str(event["uid"]),
            "alarms": len(event.alarms.times),
        }
        for event in Calendar.from_ical(response.content).walk("VEVENT")
    ]


def test_a_quiz_that_closes_is_a_deadline_with_a_reminder(client, resident, address):
    closes = in_days(5)
    quiz = make_quiz(make_item())
    Quiz.objects.filter(pk=quiz.pk).update(closes_at=closes)
    course = make_course(title="Chest")
    make_lesson(course, title="Exam", quiz=quiz)
    enrol(user=resident, course=course)
    (entry,) = read(client, address)
    assert (entry["title"], entry["at"]) == ("Quiz closes: Exam (Chest)", closes)
    assert entry["alarms"] == 1


def test_scheduled_openings_and_webinars_are_in_it_in_order(client, resident, address):
    course = make_course(title="Chest")
    make_lesson(course, title="Late", opens_at=in_days(9))
    make_lesson(course, title="Live", webinar_at=in_days(3))
    make_lesson(course, title="Past", opens_at=in_days(-3))
    enrol(user=resident, course=course)
    assert [entry["title"] for entry in read(client, address)] == [
        "Webinar: Live (Chest)",
        "“Late” opens (Chest)",
    ]


def test_an_entry_that_is_moved_keeps_its_name(client, resident, address):
    course = make_course()
    lesson = make_lesson(course, webinar_at=in_days(3))
    enrol(user=resident, course=course)
    (before,) = read(client, address)
    lesson.webinar_at = in_days(4)
    lesson.save()
    (after,) = read(client, address)
    assert after["uid"] == before["uid"]
    assert after["at"] != before["at"]


def test_courses_one_is_not_in_are_not_in_it(client, address):
    course = make_course()
    make_lesson(course, webinar_at=in_days(3))
    enrol(user=UserFactory(), course=course)
    assert read(client, address) == []


def test_it_is_in_the_persons_language(client, resident, address):
    resident.language = "ru"
    resident.save()
    response = client.get(address, headers={"Accept-Language": "ar"})
    assert Calendar.from_ical(response.content)["x-wr-calname"] is not None


def test_a_guessed_renewed_or_withdrawn_address_opens_nothing(client, resident, address):
    assert client.get("/calendars/guess.ics").status_code == 404
    client.force_login(resident)
    client.post("/en/connected/calendar/", {"do": "renew"})
    fresh = f"/calendars/{CalendarAddress.objects.get().token}.ics"
    client.logout()
    assert client.get(address).status_code == 404
    assert client.get(fresh).status_code == 200
    client.force_login(resident)
    client.post("/en/connected/calendar/", {"do": "withdraw"})
    assert client.get(fresh).status_code == 404


def test_the_address_of_a_closed_account_opens_nothing(client, resident, address):
    resident.is_active = False
    resident.save()
    assert client.get(address).status_code == 404


def test_the_page_gives_the_address_only_when_asked(client, resident):
    client.force_login(resident)
    assert ".ics" not in client.get("/en/connected/calendar/").content.decode()
    page = client.post("/en/connected/calendar/", {"do": "renew"}, follow=True).content.decode()
    assert f"http://testserver/calendars/{CalendarAddress.objects.get().token}.ics" in page


def test_more_courses_cost_no_more_queries(
    client, resident, address, django_assert_max_num_queries
):
    for number in range(4):
        course = make_course()
        make_lesson(course, webinar_at=in_days(3 + number))
        enrol(user=resident, course=course)
    with django_assert_max_num_queries(14):
        assert len(read(client, address)) == 4
