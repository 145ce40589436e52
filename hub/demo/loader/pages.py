"""The site's own pages: news, events, guidelines, pages of text, and the home pages."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import transaction
from wagtail.models import Page

from courses.models import CoursePage
from hub.models import (
    EventIndexPage,
    EventPage,
    HomePage,
    NewsIndexPage,
    NewsPage,
    PlainPage,
    ResourceIndexPage,
    ResourcePage,
)
from pages.models import BodyRegion
from people.models import Department

from . import content
from .bodies import body
from .cases import case_page
from .identity import find, key_of
from .placing import publish, publish_below
from .prose import to_text
from .run import Run

FEATURED_COURSE = "acute-stroke-ct"
CASE_OF_THE_WEEK = "head-epidural"
ARABIC = "ar"


def load_pages(*, run: Run, departments: dict[str, Department]) -> None:
    """Publish the pages that are missing; fill home pages that nobody has written yet."""

    def event(entry: content.Content) -> EventPage:
        return _event(run=run, entry=entry, departments=departments)

    for language in content.LANGUAGES:
        _load_kind(run=run, language=language, kind="news", parent=NewsIndexPage, make=_news(run))
        _load_kind(run=run, language=language, kind="events", parent=EventIndexPage, make=event)
        _load_kind(
            run=run, language=language, kind="resources", parent=ResourceIndexPage, make=_resource
        )
    for language in (*content.LANGUAGES, ARABIC):
        _load_kind(run=run, language=language, kind="plain", parent=HomePage, make=_plain)
        _fill_home(run=run, language=language)


def _load_kind(
    *,
    run: Run,
    language: str,
    kind: str,
    parent: type[Page],
    make: Callable[[content.Content], Page],
) -> None:
    entries: Iterable[content.Content] = content.page_words(kind, language)[kind]
    for entry in entries:
        key, locale = key_of(kind, entry["key"]), run.locales[language]
        if find(Page, key=key, locale=locale) is not None:
            continue
        page = make(entry)
        page.title, page.slug, page.summary = entry["title"], entry["slug"], entry["summary"]
        page.body = body(key, entry["body"], references=entry.get("references", ()))
        with transaction.atomic():
            publish_below(
                run.parent(parent, language),
                page,
                key=key,
                locale=locale,
                published_at=run.calendar.published_at(entry.get("published")),
            )
        run.journal.add(PAGE_NOUNS[kind])


PAGE_NOUNS = {"news": "news", "events": "events", "resources": "guidelines", "plain": "plain pages"}


def _news(run: Run) -> Callable[[content.Content], NewsPage]:
    def make(entry: content.Content) -> NewsPage:
        return NewsPage(date=run.calendar.published_at(entry["published"]).date())

    return make


def _event(*, run: Run, entry: content.Content, departments: dict[str, Department]) -> EventPage:
    starts_at = run.calendar.starts_at(in_days=entry["starts_in_days"], hour_utc=entry["hour_utc"])
    return EventPage(
        kind=entry["kind"],
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=entry["duration_min"]),
        place=entry["place"],
        speaker=entry["speaker"],
        department=departments[entry["department"]],
    )


def _resource(entry: content.Content) -> ResourcePage:
    page = ResourcePage(kind=entry["kind"])
    page.body_regions = list(BodyRegion.objects.filter(code__in=entry["body_regions"]))
    return page


def _plain(entry: content.Content) -> PlainPage:
    del entry
    return PlainPage(in_footer=True)


@transaction.atomic
def _fill_home(*, run: Run, language: str) -> None:
    home = HomePage.objects.get(locale=run.locales[language])
    written = home.summary or home.body or home.featured_course_id or home.case_of_the_week_id
    if written or home.has_unpublished_changes:
        return
    words = content.page_words("home", language)
    home.title, home.lead, home.summary = words["title"], to_text(words["lead"]), words["summary"]
    home.draft_title, home.headline = home.title, words["headline"]
    home.body = body(key_of("home"), words["body"])
    if language in content.LANGUAGES:
        home.featured_course = find(
            CoursePage, key=key_of("course", FEATURED_COURSE), locale=home.locale
        )
        home.case_of_the_week = case_page(run=run, key=CASE_OF_THE_WEEK, language=language)
    publish(home)
    run.journal.add("home pages")
