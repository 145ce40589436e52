"""Results and question files in the editing desk: for who writes them, and nobody else."""

import base64
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from quizzes.domain.attempts import finish_attempt, record_answer, start_attempt
from quizzes.domain.marking import mark_answer
from quizzes.exchange import Draft, Picture
from quizzes.exchange.thumbnails import thumbnail, thumbnails
from quizzes.models import Answer, Item, QuestionFile, QuizItem
from quizzes.reports import report_quiz
from tests.factories import (
    UserFactory,
    locale_of,
    make_author,
    make_department,
    make_item,
    make_quiz,
)

pytestmark = pytest.mark.django_db
GIFT = b"::One:: Which? {=right ~wrong}\n\nJust words.\n\n::Two:: True? {T}\n"


def take(quiz, option, user=None, **data):
    attempt = start_attempt(quiz=quiz, user=user or UserFactory())
    for answer in attempt.answers.select_related("version"):
        if answer.version.item_type == "free_text":
            given = {"text": "Seen."}
        else:
            given = {"option": answer.version.content["options"][option]["id"]} | data
        record_answer(attempt=attempt, position=answer.position, data=given)
    return finish_attempt(attempt=attempt)


@pytest.fixture
def ours(db):
    return make_department("Ours")


@pytest.fixture
def quiz(ours):
    items = [make_item(stem=f"Question {n}", department=ours) for n in range(3)]
    quiz = make_quiz(*items, title="Densities")
    quiz.department = ours
    quiz.save()
    return quiz


def test_author_sees_how_their_own_quiz_proved(client, ours, quiz):
    take(quiz, 0, confidence="95")
    take(quiz, 1, confidence="95")
    client.force_login(make_author(ours))
    page = client.get(reverse("quizzes_desk:analysis", args=[quiz.pk])).content.decode()
    assert "2 learners, first attempts only." in page
    assert page.count("<polyline") == 3 * 4  # by ability and three options, for each item
    # Half were right although 95 % sure: (0.05² + 0.95²) / 2.
    assert page.count("0.453") == 3
    # In the list of all questions, and beside each.
    assert page.count("Too few answers yet") == 2 * 3


def test_texts_still_to_be_marked_count_as_nothing_and_not_as_wrong(client, ours, quiz):
    rubric = [{"text": "Names it", "points": 2}]
    value = {"stem": "<p>Report.</p>", "rubric": rubric, "model_answer": "", "explanation": ""}
    item = Item.objects.create(
        title="Report", locale=locale_of(), department=ours, body=[("free_text", value)]
    )
    QuizItem.objects.create(quiz=quiz, item=item, sort_order=9)
    for right in (0, 1):
        take(quiz, right)
    report = report_quiz(quiz=quiz)
    assert (report.to_mark, len(report.items)) == (2, 3)
    assert report.analysis.mean == 0.5
    client.force_login(make_author(ours))
    page = client.get(reverse("quizzes_desk:analysis", args=[quiz.pk])).content.decode()
    assert "2 texts wait to be marked" in page
    for answer, points in zip(Answer.objects.filter(needs_marking=True), ("2", "0"), strict=True):
        [criterion] = answer.version.content["rubric"]
        data = {f"points-{criterion['id']}": points, "comment": ""}
        mark_answer(answer=answer, data=data, marker=UserFactory())
    report = report_quiz(quiz=quiz)
    marked = next(one for one in report.items if one.item == item)
    assert (report.to_mark, len(report.items), marked.analysis.facility) == (0, 4, 0.5)


def test_item_marked_in_part_is_analysed_by_what_is_marked(ours, quiz):
    rubric = [{"text": "Names it", "points": 2}]
    value = {"stem": "<p>Report.</p>", "rubric": rubric, "model_answer": "", "explanation": ""}
    item = Item.objects.create(
        title="Report", locale=locale_of(), department=ours, body=[("free_text", value)]
    )
    QuizItem.objects.create(quiz=quiz, item=item, sort_order=9)
    for right in (0, 1, 0):
        take(quiz, right)
    answer = Answer.objects.filter(needs_marking=True).first()
    [criterion] = answer.version.content["rubric"]
    data = {f"points-{criterion['id']}": "2", "comment": ""}
    mark_answer(answer=answer, data=data, marker=UserFactory())
    report = report_quiz(quiz=quiz)
    marked = next(one for one in report.items if one.item == item)
    assert (marked.analysis.answers, marked.analysis.facility, report.to_mark) == (1, 1.0, 2)
    # The others' totals are compared over the questions that everybody has points for.
    assert report.analysis.attempts == 3
    assert report.analysis.mean == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", ["analysis", "marking"])
def test_results_of_others_are_refused(client, quiz, name):
    client.force_login(make_author(make_department("Theirs")))
    answer = client.get(reverse(f"quizzes_desk:{name}", args=[quiz.pk]))
    assert "Densities" not in answer.content.decode()
    assert answer.status_code == 302
    listed = client.get(reverse("quizzes_desk:analyses")).content.decode()
    assert "Densities" not in listed


