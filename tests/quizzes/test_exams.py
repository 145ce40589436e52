"""Exams: changed until handed in, never lost or doubled, ended by the server's clock."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from hub.domain.site import ensure_locales
from quizzes.domain.attempts import (
    AttemptFinished,
    NoAttemptsLeft,
    QuizNotOpen,
    StaleAnswer,
    TimeIsUp,
    close_overdue_attempts,
    finish_attempt,
    record_answer,
    start_attempt,
)
from quizzes.domain.draws import NotEnoughItems
from quizzes.domain.marking import NotToBeMarked, mark_answer
from quizzes.domain.rescoring import NothingToRescore, rescore_item
from quizzes.item_types import InvalidResponse
from quizzes.models import Answer, Attempt, ExtraTime, Item, Quiz, QuizDraw, RescoredAnswer, Topic
from tests.factories import UserFactory, locale_of, make_department, make_item, make_quiz

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def exam(*items, **fields) -> Quiz:
    quiz = make_quiz(*(items or [make_item(stem=f"Question {n}") for n in range(2)]))
    for name, value in ({"mode": "exam"} | fields).items():
        setattr(quiz, name, value)
    quiz.save()
    return quiz


def ids(attempt: Attempt, position: int = 1) -> list[str]:
    version = attempt.answers.get(position=position).version
    return [option["id"] for option in version.content["options"]]


def give(attempt, position, option, **data):
    return record_answer(
        attempt=attempt,
        position=position,
        data={"option": ids(attempt, position)[option]} | data,
    )


def free_text_item() -> Item:
    rubric = [{"text": "Names it", "points": 2}, {"text": "Acts on it", "points": 1}]
    value = {"stem": "<p>Report.</p>", "rubric": rubric, "model_answer": "", "explanation": ""}
    body = [("free_text", value)]
    return Item.objects.create(title="Report", locale=locale_of(), body=body)


def test_answer_of_an_exam_can_be_changed_until_the_end():
    attempt = start_attempt(quiz=exam(), user=UserFactory())
    give(attempt, 1, 2, sequence="1")
    assert give(attempt, 1, 0, sequence="2").points == 1.0
    finish_attempt(attempt=attempt)
    with pytest.raises(AttemptFinished):
        give(attempt, 1, 1, sequence="3")
    assert attempt.answers.get(position=1).points == 1.0


def test_older_saving_never_replaces_a_newer_one():
    attempt = start_attempt(quiz=exam(), user=UserFactory())
    give(attempt, 1, 0, sequence="5")
    for late in ("1", "5"):
        with pytest.raises(StaleAnswer):
            give(attempt, 1, 2, sequence=late)
    stored = attempt.answers.get(position=1)
    assert (stored.points, stored.sequence) == (1.0, 5)


def test_same_saving_sent_again_is_the_same_answer():
    attempt = start_attempt(quiz=exam(), user=UserFactory())
    first = give(attempt, 1, 0, sequence="1")
    again = give(attempt, 1, 0, sequence="1")
    assert (again.answered_at, again.sequence) == (first.answered_at, 1)


def test_repeat_that_arrives_after_the_end_is_a_receipt_not_an_error():
    attempt = start_attempt(quiz=exam(), user=UserFactory())
    give(attempt, 1, 0, sequence="1")
    finish_attempt(attempt=attempt)
    assert give(attempt, 1, 0, sequence="1").points == 1.0


def test_what_was_given_in_part_counts_when_time_runs_out():
    statements = [{"text": f"S{n}", "is_true": True, "feedback": ""} for n in range(2)]
    body = [("true_false_set", {"stem": "<p>x</p>", "statements": statements, "scoring": "each"})]
    item = Item.objects.create(title="x", locale=locale_of(), body=body)
    attempt = start_attempt(quiz=exam(item), user=UserFactory())
    entries = attempt.answers.get().version.content["statements"]
    with pytest.raises(InvalidResponse):
        record_answer(
            attempt=attempt,
            position=1,
            data={f"statement-{entries[0]['id']}": "true", "sequence": "1"},
        )
    assert attempt.answers.get().answered_at is None
    assert finish_attempt(attempt=attempt).points == 0.5


def test_time_is_up_for_everyone_at_their_own_moment():
    quiz, now = exam(time_limit_min=60, grace_s=30), timezone.now()
    plain, slow, elsewhere = UserFactory(), UserFactory(), UserFactory()
    ExtraTime.objects.create(user=slow, percent=25)
    ExtraTime.objects.create(user=elsewhere, quiz=exam(), percent=50)
    deadlines = [
        start_attempt(quiz=quiz, user=user, now=now).deadline_at - now
        for user in (plain, slow, elsewhere)
    ]
    assert deadlines == [60 * MINUTE, 75 * MINUTE, 60 * MINUTE]


def test_answer_on_its_way_counts_within_the_grace_and_not_after():
    quiz, now = exam(time_limit_min=10, grace_s=30), timezone.now()
    attempt = start_attempt(quiz=quiz, user=UserFactory(), now=now)
    option = ids(attempt)[0]
    in_time = now + 10 * MINUTE + dt.timedelta(seconds=29)
    late = now + 10 * MINUTE + dt.timedelta(seconds=31)
    record_answer(attempt=attempt, position=1, data={"option": option}, now=in_time)
    with pytest.raises(TimeIsUp):
        record_answer(attempt=attempt, position=2, data={"option": ids(attempt, 2)[0]}, now=late)
    done = finish_attempt(attempt=attempt, now=late)
    assert (done.points, done.finished_at) == (1.0, now + 10 * MINUTE)


def test_sweep_closes_what_ran_out_of_time_and_nothing_else():
    past = timezone.now() - 60 * MINUTE
    over = start_attempt(quiz=exam(time_limit_min=5), user=UserFactory(), now=past)
    running = start_attempt(quiz=exam(time_limit_min=600), user=UserFactory(), now=past)
    assert (close_overdue_attempts(), close_overdue_attempts()) == (1, 0)
    over.refresh_from_db()
    running.refresh_from_db()
    assert (over.finished_at, running.finished_at) == (past + 5 * MINUTE, None)


def test_quiz_is_taken_only_while_it_is_open_and_as_often_as_it_allows():
    now, user = timezone.now(), UserFactory()
    for fields in ({"opens_at": now + MINUTE}, {"closes_at": now - MINUTE}):
        with pytest.raises(QuizNotOpen):
            start_attempt(quiz=exam(**fields), user=user)
    quiz = exam(attempts_limit=1)
    finish_attempt(attempt=start_attempt(quiz=quiz, user=user))
    with pytest.raises(NoAttemptsLeft):
        start_attempt(quiz=quiz, user=user)
    assert Attempt.objects.filter(user=user).count() == 1


def test_quiz_that_explains_after_closing_must_close():
    quiz = exam()
    quiz.review_policy = "after_close"
    with pytest.raises(ValidationError, match="Say when it closes"):
        quiz.clean()


def test_shuffled_order_is_one_attempts_own_and_stays():
    quiz = exam(*(make_item(stem=f"Q{n}", options=tuple("abcdef")) for n in range(8)))
    quiz.shuffle_items = quiz.shuffle_options = True
    quiz.save()
    orders = [
        [
            a.version.content["stem"]
            for a in start_attempt(quiz=quiz, user=UserFactory()).answers.all()
        ]
        for _learner in range(4)
    ]
    assert len({tuple(order) for order in orders}) > 1
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(orders[0]))}


def test_draws_take_other_items_of_the_topic_and_none_twice():
    department = make_department("Ours")
    chest = Topic.objects.create(name="Chest", slug="chest")
    own = [make_item(stem=f"Own {n}", department=department) for n in range(5)]
    foreign = make_item(stem="Foreign", department=make_department("Theirs"))
    shared = make_item(stem="Shared", department=make_department("Third"))
    Item.objects.filter(pk=shared.pk).update(is_shared=True)
    for item in [*own, foreign, shared]:
        item.topics.add(chest)
    quiz = exam(own[0], department=department)
    QuizDraw.objects.create(quiz=quiz, topic=chest, count=5, sort_order=1)
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    drawn = list(attempt.answers.values_list("version__item__title", flat=True))
    assert drawn[0] == "Own 0"
    assert sorted(drawn) == ["Own 0", "Own 1", "Own 2", "Own 3", "Own 4", "Shared"]
    QuizDraw.objects.create(quiz=quiz, topic=chest, count=1, sort_order=2)
    with pytest.raises(NotEnoughItems, match="Chest"):
        start_attempt(quiz=quiz, user=UserFactory())


def page(client, attempt, position=1):
    return client.get(reverse("quizzes:answer", args=[attempt.pk, position])).content.decode()


@pytest.mark.parametrize(
    ("policy", "closes_in", "explained"),
    [("now", None, True), ("never", None, False), ("after_close", 5, False)],
)
def test_exam_explains_when_its_policy_says_so(client, resident, policy, closes_in, explained):
    closes = timezone.now() + closes_in * MINUTE if closes_in else None
    quiz = exam(review_policy=policy, closes_at=closes)
    client.force_login(resident)
    attempt = start_attempt(quiz=quiz, user=resident)
    give(attempt, 1, 0)
    assert "The scale is defined so." not in page(client, attempt)
    finish_attempt(attempt=attempt)
    url = reverse("quizzes:attempt", args=[attempt.pk])
    assert ("The scale is defined so." in client.get(url).content.decode()) is explained
    if closes:
        Quiz.objects.filter(pk=quiz.pk).update(closes_at=timezone.now() - MINUTE)
        assert "The scale is defined so." in client.get(url).content.decode()


def test_script_saves_and_is_told_what_happened(client, resident):
    client.force_login(resident)
    attempt = start_attempt(quiz=exam(), user=resident)
    url, options = reverse("quizzes:answer", args=[attempt.pk, 1]), ids(attempt)

    def post(**data):
        answer = client.post(url, data, headers={"accept": "application/json"})
        return answer.status_code, answer.json()

    saved = (200, {"saved": True, "complete": True, "sequence": 1})
    assert post(option=options[1], sequence="1") == saved
    assert post(option=options[1], sequence="1") == saved
    status, told = post(option=options[2], sequence="1")
    assert (status, told["stale"]) == (409, True)
    assert post(sequence="2") == (200, {"saved": False, "complete": False})
    assert f'value="{options[1]}" required checked' in page(client, attempt)
    finish_attempt(attempt=attempt)
    result = reverse("quizzes:attempt", args=[attempt.pk])
    assert post(option=options[0], sequence="9") == (
        410,
        {"saved": False, "over": True, "url": result},
    )
    assert attempt.answers.get(position=1).response == {"option": options[1]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time anyway")
def test_two_tabs_at_once_leave_one_whole_answer():
    ensure_locales()  # a test with transactions of its own before this one left nothing behind
    attempt = start_attempt(quiz=exam(), user=UserFactory())
    options, outcomes = ids(attempt), []

    def save(option):
        try:
            record_answer(attempt=attempt, position=1, data={"option": option, "sequence": "1"})
            outcomes.append("saved")
        except StaleAnswer:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[option]) for option in options[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "stale"]


def test_free_text_waits_for_a_person_and_then_decides():
    attempt = start_attempt(quiz=exam(free_text_item(), make_item()), user=UserFactory())
    record_answer(attempt=attempt, position=1, data={"text": "Consolidation."})
    give(attempt, 2, 0)
    answer = attempt.answers.get(position=1)
    with pytest.raises(NotToBeMarked):
        mark_answer(answer=answer, data={}, marker=None)
    waiting = finish_attempt(attempt=attempt)
    assert (waiting.points, waiting.possible, waiting.passed) == (1.0, 4.0, None)
    names, acts = [e["id"] for e in answer.version.content["rubric"]]
    with pytest.raises(InvalidResponse):
        mark_answer(answer=answer, data={f"points-{names}": "3"}, marker=None)
    marker = UserFactory()
    mark_answer(
        answer=answer,
        data={f"points-{names}": "1,5", f"points-{acts}": "1", "comment": "Good."},
        marker=marker,
    )
    attempt.refresh_from_db()
    answer.refresh_from_db()
    assert (attempt.points, attempt.passed) == (3.5, True)
    assert (answer.points, answer.needs_marking, answer.marked_by) == (2.5, False, marker)


def correct_key(item: Item, key: int) -> None:
    item = Item.objects.get(pk=item.pk)
    value = item.body[0].value
    for place, option in enumerate(value["options"]):
        option["is_key"] = place == key
    item.body = [("single_best_answer", value)]
    item.save()


def test_rescoring_keeps_both_results_and_a_pass_once_given(client, resident):
    item = make_item()
    quiz = exam(item)
    wrong, right = (
        start_attempt(quiz=quiz, user=resident),
        start_attempt(quiz=quiz, user=UserFactory()),
    )
    give(wrong, 1, 1)
    give(right, 1, 0)
    for attempt in (wrong, right):
        finish_attempt(attempt=attempt)
    correct_key(item, 1)
    item = Item.objects.get(pk=item.pk)
    rescore_item(item=item, reason="The textbook was wrong.", by=None)
    rows = RescoredAnswer.objects.order_by("answer_id").values_list(
        "points_before", "points_after", "passed_before", "passed_after"
    )
    assert list(rows) == [(0.0, 1.0, False, True), (1.0, 0.0, True, True)]
    client.force_login(resident)
    shown = client.get(reverse("quizzes:attempt", args=[wrong.pk])).content.decode()
    assert "your result went from 0% to 100%. Reason: The textbook was wrong." in shown
    with pytest.raises(NothingToRescore):
        rescore_item(item=item, reason="Again.", by=None)


def test_reworded_options_are_another_question_and_rescore_nothing():
    item = make_item()
    attempt = start_attempt(quiz=exam(item), user=UserFactory())
    give(attempt, 1, 0)
    finish_attempt(attempt=attempt)
    other = make_item(options=("x", "y"), key=1)
    Item.objects.filter(pk=item.pk).update(body=Item.objects.get(pk=other.pk).body)
    with pytest.raises(NothingToRescore):
        rescore_item(item=Item.objects.get(pk=item.pk), reason="?", by=None)
    assert Answer.objects.get(attempt=attempt).points == 1.0
