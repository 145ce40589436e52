"""The two departments, each with its section in every language."""

from django.db import transaction

from pages.domain.sections import open_section
from pages.models import DepartmentIndexPage, DepartmentPage
from people.domain.departments import found_department
from people.models import Department

from . import content
from .identity import find, key_of
from .placing import publish_below
from .prose import to_html
from .run import Run


def load_departments(*, run: Run) -> dict[str, Department]:
    """Found the departments that are missing and open their sections; all of them by key."""
    words = {
        language: {
            entry["key"]: entry
            for entry in content.page_words("departments", language)["departments"]
        }
        for language in content.LANGUAGES
    }
    return {
        key: _load_department(run=run, key=key, words={la: words[la][key] for la in words})
        for key in words[content.SOURCE_LANGUAGE]
    }


@transaction.atomic
def _load_department(*, run: Run, key: str, words: dict[str, content.Content]) -> Department:
    department = _department(run=run, key=key, facts=words[content.SOURCE_LANGUAGE])
    for language in content.LANGUAGES:
        if section(run=run, key=key, language=language) is None:
            _open(run=run, key=key, language=language, department=department, words=words[language])
    return department


def section(*, run: Run, key: str, language: str) -> DepartmentPage | None:
    """The department's section in a language."""
    locale = run.locales[language]
    return find(DepartmentPage, key=key_of("department", key), locale=locale)


def _department(*, run: Run, key: str, facts: content.Content) -> Department:
    """Known by its section, since editors may rename it; by name where it has lost that."""
    known = DepartmentPage.objects.filter(translation_key=key_of("department", key)).first()
    if known:
        return known.of_department
    named = Department.objects.filter(name=facts["name"]).first()
    if named:
        return named
    run.journal.add("departments")
    return found_department(
        name=facts["name"], city=facts["city"], country=facts["country"], website=facts["website"]
    )


def _open(
    *,
    run: Run,
    key: str,
    language: str,
    department: Department,
    words: content.Content,
) -> None:
    page = DepartmentPage(
        title=words["title"],
        slug=words["slug"],
        summary=words["summary"],
        of_department=department,
        department=department,
        about=to_html(words["about"], heading_tag="h2"),
    )
    publish_below(
        run.parent(DepartmentIndexPage, language),
        page,
        key=key_of("department", key),
        locale=run.locales[language],
        published_at=run.calendar.published_at(),
    )
    open_section(department=department, section=page)
