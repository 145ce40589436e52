"""Home, error pages, the bare site, and previews of pages that were never saved."""

from http import HTTPStatus

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from cases.models import CaseIndexPage
from hub.domain.site import prepare_site
from hub.models import HomePage
from hub.queries import home_highlights
from tests.factories import make_case, make_course, make_event, make_news

pytestmark = pytest.mark.django_db


def highlights(rf_home, client):
    return home_highlights(
        home=HomePage.objects.get(pk=rf_home.pk), request=client.get("/en/").wsgi_request
    )


def test_home_fills_up_with_the_latest(client, home):
    courses = [make_course() for _ in range(4)]
    cases = [make_case() for _ in range(6)]
    found = highlights(home, client)
    assert (found.course, found.courses) == (courses[3], [courses[2], courses[1]])
    assert (found.case, found.cases) == (cases[5], cases[4:0:-1])


def test_home_puts_the_editors_choice_first_however_old(client, home):
    chosen_course, chosen_case, chosen_webinar = make_course(), make_case(), None
    for n in range(6):
        make_course()
        make_case()
        at = timezone.now() + timezone.timedelta(days=n + 1)
        make_event(starts_at=at, ends_at=at)
    at = timezone.now() + timezone.timedelta(days=90)
    chosen_webinar = make_event(starts_at=at, ends_at=at, kind="congress")
    HomePage.objects.filter(pk=home.pk).update(
        featured_course=chosen_course, case_of_the_week=chosen_case, next_webinar=chosen_webinar
    )
    found = highlights(home, client)
    assert (found.course, found.case, found.webinar) == (chosen_course, chosen_case, chosen_webinar)
    assert chosen_course not in found.courses
    assert chosen_case not in found.cases


def test_home_passes_over_choices_that_are_drafts_or_over(client, home):
    draft = make_case(live=False)
    past = timezone.now() - timezone.timedelta(days=1)
    over = make_event(starts_at=past, ends_at=past)
    congress = make_event(kind="congress")
    webinar = make_event()
    HomePage.objects.filter(pk=home.pk).update(case_of_the_week=draft, next_webinar=over)
    found = highlights(home, client)
    assert (found.case, found.webinar, found.events) == (None, webinar, [congress])


def test_home_of_a_young_site_is_a_page(client, home):
    page = client.get("/en/").content.decode()
    assert home.lead in page
    assert "All courses" not in page


def test_home_leads_to_the_whole_lists(client, home):
    make_course(), make_case(), make_case(), make_event(), make_news()
    page = client.get("/en/").content.decode()
    for name in ("courses", "cases", "events", "news"):
        assert f'<a href="/en/{name}/">All {name}</a>' in page


def test_bare_site_is_prepared_once():
    def rows() -> dict[str, int]:
        return {
            model._meta.label: model.objects.count()
            for model in apps.get_models()
            if isinstance(getattr(model, "objects", None), models.Manager)
        }

    before = rows()
    prepare_site()
    assert rows() == before
    assert before["pages.Modality"] == 9
    assert Page.find_problems() == ([], [], [], [], [])


def test_bare_site_changes_nothing_an_editor_changed(home):
    home.title, home.lead = "Our hub", "Our words"
    home.save_revision().publish()
    CaseIndexPage.objects.filter(locale=home.locale).update(title="Teaching files")
    prepare_site()
    home.refresh_from_db()
    assert (home.title, home.lead) == ("Our hub", "Our words")
    assert CaseIndexPage.objects.get(locale=home.locale).title == "Teaching files"


@pytest.mark.parametrize(
    "url", ["/en/nothing-here/", "/ru/nothing-here/", "/en/my/courses/1/nothing/"]
)
def test_missing_page_is_told_in_the_sites_style(client, url):
    answer = client.get(url)
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert 'class="site-header"' in page
    assert 'class="error-page__code">404' in page


def test_refusal_is_told_in_the_sites_style(client, resident):
    from quizzes.domain.attempts import start_attempt
    from tests.factories import UserFactory, make_item, make_quiz

    attempt = start_attempt(quiz=make_quiz(make_item()), user=UserFactory())
    client.force_login(resident)
    answer = client.get(reverse("quizzes:attempt", args=[attempt.pk]))
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "This page is not open to you" in answer.content.decode()


def test_form_out_of_date_is_told_in_the_sites_style(db):
    url = reverse("cases:commit_answer", args=[make_case().pk])
    answer = Client(enforce_csrf_checks=True).post(url, {"diagnosis": "Meningioma"})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "The form could not be sent" in answer.content.decode()
    assert 'class="site-header"' in answer.content.decode()


def test_failure_is_told_in_the_sites_style_without_the_database(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("secret reason")

    monkeypatch.setattr(HomePage, "get_context", fail)
    answer = Client(raise_request_exception=False).get("/en/")
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "Something failed on our side" in page
    assert "secret reason" not in page


def test_every_page_type_can_be_previewed_before_it_is_saved(client, editor):
    """The forms' help and the preview of a page that has no row yet."""
    client.force_login(editor)
    pages = [
        page_type
        for page_type in apps.get_models()
        if issubclass(page_type, Page)
        and page_type.__module__.split(".")[0] in ("hub", "courses", "cases", "pages")
    ]
    assert len(pages) == 16
    for page_type in pages:
        parent_type = page_type.allowed_parent_page_models()[0]
        parent = parent_type.objects.filter(depth__gte=1).first()
        if parent is None:
            parent = make_course()
        answer = client.get(
            reverse(
                "wagtailadmin_pages:add",
                args=[page_type._meta.app_label, page_type._meta.model_name, parent.pk],
            )
        )
        # Lists of which there may be one only are there already.
        assert answer.status_code in (HTTPStatus.OK, HTTPStatus.FOUND), page_type
        fresh = page_type(title="Fresh", slug="fresh", locale=parent.locale)
        if hasattr(fresh, "starts_at"):
            fresh.starts_at = fresh.ends_at = timezone.now()
        if hasattr(fresh, "of_department_id"):
            continue
        fresh.path = Page._get_children_path_interval(parent.path)[1]
        fresh.depth = parent.depth + 1
        fresh.set_url_path(parent)
        for mode, _label in fresh.preview_modes:
            preview = fresh.make_preview_request(preview_mode=mode)
            assert preview.status_code == HTTPStatus.OK, (page_type, mode)
            assert (
                "Fresh" in preview.rendered_content
                if hasattr(preview, "rendered_content")
                else True
            )
