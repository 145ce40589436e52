"""Publishing cases: no way round peer review; number, versions, citation, withdrawal."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Page

from cases.domain.citations import Author, Citation
from cases.domain.publication import (
    NotCleared,
    NothingToCorrect,
    NotPublished,
    Withdrawn,
    admit,
    publish_correction,
    withdraw,
)
from cases.domain.review import decide
from cases.models import (
    CaseAnswer,
    CaseAuthor,
    CasePage,
    CaseRecord,
    CaseVersion,
    Decision,
    Licence,
    SavedCase,
    Series,
    Study,
)
from cases.review_queries import department_cases
from hub.models import HomePage
from interop.models import TargetKind
from interop.targets import launchable
from tests.cases.review_people import case_form, make_draft, make_reviewer, review_by, submit
from tests.factories import (
    locale_of,
    make_author,
    make_case,
    make_department,
    make_image,
    section_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def department(db):
    return make_department("Radiology, Harbour Hospital")


@pytest.fixture
def author(department):
    return make_author(department, email="author@example.com")


@pytest.fixture
def draft(department, author) -> CasePage:
    return make_draft(department, author)


@pytest.fixture
def published(draft) -> CasePage:
    """A case that readers see, of version 1."""
    page = CasePage.objects.get(pk=draft.pk)
    page.authors = [
        CaseAuthor(family_name="Orlova", given_name="Elena Andreevna"),
        CaseAuthor(family_name="Haddad", given_name="Amina"),
    ]
    revision = page.save_revision()
    admit(case=page, revision=revision, note="From an archive")
    revision.publish()
    return CasePage.objects.get(pk=draft.pk)


def is_live(case: Page) -> bool:
    return Page.objects.get(pk=case.pk).live


# --- No way round --------------------------------------------------------------------------------


def test_a_revision_without_leave_is_not_published(draft, editor):
    for user in (None, editor):
        with pytest.raises(NotCleared):
            draft.get_latest_revision().publish(user=user, skip_permission_checks=True)
    assert not is_live(draft)


def test_the_editors_publish_button_is_gone_and_does_nothing_when_posted(client, draft, editor):
    client.force_login(editor)
    address = reverse("wagtailadmin_pages:edit", args=[draft.pk])
    assert 'name="action-publish"' not in client.get(address).content.decode()
    client.post(address, case_form(title="Forced") | {"action-publish": "action-publish"})
    page = CasePage.objects.get(pk=draft.pk)
    assert (page.live, page.draft_title) == (False, "Forced")


def test_a_new_case_is_not_published_at_once_but_kept_as_a_draft(client, department, editor):
    client.force_login(editor)
    parent = section_of(department)
    address = reverse("wagtailadmin_pages:add", args=["cases", "casepage", parent.pk])
    assert 'name="action-publish"' not in client.get(address).content.decode()
    answer = client.post(
        address, case_form(title="Forced") | {"action-publish": "action-publish"}, follow=True
    )
    assert "Cases are published by peer review" in answer.content.decode()
    page = CasePage.objects.get(title="Forced")
    assert not page.live


def test_publishing_many_pages_at_once_leaves_cases_out(client, draft, editor):
    client.force_login(editor)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    client.post(f"{address}?id={draft.pk}", {"include_descendants": ""})
    assert not is_live(draft)


def test_the_schedule_publishes_other_pages_and_no_case_without_leave(draft, home):
    past = timezone.now() - timedelta(minutes=1)
    for page in (draft, home):
        page.revisions.update(approved_go_live_at=None)
        page.go_live_at = past
        revision = page.save_revision()
        type(revision).objects.filter(pk=revision.pk).update(approved_go_live_at=past)
    type(home).objects.filter(pk=home.pk).update(live=False)
    call_command("publish_scheduled")
    assert (is_live(draft), is_live(home)) == (False, True)
    assert not draft.revisions.filter(approved_go_live_at__isnull=False).exists()


def test_an_accepted_case_goes_live_on_its_day(draft, author, editor):
    page = CasePage.objects.get(pk=draft.pk)
    page.go_live_at = timezone.now() + timedelta(days=1)
    page.save_revision(user=author)
    round_ = submit(draft, author)
    for _ in range(2):
        review_by(make_reviewer(), round_, editor)
    decide(round_=round_, decision=Decision.ACCEPT, letter="", by=editor)
    assert (is_live(draft), CaseRecord.objects.count()) == (False, 0)
    past = timezone.now() - timedelta(minutes=1)
    revision = page.revisions.get(approved_go_live_at__isnull=False)
    revision.content["go_live_at"] = past.isoformat()
    revision.approved_go_live_at = past
    revision.save()
    call_command("publish_scheduled")
    assert (is_live(draft), CaseRecord.objects.count()) == (True, 1)


def test_a_copy_of_a_published_case_is_a_draft_that_wants_its_own_review(
    client, published, department, editor
):
    client.force_login(editor)
    client.post(
        reverse("wagtailadmin_pages:copy", args=[published.pk]),
        {
            "new_title": "Copy",
            "new_slug": "copy",
            "new_parent_page": published.get_parent().pk,
            "copy_subpages": "",
            "publish_copies": "on",
            "alias": "",
        },
    )
    copy = CasePage.objects.get(slug="copy")
    assert copy.translation_key != published.translation_key
    assert not copy.live


def test_a_translation_of_a_published_case_follows_it_under_the_same_number(published):
    russian = published.copy_for_translation(locale_of("ru"), copy_parents=True)
    russian.title = "Головная боль"
    russian.save_revision().publish()
    assert is_live(russian)
    assert CaseRecord.objects.count() == 1


def test_a_translation_of_a_draft_is_not_published_ahead_of_it(draft):
    russian = draft.copy_for_translation(locale_of("ru"), copy_parents=True)
    with pytest.raises(NotCleared):
        russian.save_revision().publish()


# --- Number, versions, corrections ---------------------------------------------------------------


def test_numbers_are_given_once_in_order_and_never_again(department, author):
    numbers = []
    for _ in range(3):
        page = make_draft(department, author)
        revision = page.get_latest_revision()
        admit(case=page, revision=revision, note="Archive")
        revision.publish()
        numbers.append(CaseRecord.objects.get(case_key=page.translation_key).pk)
        page.delete()
    assert numbers == sorted(set(numbers))
    assert CaseRecord.objects.filter(pk__in=numbers).count() == 3


def test_a_correction_is_a_version_with_its_sentence(client, published, editor):
    page = CasePage.objects.get(pk=published.pk)
    page.findings = "<p>On the left, not on the right.</p>"
    page.save_revision(user=editor)
    publish_correction(case=page, note="Side put right.", by=editor)
    versions = CaseVersion.objects.filter(case=published)
    assert [(version.number, version.note) for version in versions] == [
        (1, "From an archive"),
        (2, "Side put right."),
    ]
    first, last = (
        date_format(timezone.localdate(version.published_at), "DATE_FORMAT") for version in versions
    )
    html = client.get(published.url).content.decode()
    assert f'<a href="#last-correction">Corrected on {last}</a>' in html
    assert f"Corrected on {last} (version 2)" in html
    assert f"First published on {first}" in html
    assert "version 2. http://" in html
    # Which side it is may be the answer.
    assert "Side put right." not in html
    client.post(reverse("cases:choose_reading", args=[published.pk]))
    html = client.get(published.url).content.decode()
    assert "Corrected on" in html
    assert "(version 2): Side put right." in html
    assert "From an archive" not in html
    number = CaseRecord.objects.get(case=published).pk
    bib = client.get(reverse("case_records:bibtex", args=[number])).content.decode()
    assert "edition = {2}" in bib


def test_a_case_that_was_never_corrected_says_nothing_of_it(client, published):
    html = client.get(published.url).content.decode()
    assert "orrected" not in html
    assert "History of versions" not in html


def test_a_case_taken_over_is_as_old_in_its_history_as_on_its_page(draft):
    long_ago = datetime(2019, 5, 4, tzinfo=UTC)
    page = CasePage.objects.get(pk=draft.pk)
    page.first_published_at = long_ago
    revision = page.save_revision()
    admit(case=page, revision=revision, note="From an archive")
    revision.publish()
    assert CaseVersion.objects.get(revision=revision).published_at == long_ago


def test_nothing_is_corrected_where_nothing_has_changed_or_nothing_was_published(
    published, department, author, editor
):
    with pytest.raises(NothingToCorrect):
        publish_correction(case=published, note="Nothing.", by=editor)
    with pytest.raises(NotPublished):
        publish_correction(case=make_draft(department, author), note="Too early.", by=editor)


def test_a_case_taken_offline_comes_back_without_a_new_version(published, editor):
    published.unpublish()
    publish_correction(case=published, note="", by=editor)
    assert is_live(published)
    assert CaseVersion.objects.filter(case=published).count() == 1


def test_the_editors_page_publishes_again_what_was_taken_offline_and_asks_no_correction(
    client, published, editor
):
    published.unpublish(user=editor)
    client.force_login(editor)
    address = reverse("cases_review:publication", args=[published.pk])
    html = client.get(address).content.decode()
    assert "Publish again" in html
    assert "What is corrected" not in html
    html = client.post(address, {"again": "1"}, follow=True).content.decode()
    assert "The case is published again." in html
    assert is_live(published)
    assert CaseVersion.objects.filter(case=published).count() == 1


def test_a_changed_case_is_not_published_again_without_saying_what_changed(
    client, published, editor
):
    published.unpublish(user=editor)
    page = CasePage.objects.get(pk=published.pk)
    page.summary = "Other words."
    page.save_revision(user=editor)
    client.force_login(editor)
    address = reverse("cases_review:publication", args=[published.pk])
    assert "What is corrected" in client.get(address).content.decode()
    assert client.post(address, {"again": "1"}).status_code == 422
    assert not is_live(published)


def test_the_editors_page_corrects_and_withdraws(client, published, editor, author):
    address = reverse("cases_review:publication", args=[published.pk])
    client.force_login(author)
    assert client.get(address).status_code == 302
    client.force_login(editor)
    page = CasePage.objects.get(pk=published.pk)
    page.discussion = "<p>Better.</p>"
    page.save_revision(user=editor)
    assert client.post(address, {"correct": "1", "note": ""}).status_code == 422
    assert client.post(address, {"correct": "1", "note": "Better words."}).status_code == 302
    assert client.post(address, {"withdraw": "1", "notice": "Wrong."}).status_code == 422
    sure = {"withdraw": "1", "notice": "The diagnosis was wrong.", "confirmed": "on"}
    assert client.post(address, sure).status_code == 302
    assert CaseRecord.objects.get(case=published).notice == "The diagnosis was wrong."


def test_old_revisions_of_published_versions_outlive_a_purge(published, editor):
    for number in range(3):
        page = CasePage.objects.get(pk=published.pk)
        page.summary = f"Draft {number}"
        page.save_revision()
    call_command("purge_revisions", verbosity=0)
    assert CaseVersion.objects.get(case=published).revision.content["summary"] != "Draft 2"


# --- Withdrawal ----------------------------------------------------------------------------------


@pytest.fixture
def withdrawn(published, editor) -> CasePage:
    russian = published.copy_for_translation(locale_of("ru"), copy_parents=True)
    russian.save_revision().publish()
    study = Study.objects.create(case_key=published.translation_key, uid="1.2.3", patient="P")
    Series.objects.create(
        study=study, uid="1.2.3.4", kind="images", modality="CT", frame_count=1, directory="none/x"
    )
    withdraw(case=published, notice="The diagnosis was wrong.", by=editor)
    return CasePage.objects.get(pk=published.pk)


def test_a_withdrawn_case_keeps_page_number_and_notice_and_nothing_else(client, withdrawn, editor):
    number = CaseRecord.objects.get(case=withdrawn).pk
    for page in CasePage.objects.filter(translation_key=withdrawn.translation_key):
        for reader in (Client(), client):
            client.force_login(editor)
            response = reader.get(page.url, {"solution": ""})
            html = response.content.decode()
            assert response.status_code == 200
            assert "The diagnosis was wrong." in html
            assert "Secret" not in html
            assert "Fell from a bicycle" not in html
        assert (page.findings, page.final_diagnosis, len(page.pictures)) == ("", "", 0)
    assert client.get(reverse("case_records:case", args=[number])).status_code == 302
    assert not Study.objects.filter(case_key=withdrawn.translation_key).exists()


def test_pictures_of_a_withdrawn_case_can_no_longer_be_fetched(
    published, editor, django_capture_on_commit_callbacks
):
    own, shared = published.pictures[0].value["image"], make_image()
    make_case(picture=shared, slug="another")
    published.picture = shared
    published.save()
    address = own.get_rendition("width-100").url
    files = [own.file.path, own.get_rendition("width-100").file.path]
    assert Client().get(address).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(case=published, notice="The diagnosis was wrong.", by=editor)
    assert Client().get(address).status_code == 404
    assert [path for path in files if Path(path).exists()] == []
    assert Path(shared.file.path).exists()


def test_a_withdrawal_is_not_taken_back(withdrawn, editor):
    with pytest.raises(Withdrawn):
        withdraw(case=withdrawn, notice="Again.", by=editor)
    with pytest.raises(Withdrawn):
        publish_correction(case=withdrawn, note="Back.", by=editor)
    with pytest.raises(NotCleared):
        CaseVersion.objects.get(case=withdrawn).revision.publish()


def test_a_withdrawn_case_is_in_no_list(client, withdrawn):
    assert withdrawn.title not in client.get("/en/cases/").content.decode()
    section = withdrawn.get_parent()
    assert withdrawn.title not in client.get(section.url).content.decode()
    sitemap = client.get(reverse("sitemap")).content.decode()
    assert section.slug in sitemap
    assert withdrawn.slug not in sitemap


def test_a_withdrawn_case_goes_out_of_every_readers_own_lists(client, withdrawn, resident):
    teacher = Client()
    teacher.force_login(resident)
    SavedCase.objects.create(user=resident, case_key=withdrawn.translation_key)
    CaseAnswer.objects.create(
        user=resident,
        case=withdrawn,
        case_key=withdrawn.translation_key,
        answered_at=timezone.now(),
        response={},
    )
    HomePage.objects.update(case_of_the_week=withdrawn)
    for address in (
        reverse("cases:collections"),
        f"{reverse('cases:collections')}?case={withdrawn.pk}",
        reverse("courses:my_learning"),
        reverse("feeds:cases"),
        "/en/",
        "/en/cases/?q=Headache",
    ):
        answer = teacher.get(address)
        assert answer.status_code == 200, address
        assert withdrawn.title not in answer.content.decode(), address
    assert launchable(kind=TargetKind.CASE, locale_id=withdrawn.locale_id) == []


def test_a_withdrawn_case_waits_for_nobody_in_its_department(withdrawn, author):
    reader = Client()
    reader.force_login(author)
    assert department_cases(user=author) == []
    assert withdrawn.title not in reader.get(reverse("case_reviews:desk")).content.decode()


def test_a_withdrawn_case_takes_no_more_answers(withdrawn, resident):
    reader = Client()
    reader.force_login(resident)
    for name in ("commit_answer", "choose_reading", "save_case"):
        answer = reader.post(reverse(f"cases:{name}", args=[withdrawn.pk]), {"saved": "1"})
        assert answer.status_code == 404
    assert not CaseAnswer.objects.exists()
    assert not SavedCase.objects.exists()


def test_the_citation_of_a_withdrawn_case_stays_and_says_that_it_is_withdrawn(client, withdrawn):
    record = CaseRecord.objects.get(case=withdrawn)
    withdrawn_on = f"Withdrawn on {record.withdrawn_at:%Y-%m-%d}"
    bib = client.get(reverse("case_records:bibtex", args=[record.pk])).content.decode()
    ris = client.get(reverse("case_records:ris", args=[record.pk])).content.decode()
    assert f"note = {{{withdrawn_on}}}" in bib
    assert f"title = {{{{{withdrawn.title}}}}}" in bib
    assert "author = {Orlova, Elena Andreevna and Haddad, Amina}" in bib
    assert f"N1  - {withdrawn_on}\r\n" in ris
    html = " ".join(client.get(withdrawn.url).content.decode().split())
    assert f"case {record.pk}, version 1. {withdrawn_on}. http://testserver" in html
    assert reverse("case_records:bibtex", args=[record.pk]) in html


def test_of_a_number_without_a_page_there_is_no_citation_and_no_error(client, published):
    number = CaseRecord.objects.get(case=published).pk
    CasePage.objects.get(pk=published.pk).delete()
    for name in ("case", "bibtex", "ris"):
        assert client.get(reverse(f"case_records:{name}", args=[number])).status_code == 410
        assert client.get(reverse(f"case_records:{name}", args=[999_999])).status_code == 404


# --- Citation and licence ------------------------------------------------------------------------


def test_a_published_case_says_how_it_is_cited_and_on_which_terms(client, published):
    html = client.get(published.url).content.decode()
    record = CaseRecord.objects.get(case=published)
    year = record.assigned_at.year
    cited = (
        f"Orlova EA, Haddad A. {published.title}. Viewbox: teaching cases {year}; "
        f"case {record.pk}, version 1. http://testserver/en/case/{record.pk}/"
    )
    assert cited in re.sub(r"\s+", " ", html)
    assert "https://creativecommons.org/licenses/by-nc-sa/4.0/" in html
    assert published.licence == Licence.BY_NC_SA


def test_the_citation_comes_for_reference_managers(client, published):
    record = CaseRecord.objects.get(case=published)
    bib = client.get(reverse("case_records:bibtex", args=[record.pk]))
    ris = client.get(reverse("case_records:ris", args=[record.pk]))
    assert bib.headers["Content-Disposition"] == f'attachment; filename="case-{record.pk}.bib"'
    assert "author = {Orlova, Elena Andreevna and Haddad, Amina}" in bib.content.decode()
    assert ris.content.decode().splitlines()[:3] == [
        "TY  - GEN",
        "AU  - Orlova, Elena Andreevna",
        "AU  - Haddad, Amina",
    ]
    assert client.get(reverse("case_records:case", args=[999_999])).status_code == 404


def test_the_number_leads_to_the_case_in_the_readers_language(client, published):
    russian = published.copy_for_translation(locale_of("ru"), copy_parents=True)
    russian.save_revision().publish()
    number = CaseRecord.objects.get(case=published).pk
    assert client.get(f"/en/case/{number}/").headers["Location"] == published.get_url()
    assert client.get(f"/ru/case/{number}/").headers["Location"] == russian.get_url()


def test_a_case_that_was_never_numbered_shows_no_citation(client):
    html = client.get(make_case().url).content.decode()
    assert 'id="citation-text"' not in html


@given(
    title=st.text(min_size=1, max_size=80),
    names=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=4),
)
def test_whatever_a_title_holds_bibtex_stays_balanced_and_ris_one_tag_a_line(title, names):
    citation = Citation(
        number=7,
        version=2,
        title=title,
        authors=tuple(Author(*name) for name in names),
        department="Somewhere",
        collection="Cases",
        url="https://example.org/en/case/7/",
        published_at=datetime(2031, 5, 4, tzinfo=UTC),
        licence="CC BY-NC-SA 4.0",
    )
    bare = re.sub(r"\\[{}]", "", citation.bibtex)
    depth = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    assert re.fullmatch(r"[a-z]+2031case7", citation.key)
    lines = citation.ris.split("\r\n")
    assert lines.pop() == ""
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
