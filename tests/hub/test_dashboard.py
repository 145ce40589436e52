"""What the editing desk opens with, for each kind of person."""

from http import HTTPStatus

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.models import Collection

from hub.dashboard import beginnings
from jobs.models import WorkState
from media.domain.lectures import create_lecture
from media.domain.stages import refresh_state
from media.models import Lecture, Stage
from media.pipeline.refusals import Refusal
from people.domain.roles import give_role
from people.roles import Role
from tests.factories import UserFactory, make_author, make_department, section_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    editor = UserFactory()
    give_role(user=editor, role=Role.EDITOR)
    return editor


@pytest.fixture
def upload():
    def make(title: str = "Reading the chest film") -> Lecture:
        return create_lecture(
            title=title,
            language="en",
            file=ContentFile(b"not yet looked at", name="lecture.mp4"),
            collection=Collection.get_first_root_node(),
            uploaded_by=None,
        )

    return make


def desk(client, user) -> str:
    client.force_login(user)
    answer = client.get(reverse("wagtailadmin_home"))
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def test_an_author_begins_below_the_own_departments_section():
    department = make_department()
    author = make_author(department)
    urls = {beginning.label: beginning.url for beginning in beginnings(author)}
    section = section_of(department)
    assert urls["New case"] == reverse("cases_review:begin", args=[section.pk])
    assert set(urls) == {"New case", "Upload a lecture", "New course", "New question"}


def test_every_beginning_leads_to_a_form(client, editor):
    for user in (editor, make_author(make_department())):
        client.force_login(user)
        for beginning in beginnings(user):
            assert client.get(beginning.url).status_code == HTTPStatus.OK, beginning


def test_a_reviewer_is_offered_nothing_that_would_be_refused():
    reviewer = UserFactory()
    give_role(user=reviewer, role=Role.REVIEWER)
    assert beginnings(reviewer) == []


def test_a_failed_lecture_is_shown_with_its_reason(client, editor, upload):
    lecture = upload()
    stage = lecture.stages.order_by("pk").first()
    Stage.objects.filter(pk=stage.pk).update(
        state=WorkState.FAILED, failure_code=Refusal.TEXT_FILE.value
    )
    refresh_state(lecture_id=lecture.pk)
    page = desk(client, editor)
    assert lecture.title in page
    assert "lecture-status__reason" in page


def test_an_author_sees_no_lecture_of_another_department(client, upload):
    assert upload().title not in desk(client, make_author(make_department()))


def test_editors_are_told_that_no_worker_runs_and_authors_are_not(client, editor):
    assert "No worker is running" in desk(client, editor)
    assert "No worker is running" not in desk(client, make_author(make_department()))


def test_the_desk_costs_no_more_queries_for_many_lectures(
    client, editor, upload, django_assert_max_num_queries
):
    upload()
    desk(client, editor)  # fills caches of permissions and content types
    with django_assert_max_num_queries(60) as few:
        desk(client, editor)
    for number in range(6):
        upload(f"Lecture {number}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        desk(client, editor)
