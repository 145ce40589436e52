"""xAPI statements reach the record store: each once, whatever happens, and nobody by name."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cases.domain.answers import commit_as_user
from courses.domain.enrolments import enrol
from courses.domain.progress import mark_read
from interop.domain.statements import deliver, sweep_statements
from interop.domain.viewings import close_silent_viewings
from interop.models import Pseudonym, Statement, Viewing
from interop.vocabulary import SEGMENTS, TIME, TIME_FROM, TIME_TO, duration, segments
from jobs.models import WorkState
from media.domain.watching import record_watching
from quizzes.domain.attempts import finish_attempt
from quizzes.domain.marking import settle_result
from tests.factories import (
    UserFactory,
    make_case,
    make_course,
    make_item,
    make_lesson,
    make_quiz,
    make_ready_lecture,
)
from tests.interop.record_store_emulator import KEY, SECRET, RecordStore, running_store
from tests.interop.test_grades import take

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(settings) -> Iterator[RecordStore]:
    with running_store() as running:
        settings.LRS_ENDPOINT = running.url
        settings.LRS_USER, settings.LRS_PASSWORD = KEY, SECRET
        settings.WAGTAILADMIN_BASE_URL = "https://hub.example.org"
        yield running


@pytest.fixture
def learner():
    return UserFactory(email="amina@example.com", first_name="Amina", last_name="Otieno")


def deliver_all() -> list[str]:
    waiting = Statement.objects.filter(state=WorkState.WAITING).order_by("pk")
    return [deliver(statement_id=pk) for pk in waiting.values_list("pk", flat=True)]


def complete_course(user) -> None:
    course = make_course(title="Chest")
    lesson = make_lesson(course, title="Reading")
    mark_read(enrolment=enrol(user=user, course=course), lesson=lesson, lessons=[lesson])


def watch(user, lecture, *stretches: tuple[float, float], age_s: float = 0.0) -> None:
    report = {
        "position_s": stretches[-1][1],
        "intervals": [list(pair) for pair in stretches],
        "age_s": age_s,
    }
    record_watching(user=user, lecture=lecture, report=json.dumps(report).encode())


def test_a_quiz_is_told_in_the_words_of_cmi5(store, learner):
    take(
        make_quiz(make_item(), make_item(stem="Fat?"), title="Densities"), learner, "right", "wrong"
    )
    assert set(deliver_all()) == {WorkState.DONE}
    assert store.verbs() == ["launched", "initialized", "completed", "failed", "terminated"]
    failed = next(s for s in store.kept.values() if s["verb"]["display"]["en"] == "failed")
    assert failed["verb"]["id"] == "http://adlnet.gov/expapi/verbs/failed"
    assert failed["result"]["success"] is False
    assert failed["result"]["score"] == {"scaled": 0.5, "raw": 1.0, "min": 0.0, "max": 2.0}
    assert failed["result"]["duration"].startswith("PT")
    assert failed["object"]["definition"]["name"] == {"en": "Densities"}
    registrations = {s["context"]["registration"] for s in store.kept.values()}
    assert len(registrations) == 1


def test_a_course_is_told_from_joining_to_completion(store, learner):
    complete_course(learner)
    deliver_all()
    assert store.verbs() == ["registered", "completed", "completed"]
    lesson, course = list(store.kept.values())[1:]
    assert lesson["context"]["contextActivities"]["parent"][0]["id"] == course["object"]["id"]
    assert course["object"]["definition"]["name"] == {"en": "Chest"}


def test_a_case_is_told_without_its_solution(store, learner):
    commit_as_user(user=learner, case=make_case(), data={"diagnosis": "haematoma"})
    deliver_all()
    assert store.verbs() == ["completed"]
    assert "Secret" not in json.dumps(store.kept)


def test_nobody_is_named_in_the_store(store, learner):
    complete_course(learner)
    deliver_all()
    text = json.dumps(store.kept)
    for known in ("amina", "Amina", "Otieno", f'"{learner.pk}"'):
        assert known not in text
    (name,) = {s["actor"]["account"]["name"] for s in store.kept.values()}
    assert name == str(Pseudonym.objects.get(user=learner).code)
    assert {s["actor"]["account"]["homePage"] for s in store.kept.values()} == {
        "https://hub.example.org"
    }


def test_an_erased_account_leaves_no_way_back_from_its_pseudonym(store, learner):
    complete_course(learner)
    learner.delete()
    assert not Pseudonym.objects.exists()


def test_an_outage_loses_nothing_and_doubles_nothing(store, learner):
    store.is_down = True
    complete_course(learner)
    assert set(deliver_all()) == {WorkState.WAITING}
    assert store.kept == {}
    assert Statement.objects.filter(not_before__gt=timezone.now()).count() == 3
    store.is_down = False
    Statement.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert set(deliver_all()) == {WorkState.DONE}
    assert len(store.kept) == 3


def test_an_answer_that_got_lost_makes_no_second_statement(store, learner):
    complete_course(learner)
    store.forgets_to_answer = True
    assert set(deliver_all()) == {WorkState.WAITING}
    assert len(store.kept) == 3
    store.forgets_to_answer = False
    Statement.objects.update(not_before=None)
    assert set(deliver_all()) == {WorkState.DONE}
    assert len(store.kept) == 3


def test_a_fact_told_twice_is_one_statement(store, learner):
    quiz = make_quiz(make_item())
    take(quiz, learner, "right")
    course = make_course()
    lesson = make_lesson(course)
    for _again in range(2):
        finish_attempt(attempt=quiz.attempts.get())
        enrolment = enrol(user=learner, course=course)
        mark_read(enrolment=enrolment, lesson=lesson, lessons=[lesson])
    verbs = sorted(Statement.objects.values_list("verb", flat=True))
    assert verbs == [
        *["completed"] * 3,
        "initialized",
        "launched",
        "passed",
        "registered",
        "terminated",
    ]


def test_the_store_keeps_the_first_of_one_id_and_we_are_done(store, learner):
    complete_course(learner)
    first = Statement.objects.order_by("pk").first()
    store.kept[str(first.statement_id)] = {"something": "else"}
    assert set(deliver_all()) == {WorkState.DONE}


def test_a_wrong_key_waits_for_the_right_one(store, learner, settings):
    settings.LRS_PASSWORD = "wrong"
    complete_course(learner)
    assert set(deliver_all()) == {WorkState.WAITING}
    settings.LRS_PASSWORD = SECRET
    Statement.objects.update(not_before=None)
    assert set(deliver_all()) == {WorkState.DONE}


def test_a_fact_that_is_undone_leaves_no_statement(store, learner):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        complete_course(learner)
        assert Statement.objects.count() == 3
        raise ZeroDivisionError
    assert not Statement.objects.exists()


def test_without_a_store_nothing_is_written_down(settings, learner):
    settings.LRS_ENDPOINT = ""
    complete_course(learner)
    watch(learner, make_ready_lecture(), (0, 10))
    assert not Statement.objects.exists()
    assert not Viewing.objects.exists()
    assert not Pseudonym.objects.exists()


def test_the_sweep_queues_what_waits_once(store, learner):
    complete_course(learner)
    assert sweep_statements() == 3
    assert sweep_statements() == 0


def test_a_verdict_that_changes_is_told_again_and_nothing_else_is(store, learner):
    from people.facts import tell
    from quizzes.facts import AttemptSettled

    quiz = make_quiz(make_item(key=0))
    take(quiz, learner, "wrong")
    attempt = quiz.attempts.select_related("quiz").get()
    attempt.answers.update(points=1.0)
    settle_result(attempt=attempt, answers=list(attempt.answers.select_related("version")))
    attempt.save()
    before = Statement.objects.count()
    tell(AttemptSettled(attempt=attempt))
    fresh = list(Statement.objects.order_by("pk").values_list("verb", flat=True))[before:]
    assert fresh == ["passed"]


def test_watching_is_told_in_the_words_of_the_video_profile(store, learner):
    lecture = make_ready_lecture(duration_s=60)
    watch(learner, lecture, (0, 10))
    watch(learner, lecture, (10, 20))
    watch(learner, lecture, (40, 50))
    Viewing.objects.update(last_at=timezone.now() - timedelta(minutes=10))
    assert close_silent_viewings() == 1
    deliver_all()
    assert store.verbs() == ["initialized", "played", "seeked", "paused", "terminated"]
    _initialized, played, seeked, paused, _terminated = store.kept.values()
    assert played["verb"]["id"] == "https://w3id.org/xapi/video/verbs/played"
    assert played["result"]["extensions"] == {TIME: 0}
    assert seeked["result"]["extensions"] == {TIME_FROM: 20, TIME_TO: 40}
    assert paused["result"]["extensions"][SEGMENTS] == "0[.]20[,]40[.]50"
    assert paused["result"]["extensions"][TIME] == 50
    assert paused["context"]["contextActivities"]["category"][0]["id"] == (
        "https://w3id.org/xapi/video"
    )
    assert not Viewing.objects.exists()


def test_a_lecture_is_completed_once_when_enough_of_it_was_watched(store, learner):
    lecture = make_ready_lecture(duration_s=60)
    watch(learner, lecture, (0, 50))
    assert "completed" not in Statement.objects.values_list("verb", flat=True)
    watch(learner, lecture, (50, 58))
    watch(learner, lecture, (58, 60))
    completed = Statement.objects.get(verb="completed").body
    assert completed["result"]["completion"] is True
    assert completed["result"]["extensions"][SEGMENTS] == "0[.]58"


def test_jumping_to_the_end_completes_nothing(store, learner):
    watch(learner, make_ready_lecture(duration_s=60), (0, 2), (58, 60))
    assert list(Statement.objects.order_by("pk").values_list("verb", flat=True)) == [
        "initialized",
        "played",
        "seeked",
    ]


def test_after_a_silence_watching_is_a_new_sitting(store, learner):
    lecture = make_ready_lecture(duration_s=60)
    watch(learner, lecture, (0, 10))
    Viewing.objects.update(last_at=timezone.now() - timedelta(minutes=10))
    watch(learner, lecture, (10, 20))
    verbs = list(Statement.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["initialized", "played", "paused", "terminated", "initialized", "played"]


def test_a_report_that_was_held_up_does_not_disturb_the_sitting(store, learner):
    lecture = make_ready_lecture(duration_s=60)
    watch(learner, lecture, (30, 40))
    watch(learner, lecture, (0, 10), age_s=3600)
    assert Statement.objects.count() == 2
    assert Viewing.objects.get().position_s == 40


@given(st.floats(min_value=0, max_value=1e6))
def test_durations_are_iso_8601_to_the_hundredth(seconds):
    text = duration(seconds)
    assert text.startswith("PT")
    assert text.endswith("S")
    assert float(text[2:-1]) == pytest.approx(seconds, abs=0.006)


def test_stretches_are_written_as_the_profile_wants():
    assert segments([(0, 12), (14, 21.5), (36000.25, 36001)]) == (
        "0[.]12[,]14[.]21.5[,]36000.25[.]36001"
    )
