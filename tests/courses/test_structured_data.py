"""What search engines are told of courses, and what they are never told."""

import datetime as dt
import json
import re

import pytest
from django.utils import timezone

from courses.models import Cohort, CoursePage
from courses.structured_data import workload
from tests.factories import make_course, make_item, make_lesson, make_quiz

pytestmark = pytest.mark.django_db


def data_on(client, page) -> dict:
    html = client.get(page.get_url()).content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.+?)</script>', html)[1])


def test_a_course_says_what_search_engines_list(client, settings):
    settings.SOCIETY_NAME = "Society of Testing"
    course = make_course(title="Chest", credits="1.5")
    CoursePage.objects.filter(pk=course.pk).update(estimated_s=5400)
    data = data_on(client, course)
    assert data["@type"] == "Course"
    assert data["provider"]["name"] == "Society of Testing"
    assert data["teaches"] == ["Measure a nodule"]
    assert data["numberOfCredits"] == 1.5
    assert data["offers"] == {"@type": "Offer", "category": "Free"}
    assert data["hasCourseInstance"] == [
        {"@type": "CourseInstance", "courseMode": "online", "courseWorkload": "PT1H30M"}
    ]


def test_cohorts_that_can_be_joined_are_instances_with_their_first_day(client):
    course = make_course(is_self_paced=False)
    starts_on = timezone.localdate() + dt.timedelta(days=7)
    key = course.translation_key
    Cohort.objects.create(course_key=key, name="Spring", starts_on=starts_on)
    Cohort.objects.create(course_key=key, name="By hand", starts_on=starts_on, is_open=False)
    (instance,) = data_on(client, course)["hasCourseInstance"]
    assert (instance["name"], instance["startDate"]) == ("Spring", starts_on.isoformat())


def test_a_quiz_is_named_and_its_questions_are_not(client):
    course = make_course(title="Chest")
    quiz = make_quiz(make_item(stem="Secretstem?"), title="Check yourself")
    lesson = make_lesson(course, quiz=quiz)
    data = data_on(client, lesson)
    assert (data["hasPart"]["@type"], data["hasPart"]["name"]) == ("Quiz", "Check yourself")
    assert "Secretstem" not in json.dumps(data)


@pytest.mark.parametrize(
    ("seconds", "text"), [(20, "PT1M"), (3600, "PT1H"), (5400, "PT1H30M"), (0, "PT1M")]
)
def test_workloads_are_iso_8601(seconds, text):
    assert workload(seconds) == text
