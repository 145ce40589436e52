"""Taking quizzes: start, answer, finish; doing any of them twice does no harm."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from quizzes.domain.attempts import (
    AttemptFinished,
    QuizIsEmpty,
    finish_attempt,
    record_answer,
    start_attempt,
)
from quizzes.item_types import InvalidResponse
from quizzes.models import Answer, Attempt
from quizzes.queries import answers_of, has_passed, present_answers
from tests.factories import UserFactory, make_item, make_quiz

pytestmark = pytest.mark.django_db


def option_ids(answer: Answer) -> list[str]:
    return [option["id"] for option in answer.version.content["options"]]


def give(attempt: Attempt, position: int, option: int) -> Answer:
    """Answer with the option at index `option`; the factory's key is index 0."""
    ids = option_ids(attempt.answers.get(position=position))
    return record_answer(attempt=attempt, position=position, data={"option": ids[option]})


@pytest.fixture
def quiz(db):
    return make_quiz(*(make_item(stem=f"Question {n}") for n in range(3)))


def test_start_lays_out_the_items_in_order(quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    stems = [answer.version.content["stem"] for answer in answers_of(attempt=attempt)]
    assert stems == ["<p>Question 0</p>", "<p>Question 1</p>", "<p>Question 2</p>"]
    assert (attempt.number, attempt.finished_at, attempt.passed) == (1, None, None)


def test_start_twice_goes_on_with_the_open_attempt(quiz):
    user = UserFactory()
    first = start_attempt(quiz=quiz, user=user)
    assert start_attempt(quiz=quiz, user=user).pk == first.pk
    assert (Attempt.objects.count(), Answer.objects.count()) == (1, 3)


def test_start_after_finishing_is_a_new_attempt(quiz):
    user = UserFactory()
    first = finish_attempt(attempt=start_attempt(quiz=quiz, user=user))
    second = start_attempt(quiz=quiz, user=user)
    assert (first.number, second.number) == (1, 2)


def test_two_open_attempts_of_one_person_are_refused_by_the_database(quiz):
    user = UserFactory()
    start_attempt(quiz=quiz, user=user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            quiz=quiz, user=user, number=2, pass_mark_percent=60, started_at=timezone.now()
        )


def test_start_of_a_quiz_without_items_is_refused_and_leaves_nothing():
    with pytest.raises(QuizIsEmpty):
        start_attempt(quiz=make_quiz(), user=UserFactory())
    assert Attempt.objects.count() == 0


def test_start_costs_the_same_for_two_items_and_for_twenty(django_assert_num_queries):
    def quiz_of(number):
        return make_quiz(*(make_item(stem=f"Question {n}") for n in range(number)))

    small, large, user = quiz_of(2), quiz_of(20), UserFactory()
    for quiz in (small, large):  # the first start of all makes the versions
        start_attempt(quiz=quiz, user=UserFactory())
    with django_assert_num_queries(10) as first:
        start_attempt(quiz=small, user=user)
    with django_assert_num_queries(len(first)):
        start_attempt(quiz=large, user=user)


def test_first_answer_stands(quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    wrong = give(attempt, 1, 2)
    again = give(attempt, 1, 0)
    assert again.response == wrong.response
    assert (again.points, again.answered_at) == (0.0, wrong.answered_at)


def test_answer_that_is_no_option_is_refused_and_nothing_stored(quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    foreign = option_ids(attempt.answers.get(position=2))[0]
    for data in ({}, {"option": ""}, {"option": "made up"}, {"option": foreign}):
        with pytest.raises(InvalidResponse):
            record_answer(attempt=attempt, position=1, data=data)
    assert attempt.answers.get(position=1).response is None


def test_answer_at_a_place_that_is_not_there_is_refused(quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    with pytest.raises(Answer.DoesNotExist):
        record_answer(attempt=attempt, position=4, data={"option": "x"})


def test_answer_after_the_end_is_refused(quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    finish_attempt(attempt=attempt)
    with pytest.raises(AttemptFinished):
        give(attempt, 1, 0)
    assert attempt.answers.get(position=1).answered_at is None


def test_finish_counts_unanswered_items_as_wrong(quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    give(attempt, 1, 0)
    give(attempt, 2, 0)
    done = finish_attempt(attempt=attempt)
    assert (done.points, done.possible, done.percent, done.passed) == (2.0, 3.0, 66, True)


def test_finish_twice_changes_nothing(quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    first = finish_attempt(attempt=attempt)
    second = finish_attempt(attempt=attempt)
    assert (second.finished_at, second.points) == (first.finished_at, 0.0)


@pytest.mark.parametrize(
    ("right", "of", "mark", "percent", "passed"),
    [
        (3, 5, 60, 60, True),
        (2, 5, 60, 40, False),
        (2, 3, 67, 66, False),
        (2, 3, 66, 66, True),
        (0, 1, 0, 0, True),
        (1, 1, 100, 100, True),
    ],
)
def test_pass_mark_is_met_exactly_or_not(right, of, mark, percent, passed):
    quiz = make_quiz(*(make_item(stem=f"Q{n}") for n in range(of)), pass_mark_percent=mark)
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    for position in range(1, of + 1):
        give(attempt, position, 0 if position <= right else 1)
    done = finish_attempt(attempt=attempt)
    assert (done.percent, done.passed) == (percent, passed)


@pytest.mark.parametrize(
    ("points", "possible", "percent"),
    [
        (59.9, 100, 59),
        (599, 1000, 59),
        (60, 100, 60),
        (0.1 + 0.2, 0.3, 100),
        (0.57, 1, 57),
        (0, 0, 0),
    ],
)
def test_percent_is_rounded_down_but_not_by_arithmetic_noise(points, possible, percent):
    assert Attempt(points=points, possible=possible).percent == percent


def test_pass_mark_of_a_running_attempt_is_the_one_it_started_with(quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    quiz.pass_mark_percent = 0
    quiz.save()
    assert finish_attempt(attempt=attempt).passed is False


def test_unanswered_items_keep_their_secret_in_the_result(quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    give(attempt, 1, 0)
    finish_attempt(attempt=attempt)
    answered, unanswered, _third = present_answers(answers_of(attempt=attempt))
    assert answered.item.view["explanation"] == "<p>The scale is defined so.</p>"
    assert unanswered.item.is_answered is False
    assert sorted(unanswered.item.view) == ["image_alt", "image_id", "options", "stem", "video_id"]
    assert sorted(unanswered.item.view["options"][0]) == [
        "chosen",
        "id",
        "image_alt",
        "image_id",
        "text",
    ]


def test_passing_counts_in_every_language_of_the_quiz(quiz):
    user = UserFactory()
    attempt = start_attempt(quiz=quiz, user=user)
    for position in (1, 2, 3):
        give(attempt, position, 0)
    assert has_passed(user=user, quiz=quiz) is False
    finish_attempt(attempt=attempt)
    translated = make_quiz(title="Проверьте себя")
    translated.translation_key, translated.locale = quiz.translation_key, quiz.locale
    assert has_passed(user=user, quiz=translated) is True


def test_answer_row_is_whole_or_absent(quiz):
    answer = start_attempt(quiz=quiz, user=UserFactory()).answers.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.filter(pk=answer.pk).update(response={"option": "x"})
