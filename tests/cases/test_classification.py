"""Finding cases: facets, codes of the diagnosis, the site's own ICD-10."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from cases.domain.codes import TableRefused, read_table
from cases.models import AgeGroup, CaseIndexPage, DiagnosisCode
from cases.models.classification import age_group_of
from tests.factories import locale_of, make_case


@given(st.integers(min_value=0, max_value=130))
def test_every_age_is_in_the_group_whose_years_it_reads(years):
    bounds = {
        AgeGroup.INFANT: (0, 1),
        AgeGroup.CHILD: (2, 12),
        AgeGroup.ADOLESCENT: (13, 18),
        AgeGroup.ADULT: (19, 44),
        AgeGroup.MIDDLE_AGED: (45, 64),
        AgeGroup.AGED: (65, 130),
    }
    first, last = bounds[age_group_of(years)]
    assert first <= years <= last


@pytest.mark.django_db
def test_the_age_group_follows_the_age_and_may_stand_without_one():
    case = make_case(age_years=47)
    assert case.age_group == AgeGroup.MIDDLE_AGED
    case.age_years, case.age_group = None, AgeGroup.AGED
    case.save()
    case.refresh_from_db()
    assert case.age_group == AgeGroup.AGED


@pytest.mark.django_db
def test_cases_are_found_by_system_age_and_language(client):
    chest = make_case(title="A cough", system="respiratory", age_years=70)
    head = make_case(title="A headache", system="neuro", age_years=30)
    russian = CaseIndexPage.objects.get(locale=locale_of("ru"))
    make_case(title="Кашель", parent=russian, system="respiratory", age_years=66)

    def found(query: str) -> list[bool]:
        html = client.get(f"/en/cases/?{query}").content.decode()
        return [title in html for title in (chest.title, head.title, "Кашель")]

    assert found("") == [True, True, False]
    assert found("system=respiratory") == [True, False, False]
    assert found("age=adult") == [False, True, False]
    assert found("lang=ru") == [False, False, True]
    assert found("lang=ru&lang=en&system=respiratory") == [True, False, True]
    assert found("lang=xx&system=&age=%00") == [True, True, False]


@pytest.mark.django_db
def test_ones_own_language_is_no_filter_to_take_off(client):
    make_case()
    assert "Remove filter" not in client.get("/en/cases/").content.decode()
    assert "Remove filter" in client.get("/en/cases/?lang=ru").content.decode()


@pytest.mark.django_db
def test_codes_of_the_diagnosis_are_shown_with_the_solution_only(client, editor):
    DiagnosisCode.objects.create(code="S06.4", name="Epidural haemorrhage", language="en")
    case = make_case(radlex="RID4713", icd10="S06.4")
    before = client.get(case.url).content.decode()
    client.force_login(editor)
    after = client.get(f"{case.url}?solution").content.decode()
    for code in ("RID4713", "S06.4", "Epidural haemorrhage"):
        assert (code in before, code in after) == (False, True)


@pytest.mark.django_db
def test_codes_are_checked_as_far_as_the_site_knows_them():
    case = make_case()
    case.radlex, case.icd10 = "RID1, RID2", "whatever"
    case.full_clean()
    case.radlex = "fracture"
    with pytest.raises(ValidationError, match="is no RadLex identifier"):
        case.full_clean()
    DiagnosisCode.objects.create(code="S06.4", name="Epidural haemorrhage", language="en")
    case.radlex = ""
    with pytest.raises(ValidationError, match="is not in the ICD-10"):
        case.full_clean()
    case.icd10 = "S06.4"
    case.full_clean()


@pytest.mark.django_db
def test_icd10_is_imported_from_the_sites_own_table(tmp_path: Path, capsys):
    table = tmp_path / "icd.csv"
    table.write_text("Code;Name\nS06.4;Эпидуральное кровоизлияние\nS06.5;Субдуральное\n", "utf-8")
    call_command("import_codes", table, "--language", "ru", "--json")
    assert json.loads(capsys.readouterr().out) == {"added": 2, "changed": 0}
    table.write_text("code,name\nS06.5,Субдуральное кровоизлияние\n", "utf-8")
    call_command("import_codes", table, "--language", "ru", "--json")
    assert json.loads(capsys.readouterr().out) == {"added": 0, "changed": 1}
    assert DiagnosisCode.objects.get(code="S06.5").name == "Субдуральное кровоизлияние"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "must name the columns"),
        ("a,b\n1,2\n", "must name the columns"),
        ("code,name\n", "no code in the file"),
        ("code,name\nA00,\n", "Line 2: code or name is missing"),
        ("code,name\nA 00,Cholera\n", "Line 2: “A 00” is no code"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_whole_with_its_line(tmp_path, content, sentence):
    table = tmp_path / "icd.csv"
    table.write_text(content, "utf-8")
    with pytest.raises(CommandError, match=sentence):
        call_command("import_codes", table)
    assert not DiagnosisCode.objects.exists()


@given(st.text(max_size=300))
def test_any_text_gives_codes_or_a_sentence(text):
    try:
        codes = read_table(text)
    except TableRefused as refused:
        assert str(refused)
    else:
        assert all(code and name and len(code) <= 20 for code, name in codes.items())
