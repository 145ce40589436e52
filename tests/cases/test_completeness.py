"""The completeness meter, beginning by a template, and what a submission has to bring."""

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import streamfield

from cases.domain.beginnings import HEADINGS, begin_case
from cases.domain.completeness import REQUIREMENTS, completeness_of
from cases.models import CasePage, Instance, InstanceState, Series, Study
from pages.vocabulary import ModalityCode
from tests.cases.review_people import case_form
from tests.factories import (
    make_author,
    make_case,
    make_department,
    make_image,
    section_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def department(db):
    return make_department()


@pytest.fixture
def author(department):
    return make_author(department, first_name="Elena", last_name="Orlova")


def missing(case: CasePage) -> set[str]:
    return {line.requirement.code for line in completeness_of(case=case).missing}


def submit(client, case: CasePage, **changed) -> str:
    """Press "submit" in the editor; the page that comes back."""
    address = reverse("wagtailadmin_pages:edit", args=[case.pk])
    data = case_form(**changed) | {"action-submit": "action-submit"}
    return client.post(address, data, follow=True).content.decode()


def test_a_new_case_lacks_nearly_everything_and_a_whole_one_nothing(author, department):
    empty = begin_case(
        parent=section_of(department), title="New", modality=ModalityCode.CT, by=author
    )
    # The template's headings are no text.
    assert missing(empty) == {each.code for each in REQUIREMENTS} - {
        "authors",
        "licence",
        "alt_texts",
        "modality",
    }
    whole = make_case(
        findings="<p>Biconvex hyperdense collection at the left.</p>",
        history="<p>Fell from a bicycle this morning.</p>",
        pictures_checked=True,
        system="neuro",
        differential=[
            ("entry", {"diagnosis": name, "reasoning": "Against."}) for name in ("One", "Two")
        ],
    )
    whole.authors.create(family_name="Orlova")
    assert missing(whole) == set()
    assert completeness_of(case=whole).met == len(REQUIREMENTS)


def test_a_stack_counts_as_images_and_one_that_is_held_back_as_not_signed_off():
    case = make_case(pictures=[], pictures_checked=True)
    assert "images" in missing(case)
    study = Study.objects.create(case_key=case.translation_key, uid="1.2", patient="P")
    Series.objects.create(
        study=study, uid="1.2.3", kind="volume", modality="CT", frame_count=9, directory="x"
    )
    assert "images" not in missing(case)
    assert "deidentified" not in missing(case)
    Instance.objects.create(
        study=study, uid="1.2.3.4", series_uid="1.2.3", sop_class="1", state=InstanceState.HELD
    )
    assert "deidentified" in missing(case)


def test_a_picture_without_words_is_told():
    words = {"image": make_image(), "alt": "", "caption": ""}
    assert "alt_texts" in missing(make_case(pictures=[("picture", words)], live=False))


def test_a_submission_is_held_back_by_what_reviewers_need_and_says_what(client, author, department):
    case = begin_case(parent=section_of(department), title="New", modality="CT", by=author)
    client.force_login(author)
    html = submit(client, case, pictures=streamfield([]), pictures_checked="")
    assert "Add a picture or import a DICOM study." in html
    assert "Look at every picture" in html
    assert CasePage.objects.get(pk=case.pk).current_workflow_state is None


@pytest.mark.parametrize("field", ["modalities", "body_regions"])
def test_what_a_case_is_filed_by_holds_back_a_submission_and_the_meter_says_so(
    client, author, department, field
):
    case = begin_case(parent=section_of(department), title="New", modality="CT", by=author)
    setattr(case, field, [])
    case.save_revision(clean=False)
    [line] = [
        line for line in completeness_of(case=case).missing if line.requirement.field == field
    ]
    assert line.requirement.is_needed
    client.force_login(author)
    address = reverse("wagtailadmin_pages:edit", args=[case.pk])
    assert f'href="#{line.requirement.anchor}"' in client.get(address).content.decode()
    data = case_form() | {"action-submit": "action-submit"}
    data.pop(field)
    response = client.post(address, data, follow=True)
    assert CasePage.objects.get(pk=case.pk).current_workflow_state is None
    errors = response.context["form"].errors[field]
    assert errors == [f"Needed before the case can be reviewed: {line.requirement.hint}"]


def test_every_line_of_the_meter_leads_to_a_place_in_the_editor(client, author, department):
    case = begin_case(parent=section_of(department), title="New", modality="CT", by=author)
    client.force_login(author)
    html = client.get(reverse("wagtailadmin_pages:edit", args=[case.pk])).content.decode()
    for each in REQUIREMENTS:
        # Wagtail's script puts "pictures-root" where the page has "pictures".
        assert f'id="{each.anchor.removesuffix("-root")}"' in html, each.code


def test_advice_holds_nothing_back(client, author, department):
    case = begin_case(parent=section_of(department), title="New", modality="CT", by=author)
    client.force_login(author)
    submit(client, case)
    page = CasePage.objects.get(pk=case.pk)
    assert page.current_workflow_state is not None
    assert page.review_rounds.get().submitted_by == author
    assert missing(page) == {"differential", "teaching_points", "references"}


def test_a_draft_is_saved_with_anything_missing(client, author, department):
    case = begin_case(parent=section_of(department), title="New", modality="CT", by=author)
    client.force_login(author)
    address = reverse("wagtailadmin_pages:edit", args=[case.pk])
    data = case_form(pictures=streamfield([]), final_diagnosis="", pictures_checked="")
    for unclassified in ("modalities", "body_regions"):
        data.pop(unclassified)
    html = client.post(address, data, follow=True).content.decode()
    assert "Needed before the case can be reviewed" not in html
    assert CasePage.objects.get(pk=case.pk).title == "Headache after a fall"


def test_the_editor_shows_the_meter(client, author, department):
    case = begin_case(parent=section_of(department), title="New", modality="CT", by=author)
    client.force_login(author)
    html = client.get(reverse("wagtailadmin_pages:edit", args=[case.pk])).content.decode()
    assert "<progress" in html
    assert "Add a picture or import a DICOM study." in html


@pytest.mark.parametrize("modality", ModalityCode.values)
def test_every_modality_has_its_template(author, department, modality):
    case = begin_case(
        parent=section_of(department), title=f"New {modality}", modality=modality, by=author
    )
    assert [each.code for each in case.modalities.all()] == [modality]
    assert all(heading in case.findings for heading in HEADINGS[modality])
    assert (case.live, case.owner, case.authors.get().cited) == (False, author, "Orlova E")


def test_a_case_is_begun_by_a_form_in_ones_own_section_only(client, author, department):
    client.force_login(author)
    own = reverse("cases_review:begin", args=[section_of(department).pk])
    response = client.post(own, {"title": "A new cough", "modality": "DX"})
    case = CasePage.objects.get(slug="a-new-cough")
    assert response.headers["Location"] == reverse("wagtailadmin_pages:edit", args=[case.pk])
    elsewhere = section_of(make_department("Elsewhere"))
    address = reverse("cases_review:begin", args=[elsewhere.pk])
    client.post(address, {"title": "Intruder", "modality": "DX"})
    assert not CasePage.objects.filter(title="Intruder").exists()


def test_accounts_of_other_departments_are_not_offered_as_authors(client, author, department):
    colleague = make_author(department, last_name="Nextdoor")
    make_author(make_department("Elsewhere"), last_name="Faraway")
    case = begin_case(parent=section_of(department), title="New", modality="CT", by=author)
    client.force_login(author)
    html = client.get(reverse("wagtailadmin_pages:edit", args=[case.pk])).content.decode()
    assert str(colleague) in html
    assert "Faraway" not in html


def test_a_case_of_stacks_without_pictures_can_be_submitted(client, author, department):
    case = begin_case(parent=section_of(department), title="New", modality="CT", by=author)
    study = Study.objects.create(case_key=case.translation_key, uid="1.2", patient="P")
    Series.objects.create(
        study=study, uid="1.2.3", kind="volume", modality="CT", frame_count=9, directory="x"
    )
    client.force_login(author)
    submit(client, case, pictures=streamfield([]))
    page = CasePage.objects.get(pk=case.pk)
    assert page.current_workflow_state is not None
    page.live = True
    page.full_clean()
