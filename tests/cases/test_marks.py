"""Author's marks: kept as JSON on their images, tied to phrases, seen by who may."""

import json
from http import HTTPStatus
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.domain.imports import import_path
from cases.domain.questions import CannotBeAsked, ask_about
from cases.marks import InvalidMarks, keep_marks, marks_of, tied_marks
from cases.models import CasePage, Series, SeriesMarks
from cases.phrases import Phrase, missing_phrases, tie_phrases, without_bare_headings
from cases.viewing import viewing_of
from quizzes.item_types import get
from quizzes.models import Item
from tests.cases.water_phantom import write_study
from tests.factories import make_author, make_case, make_department, section_of

BUTTON = '<button class="phrase" type="button" data-mark="m1">{}</button>'


# --- Phrases (no database)


def test_headings_of_a_template_with_nothing_under_them_are_not_shown():
    bare = '<p data-block-key="a1">Surroundings:</p>'
    written = '<p data-block-key="b2">Lesion: a ring of 2 cm.</p><p>See <b>this</b>:</p>'
    assert without_bare_headings(f"{bare}{written}{bare}") == written


def test_a_phrase_becomes_a_button_where_it_first_stands():
    html = "<p>A <b>solid nodule</b> here, a solid nodule there.</p>"
    assert tie_phrases(html, [Phrase("solid nodule", "m1")]) == html.replace(
        "<b>solid nodule</b>", f"<b>{BUTTON.format('solid nodule')}</b>"
    )


@pytest.mark.parametrize(
    ("html", "phrase", "found"),
    [
        ("<p>Solid\u00a0NODULE</p>", "solid nodule", "Solid\u00a0NODULE"),
        ("<p>5 &lt; 8&nbsp;mm</p>", "5 < 8 mm", "5 &lt; 8&nbsp;mm"),
        ("<p>ёж «тень» — очаг</p>", "«тень» — очаг", "«тень» — очаг"),
    ],
)
def test_kind_of_space_case_and_entities_do_not_matter(html, phrase, found):
    assert BUTTON.format(found) in tie_phrases(html, [Phrase(phrase, "m1")])


@pytest.mark.parametrize(
    ("html", "phrase"),
    [
        ("<p>none</p>", "nodule"),
        ('<p><a href="/nodule/">the nodule</a></p>', "nodule"),
        ("<p>no<b>dule</b></p>", "nodule"),
        ("<p>x</p>", "   "),
        ('<p title="nodule">x</p>', "nodule"),
    ],
)
def test_what_does_not_stand_in_the_text_changes_nothing_and_is_told(html, phrase):
    assert tie_phrases(html, [Phrase(phrase, "m1")]) == html
    assert missing_phrases(html, [Phrase(phrase, "m1")]) == [Phrase(phrase, "m1")]


def test_a_phrase_within_another_does_not_nest():
    html = "<p>solid nodule of 16 mm</p>"
    tied = tie_phrases(html, [Phrase("nodule", "m2"), Phrase("solid nodule of 16 mm", "m1")])
    assert tied == f"<p>{BUTTON.format('solid nodule of 16 mm')}</p>"


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet="ab <>&\"'", max_size=30), words=st.text(alphabet="ab <>&\"'"))
def test_tying_never_adds_markup_but_its_button(text, words):
    from django.utils.html import escape

    html = f"<p>{escape(text)}</p>"
    tied = tie_phrases(html, [Phrase(words, "m1")])
    assert (
        tied.replace('<button class="phrase" type="button" data-mark="m1">', "").replace(
            "</button>", ""
        )
        == html
    )


# --- Marks


@pytest.fixture
def case(db, tmp_path: Path, settings) -> CasePage:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.WORK_ROOT = tmp_path / "work"
    department = make_department()
    case = make_case(parent=section_of(department), slug="phantom")
    import_path(path=write_study(tmp_path / "study", slices=(4,)), case_key=case.translation_key)
    return case


def mark(case: CasePage, **fields) -> dict:
    stack = viewing_of(case_key=case.translation_key).stacks[0]
    return {
        "id": "finding1",
        "shape": "ellipse",
        "series": stack.key,
        "at": 2,
        "points": [[20.123, 22]],
        "radii": [4, 3],
        "window": [40, 400],
        "label": {"en": " a  label "},
        "phrase": {"en": "Secretfinding"},
    } | fields


