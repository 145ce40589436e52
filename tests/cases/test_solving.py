"""Solving step by step: nothing that answers a question leaves the server before its turn."""

import html
import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pydicom import dcmread

from cases.domain.answers import adopt_session_answers
from cases.domain.imports import import_path
from cases.domain.questions import ask_for_order, place_json
from cases.marks import keep_marks, marks_of
from cases.models import CaseAnswer, CasePage, CaseStep, ReadCase, Series, Stage, StepAnswer, Study
from cases.viewing import viewing_of
from hub.models import HomePage
from jobs.models import WorkState
from quizzes.domain.versions import current_version
from quizzes.item_types.parts import entries
from quizzes.models import Item, ReviewCard
from tests.cases.water_phantom import write_study
from tests.factories import (
    UserFactory,
    locale_of,
    make_case,
    make_course,
    make_image,
    make_item,
    make_lesson,
)

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::UserWarning")]


def token(name: str) -> str:
    """A word that stands nowhere but where it was planted."""
    return f"zqx{name}zqx"


# Where each word is planted, and the stage at whose end it may be told.
FINDINGS = ["findings", "markphrase", "marklabel", "keylabel", "stepexplanation", "stepreference"]
DIFFERENTIAL = ["differential"]
DIAGNOSIS = [
    "title",
    "diagnosis",
    "discussion",
    "reasoning",
    "point",
    "reference",
    "caption",
    "alt",
    "feedback",
    "explanation",
]
NEVER = ["seriesdescription", "studydescription", "imagetitle", "imagedescription", "itemtitle"]
ALL = [*FINDINGS, *DIFFERENTIAL, *DIAGNOSIS, *NEVER]


def told(text: str | bytes) -> set[str]:
    body = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return set(re.findall(r"zqx([a-z]+)zqx", html.unescape(body).lower()))


@pytest.fixture
def case(tmp_path: Path, settings) -> CasePage:
    """A case with a stack and a word planted in every field that could give it away."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.WORK_ROOT = tmp_path / "work"
    picture = make_image(title=token("imagetitle"), description=token("imagedescription"))
    question = make_item(
        stem="What is it?", options=("A cyst", "An abscess"), explanation=token("explanation")
    )
    body = question.body.get_prep_value()
    for option in body[0]["value"]["options"]:
        option["value"]["feedback"] = token("feedback")
    question.body, question.title = json.dumps(body), token("itemtitle")
    question.save()
    case = make_case(
        slug="headache-in-a-cyclist",
        question=question,
        telling_title=token("title"),
        findings=f"<p>There is {token('findings')} and {token('markphrase')} there.</p>",
        final_diagnosis=token("diagnosis"),
        discussion=f"<p>{token('discussion')}</p>",
        differential=[
            ("entry", {"diagnosis": token("differential"), "reasoning": token("reasoning")})
        ],
        teaching_points=[("point", token("point"))],
        references=[("reference", token("reference"))],
        pictures=[
            ("picture", {"image": picture, "alt": token("alt"), "caption": token("caption")})
        ],
    )
    study = write_study(tmp_path / "study", slices=(4, 6))
    _describe(study)
    job = import_path(path=study, case_key=case.translation_key)
    assert job.state == WorkState.DONE
    Series.objects.update(description=token("seriesdescription"))
    Study.objects.update(description=token("studydescription"))
    _mark(case)
    case.steps.add(_step(Stage.FINDINGS, question=_mark_lesion(case), order=0))
    case.steps.add(_step(Stage.DIFFERENTIAL, question=None, order=1))
    case.save()
    return CasePage.objects.get(pk=case.pk)


def _describe(study: Path) -> None:
    """Plant words into the files themselves, as a scanner's operator might."""
    for path in [one for one in study.rglob("*") if one.is_file()]:
        dataset = dcmread(path)
        dataset.SeriesDescription = f"CT {token('seriesdescription')}"
        dataset.StudyDescription = f"CT {token('studydescription')}"
        dataset.save_as(path)


def _step(reveals: str, *, question: Item | None, order: int) -> CaseStep:
    return CaseStep(reveals=reveals, question=question, sort_order=order)


def _mark(case: CasePage) -> None:
    viewing = viewing_of(case_key=case.translation_key)
    mark = {
        "id": "finding1",
        "shape": "ellipse",
        "series": viewing.stacks[1].key,
        "at": 2,
        "points": [[20.0, 22.0]],
        "radii": [4.0, 3.0],
        "label": {"en": token("marklabel")},
        "phrase": {"en": token("markphrase")},
    }
    key = mark | {"id": "keyimage", "shape": "key", "points": [], "phrase": {}}
    key |= {"radii": None, "label": {"en": token("keylabel")}}
    text = json.dumps([mark, key])
    assert keep_marks(case_key=case.translation_key, viewing=viewing, text=text) == 2


