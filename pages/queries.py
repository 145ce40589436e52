"""Reading pages: department sections and what they hold."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet
from wagtail.models import Locale, Page

from .models import BasePage, DepartmentPage
from .pictures import CARD, with_renditions

P = TypeVar("P", bound=Page)


def in_language(pages: Iterable[P], language: str) -> P | None:
    """Of translations of a page, the one in `language` (a code); else the first; None of none.

    `pages` come with their `locale`.
    """
    found = list(pages)
    own = (page for page in found if page.locale.language_code == language)
    return next(own, next(iter(found), None))


def each_in_language(pages: Iterable[P], *, locale_id: int) -> dict[uuid.UUID, P]:
    """Translation key → the page in that language; else the first of its translations."""
    found: dict[uuid.UUID, P] = {}
    for page in pages:
        if page.translation_key not in found or page.locale_id == locale_id:
            found[page.translation_key] = page
    return found


def department_sections(*, locale: Locale) -> QuerySet[DepartmentPage]:
    """Live department sections of a language, with department and picture."""
    return (
        DepartmentPage.objects.live()
        .filter(locale=locale)
        .select_related("of_department")
        .prefetch_related(with_renditions(CARD))
        .order_by("title")
    )


def section_titles(*, locale_id: int) -> dict[int, str]:
    """department id → what its section is called in that language; one query for a whole list."""
    return dict(
        DepartmentPage.objects.live()
        .filter(locale_id=locale_id)
        .values_list("of_department_id", "title")
    )


def name_departments(pages: list[BasePage], *, locale_id: int) -> list[BasePage]:
    """Give each page `department_title`, the owning department's name in that language."""
    titles = section_titles(locale_id=locale_id)
    for page in pages:
        page.department_title = titles.get(page.department_id or 0, "")
    return pages


@dataclass(frozen=True)
class SectionContents:
    """Live pages below a department's section, by type, latest first."""

    kind: str
    label: str
    pages: list[Page]


def section_contents(*, section: DepartmentPage) -> list[SectionContents]:
    """What a department has published, grouped by type; a constant number of queries."""
    pages = (
        section.get_children()
        .live()
        .public()
        .specific()
        .prefetch_related("content_type")
        .order_by("-first_published_at")
    )
    groups: dict[type[Page], list[Page]] = {}
    for page in pages:
        groups.setdefault(type(page), []).append(page)
    return [
        SectionContents(
            kind=model._meta.model_name or "",
            label=str(model._meta.verbose_name_plural),
            pages=listed,
        )
        for model, found in groups.items()
        if (listed := model.those_listed(found) if issubclass(model, BasePage) else found)
    ]
