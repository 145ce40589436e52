"""Taking a quiz through the site: own attempts only, and no secret before the answer."""

import re
from http import HTTPStatus

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from quizzes.domain.attempts import finish_attempt, record_answer, start_attempt
from quizzes.models import Attempt
from tests.factories import UserFactory, make_course, make_item, make_lesson, make_quiz

pytestmark = pytest.mark.django_db

EXPLANATION = "Water was chosen as zero."
SECRETS = ["Feedback on", EXPLANATION, "option--key", "is_key", "Your answer, the key"]


@pytest.fixture
def quiz(db):
    return make_quiz(
        *(make_item(stem=f"Question {n}", explanation=EXPLANATION) for n in range(3)),
        title="Densities",
    )


@pytest.fixture
def lesson(quiz):
    return make_lesson(make_course(), quiz=quiz)


def text(response) -> str:
    return response.content.decode()


def found(secrets: list[str], page: str) -> list[str]:
    return [secret for secret in secrets if secret in page]


def place(attempt: Attempt, position: int) -> str:
    return reverse("quizzes:answer", args=[attempt.pk, position])


def option(attempt: Attempt, position: int, index: int) -> str:
    return attempt.answers.get(position=position).version.content["options"][index]["id"]


def test_start_leads_to_the_first_open_question_and_remembers_the_lesson(
    client, resident, quiz, lesson
):
    client.force_login(resident)
    answer = client.post(reverse("quizzes:start", args=[quiz.pk]), {"next": lesson.url})
    attempt = Attempt.objects.get(user=resident)
    assert answer.url == place(attempt, 1) + "?" + urlencode({"next": lesson.url})
    record_answer(attempt=attempt, position=1, data={"option": option(attempt, 1, 0)})
    again = client.post(reverse("quizzes:start", args=[quiz.pk]))
    assert again.url == place(attempt, 2)


def test_start_sends_visitors_to_sign_in_and_back_to_the_lesson(client, quiz, lesson):
    answer = client.post(reverse("quizzes:start", args=[quiz.pk]), {"next": lesson.url})
    assert answer.url == f"{reverse('account_login')}?next={lesson.url}"
    assert Attempt.objects.count() == 0


def test_start_does_not_lead_off_the_site(client, resident, quiz):
    client.force_login(resident)
    answer = client.post(
        reverse("quizzes:start", args=[quiz.pk]), {"next": "https://evil.example/"}
    )
    assert answer.url == place(Attempt.objects.get(), 1)


def test_start_by_following_a_link_is_refused(client, resident, quiz):
    client.force_login(resident)
    answer = client.get(reverse("quizzes:start", args=[quiz.pk]))
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert Attempt.objects.count() == 0


def test_start_of_a_quiz_that_is_not_there_or_empty_is_not_found(client, resident):
    client.force_login(resident)
    for pk in (make_quiz().pk, 99_999, 99_999_999_999_999_999_999):
        answer = client.post(f"/en/quizzes/{pk}/start/")
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_nothing_gives_the_answer_away_before_it_is_given(client, resident, quiz, lesson):
    client.force_login(resident)
    pages = [client.get(lesson.url)]
    pages.append(client.post(reverse("quizzes:start", args=[quiz.pk]), {"next": lesson.url}))
    attempt = Attempt.objects.get()
    pages += [client.get(place(attempt, position)) for position in (1, 2, 3)]
    pages.append(client.post(place(attempt, 1), {}))
    pages.append(client.get(reverse("quizzes:attempt", args=[attempt.pk]), follow=True))
    assert [found(SECRETS, text(page)) for page in pages] == [[]] * len(pages)
    # The secrets are there, and come with the answer: for this question only.
    client.post(place(attempt, 1), {"option": option(attempt, 1, 0)})
    shown = text(client.get(place(attempt, 1)))
    assert found(["Feedback on 60 HU.", EXPLANATION, "Your answer, the key"], shown) == [
        "Feedback on 60 HU.",
        EXPLANATION,
        "Your answer, the key",
    ]
    assert found(SECRETS, text(client.get(place(attempt, 2)))) == []


def test_options_look_alike_before_the_answer(client, resident, quiz):
    client.force_login(resident)
    attempt = start_attempt(quiz=quiz, user=resident)
    labels = re.findall(
        r'<label class="option">(.*?)</label>', text(client.get(place(attempt, 1))), re.DOTALL
    )
    shapes = {re.sub(r'value="[^"]+"|<span>[^<]*</span>|>[A-I]<', "", label) for label in labels}
    assert (len(labels), len(shapes)) == (3, 1)