def _mark_lesion(case: CasePage) -> Item:
    viewing = viewing_of(case_key=case.translation_key)
    mark, _key = marks_of(case_key=case.translation_key, viewing=viewing)
    place = place_json(
        case_key=case.translation_key, stack=viewing.stacks[1], mark=mark, kind="mark_lesion"
    )
    content = {
        "stem": "<p>Mark what is odd.</p>",
        "place": place,
        "tolerance_mm": 2.0,
        "reach_mm": 20.0,
        "explanation": f"<p>{token('stepexplanation')}</p>",
        "references": [token("stepreference")],
    }
    return Item.objects.create(
        title=token("itemtitle"), locale=locale_of("en"), body=[("mark_lesion", content)]
    )


class Reader:
    """Somebody with a browser who opens whatever they can find out about a case."""

    def __init__(self, case: CasePage, user=None) -> None:
        self.client, self.case = Client(), case
        if user:
            self.client.force_login(user)

    def page(self) -> str:
        return self.client.get(self.case.url).content.decode()

    def commit(self, name: str, *args, **data) -> int:
        url = reverse(f"cases:{name}", args=[self.case.pk, *args])
        return self.client.post(url, data, HTTP_ACCEPT_LANGUAGE="en").status_code

    def starts(self) -> list[str]:
        return [
            self.case.url,
            f"{self.case.url}?solution",
            "/en/",
            "/en/cases/",
            "/en/cases/?modality=CT",
            f"/en/cases/?q={token('diagnosis')}",
            "/en/feeds/cases/",
            "/sitemap.xml",
            *[url for url in (self.case.get_parent().url,) if url],
        ]

    def everything(self) -> Iterator[tuple[str, set[str]]]:
        """(address, words told there), over all addresses found in the pages about the case."""
        seen: set[str] = set()
        waiting = [(url, 0) for url in self.starts()]
        while waiting:
            url, depth = waiting.pop()
            if url in seen:
                continue
            seen.add(url)
            answer = self.client.get(url)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            headers = " ".join(f"{name}: {value}" for name, value in answer.items())
            yield url, told(url) | told(headers) | told(body)
            if depth < 2 and answer.headers.get("Content-Type", "").startswith("text/html"):
                waiting += [(found, depth + 1) for found in self._found(url, body.decode())]

    def _found(self, base: str, page: str) -> list[str]:
        urls = re.findall(r'(?:href|src|content|action|data-[a-z-]+)="([^"]+)"', page)
        urls += [one.split()[0] for one in re.findall(r'srcset="([^"]+)"', page)]
        for text in re.findall(r"<script[^>]*application/json[^>]*>(.*?)</script>", page, re.S):
            data = json.loads(text)
            for stack in data.get("stacks", []) if isinstance(data, dict) else []:
                urls += [stack["base"] + file for file, _frame in stack["frames"]]
        found = {urljoin(base, html.unescape(url)) for url in urls}
        parts = [urlsplit(url) for url in found]
        return [
            one.path + (f"?{one.query}" if one.query else "")
            for one in parts
            if one.netloc in ("", "testserver", "localhost")
            and one.path.startswith("/")
            and self._is_about_the_case(one.path)
        ]

    def _is_about_the_case(self, path: str) -> bool:
        """Not the rest of the hub, and nothing that signs out."""
        return any(
            part in path
            for part in ("/uploads/", self.case.slug, "/cases", "/case/", "/feeds/", "/solve/")
        )


def test_nothing_a_fresh_learner_can_fetch_gives_a_word_away(case, resident):
    HomePage.objects.update(case_of_the_week=case)
    make_lesson(make_course(), case=case)
    for user in (None, resident):
        answers = dict(Reader(case, user).everything())
        assert {url: words for url, words in answers.items() if words - {"diagnosis"}} == {}
        # Its own search words come back to who searched, and to nobody else.
        assert all(token("diagnosis") in url for url, words in answers.items() if words)
        assert any(url.endswith(".dcm") for url in answers)
        assert any(url.endswith(".webp") for url in answers)
        assert len(answers) > 15


def test_each_step_opens_its_part_and_no_more(case):
    reader = Reader(case)
    assert told(reader.page()) == set()
    first, second = case.steps.order_by("sort_order")
    assert reader.commit("commit_step", first.key, image="3", x="40", y="40") == 302
    opened = {*FINDINGS}
    assert told(reader.page()) == opened
    assert reader.commit("commit_step", second.key, text="A cyst or an abscess") == 302
    assert told(reader.page()) == opened | {*DIFFERENTIAL}
    option = case.question.body[0].value["options"].bound_blocks[0].id
    assert reader.commit("commit_answer", option=option, confidence="75") == 302
    assert told(reader.page()) == set(ALL) - set(NEVER)


def test_the_question_for_the_diagnosis_is_not_asked_before_its_turn(case):
    reader = Reader(case)
    assert "An abscess" not in reader.page()
    option = case.question.body[0].value["options"].bound_blocks[0].id
    assert reader.commit("commit_answer", option=option) == 302
    second = case.steps.order_by("sort_order")[1]
    assert reader.commit("commit_step", second.key, text="A cyst or an abscess") == 302
    assert told(reader.page()) == set()
    assert "An abscess" not in reader.page()


