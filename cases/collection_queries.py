"""Reading saved cases and collections. Nothing that gives a case away before it is revealed."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef
from wagtail.rich_text import expand_db_html

from pages.pictures import CARD, with_renditions

from .key_images import KeyImage, key_images
from .marks import marks_of, tied_marks
from .models import (
    SOLUTION_FIELDS,
    CaseCollection,
    CasePage,
    CaseRecord,
    CollectionEntry,
    SavedCase,
    Stage,
)
from .phrases import tie_phrases, without_bare_headings
from .queries import CasePicture, case_pictures
from .record_queries import is_withdrawn, without_withdrawn
from .viewing import Viewing, viewing_of


@dataclass(frozen=True)
class ListedEntry:
    """A case of a collection and where to find it."""

    entry: CollectionEntry
    case: CasePage


def _public_cases(*, keys: list, locale_id: int) -> dict:
    """Translation key → the case in this language, else in the first there is."""
    found: dict = {}
    cases = (
        without_withdrawn(CasePage.objects.live().public())
        .filter(translation_key__in=keys)
        .defer(*SOLUTION_FIELDS)
        .select_related("locale")
        .prefetch_related(with_renditions(CARD), "modalities", "body_regions")
        .order_by("locale_id")
    )
    for case in cases:
        if case.translation_key not in found or case.locale_id == locale_id:
            found[case.translation_key] = case
    return found


def saved_cases(*, user: Any, locale_id: int) -> list[CasePage]:
    """The cases a person saved and can still read, latest first."""
    keys = list(SavedCase.objects.filter(user=user).values_list("case_key", flat=True))
    cases = _public_cases(keys=keys, locale_id=locale_id)
    return [cases[key] for key in keys if key in cases]


def collections_of(*, user: Any, case: CasePage | None = None) -> list[CaseCollection]:
    """A person's collections, with how many cases they hold, and whether `case` is among them.

    One query; withdrawn cases do not count.
    """
    inside = CollectionEntry.objects.filter(collection=OuterRef("pk"))
    key = case.translation_key if case else None
    return list(
        CaseCollection.objects.filter(owner=user).annotate(
            case_count=Count("entries", filter=~is_withdrawn("entries__case_key")),
            has_case=Exists(inside.filter(case_key=key)),
        )
    )


def entries_of(*, collection: CaseCollection, locale_id: int) -> list[ListedEntry]:
    """The cases of a collection that can be read, in their order."""
    entries = list(collection.entries.all())
    cases = _public_cases(keys=[entry.case_key for entry in entries], locale_id=locale_id)
    return [
        ListedEntry(entry=entry, case=cases[entry.case_key])
        for entry in entries
        if entry.case_key in cases
    ]


@dataclass(frozen=True)
class WithdrawnEntry:
    """A case of a collection of which there is but its notice."""

    entry: CollectionEntry
    record: CaseRecord
    title: str


def withdrawn_entries(*, collection: CaseCollection, locale_id: int) -> list[WithdrawnEntry]:
    """The cases that a withdrawal took out of the round; its teacher is told. Three queries."""
    entries = {entry.case_key: entry for entry in collection.entries.all()}
    records = CaseRecord.objects.filter(case_key__in=entries, withdrawn_at__isnull=False)
    pages = CasePage.objects.filter(locale_id=locale_id, translation_key__in=entries)
    titles = dict(pages.values_list("translation_key", "title"))
    return [
        WithdrawnEntry(entries[record.case_key], record, titles.get(record.case_key, record.title))
        for record in records.order_by("pk")
    ]


@dataclass(frozen=True)
class Shown:
    """A case as it stands on the wall: so much of it as the teacher has revealed.

    What is not revealed is not in here.
    """

    case: CasePage
    title: str
    viewing: Viewing | None
    pictures: list[CasePicture]
    stage: int
    stage_count: int
    next_stage: str
    findings: str
    differential: list[str]
    marks: list[dict[str, Any]]
    key_images: list[KeyImage]
    is_open: bool


def show(*, listed: ListedEntry) -> Shown:
    """The case of an entry at its stage."""
    case, stage = listed.case, listed.entry.shown_now
    viewing = viewing_of(case_key=case.translation_key)
    names = list(Stage)
    shows_findings, shows_differential, is_open = (stage > place for place in range(len(names)))
    tied = tied_marks(
        marks_of(case_key=case.translation_key, viewing=viewing) if shows_findings else [],
        language=case.locale.language_code,
    )
    return Shown(
        case=case,
        title=case.telling_title if is_open and case.telling_title else case.title,
        viewing=viewing,
        pictures=case_pictures(case=case, revealed=is_open),
        stage=stage,
        stage_count=len(names),
        next_stage=str(names[stage].label) if stage < len(names) else "",
        findings=tie_phrases(expand_db_html(without_bare_headings(case.findings)), tied.phrases)
        if shows_findings
        else "",
        differential=(
            sorted((one.value["diagnosis"] for one in case.differential), key=str.casefold)
            if shows_differential
            else []
        ),
        marks=tied.marks,
        key_images=key_images(tied.marks, viewing=viewing),
        is_open=is_open,
    )
