"""Faces out of head volumes: worked out, shown to the author, overwritten once confirmed."""

import secrets
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.deidentification.faces import Face, NoFace, find_face
from cases.imports.defacing import VIEWS, draw_views, load_volume, overwritten_files
from cases.imports.places import defacing_work_directory, previews_root
from cases.imports.publishing import Prepared, move_in_place, prepare, put_in_place, study_folder
from cases.models import Defacing, Series, Study
from cases.tasks import run_defacing
from jobs.domain.leases import Lease, LeaseLost, claim, claimable, reopen
from jobs.domain.queue import enqueue_missing
from jobs.domain.worker import worker_name
from jobs.models import OPEN_STATES, WorkState
from people.models import User

from .attempts import OnProgress, attempt
from .imports import show_stacks
from .stacks import published_instances, remove_directories

# How far an author may move the plane from where it was laid, mm.
FURTHEST_MM = 30
_MAX_ATTEMPTS = 3
# Of the progress bar, what loading the volume takes; of overwriting, the files take the rest.
_LOADING = 0.3


class NotReady(Exception):
    """There is no preview to confirm: it is being made, failed, or was confirmed already."""


class StackChanged(Exception):
    """The stack is not there any more: the study was imported again or deleted."""


@transaction.atomic
def ask_for_preview(*, series: Series, user: User, advance_mm: int = 0) -> Defacing:
    """Have the face worked out in the background; asked again, worked out anew.

    `advance_mm` moves the plane forward, so that less is overwritten; negative, backward. Raises
    `NotReady` while it is being worked out or overwritten.
    """
    row, created = Defacing.objects.get_or_create(
        stack=series.directory,
        defaults={"study_id": series.study_id, "max_attempts": _MAX_ATTEMPTS},
    )
    if not created and (row.state in OPEN_STATES or row.confirmed_at):
        raise NotReady
    if not created:
        reopen(model=Defacing, pks=[row.pk])
        _remove_preview_later(row.preview)
    Defacing.objects.filter(pk=row.pk).update(
        step=Defacing.Step.PREVIEW,
        preview="",
        facts={"advance_mm": max(-FURTHEST_MM, min(FURTHEST_MM, advance_mm))},
        asked_by=user,
    )
    transaction.on_commit(lambda: run_defacing.enqueue(row.pk))
    row.refresh_from_db()
    return row


@transaction.atomic
def confirm(*, defacing: Defacing, user: User) -> None:
    """Have what was shown overwritten; who and when is on record. Raises `NotReady`."""
    locked = Defacing.objects.select_for_update().get(pk=defacing.pk)
    is_shown = locked.state == WorkState.DONE and locked.preview
    if not is_shown or locked.step != Defacing.Step.PREVIEW:
        raise NotReady
    reopen(model=Defacing, pks=[locked.pk])
    Defacing.objects.filter(pk=locked.pk).update(
        step=Defacing.Step.APPLY, confirmed_by=user, confirmed_at=timezone.now()
    )
    transaction.on_commit(lambda: run_defacing.enqueue(locked.pk))
    defacing.refresh_from_db()


@transaction.atomic
def dismiss(*, defacing: Defacing) -> None:
    """Leave the stack as it is and forget the preview. Raises `NotReady` once confirmed."""
    locked = Defacing.objects.select_for_update().get(pk=defacing.pk)
    if locked.confirmed_at:
        raise NotReady
    locked.delete()
    _remove_preview_later(locked.preview)


def view_path(*, defacing: Defacing, name: str) -> Path | None:
    """The file of one of the pictures before and after; None where there is none."""
    known = {f"{moment}-{view}" for moment in ("before", "after") for view in VIEWS}
    if not defacing.preview or name not in known:
        return None
    return previews_root() / defacing.preview / f"{name}.webp"


def work_off_defacing(*, defacing_id: int) -> str:
    """Do the next step if it may be claimed; return the state. Any worker may call this."""
    lease = claim(model=Defacing, pk=defacing_id, holder=worker_name())
    if lease is not None:
        row = Defacing.objects.get(pk=defacing_id)
        work = defacing_work_directory(row, token=lease.token)
        do = _apply if row.step == Defacing.Step.APPLY else _preview
        attempt(
            lease=lease,
            work=work,
            do=lambda on_progress: do(row, lease, work, on_progress),
            again=run_defacing,
        )
    return Defacing.objects.filter(pk=defacing_id).values_list("state", flat=True).first() or ""


def _face(row: Defacing, series: Series, on_progress: OnProgress) -> Face:
    volume = load_volume(
        series.index,
        Path(settings.MEDIA_ROOT) / series.directory,
        phases=series.phases,
        is_ct=series.modality == "CT",
        on_progress=on_progress,
    )
    return find_face(volume, advance_mm=float(row.facts.get("advance_mm", 0)))


def _series_of(row: Defacing) -> Series | None:
    return Series.objects.filter(study_id=row.study_id, directory=row.stack).first()


def _preview(row: Defacing, lease: Lease, work: Path, on_progress: OnProgress) -> None:
    series = _series_of(row)
    if series is None:
        row.delete()
        return
    try:
        face = _face(row, series, on_progress)
    except NoFace as none:
        lease.fail(code=none.trouble.value)
        return
    draw_views(face, work / "views")
    name = secrets.token_hex(16)
    move_in_place(work / "views", previews_root() / name)
    try:
        lease.finish(preview=name, facts=face.facts)
    except LeaseLost:
        remove_preview(name)
        raise


def _apply(row: Defacing, lease: Lease, work: Path, on_progress: OnProgress) -> None:
    series = _series_of(row)
    if series is None:
        row.delete()
        return
    face = _face(row, series, lambda fraction: on_progress(fraction * _LOADING))
    made = dict(
        overwritten_files(
            face,
            series.index,
            Path(settings.MEDIA_ROOT) / series.directory,
            work / "overwritten",
            on_progress=lambda fraction: on_progress(_LOADING + fraction * (1 - _LOADING)),
        )
    )
    placed: list[Prepared] = []
    try:
        with transaction.atomic():
            lease.check()
            study = Study.objects.select_for_update().get(pk=row.study_id)
            if _series_of(row) is None:
                raise LeaseLost("the stack was imported anew")
            facts, files = published_instances(study, instead=made)
            folder = study_folder(case_key=str(study.case_key), study_uid=study.uid)
            prepared = prepare(facts, files, folder=folder, work=work)
            placed = [one for one in prepared if put_in_place(one, root=Path(settings.MEDIA_ROOT))]
            show_stacks(study=study, prepared=prepared)
            lease.finish(preview="", facts=row.facts | face.facts)
            _remove_preview_later(row.preview)
    except BaseException:
        remove_directories([one.directory for one in placed])
        raise


def _remove_preview_later(name: str) -> None:
    if name:
        transaction.on_commit(lambda: remove_preview(name))


def remove_preview(name: str) -> None:
    """Delete the pictures before and after."""
    shutil.rmtree(previews_root() / name, ignore_errors=True)


def sweep_defacings() -> int:
    """Queue what a worker could go on with; return how many."""
    waiting: Any = claimable(Defacing).values_list("pk", flat=True)
    return enqueue_missing(task=run_defacing, pks=waiting)
