"""Nothing that gives a case away leaves the server before an answer."""

from http import HTTPStatus

import pytest
from django.urls import reverse

from cases.models import CasePage
from hub.models import HomePage
from tests.factories import (
    locale_of,
    make_author,
    make_case,
    make_course,
    make_department,
    make_image,
    make_item,
    make_lesson,
    section_of,
)

pytestmark = pytest.mark.django_db

SECRETS = [
    "Secretfinding",
    "Secretdiagnosis",
    "Secretdiscussion",
    "Secretdifferential",
    "Speaks against",
    "Secretpoint",
    "Secretauthor",
]
QUESTION_SECRETS = ["Feedback on", "Secretexplanation", "option--key", "is_key"]
PICTURE_SECRET = "Secretpicture"


def told(response) -> list[str]:
    page = response.content.decode()
    return [s for s in [*SECRETS, *QUESTION_SECRETS, PICTURE_SECRET] if s in page]


@pytest.fixture
def department(db):
    return make_department()


@pytest.fixture
def case(department) -> CasePage:
    """A case whose every secret word is known, in a department's section, with a picture of its
    own whose description says too much."""
    return make_case(
        parent=section_of(department),
        question=make_item(explanation="Secretexplanation.", department=department),
        picture=make_image(title="Secretpicture title", description="Secretpicture described"),
    )


def everywhere(case: CasePage) -> list[str]:
    """Every address that speaks of the case."""
    lesson = make_lesson(make_course(), case=case)
    HomePage.objects.update(case_of_the_week=case)
    return [
        case.url,
        f"{case.url}?solution",
        f"{case.url}?solution=1&revealed=1&preview=true&mode=solution",
        "/en/",
        "/en/cases/",
        "/en/cases/?modality=CT&region=HEAD&level=core",
        case.get_parent().url,
        lesson.url,
        lesson.get_parent().url,
        "/en/feeds/cases/",
        "/sitemap.xml",
        "/en/my/learning/",
    ]


def test_case_tells_nothing_anywhere_before_an_answer(client, resident, case):
    urls = everywhere(case)
    for name in ("visitor", "resident"):
        if name == "resident":
            client.force_login(resident)
        leaks = {url: told(client.get(url, follow=True)) for url in urls}
        assert leaks == {url: [] for url in urls}, name
    # It is spoken of there, and there is something to tell:
    assert case.title in client.get("/en/cases/").content.decode()
    stored = CasePage.objects.get(pk=case.pk)
    assert stored.final_diagnosis == "Secretdiagnosis"
    assert "Secretfinding" in stored.findings


def test_case_tells_all_after_an_answer_and_only_on_its_own_page(client, resident, case):
    client.force_login(resident)
    urls = everywhere(case)
    options = case.question.body[0].value["options"]
    chosen = options.bound_blocks[1].id
    answer = client.post(
        reverse("cases:commit_answer", args=[case.pk]), {"option": chosen}, follow=True
    )
    assert told(answer) == [*SECRETS, "Feedback on", "Secretexplanation", "option--key"]
    assert "noindex" not in answer.content.decode()
    own = urls[:3]
    assert {url: told(client.get(url)) for url in urls if url not in own} == {
        url: [] for url in urls if url not in own
    }


def test_refused_answer_tells_nothing(client, case):
    for data in ({}, {"option": ""}, {"option": "made up"}, {"option": "x", "version": "7"}):
        answer = client.post(reverse("cases:commit_answer", args=[case.pk]), data)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert told(answer) == []
        assert "Choose one of the options, then answer." in answer.content.decode()


