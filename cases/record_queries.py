"""What a published case is known by, as its readers see it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Page

from people.addresses import full_address

from .domain.citations import Author, Citation
from .models import LICENCE_URLS, CasePage, CaseRecord, CaseVersion, DiagnosisCode, Licence


@dataclass(frozen=True)
class RecordReading:
    """Number, citation, versions and licence of a case."""

    record: CaseRecord
    versions: list[CaseVersion]
    citation: Citation
    licence_name: str
    licence_url: str

    @property
    def corrections(self) -> list[CaseVersion]:
        """Versions after the first, newest first."""
        return [version for version in reversed(self.versions) if (version.number or 0) > 1]


def read_record(*, case: CasePage, request: HttpRequest | None = None) -> RecordReading | None:
    """The record of a case; None for a case that was never published. Four queries."""
    record = CaseRecord.objects.filter(case_key=case.translation_key).first()
    if record is None:
        return None
    source_id = record.case_id or case.pk
    versions = list(
        CaseVersion.objects.filter(case_id=source_id, number__isnull=False).order_by("number")
    )
    return RecordReading(
        record=record,
        versions=versions,
        citation=_citation(case, record, versions, request),
        licence_name=case.get_licence_display(),
        licence_url=LICENCE_URLS[Licence(case.licence)],
    )


def _citation(
    case: CasePage,
    record: CaseRecord,
    versions: list[CaseVersion],
    request: HttpRequest | None,
) -> Citation:
    path = record.get_absolute_url()
    url = request.build_absolute_uri(path) if request else full_address(path)
    last = versions[-1] if versions else None
    published_at = (last and last.published_at) or record.assigned_at
    return Citation(
        number=record.pk,
        version=(last and last.number) or 1,
        title=case.title,
        authors=tuple(
            Author(author.family_name, author.given_name) for author in case.authors.all()
        ),
        department=case.department_title,
        collection=_("%(society)s: teaching cases") % {"society": settings.SOCIETY_SHORT_NAME},
        url=url,
        published_at=published_at,
        licence=case.get_licence_display(),
        withdrawn_at=record.withdrawn_at,
    )


def page_of(*, record: CaseRecord) -> CasePage | None:
    """A live page of the case, in the reader's language if there is one."""
    pages = list(
        CasePage.objects.live()
        .public()
        .filter(translation_key=record.case_key)
        .select_related("locale")
        .order_by("pk")
    )
    spoken = (page for page in pages if page.locale.language_code == translation.get_language())
    return next(spoken, next(iter(pages), None))


def withdrawal_of(*, case: CasePage) -> CaseRecord | None:
    """The record of a case that has been withdrawn; None for all others. One query."""
    return CaseRecord.objects.filter(
        case_key=case.translation_key, withdrawn_at__isnull=False
    ).first()


def withdrawn_keys(*, cases: Iterable[Page]) -> set[uuid.UUID]:
    """Translation keys of those of `cases` that have been withdrawn. One query."""
    keys = [case.translation_key for case in cases]
    records = CaseRecord.objects.filter(case_key__in=keys, withdrawn_at__isnull=False)
    return set(records.values_list("case_key", flat=True))


def without_withdrawn(cases: QuerySet[Any]) -> QuerySet[Any]:
    """`cases` but those withdrawn; adds no query."""
    withdrawn = CaseRecord.objects.filter(withdrawn_at__isnull=False)
    return cases.exclude(translation_key__in=withdrawn.values("case_key"))


def is_withdrawn(key: str) -> Exists:
    """An expression: whether the case whose key stands in field `key` has been withdrawn."""
    return Exists(CaseRecord.objects.filter(case_key=OuterRef(key), withdrawn_at__isnull=False))


@dataclass(frozen=True)
class NamedCode:
    """A code of the diagnosis with its wording in the reader's language, where it is known."""

    code: str
    name: str
    url: str = ""


def diagnosis_codes(*, case: CasePage) -> dict[str, list[NamedCode]]:
    """RadLex and ICD-10 codes of a case, for readers who have answered. One query at most."""
    language = translation.get_language()
    names = (
        {
            code: name
            for code, name, _spoken in DiagnosisCode.objects.filter(
                code__in=case.icd10_codes
            ).values_list("code", "name", "language")
            if _spoken == language
        }
        if case.icd10
        else {}
    )
    codes = {
        "RadLex": [
            NamedCode(code, "", f"https://radlex.org/RID/{code}") for code in case.radlex_codes
        ],
        "ICD-10": [NamedCode(code, names.get(code, "")) for code in case.icd10_codes],
    }
    return {name: found for name, found in codes.items() if found}
