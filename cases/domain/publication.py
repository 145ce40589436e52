"""Publishing cases: leave for a revision, number and versions, corrections, withdrawal.

Whatever way Wagtail is asked to publish a case (a button, many at once, the schedule, the end of
a workflow), `go_live` decides, and only a revision that was cleared passes.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from wagtail.models import Revision

from cases.models import Basis, CasePage, CaseRecord, CaseVersion, Study
from people.models import User

from .pictures import pictures_of, remove_pictures
from .quarantine import delete_study

logger = logging.getLogger("cases")

SCHEDULED = "wagtail.publish.scheduled"


class NotCleared(PermissionDenied):
    """This revision has not been accepted: cases are published through their peer review."""


class NothingToCorrect(ValueError):
    """The newest revision is what readers already see."""


class NotPublished(ValueError):
    """Only a case that has been published can be corrected or withdrawn."""


class Withdrawn(ValueError):
    """The case has been withdrawn; that is not taken back."""


def record_of(*, case: CasePage) -> CaseRecord | None:
    """The record of a published case; None where it never was."""
    return CaseRecord.objects.filter(case_key=case.translation_key).first()


def may_go_live(*, case: CasePage, revision: Revision) -> bool:
    """Whether `revision` has leave to be published.

    A translation of a case that is live follows it; what else goes live was cleared as it is.
    """
    record = record_of(case=case)
    if record is not None and record.is_withdrawn:
        return False
    if CaseVersion.objects.filter(revision=revision).exists():
        return True
    is_source = record is not None and record.case_id == case.pk
    return not is_source and case.is_translation


def go_live(
    *, case: CasePage, revision: Revision, publish: Callable[..., Any], how: Mapping[str, Any]
) -> None:
    """Publish by Wagtail's own `publish`, or raise `NotCleared`.

    The schedule is answered by taking the revision off it: an error would keep other pages back.
    """
    if not may_go_live(case=case, revision=revision):
        if how.get("log_action") == SCHEDULED:
            Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
            logger.warning("Case %s was scheduled without leave and stays as it is", case.pk)
            return
        raise NotCleared
    with transaction.atomic():
        publish(revision, **{**how, "skip_permission_checks": True})
        _note_published(case=case, revision=revision)


def _note_published(*, case: CasePage, revision: Revision) -> None:
    """Give the version its number, and the case its own if it has none yet."""
    version = CaseVersion.objects.select_for_update().filter(revision=revision).first()
    page = CasePage.objects.get(pk=case.pk)
    if version is None or not page.live or page.live_revision_id != revision.pk:
        return
    now = timezone.now()
    CaseRecord.objects.get_or_create(
        case_key=page.translation_key,
        defaults={"case": page, "title": page.title, "assigned_at": now},
    )
    CaseRecord.objects.filter(case_key=page.translation_key).update(title=page.title)
    if version.published_at is None:
        last = CaseVersion.objects.filter(case=page).aggregate(last=Max("number"))["last"] or 0
        # A case taken over was published before: its first version is as old as the page says.
        first = page.first_published_at if not last else None
        version.number, version.published_at = last + 1, first or now
        version.save(update_fields=["number", "published_at"])


def clear(
    *, case: CasePage, revision: Revision, basis: Basis, by: User | None, note: str = ""
) -> CaseVersion:
    """Give `revision` leave to be published."""
    version, _created = CaseVersion.objects.get_or_create(
        revision=revision,
        defaults={
            "case": case,
            "basis": basis,
            "note": note,
            "cleared_by": by,
            "cleared_at": timezone.now(),
        },
    )
    return version


@transaction.atomic
def admit(*, case: CasePage, revision: Revision, note: str) -> CaseVersion:
    """Clear a revision without peer review, on record.

    For cases that come from elsewhere: a hub's demo content, an archive taken over. No button
    leads here.
    """
    return clear(case=case, revision=revision, basis=Basis.ADMISSION, by=None, note=note)


@transaction.atomic
def publish_correction(*, case: CasePage, note: str, by: User) -> CaseVersion:
    """Publish the newest revision of a published case as a correction; `note` says what changed.

    Raises `NotPublished`, `Withdrawn`, `NothingToCorrect`.
    """
    record = record_of(case=case)
    if record is None:
        raise NotPublished
    if record.is_withdrawn:
        raise Withdrawn
    revision = case.get_latest_revision()
    if revision is None or (case.live and case.live_revision_id == revision.pk):
        raise NothingToCorrect
    version = CaseVersion.objects.filter(revision=revision).first()
    if version is None:
        version = clear(
            case=case, revision=revision, basis=Basis.CORRECTION, by=by, note=note.strip()
        )
    revision.publish(user=by)
    version.refresh_from_db()
    return version


# What a withdrawn case loses, and what is put in its place.
_EMPTIED: dict[str, Any] = {
    "summary": "",
    "picture": None,
    "history": "",
    "pictures": [],
    "question": None,
    "telling_title": "",
    "findings": "",
    "final_diagnosis": "",
    "discussion": "",
    "differential": [],
    "teaching_points": [],
    "references": [],
    "radlex": "",
    "icd10": "",
}


@transaction.atomic
def withdraw(*, case: CasePage, notice: str, by: User) -> CaseRecord:
    """Take a case's content from its readers for good. Page, number and `notice` stay.

    The pages are emptied in all languages, so that no list, search or round can show what was in
    them; DICOM files are deleted, and pictures that nothing else uses. The revisions stay in the
    desk's history, without their pictures. Raises `NotPublished`, `Withdrawn`.
    """
    record = CaseRecord.objects.select_for_update().filter(case_key=case.translation_key).first()
    if record is None:
        raise NotPublished
    if record.is_withdrawn:
        raise Withdrawn
    record.withdrawn_at = timezone.now()
    record.withdrawn_by = by
    record.notice = notice.strip()
    record.save(update_fields=["withdrawn_at", "withdrawn_by", "notice"])
    pages = list(CasePage.objects.filter(translation_key=case.translation_key))
    pictures = pictures_of(pages=pages)
    for page in pages:
        _empty(page, by=by)
    remove_pictures(pictures=pictures, of=pages)
    for study in Study.objects.filter(case_key=case.translation_key):
        delete_study(study=study)
    return record


def _empty(page: CasePage, *, by: User) -> None:
    page.revisions.update(approved_go_live_at=None)
    if page.current_workflow_state:
        page.current_workflow_state.cancel(user=by)
    for name, value in _EMPTIED.items():
        setattr(page, name, value)
    page.steps.set([])
    page.has_unpublished_changes = True
    page.save(clean=False)
