"""What teachers see and do: who may, figures, tables, cohorts, letters."""

import csv
import datetime as dt
import io
from http import HTTPStatus
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.domain.enrolments import enrol, put_into_cohort
from courses.domain.messages import (
    EmptyLetter,
    NobodyToWriteTo,
    write_to_cohort,
)
from courses.domain.progress import mark_read
from courses.models import (
    Cohort,
    CohortMessage,
    CourseAuthor,
    CourseFeedback,
    Enrolment,
)
from courses.outline import syllabus_of
from courses.tables import as_csv
from courses.teaching import (
    completion_funnel,
    enrolments_by_week,
    lecture_retention,
    quiz_results,
)
from media.domain.watching import record_watching
from outbox.domain.posting import send_due_letters
from quizzes.domain.attempts import finish_attempt, record_answer, start_attempt
from tests.factories import (
    UserFactory,
    make_author,
    make_course,
    make_department,
    make_item,
    make_lesson,
    make_module,
    make_quiz,
    make_ready_lecture,
    section_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(db):
    return make_course(slug="head-ct")


@pytest.fixture
def teacher(course):
    person = UserFactory(first_name="Grace", last_name="Wanjiru", email="grace@example.com")
    CourseAuthor.objects.create(course=course, name="Dr Wanjiru", user=person)
    return person


def learner(course, *, done=(), **fields):
    user = UserFactory(**fields)
    enrolment = enrol(user=user, course=course)
    lessons = syllabus_of(course=course).lessons
    for lesson in done:
        mark_read(enrolment=enrolment, lesson=lesson, lessons=lessons)
    return user


def take(user, quiz, *, right: bool) -> None:
    attempt = start_attempt(quiz=quiz, user=user)
    for answer in attempt.answers.all():
        option = answer.version.content["options"][not right]["id"]
        record_answer(attempt=attempt, position=answer.position, data={"option": option})
    finish_attempt(attempt=attempt)


def watch(user, lecture, end_s: float) -> None:
    report = f'{{"position_s": {end_s}, "intervals": [[0, {end_s}]]}}'
    record_watching(user=user, lecture=lecture, report=report.encode())


def addresses(course, cohort) -> list[str]:
    return [
        reverse("courses:teach", args=[course.pk]),
        reverse("courses:learners", args=[course.pk]),
        reverse("courses:table", args=[course.pk, "learners"]),
        reverse("courses:new_cohort", args=[course.pk]),
        reverse("courses:cohort", args=[cohort.pk]),
    ]


def make_cohort(course, **fields) -> Cohort:
    defaults = {"name": "Spring", "starts_on": timezone.localdate()}
    return Cohort.objects.create(course_key=course.translation_key, **(defaults | fields))


def test_teachers_pages_are_for_the_courses_authors_and_editors_only(
    client, editor, course, teacher
):
    make_lesson(course)
    learner(course, first_name="Amina", last_name="Haddad")
    cohort = make_cohort(course)
    people = {"teacher": teacher, "editor": editor, "stranger": UserFactory()}
    # An author of the same hub, but of another course.
    people["colleague"] = make_author(make_department())
    found = {}
    for name, person in people.items():
        client.force_login(person)
        found[name] = {client.get(url).status_code for url in addresses(course, cohort)}
    assert found == {
        "teacher": {HTTPStatus.OK},
        "editor": {HTTPStatus.OK},
        "stranger": {HTTPStatus.FORBIDDEN},
        "colleague": {HTTPStatus.FORBIDDEN},
    }
    client.logout()
    assert {client.get(url).status_code for url in addresses(course, cohort)} == {HTTPStatus.FOUND}


def test_strangers_change_nothing_about_a_cohort(client, course):
    cohort = make_cohort(course)
    enrolment = put_into_cohort(user=UserFactory(), cohort=cohort)
    client.force_login(UserFactory())
    posts = [
        reverse("courses:change", args=[cohort.pk]),
        reverse("courses:add", args=[cohort.pk]),
        reverse("courses:drop", args=[cohort.pk]),
        reverse("courses:write", args=[cohort.pk]),
        reverse("courses:release", args=[enrolment.pk]),
    ]
    assert {client.post(url).status_code for url in posts} == {HTTPStatus.FORBIDDEN}
    assert Enrolment.objects.get().cohort == cohort


def test_who_made_the_page_teaches_while_an_author(client):
    department = make_department()
    author = make_author(department)
    course = make_course(parent=section_of(department), owner=author)
    client.force_login(author)
    url = reverse("courses:teach", args=[course.pk])
    assert client.get(url).status_code == HTTPStatus.OK
    author.memberships.all().delete()
    author.groups.clear()
    assert client.get(url).status_code == HTTPStatus.FORBIDDEN


def test_funnel_counts_learners_lesson_by_lesson(course):
    first, second = make_lesson(course), make_lesson(make_module(course))
    learner(course)
    learner(course, done=[first])
    learner(course, done=[first, second])
    funnel = completion_funnel(
        course_key=course.translation_key, syllabus=syllabus_of(course=course)
    )
    assert (funnel.enrolled, funnel.completed) == (3, 1)
    assert [(step.lesson, step.done) for step in funnel.steps] == [(first, 2), (second, 1)]


def test_enrolments_are_counted_by_week_without_gaps(course):
    today = dt.date(2026, 3, 11)
    for days_ago in (0, 1, 15):
        user = learner(course)
        moment = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC) - dt.timedelta(days=days_ago)
        Enrolment.objects.filter(user=user).update(enrolled_at=moment)
    weeks = enrolments_by_week(course_key=course.translation_key, today=today)
    assert [(week.monday.isoformat(), week.count) for week in weeks] == [
        ("2026-02-23", 1),
        ("2026-03-02", 0),
        ("2026-03-09", 2),
    ]


