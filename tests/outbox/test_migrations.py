"""Letters that were written before there was an outbox come into it, and go back."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.running_hub import ROOT
from tests.template_database import fresh_database

# Old rows as they stand after `migrate … back`; then everything forward again.
FILL = """
import django; django.setup()
from datetime import date, timedelta
from django.utils import timezone
from hub.domain.site import prepare_site
prepare_site()
from cases.domain.review import invite
from courses.models import Cohort, CohortMessage
from outbox.domain.letters import write_letters
from outbox.models import Letter
from tests.cases.review_people import make_draft, make_reviewer, submit
from tests.factories import UserFactory, make_author, make_department
import uuid

cohort = Cohort.objects.create(course_key=uuid.uuid4(), name="Spring", starts_on=date(2026, 3, 1))
texts = {"en": {"subject": "s", "body": "b"}}
message = CohortMessage.objects.create(cohort=cohort, texts=texts)
people = [UserFactory() for _ in range(3)]
sent, refused, waiting = write_letters(
    kind="courses.cohort", to=people, about={"message": message.pk}, batch=message.batch
)
now = timezone.now()
Letter.objects.filter(pk=sent.pk).update(
    state="done", outcome="sent", sent_at=now, finished_at=now
)
Letter.objects.filter(pk=refused.pk).update(
    state="failed", failure_code="refused", failure_detail="no such box"
)
department = make_department()
author = make_author(department)
editor = UserFactory()
round_ = submit(make_draft(department, author), author)
invite(
    round_=round_, reviewers=[make_reviewer()], due_at=now + timedelta(days=9), by=editor
)
"""
LETTERS = "SELECT kind, key, recipient_id, state, outcome, failure_code, batch FROM outbox_letter"


def run(address: str, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "hub.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def rows(path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as database:
        return sorted(database.execute(query).fetchall(), key=str)


@pytest.mark.thorough
def test_letters_go_back_to_their_rooms_and_come_again_unchanged(tmp_path):
    path = tmp_path / "letters.sqlite3"
    address = fresh_database(path)
    run(address, "-c", FILL)
    before = rows(path, LETTERS)
    assert {row[0] for row in before} == {"courses.cohort", "cases.review_invitation"}
    run(address, "manage.py", "migrate", "courses", "0005")
    run(address, "manage.py", "migrate", "cases", "0008")
    assert rows(path, LETTERS) == []
    old = rows(path, "SELECT sent_at IS NOT NULL, refusal FROM courses_messagedelivery")
    assert old == [(0, ""), (0, "no such box"), (1, "")]
    assert rows(path, "SELECT state FROM courses_cohortmessage") == [("waiting",)]
    assert rows(path, "SELECT kind, state FROM cases_reviewletter") == [("invitation", "waiting")]
    run(address, "manage.py", "migrate")
    assert rows(path, LETTERS) == before