def keep(case: CasePage, *marks) -> int:
    return keep_marks(
        case_key=case.translation_key,
        viewing=viewing_of(case_key=case.translation_key),
        text=json.dumps(list(marks)),
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_marks_outlast_a_new_import_of_the_same_study(case, tmp_path):
    assert keep(case, mark(case)) == 1
    old = set(Series.objects.values_list("pk", flat=True))
    from cases.models import Study

    Study.objects.all().delete()
    import_path(path=tmp_path / "study", case_key=case.translation_key)
    assert not old & set(Series.objects.values_list("pk", flat=True))
    viewing = viewing_of(case_key=case.translation_key)
    (found,) = marks_of(case_key=case.translation_key, viewing=viewing)
    assert (found["at"], found["points"], found["label"]) == (2, [[20.12, 22.0]], {"en": "a label"})


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_each_language_gets_its_own_words(case):
    keep(case, mark(case, label={"en": "nodule", "ru": "очаг"}, phrase={"ru": "очаг 16 мм"}))
    found = marks_of(
        case_key=case.translation_key, viewing=viewing_of(case_key=case.translation_key)
    )
    assert [tied_marks(found, language=code).marks[0]["label"] for code in ("en", "ru", "ar")] == [
        "nodule",
        "очаг",
        "",
    ]
    assert tied_marks(found, language="en").phrases == []


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "fields",
    [
        {"at": 4},
        {"at": -1},
        {"shape": "circle"},
        {"points": []},
        {"points": [[1, float("inf")]]},
        {"radii": None},
        {"series": "elsewhere"},
        {"id": "<script>"},
        {"window": [1]},
    ],
)
def test_marks_that_are_none_are_refused_whole(case, fields):
    with pytest.raises(InvalidMarks) as refused:
        keep(case, mark(case), mark(case, **fields))
    assert str(refused.value).endswith(".")
    assert not SeriesMarks.objects.exists()


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_only_who_writes_the_case_draws_on_it(client, case, resident, editor):
    url = reverse("cases:marks", args=[case.pk])
    seen = {}
    own = make_author(case.department)
    stranger = make_author(make_department("Elsewhere"))
    for name, user in {
        "resident": resident,
        "stranger": stranger,
        "own": own,
        "editor": editor,
    }.items():
        client.force_login(user)
        seen[name] = client.get(url).status_code
        client.post(url, {"marks": json.dumps([mark(case, id=f"by{name}")])})
    assert seen == {
        "resident": HTTPStatus.FORBIDDEN,
        "stranger": HTTPStatus.FORBIDDEN,
        "own": HTTPStatus.OK,
        "editor": HTTPStatus.OK,
    }
    assert [one["id"] for one in SeriesMarks.objects.get().marks] == ["byeditor"]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_mark_becomes_a_question_in_the_departments_bank(client, case):
    author = make_author(case.department)
    keep(case, mark(case), mark(case, id="line01", shape="line", points=[[1, 1], [9, 1]]))
    client.force_login(author)
    url = reverse("cases:ask_about_mark", args=[case.pk])
    answer = client.post(url, {"mark": "finding1", "kind": "mark_lesion", "stem": "Where is <it>?"})
    item = Item.objects.get(department=case.department, title__contains="Where is")
    assert answer["Location"] == reverse("wagtailsnippets_quizzes_item:edit", args=[item.pk])
    content = item.body.get_prep_value()[0]["value"]
    assert content["stem"] == "<p>Where is &lt;it&gt;?</p>"
    assert get("mark_lesion").score(content, get("mark_lesion").key(content)).is_full
    # A line can be measured, not marked.
    client.post(url, {"mark": "line01", "kind": "mark_lesion", "stem": "No"})
    assert Item.objects.filter(title__contains="No").count() == 0
    assert client.post(url, {"mark": "nothere", "kind": "measure"}).status_code == 404


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_an_arrow_cannot_be_asked_about(case):
    keep(case, mark(case, shape="arrow", points=[[1, 1], [9, 9]]))
    viewing = viewing_of(case_key=case.translation_key)
    (arrow,) = marks_of(case_key=case.translation_key, viewing=viewing)
    with pytest.raises(CannotBeAsked):
        ask_about(case=case, stack=viewing.stacks[0], mark=arrow, kind="mark_lesion", stem="x")