def test_looking_does_not_answer(client, case):
    """A browser that fetches ahead, or a HEAD, gives no answer in the reader's name."""
    for headers in ({"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}, {}):
        assert told(client.get(case.url, headers=headers)) == []
        assert client.head(case.url).status_code == HTTPStatus.OK
    answer = client.get(reverse("cases:commit_answer", args=[case.pk]) + "?option=x")
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_answer_of_one_reader_reveals_nothing_to_another(client, case):
    from django.test import Client

    chosen = case.question.body[0].value["options"].bound_blocks[0].id
    other = Client()
    other.post(reverse("cases:commit_answer", args=[case.pk]), {"option": chosen})
    answer = other.get(case.url)
    assert "Secretdiagnosis" in told(answer)
    assert answer["Cache-Control"] == "private, no-cache"
    assert told(client.get(case.url)) == []


def test_case_without_question_tells_after_a_written_diagnosis(client):
    case = make_case()
    url = reverse("cases:commit_answer", args=[case.pk])
    assert told(client.get(case.url)) == []
    refused = client.post(url, {"diagnosis": " a "})
    assert (refused.status_code, told(refused)) == (HTTPStatus.UNPROCESSABLE_ENTITY, [])
    assert "Write your diagnosis, then answer." in refused.content.decode()
    assert 'value=" a "' in refused.content.decode()
    answer = client.post(url, {"diagnosis": "Epidural <b>haematoma</b>"}, follow=True)
    assert told(answer) == SECRETS
    assert "Epidural &lt;b&gt;haematoma&lt;/b&gt;" in answer.content.decode()


def test_draft_case_is_not_found_and_takes_no_answer(client, resident, case):
    case.unpublish()
    client.force_login(resident)
    url = reverse("cases:commit_answer", args=[case.pk])
    answers = [client.get(case.url), client.post(url, {"option": "x"})]
    assert [answer.status_code for answer in answers] == [HTTPStatus.NOT_FOUND] * 2


def test_solution_without_answering_is_for_editors_and_the_departments_authors(
    client, editor, resident, department, case
):
    author, stranger = make_author(department), make_author(make_department("Elsewhere"))
    seen = {}
    for name, user in {
        "editor": editor,
        "author": author,
        "stranger": stranger,
        "resident": resident,
    }.items():
        client.force_login(user)
        assert told(client.get(case.url)) == []
        seen[name] = told(client.get(f"{case.url}?solution"))
    # Even they see the question as one still to be answered.
    assert seen == {"editor": SECRETS, "author": SECRETS, "stranger": [], "resident": []}


def test_preview_shows_both_states_to_editors(client, editor, case):
    client.force_login(editor)
    case.save_revision()
    url = reverse("wagtailadmin_pages:view_draft", args=[case.pk])
    before = client.get(url)
    after = client.get(f"{url}?mode=solution")
    assert (before.status_code, told(before)) == (HTTPStatus.OK, [])
    assert (after.status_code, told(after)) == (HTTPStatus.OK, SECRETS)


def test_preview_is_closed_to_residents(client, resident, case):
    case.save_revision()
    client.force_login(resident)
    url = reverse("wagtailadmin_pages:view_draft", args=[case.pk]) + "?mode=solution"
    answer = client.get(url)
    assert answer.status_code in (HTTPStatus.FOUND, HTTPStatus.FORBIDDEN)
    assert told(answer) == []


def test_translation_tells_nothing_before_an_answer_in_any_language(client, case):
    home = HomePage.objects.get(locale=locale_of("ru"))
    translated = case.copy_for_translation(locale_of("ru"), copy_parents=True)
    translated.save_revision().publish()
    assert home is not None
    assert told(client.get(translated.url)) == []
    assert told(client.get("/ru/cases/")) == []
    chosen = case.question.body[0].value["options"].bound_blocks[0].id
    client.post(reverse("cases:commit_answer", args=[case.pk]), {"option": chosen})
    assert "Secretdiagnosis" in told(client.get(translated.url))


def test_names_of_picture_files_tell_nothing():
    image = make_image(title="Epidural haematoma")
    assert "epidural" not in image.file.name.lower()
    from pages.models import SiteImage

    path = SiteImage().get_upload_to("Epidural haematoma.PNG")
    assert path.startswith("original_images/")
    assert path.endswith(".png")
    assert "pidural" not in path