def test_a_step_asks_for_the_order_of_the_differential_and_scores_it_by_pairs(case, resident):
    names = ["Glioma", "Metastasis", "Abscess"]
    case.differential = [("entry", {"diagnosis": name, "reasoning": "x"}) for name in names]
    case.steps.all().delete()
    item = ask_for_order(case=case, stem="Likeliest first")
    case.steps.add(_step(Stage.DIFFERENTIAL, question=item, order=0))
    case.save()
    assert item.department == case.department

    reader = Reader(case, user=resident)
    step = CasePage.objects.get(pk=case.pk).steps.get()
    ids = {name: id_ for id_, name in entries(current_version(item).content, "elements")}
    page = reader.page()
    assert all(f"place-{id_}" in page for id_ in ids.values())
    # The first two the wrong way round: two pairs of three are right.
    places = {"Metastasis": 1, "Glioma": 2, "Abscess": 3}
    data = {f"place-{ids[name]}": place for name, place in places.items()}
    reader.commit("commit_step", step.key, confidence="75", **data)
    answer = StepAnswer.objects.get(user=resident, step_key=step.key)
    assert (round(answer.share, 2), answer.is_correct, answer.confidence) == (0.67, False, 75)
    assert "Differential diagnosis</h3>" in reader.page()


def test_a_refused_step_tells_nothing_and_keeps_what_was_given(case):
    first = case.steps.order_by("sort_order")[0]
    url = reverse("cases:commit_step", args=[case.pk, first.key])
    answer = Client().post(url, {"image": "99", "x": "12.5"})
    page = answer.content.decode()
    assert (answer.status_code, told(page)) == (422, set())
    assert "Mark the place on the stack, then answer." in page
    assert 'value="12.5"' in page


def test_who_chooses_to_read_sees_all_and_may_still_answer_without_being_counted(case, resident):
    for user in (None, resident):
        reader = Reader(case, user)
        assert reader.commit("choose_reading") == 302
        assert told(reader.page()) >= {*DIFFERENTIAL, "diagnosis", "findings", "markphrase"}
        # The question's own key only beside an answer.
        assert "feedback" not in told(reader.page())
    option = case.question.body[0].value["options"].bound_blocks[0].id
    assert reader.commit("commit_answer", option=option) == 302
    assert CaseAnswer.objects.get(user=resident).after_reading is True
    assert not ReviewCard.objects.filter(user=resident).exists()
    assert "feedback" in told(reader.page())


def test_looking_chooses_nothing(case):
    reader = Reader(case)
    url = reverse("cases:choose_reading", args=[case.pk])
    assert reader.client.get(url).status_code == 405
    assert told(reader.page()) == set()


def test_answers_enter_the_review_deck_with_their_confidence(case, resident):
    reader = Reader(case, resident)
    first, second = case.steps.order_by("sort_order")
    reader.commit("commit_step", first.key, image="3", x="40", y="40", confidence="25")
    reader.commit("commit_step", second.key, text="A cyst or an abscess")
    cards = ReviewCard.objects.filter(user=resident)
    assert [card.item_id for card in cards] == [first.question_id]
    assert StepAnswer.objects.get(step_key=first.key).confidence == 25
    # The card asks the question on a stack of its own.
    url = reverse("quizzes:card", args=[cards.get().pk])
    cards.update(due_at="2020-01-01T00:00Z")
    page = reader.client.get(url).content.decode()
    assert page.count("data-dicom ") == 1
    assert told(page) == set()


def test_a_guests_steps_become_the_accounts_at_sign_in(case):
    reader, user = Reader(case), UserFactory()
    first = case.steps.order_by("sort_order")[0]
    reader.commit("commit_step", first.key, image="3", x="40", y="40")
    other = make_case()
    reader.client.post(reverse("cases:choose_reading", args=[other.pk]))
    session = reader.client.session
    assert adopt_session_answers(session=session, user=user) == 0
    assert StepAnswer.objects.get(user=user).step_key == first.key
    assert ReadCase.objects.get(user=user).case_key == other.translation_key


def test_a_step_of_another_case_is_not_found(case):
    other = make_case()
    first = case.steps.order_by("sort_order")[0]
    for key in (first.key, uuid.uuid4()):
        url = reverse("cases:commit_step", args=[other.pk, key])
        assert Client().post(url, {"text": "Something"}).status_code == 404


def test_a_case_without_steps_opens_with_its_one_answer():
    case = make_case(question=make_item())
    reader = Reader(case)
    assert "Step 1 of" not in reader.page()
    option = case.question.body[0].value["options"].bound_blocks[0].id
    reader.commit("commit_answer", option=option)
    assert "Secretdiagnosis" in reader.page()