def test_answer_is_kept_and_shown_with_its_reasons(client, resident, quiz):
    client.force_login(resident)
    attempt = start_attempt(quiz=quiz, user=resident)
    answer = client.post(place(attempt, 1), {"option": option(attempt, 1, 1)}, follow=True)
    assert answer.redirect_chain == [(place(attempt, 1), HTTPStatus.FOUND)]
    assert "Not quite" in text(answer)
    client.post(place(attempt, 1), {"option": option(attempt, 1, 0)})
    assert attempt.answers.get(position=1).points == 0.0


def test_empty_answer_is_told_what_to_do(client, resident, quiz):
    client.force_login(resident)
    attempt = start_attempt(quiz=quiz, user=resident)
    answer = client.post(place(attempt, 2), {"option": "nonsense"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Choose one of the options, then answer." in text(answer)
    assert "Question 1" in text(answer)  # the stem is still there


def test_others_attempts_are_refused(client, resident, quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    client.force_login(resident)
    answers = [
        client.get(place(attempt, 1)),
        client.post(place(attempt, 1), {"option": option(attempt, 1, 0)}),
        client.post(reverse("quizzes:finish", args=[attempt.pk])),
        client.get(reverse("quizzes:attempt", args=[attempt.pk])),
    ]
    assert [answer.status_code for answer in answers] == [HTTPStatus.FORBIDDEN] * 4
    attempt.refresh_from_db()
    assert (attempt.finished_at, attempt.answers.filter(answered_at=None).count()) == (None, 3)


def test_visitors_are_sent_to_sign_in(client, quiz):
    attempt = start_attempt(quiz=quiz, user=UserFactory())
    result = reverse("quizzes:attempt", args=[attempt.pk])
    answers = [
        client.get(place(attempt, 1)),
        client.post(reverse("quizzes:finish", args=[attempt.pk])),
        client.get(result),
    ]
    assert [answer.url for answer in answers] == [
        f"{reverse('account_login')}?next={url}" for url in (place(attempt, 1), result, result)
    ]


def test_place_that_is_not_there_is_not_found(client, resident, quiz):
    client.force_login(resident)
    attempt = start_attempt(quiz=quiz, user=resident)
    urls = [place(attempt, 0), place(attempt, 4), place(attempt, 10**20)]
    statuses = [client.get(url).status_code for url in urls]
    statuses += [client.post(url, {"option": "x"}).status_code for url in urls]
    assert statuses == [HTTPStatus.NOT_FOUND] * 6


def test_finish_shows_score_and_keeps_unanswered_secret(client, resident, quiz, lesson):
    client.force_login(resident)
    attempt = start_attempt(quiz=quiz, user=resident)
    record_answer(attempt=attempt, position=1, data={"option": option(attempt, 1, 0)})
    answer = client.post(
        reverse("quizzes:finish", args=[attempt.pk]), {"next": lesson.url}, follow=True
    )
    page = text(answer)
    assert "You scored 33%. 60% are needed to pass." in page
    assert page.count(EXPLANATION) == 1
    assert "Question 2 was not answered" in page
    assert f'href="{lesson.url}"' in page


def test_finished_attempt_asks_nothing_more(client, resident, quiz):
    client.force_login(resident)
    attempt = start_attempt(quiz=quiz, user=resident)
    chosen = option(attempt, 1, 0)
    finish_attempt(attempt=attempt)
    result = reverse("quizzes:attempt", args=[attempt.pk])
    assert client.get(place(attempt, 1)).url == result
    assert client.post(place(attempt, 1), {"option": chosen}).url == result
    assert attempt.answers.filter(answered_at=None).count() == 3


def test_pages_of_an_attempt_are_not_cached_nor_indexed(client, resident, quiz):
    client.force_login(resident)
    attempt = start_attempt(quiz=quiz, user=resident)
    answer = client.get(place(attempt, 1))
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in text(answer)


@pytest.mark.parametrize("finished", [False, True], ids=["question", "result"])
def test_queries_do_not_grow_with_the_number_of_items(
    client, resident, django_assert_num_queries, finished
):
    client.force_login(resident)
    counts = []
    for number in (1, 12):
        quiz = make_quiz(*(make_item(stem=f"Q{n}") for n in range(number)), title=f"Of {number}")
        attempt = start_attempt(quiz=quiz, user=resident)
        for position in range(1, number + 1):
            record_answer(
                attempt=attempt, position=position, data={"option": option(attempt, position, 0)}
            )
        url = place(attempt, 1)
        if finished:
            finish_attempt(attempt=attempt)
            url = reverse("quizzes:attempt", args=[attempt.pk])
        client.get(url)
        with django_assert_num_queries(ATTEMPT_QUERIES) as queries:
            client.get(url)
        counts.append(len(queries))


# Session, user, groups, attempt with quiz, answers with versions, and the frame of every page.
ATTEMPT_QUERIES = 10