def test_retention_is_of_the_courses_learners(course):
    lesson = make_lesson(course, lecture=make_ready_lecture(duration_s=600))
    watch(learner(course), lesson.lecture, 600)
    watch(learner(course), lesson.lecture, 300)
    watch(UserFactory(), lesson.lecture, 10)
    (found,) = lecture_retention(
        course_key=course.translation_key, syllabus=syllabus_of(course=course)
    )
    assert (found.curve.viewers, found.curve.shares[0], found.curve.shares[-1]) == (2, 1.0, 0.5)


def test_quiz_results_count_learners_and_average_first_attempts(course):
    lesson = make_lesson(course, quiz=make_quiz(make_item(), make_item()))
    good, slow = learner(course), learner(course)
    take(good, lesson.quiz, right=True)
    take(slow, lesson.quiz, right=False)
    take(slow, lesson.quiz, right=True)
    take(UserFactory(), lesson.quiz, right=False)
    (found,) = quiz_results(course_key=course.translation_key, syllabus=syllabus_of(course=course))
    assert (found.learners, found.passed, found.mean_percent, found.to_mark) == (2, 2, 50.0, 0)


def test_teachers_page_costs_the_same_for_one_learner_and_for_ten(client, teacher, course):
    lessons = [
        make_lesson(course, lecture=make_ready_lecture()),
        make_lesson(course, quiz=make_quiz(make_item())),
    ]

    def fill(number: int) -> None:
        for _ in range(number):
            user = learner(course)
            watch(user, lessons[0].lecture, 30)
            take(user, lessons[1].quiz, right=True)
            CourseFeedback.objects.create(
                user=user, course_key=course.translation_key, rating=4, helped="x"
            )

    def count(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == HTTPStatus.OK
        return len(queries)

    client.force_login(teacher)
    cohort = make_cohort(course)
    fill(1)
    urls = [
        *addresses(course, cohort),
        *(
            reverse("courses:table", args=[course.pk, name])
            for name in ("enrolments", "funnel", "retention", "quizzes")
        ),
    ]
    client.get(urls[0])  # what is remembered at the first visit
    before = [count(url) for url in urls]
    fill(9)
    for enrolment in Enrolment.objects.all():
        put_into_cohort(user=enrolment.user, cohort=cohort)
    assert [count(url) for url in urls] == before


def test_tables_come_as_csv(client, teacher, course):
    lesson = make_lesson(course, title="Physics")
    first = timezone.localdate().isoformat()
    learner(course, done=[lesson], first_name="Amina", last_name="Haddad", email="a@example.com")
    last = timezone.localdate().isoformat()
    client.force_login(teacher)
    answer = client.get(reverse("courses:table", args=[course.pk, "learners"]))
    assert answer["Content-Disposition"] == 'attachment; filename="head-ct-learners.csv"'
    header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header == ["Name", "E-mail address", "Cohort", "Enrolled", "Physics", "Completed"]
    assert row[:3] == ["Amina Haddad", "a@example.com", ""]
    # A night may have come between.
    assert set(row[3:]) <= {first, last}
    assert len(row) == len(header)
    assert client.get(f"/en/my/teaching/{course.pk}/else.csv").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_of_a_table_is_a_formula(cell):
    assert as_csv(["a"], [[cell]]).splitlines()[1].strip('"').startswith("'")


def test_plots_have_their_figures_in_a_table_beside_them(client, teacher, course):
    lesson = make_lesson(course, lecture=make_ready_lecture(duration_s=600))
    watch(learner(course), lesson.lecture, 300)
    client.force_login(teacher)
    text = client.get(reverse("courses:teach", args=[course.pk])).content.decode()
    assert text.count('<svg class="plot"') == 3
    assert text.count('class="table-scroll plot-table"') == 2
    assert text.count("Done by") == 1  # how far learners come stands whole beside its plot
    assert 'aria-label=""' not in text
    assert 'style="' not in text


def test_teacher_opens_a_cohort_and_takes_a_member_out_again(client, teacher, course):
    client.force_login(teacher)
    client.post(
        reverse("courses:new_cohort", args=[course.pk]),
        {"name": "Autumn", "starts_on": "2026-09-01", "is_open": "on"},
    )
    cohort = Cohort.objects.get()
    member = UserFactory()
    client.post(reverse("courses:add", args=[cohort.pk]), {"emails": f"{member.email}, x@y.org"})
    assert [e.user for e in cohort.enrolments.all()] == [member]
    client.post(reverse("courses:drop", args=[cohort.pk]))
    assert Cohort.objects.count() == 1
    client.post(reverse("courses:release", args=[cohort.enrolments.get().pk]))
    assert Enrolment.objects.get().cohort is None
    client.post(reverse("courses:drop", args=[cohort.pk]))
    assert Cohort.objects.count() == 0


def test_cohort_cannot_end_before_it_starts(client, teacher, course):
    client.force_login(teacher)
    answer = client.post(
        reverse("courses:new_cohort", args=[course.pk]),
        {"name": "Autumn", "starts_on": "2026-09-02", "ends_on": "2026-09-01"},
    )
    assert "The last day to join is not before the first day." in answer.content.decode()
    assert Cohort.objects.count() == 0


TEXTS = {"en": ("Tomorrow at six", "Bring questions."), "ru": ("Завтра в шесть", "Жду вопросов.")}


def test_letter_reaches_each_member_in_their_language(course, teacher):
    cohort = make_cohort(course)
    for email, language in (("a@example.com", "en"), ("b@example.com", "ru"), ("c@x.org", "ar")):
        put_into_cohort(user=UserFactory(email=email, language=language), cohort=cohort)
    learner(course, email="alone@example.com")
    write_to_cohort(cohort=cohort, sender=teacher, texts=TEXTS)
    assert send_due_letters() == 3
    sent = {message.to[0]: message for message in mail.outbox}
    assert {address: message.subject for address, message in sent.items()} == {
        "a@example.com": "Tomorrow at six",
        "b@example.com": "Завтра в шесть",
        "c@x.org": "Tomorrow at six",
    }
    assert sent["a@example.com"].reply_to == ["grace@example.com"]
    assert "“Spring”" in sent["a@example.com"].body
    assert course.full_url in sent["a@example.com"].body
    # Nobody reads who else is in the cohort.
    assert all(len(message.recipients()) == 1 for message in mail.outbox)


def test_the_cohorts_page_tells_how_far_a_letter_has_come(client, course, teacher, monkeypatch):
    cohort = make_cohort(course)
    for email in ("a@example.com", "b@example.com"):
        put_into_cohort(user=UserFactory(email=email), cohort=cohort)
    write_to_cohort(cohort=cohort, sender=teacher, texts=TEXTS)
    real = mail.EmailMessage.send

    def refusing(self, *args, **kwargs):
        if self.to == ["b@example.com"]:
            raise SMTPRecipientsRefused({"b@example.com": (550, b"no such mailbox")})
        return real(self, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMessage, "send", refusing)
    send_due_letters()
    client.force_login(teacher)
    text = client.get(reverse("courses:cohort", args=[cohort.pk])).content.decode()
    assert "sent to 1 of 2 · 1 address refused" in text


def test_letter_is_queued_by_the_form_and_its_subject_is_one_line(client, teacher, course):
    cohort = make_cohort(course)
    put_into_cohort(user=UserFactory(), cohort=cohort)
    client.force_login(teacher)
    url = reverse("courses:write", args=[cohort.pk])
    answer = client.post(url, {"subject_en": "Only a subject"})
    assert "The letter needs some words." in answer.content.decode()
    assert CohortMessage.objects.count() == 0
    client.post(url, {"subject_en": "Hello", "body_en": "Words."})
    assert CohortMessage.objects.get().texts == {"en": {"subject": "Hello", "body": "Words."}}
    letter = write_to_cohort(
        cohort=cohort, sender=teacher, texts={"en": ("a\r\nBcc: x@y.org", "b")}
    )
    assert letter.texts["en"]["subject"] == "a Bcc: x@y.org"


def test_empty_letters_and_empty_cohorts_are_refused(course, teacher):
    cohort = make_cohort(course)
    with pytest.raises(NobodyToWriteTo):
        write_to_cohort(cohort=cohort, sender=teacher, texts=TEXTS)
    put_into_cohort(user=UserFactory(), cohort=cohort)
    for texts in ({}, {"en": ("", " ")}, {"en": ("Subject", "")}):
        with pytest.raises(EmptyLetter):
            write_to_cohort(cohort=cohort, sender=teacher, texts=texts)