def test_resident_gets_into_none_of_it(client, resident, quiz):
    client.force_login(resident)
    urls = [reverse("quizzes_desk:analyses"), reverse("quizzes_desk:upload")]
    urls.append(reverse("quizzes_desk:analysis", args=[quiz.pk]))
    assert {client.get(url).status_code for url in urls} <= {302, 403}


@pytest.mark.parametrize("learners", [1, 8])
def test_analysis_costs_the_same_for_many_learners(
    client, ours, quiz, learners, django_assert_max_num_queries
):
    for number in range(learners):
        take(quiz, number % 3)
    client.force_login(make_author(ours))
    url = reverse("quizzes_desk:analysis", args=[quiz.pk])
    client.get(url)
    with django_assert_max_num_queries(20):
        client.get(url)


def png(size: tuple[int, int]) -> bytes:
    data = io.BytesIO()
    Image.new("L", size, 90).save(data, "PNG")
    return data.getvalue()


def test_pictures_of_a_file_are_shown_small_before_they_are_taken_in():
    address = thumbnail(Picture(name="slice.png", data=png((640, 480))))
    kind, _, data = address.partition(",")
    with Image.open(io.BytesIO(base64.b64decode(data))) as small:
        assert (kind, small.size) == ("data:image/webp;base64", (160, 120))


@pytest.mark.parametrize("data", [b"", b"<svg/>", png((640, 480))[:90], b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_not_drawn(data):
    assert thumbnail(Picture(name="x.png", data=data)) == ""


def test_picture_too_large_to_wait_for_is_not_drawn(monkeypatch):
    monkeypatch.setattr("quizzes.exchange.thumbnails.MOST_PIXELS", 100)
    assert thumbnail(Picture(name="x.png", data=png((20, 20)))) == ""


def test_pictures_stand_with_their_questions():
    one = Draft("free_text", "One", {}, pictures={"a": Picture("a.png", png((9, 9)))})
    none = Draft("free_text", "None", {})
    found = thumbnails([none, one])
    assert {place: [name for name, _address in each] for place, each in found.items()} == {
        1: ["a.png"]
    }


def test_file_is_shown_chosen_from_and_taken_in_once(client, ours):
    client.force_login(make_author(ours))
    file = SimpleUploadedFile("bank.gift", GIFT)
    data = {"file": file, "department": ours.pk}
    sent = client.post(reverse("quizzes_desk:upload"), data)
    stored = QuestionFile.objects.get()
    assert sent.url == reverse("quizzes_desk:preview", args=[stored.pk])
    page = client.get(sent.url).content.decode()
    assert re.findall(r"<strong>(One|Two)</strong>", page) == ["One", "Two"]
    assert "Line 3: <b>Just words.</b>. A description asks nothing" in re.sub(r"\s+", " ", page)
    assert Item.objects.count() == 0
    client.post(sent.url, {"place": ["1"], "language": "en"})
    client.post(sent.url, {"place": ["0", "1"], "language": "en"})
    [item] = Item.objects.all()
    assert (item.title, item.department, QuestionFile.objects.count()) == ("Two", ours, 0)


def test_file_that_is_none_is_sent_back_with_a_sentence(client, editor):
    client.force_login(editor)
    data = {"file": SimpleUploadedFile("x.xml", b"<?xml nonsense")}
    page = client.post(reverse("quizzes_desk:upload"), data).content.decode()
    assert "Line 1 is not XML" in page
    assert QuestionFile.objects.count() == 0


def test_author_brings_no_questions_into_another_department(client, ours):
    theirs = make_department("Theirs")
    client.force_login(make_author(ours))
    data = {"file": SimpleUploadedFile("x.gift", GIFT)}
    client.post(reverse("quizzes_desk:upload"), data | {"department": theirs.pk})
    assert QuestionFile.objects.count() == 0


def test_upload_of_somebody_else_is_not_shown(client, ours, editor):
    client.force_login(make_author(ours))
    data = {"file": SimpleUploadedFile("x.gift", GIFT)}
    client.post(reverse("quizzes_desk:upload"), data | {"department": ours.pk})
    client.force_login(editor)
    url = reverse("quizzes_desk:preview", args=[QuestionFile.objects.get().pk])
    assert client.get(url).url == reverse("quizzes_desk:upload")


def test_author_takes_along_their_own_questions(client, ours, quiz):
    make_item(stem="Theirs", department=make_department("Theirs"))
    client.force_login(make_author(ours))
    text = client.get(reverse("quizzes_desk:export"), {"format": "gift"}).content.decode()
    assert re.findall(r"::(.*?)::", text) == ["Question 0", "Question 1", "Question 2"]
    unknown = client.get(reverse("quizzes_desk:export"), {"format": "x"}, follow=True)
    assert unknown.status_code == 404
