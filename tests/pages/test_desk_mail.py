"""Wagtail's letters about workflows leave by the outbox."""

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from wagtail.models import GroupApprovalTask, Workflow, WorkflowTask
from wagtail.users.models import UserProfile

from outbox.domain.posting import send_due_letters
from outbox.models import Letter
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def approvers(db) -> Group:
    return Group.objects.create(name="Approvers")


@pytest.fixture
def workflow(approvers) -> Workflow:
    task = GroupApprovalTask.objects.create(name="A second look")
    task.groups.add(approvers)
    workflow = Workflow.objects.create(name="Four eyes")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    return workflow


def approver(approvers: Group, **fields):
    user = UserFactory(is_staff=True, **fields)
    user.groups.add(approvers)
    return user


def start(workflow, page, by):
    page.save_revision(user=by)
    return workflow.start(page, by)


def post_all() -> list[mail.EmailMessage]:
    mail.outbox.clear()
    send_due_letters()
    return mail.outbox


def test_approvers_are_told_in_their_language_when_the_worker_sends(workflow, approvers, home):
    author = UserFactory()
    reader = approver(approvers, email="second@example.com", language="ru")
    start(workflow, home, author)
    assert mail.outbox == []
    (letter,) = post_all()
    assert letter.to == [reader.email]
    assert home.title in letter.body
    assert Letter.objects.get().subject == letter.subject


def test_what_was_approved_meanwhile_is_not_asked_for_any_more(workflow, approvers, home):
    author, reader = UserFactory(), approver(approvers, is_superuser=True)
    state = start(workflow, home, author)
    state.current_task_state.approve(user=reader)
    (letter,) = post_all()
    assert letter.to == [author.email]


def test_a_rejection_is_told_with_its_comment_each_time(workflow, approvers, home):
    author, reader = UserFactory(), approver(approvers)
    state = start(workflow, home, author)
    for comment in ("Too long.", "Still too long."):
        state.refresh_from_db()
        state.current_task_state.specific.reject(user=reader, comment=comment)
        (letter,) = [one for one in post_all() if one.to == [author.email]]
        assert comment in letter.body
        state.refresh_from_db()
        state.resume(user=author)


def test_who_wants_no_such_letters_gets_none(workflow, approvers, home):
    reader = approver(approvers)
    profile = UserProfile.get_for_user(reader)
    profile.submitted_notifications = False
    profile.save()
    start(workflow, home, UserFactory())
    assert post_all() == []
