"""Results go back to the platform, whatever happens on the way."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from cases.domain.answers import commit_as_user
from courses.domain.progress import mark_read
from courses.models import LessonPage
from interop.domain.delivery import MOST_ATTEMPTS, delay_after
from interop.domain.grades import deliver, queue_grade, sweep_grades
from interop.models import Grade, Identity, Placement, Platform
from jobs.models import WorkState
from people.facts import tell
from quizzes.domain.attempts import finish_attempt, record_answer, start_attempt
from quizzes.domain.versions import current_version
from quizzes.facts import AttemptSettled
from quizzes.models import Attempt, Quiz
from tests.factories import make_case, make_course, make_item, make_lesson, make_quiz
from tests.interop.platform_emulator import SCOPES

pytestmark = pytest.mark.django_db
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"


def come(walk, kind: str, thing, **claims):
    """Launch it and settle in with a new account; returns that."""
    walk.launch(f"http://testserver/lti/open/{kind}/{thing.translation_key}/", **claims)
    walk.browser.post("/en/connected/arrive/", {"account": "new"})
    return Identity.objects.get().user


@pytest.fixture
def quiz() -> Quiz:
    quiz = make_quiz(make_item(key=0), make_item(stem="And fat?", key=1), title="Densities")
    make_lesson(make_course(), quiz=quiz)
    return quiz


def choice(version, *, is_right: bool) -> dict[str, str]:
    """A form that chooses the key of a single-best-answer item, or a distractor."""
    options = version.content["options"]
    return {"option": next(o["id"] for o in options if o["value"]["is_key"] == is_right)}


def take(quiz, user, *choices: str) -> None:
    attempt = start_attempt(quiz=quiz, user=user)
    for answer in attempt.answers.select_related("version"):
        data = choice(answer.version, is_right=choices[answer.position - 1] == "right")
        record_answer(attempt=attempt, position=answer.position, data=data)
    finish_attempt(attempt=attempt)


def deliver_all() -> list[str]:
    waiting = Grade.objects.filter(state=WorkState.WAITING).order_by("pk")
    return [deliver(grade_id=pk) for pk in waiting.values_list("pk", flat=True)]


def test_a_quiz_result_reaches_the_grade_book(walk, quiz):
    user = come(walk, "quiz", quiz)
    assert not Grade.objects.exists()
    take(quiz, user, "right", "wrong")
    assert deliver_all() == [WorkState.DONE]
    (score,) = walk.platform.scores
    assert score.pop("timestamp") == Grade.objects.get().created_at.isoformat(
        timespec="milliseconds"
    )
    assert score == {
        "userId": "moodle-42",
        "scoreGiven": 50.0,
        "scoreMaximum": 100.0,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    }
    assert walk.platform.score_paths == ["/items/7/lineitem/scores?type_id=1"]


def test_the_best_attempt_counts_and_a_worse_one_sends_nothing(walk, quiz):
    user = come(walk, "quiz", quiz)
    take(quiz, user, "right", "right")
    take(quiz, user, "wrong", "right")
    assert deliver_all() == [WorkState.DONE]
    assert [score["scoreGiven"] for score in walk.platform.scores] == [100.0]


def test_a_better_attempt_replaces_the_one_before(walk, quiz):
    user = come(walk, "quiz", quiz)
    take(quiz, user, "right", "wrong")
    deliver_all()
    take(quiz, user, "right", "right")
    deliver_all()
    assert [score["scoreGiven"] for score in walk.platform.scores] == [50.0, 100.0]
    # The access token was kept: asked for once.
    assert walk.platform.asked.count("/token") == 1


def test_a_result_from_before_the_first_launch_is_told(walk, quiz, resident):
    take(quiz, resident, "right", "right")
    walk.browser.force_login(resident)
    walk.launch(f"http://testserver/lti/open/quiz/{quiz.translation_key}/")
    walk.browser.post("/en/connected/arrive/", {"account": "mine"})
    assert deliver_all() == [WorkState.DONE]
    assert walk.platform.scores[0]["scoreGiven"] == 100.0


def test_progress_in_a_course_is_told_and_its_end_is_full_marks(walk):
    course = make_course()
    make_lesson(course), make_lesson(course)
    user = come(walk, "course", course)
    lessons = list(LessonPage.objects.child_of(course).order_by("path"))
    enrolment = user.enrolments.get()
    seen = []
    for lesson in [None, *lessons]:
        if lesson:
            mark_read(enrolment=enrolment, lesson=lesson, lessons=lessons)
        deliver_all()
        score = walk.platform.scores[-1]
        seen.append((score["scoreGiven"], score["activityProgress"], score["gradingProgress"]))
    assert seen == [
        (0.0, "InProgress", "Pending"),
        (50.0, "InProgress", "Pending"),
        (100.0, "Completed", "FullyGraded"),
    ]


def test_a_cases_answer_is_told(walk):
    case = make_case(question=make_item(key=0))
    user = come(walk, "case", case)
    data = choice(current_version(case.question), is_right=True)
    commit_as_user(user=user, case=case, data=data)
    deliver_all()
    assert walk.platform.scores[0]["scoreGiven"] == 100.0


def test_an_outage_costs_time_and_no_grade(walk, quiz):
    user = come(walk, "quiz", quiz)
    take(quiz, user, "right", "right")
    walk.platform.is_down = True
    assert deliver_all() == [WorkState.WAITING]
    grade = Grade.objects.get()
    assert grade.failure_code == "unavailable"
    assert "503" in grade.failure_detail
    assert grade.not_before > timezone.now() + timedelta(seconds=20)
    assert deliver(grade_id=grade.pk) == WorkState.WAITING
    assert Grade.objects.get().attempts == 1
    walk.platform.is_down = False
    Grade.objects.update(not_before=timezone.now())
    assert deliver_all() == [WorkState.DONE]
    assert len(walk.platform.scores) == 1


def test_the_sweep_finds_what_is_due_once(walk, quiz):
    user = come(walk, "quiz", quiz)
    take(quiz, user, "right", "right")
    assert sweep_grades() == 1
    assert sweep_grades() == 0


def test_the_waits_grow_to_six_hours_and_last_more_than_a_day():
    delays = [delay_after(attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert delays[0] == timedelta(seconds=30)
    assert delays == sorted(delays)
    assert delays[-1] == timedelta(hours=6)
    assert sum(delays, timedelta()) > timedelta(days=1)


def test_after_the_last_attempt_editors_see_why_it_failed(walk, quiz):
    user = come(walk, "quiz", quiz)
    take(quiz, user, "right", "right")
    walk.platform.is_down = True
    Grade.objects.update(attempts=MOST_ATTEMPTS - 1)
    assert deliver_all() == [WorkState.FAILED]
    assert "503" in Grade.objects.get().failure_detail


def test_a_platform_that_refuses_is_not_asked_again(walk, quiz):
    service = {"scope": SCOPES, "lineitem": f"{walk.platform.url}/gone"}
    user = come(walk, "quiz", quiz, **{AGS_CLAIM: service})
    take(quiz, user, "right", "right")
    assert deliver_all() == [WorkState.FAILED]
    assert Grade.objects.get().failure_code == "refused"


def test_without_the_right_to_score_nothing_is_sent(walk, quiz):
    service = {"scope": SCOPES[:1], "lineitem": f"{walk.platform.url}/items/7/lineitem"}
    user = come(walk, "quiz", quiz, **{AGS_CLAIM: service})
    take(quiz, user, "right", "right")
    assert deliver_all() == [WorkState.FAILED]
    assert walk.platform.scores == []
    assert "/token" not in walk.platform.asked


def test_a_later_score_at_the_platform_is_no_failure(walk, quiz):
    user = come(walk, "quiz", quiz)
    take(quiz, user, "right", "right")
    walk.platform.scores.append({"timestamp": "2999-01-01T00:00:00.000+00:00"})
    assert deliver_all() == [WorkState.DONE]


def test_where_the_platform_made_no_column_one_is_made_once(walk, quiz):
    walk.platform.has_column = False
    user = come(walk, "quiz", quiz)
    take(quiz, user, "right", "wrong")
    deliver_all()
    take(quiz, user, "right", "right")
    deliver_all()
    (column,) = walk.platform.line_items
    assert (column["resourceLinkId"], column["scoreMaximum"]) == ("link-1", 100.0)
    assert walk.platform.score_paths == ["/items/20/lineitem/scores"] * 2


def test_a_corrected_key_reaches_the_grade_book(walk, quiz):
    user = come(walk, "quiz", quiz)
    take(quiz, user, "right", "wrong")
    deliver_all()
    # Marked or re-scored: the attempt's end stays, its points change.
    Attempt.objects.update(points=2.0)
    tell(AttemptSettled(attempt=quiz.attempts.get()))
    deliver_all()
    assert [score["scoreGiven"] for score in walk.platform.scores] == [50.0, 100.0]


def test_a_platform_that_was_switched_off_gets_nothing(walk, quiz):
    user = come(walk, "quiz", quiz)
    Platform.objects.update(is_active=False)
    take(quiz, user, "right", "right")
    assert deliver_all() == [WorkState.FAILED]
    assert walk.platform.scores == []


def test_somebody_elses_result_is_not_sent(walk, quiz, resident):
    come(walk, "quiz", quiz)
    take(quiz, resident, "right", "right")
    assert not Grade.objects.exists()


def test_a_quiz_undone_with_its_transaction_leaves_no_grade(walk, quiz):
    user = come(walk, "quiz", quiz)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        take(quiz, user, "right", "right")
        assert Grade.objects.count() == 1
        raise ZeroDivisionError
    assert not Grade.objects.exists()


def test_a_free_text_waits_for_its_marker(walk, quiz):
    user = come(walk, "quiz", quiz)
    take(quiz, user, "right", "right")
    Attempt.objects.update(passed=None)
    queue_grade(placement=Placement.objects.get())
    deliver_all()
    (score,) = walk.platform.scores
    assert score["gradingProgress"] == "PendingManual"
    assert "scoreGiven" not in score


def test_another_browser_changes_nothing_about_where_grades_go(walk, quiz):
    come(walk, "quiz", quiz)
    walk.browser = Client()
    walk.launch(f"http://testserver/lti/open/quiz/{quiz.translation_key}/")
    take(quiz, Identity.objects.get().user, "right", "right")
    assert Grade.objects.count() == 1
