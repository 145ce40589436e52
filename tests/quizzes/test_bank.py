"""The bank in the editing desk: editors see all of it, authors their departments' part."""

from http import HTTPStatus

import pytest
from django.urls import reverse

from quizzes.models import Item, Quiz
from tests.factories import make_author, make_department, make_item, make_quiz

pytestmark = pytest.mark.django_db

ITEMS = "wagtailsnippets_quizzes_item"


@pytest.fixture
def ours(db):
    return make_department("Ours")


@pytest.fixture
def theirs(db):
    return make_department("Theirs")


@pytest.fixture
def items(ours, theirs):
    return [
        make_item(stem="Our question", department=ours),
        make_item(stem="Their question", department=theirs),
        make_item(stem="Nobodys question"),
    ]


def page(client, name: str, *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def listed(text: str) -> list[str]:
    return [t for t in ("Our question", "Their question", "Nobodys question") if t in text]


def test_editor_finds_all_questions(client, editor, items):
    client.force_login(editor)
    assert listed(page(client, f"{ITEMS}:list")) == [
        "Our question",
        "Their question",
        "Nobodys question",
    ]


def test_author_finds_their_departments_questions(client, ours, items):
    client.force_login(make_author(ours))
    assert listed(page(client, f"{ITEMS}:list")) == ["Our question"]
    assert listed(page(client, "wagtailsnippetchoosers_quizzes_item:choose")) == ["Our question"]


def test_search_and_filter_stay_within_the_department(client, ours, theirs, items):
    client.force_login(make_author(ours))
    url = reverse(f"{ITEMS}:list")
    assert listed(client.get(url, {"q": "question"}).content.decode()) == ["Our question"]
    by_department = client.get(url, {"department": theirs.pk}).content.decode()
    assert listed(by_department) == []


@pytest.mark.parametrize("view", ["edit", "delete", "history", "usage", "copy"])
def test_author_opens_nobody_elses_question(client, ours, items, view):
    client.force_login(make_author(ours))
    own, foreign, loose = items
    statuses = [
        client.get(reverse(f"{ITEMS}:{view}", args=[item.pk])).status_code
        for item in (own, foreign, loose)
    ]
    assert statuses[0] == HTTPStatus.OK
    # Wagtail's desk answers a refusal by leading back to its home page.
    assert statuses[1:] == [HTTPStatus.FOUND, HTTPStatus.FOUND]


def test_resident_does_not_get_in(client, resident, items):
    client.force_login(resident)
    assert client.get(reverse(f"{ITEMS}:list")).status_code in (
        HTTPStatus.FOUND,
        HTTPStatus.FORBIDDEN,
    )


def form_data(**fields) -> dict:
    data = {
        "title": "Fluid",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "single_best_answer",
        "body-0-id": "",
        "body-0-value-stem": "null",
        "body-0-value-image": "",
        "body-0-value-image_alt": "",
        "body-0-value-options-count": "2",
        "body-0-value-explanation": "null",
        "body-0-value-references-count": "0",
        "topics": "",
        "bloom_level": "",
        "difficulty": "",
    }
    for n, key in enumerate(("on", "")):
        option = f"body-0-value-options-{n}"
        data |= {
            f"{option}-deleted": "",
            f"{option}-order": str(n),
            f"{option}-type": "item",
            f"{option}-id": "",
            f"{option}-value-text": f"Option {n}",
            f"{option}-value-feedback": "",
            f"{option}-value-image": "",
            f"{option}-value-image_alt": "",
        }
        if key:
            data[f"{option}-value-is_key"] = key
    stem = (
        '{"blocks": [{"key": "a", "text": "Which?", "type": "unstyled", "depth": 0, '
        '"inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}'
    )
    return data | {"body-0-value-stem": stem} | fields


def test_author_writes_for_their_own_department_only(client, ours, theirs):
    client.force_login(make_author(ours))
    url = reverse(f"{ITEMS}:add")
    text = page(client, f"{ITEMS}:add")
    assert f'<option value="{ours.pk}" selected>Ours</option>' in text
    assert "Theirs" not in text
    refused = client.post(url, form_data(department=theirs.pk))
    assert (refused.status_code, Item.objects.count()) == (HTTPStatus.OK, 0)
    assert "Option 1" in refused.content.decode()  # what was typed is kept
    client.post(url, form_data(department=ours.pk))
    item = Item.objects.get()
    assert (item.title, item.department) == ("Fluid", ours)


def test_question_without_key_is_sent_back_with_a_sentence(client, editor):
    client.force_login(editor)
    data = form_data()
    del data["body-0-value-options-0-value-is_key"]
    answer = client.post(reverse(f"{ITEMS}:add"), data)
    assert "Mark exactly one option as correct." in answer.content.decode()
    assert Item.objects.count() == 0


def test_editor_writes_for_any_department_or_none(client, editor, theirs):
    client.force_login(editor)
    url = reverse(f"{ITEMS}:add")
    client.post(url, form_data(department=theirs.pk))
    client.post(url, form_data(department="", title="Loose"))
    assert list(Item.objects.order_by("pk").values_list("title", "department")) == [
        ("Fluid", theirs.pk),
        ("Loose", None),
    ]


def test_answered_question_can_be_looked_at_but_not_deleted(client, editor, resident):
    from quizzes.domain.attempts import start_attempt

    item = make_item()
    start_attempt(quiz=make_quiz(item), user=resident)
    client.force_login(editor)
    client.post(reverse(f"{ITEMS}:delete", args=[item.pk]))
    assert list(Item.objects.all()) == [item]


def test_quizzes_are_listed_with_their_size(client, editor, items):
    make_quiz(*items, title="Three of them")
    client.force_login(editor)
    text = page(client, "wagtailsnippets_quizzes_quiz:list")
    assert "Three of them" in text
    assert Quiz.objects.count() == 1
    assert page(client, "wagtailsnippets_quizzes_quiz:edit", Quiz.objects.get().pk)


@pytest.mark.parametrize("number", [1, 12])
def test_list_of_questions_costs_the_same(client, editor, number, django_assert_num_queries):
    for n in range(number):
        make_item(stem=f"Q{n}", department=make_department(f"D{n}"))
    client.force_login(editor)
    url = reverse(f"{ITEMS}:list")
    client.get(url)
    with django_assert_num_queries(15):
        client.get(url)
