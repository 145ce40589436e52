"""Taking in DICOM studies: open an import, carry it out once, store what came of it."""

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.dateparse import parse_date

from cases.deidentification.refusals import Refusal, Refused
from cases.deidentification.screening import may_show_face
from cases.imports.geometry import InstanceFacts
from cases.imports.places import (
    ONLY_FILE,
    held_root,
    hold_file,
    remove_upload,
    store_upload,
    upload_directory,
    uploads_root,
    work_directory,
)
from cases.imports.publishing import Prepared, prepare, put_in_place, study_folder
from cases.imports.results import result_of
from cases.imports.site import site_key, site_limits
from cases.imports.staging import Staged, StagedInstance, stage
from cases.models import ImportJob, Instance, InstanceState, Series, Study
from cases.tasks import run_import
from jobs.domain.leases import Lease, claim, claimable
from jobs.domain.queue import enqueue_missing
from jobs.domain.worker import worker_name
from jobs.models import OPEN_STATES
from media.models import Upload
from media.uploads.using import hand_over
from people.models import User

from .attempts import OnProgress, attempt
from .light import forget_light_stacks, open_light_stacks
from .stacks import published_instances, remove_directories

# Imports without a case gather here, so that a second one finds the first.
NO_CASE = uuid.UUID(int=0)
# Of the progress bar, what reading and cleaning take; the rest is sorting and pictures.
_STAGING_SHARE = 0.8


def open_import(
    *, files: Iterable[File], case_key: uuid.UUID | None, uploaded_by: User | None
) -> ImportJob:
    """Keep the uploaded files where no address leads, and have them imported in the background."""
    name = store_upload(files)
    try:
        with transaction.atomic():
            job = ImportJob.objects.create(
                case_key=case_key, uploaded_by=uploaded_by, upload=name, max_attempts=3
            )
            transaction.on_commit(lambda: run_import.enqueue(job.pk))
    except BaseException:
        remove_upload(name)
        raise
    return job


def open_import_of_upload(
    *, upload: Upload, case_key: uuid.UUID | None, uploaded_by: User
) -> ImportJob:
    """Import what has arrived in pieces; the same upload is taken once.

    Raises `UploadUnfinished`, `UploadGone`.
    """
    # The same name at every attempt: a crash between the move and the commit is made good so.
    name = upload.pk.hex
    with transaction.atomic():
        hand_over(upload=upload, target=uploads_root() / name / ONLY_FILE)
        job = ImportJob.objects.create(
            case_key=case_key, uploaded_by=uploaded_by, upload=name, max_attempts=3
        )
        transaction.on_commit(lambda: run_import.enqueue(job.pk))
    return job


def import_path(*, path: Path, case_key: uuid.UUID | None) -> ImportJob:
    """Import a file, folder or zip of this machine now; it is left where it is.

    The job that is returned tells how it ended.
    """
    job = ImportJob.objects.create(case_key=case_key, max_attempts=1)
    lease = claim(model=ImportJob, pk=job.pk, holder=worker_name())
    assert lease is not None
    _work(job, lease, path)
    job.refresh_from_db()
    return job


def work_off(*, job_id: int) -> str:
    """Carry out the import if it may be claimed; return its state. Any worker may call this."""
    lease = claim(model=ImportJob, pk=job_id, holder=worker_name())
    job = ImportJob.objects.filter(pk=job_id).first()
    if job is None:
        return ""
    if lease is not None:
        folder = upload_directory(job)
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        # A single file may be a zip; several are a folder.
        _work(job, lease, files[0] if len(files) == 1 else folder)
        job.refresh_from_db()
    if job.state not in OPEN_STATES:
        remove_upload(job.upload)
    return job.state


def _work(job: ImportJob, lease: Lease, path: Path) -> None:
    """One attempt at the job."""
    work = work_directory(job, token=lease.token)
    attempt(
        lease=lease,
        work=work,
        do=lambda on_progress: _carry_out(job, lease, path, work, on_progress),
        again=run_import,
    )


def _carry_out(
    job: ImportJob, lease: Lease, path: Path, work: Path, on_progress: OnProgress
) -> None:
    staged = stage(
        path,
        into=work / "clean",
        keyed=site_key(),
        limits=site_limits(),
        on_progress=lambda fraction: on_progress(fraction * _STAGING_SHARE),
    )
    result = result_of(staged)
    if not staged.instances:
        ImportJob.objects.filter(pk=job.pk).update(result=result)
        raise Refused(Refusal.NOTHING_USABLE)
    case_key = job.case_key or NO_CASE
    new = _without_known(staged, case_key)
    result["doubles"] = staged.doubles
    prepared: list[Prepared] = []
    for number, study_uid in enumerate(sorted({i.facts.study_uid for i in new if not i.hold})):
        prepared += _prepare_study(
            case_key, study_uid, [i for i in new if not i.hold], work / f"study-{number}"
        )
    held = [(instance, hold_file(instance.path)) for instance in new if instance.hold]
    placed = [one for one in prepared if put_in_place(one, root=Path(settings.MEDIA_ROOT))]
    try:
        with transaction.atomic():
            lease.check()
            _store(case_key, new, prepared, held, patient=next(iter(staged.pseudonyms)))
            lease.finish(result=result)
    except BaseException:
        remove_directories([one.directory for one in placed])
        for _instance, name in held:
            (held_root() / name).unlink(missing_ok=True)
        raise


def _without_known(staged: Staged, case_key: uuid.UUID) -> list[StagedInstance]:
    """The instances that the case does not have yet; the others are counted as doubles."""
    known = set(
        Instance.objects.filter(
            study__case_key=case_key, uid__in=[i.facts.sop_uid for i in staged.instances]
        ).values_list("uid", flat=True)
    )
    new = [i for i in staged.instances if i.facts.sop_uid not in known]
    staged.doubles += len(staged.instances) - len(new)
    return new


def _prepare_study(
    case_key: uuid.UUID, study_uid: str, new: list[StagedInstance], work: Path
) -> list[Prepared]:
    """All stacks of the study anew: those it had may get slices, and their places change."""
    facts: list[InstanceFacts] = []
    files: dict[str, Path] = {}
    study = Study.objects.filter(case_key=case_key, uid=study_uid).first()
    if study:
        facts, files = published_instances(study)
    for instance in new:
        if instance.facts.study_uid == study_uid:
            facts.append(instance.facts)
            files[instance.facts.sop_uid] = instance.path
    folder = study_folder(case_key=str(case_key), study_uid=study_uid)
    return prepare(facts, files, folder=folder, work=work)


def _store(
    case_key: uuid.UUID,
    new: list[StagedInstance],
    prepared: list[Prepared],
    held: list[tuple[StagedInstance, str]],
    *,
    patient: str,
) -> None:
    """Write the rows, in the caller's transaction."""
    held_files = {instance.facts.sop_uid: name for instance, name in held}
    for study_uid in sorted({instance.facts.study_uid for instance in new}):
        members = [i for i in new if i.facts.study_uid == study_uid]
        study, _created = Study.objects.get_or_create(
            case_key=case_key,
            uid=study_uid,
            defaults={"patient": patient, **_study_facts(members[0].facts)},
        )
        Instance.objects.bulk_create(
            Instance(
                study=study,
                uid=i.facts.sop_uid,
                series_uid=i.facts.series_uid,
                sop_class=i.facts.sop_class,
                frame_count=len(i.facts.frames),
                state=InstanceState.HELD if i.hold else InstanceState.SHOWN,
                hold=i.hold.value if i.hold else "",
                held_file=held_files.get(i.facts.sop_uid, ""),
            )
            for i in members
        )
        stacks = [one for one in prepared if one.facts.study_uid == study_uid]
        if stacks:
            show_stacks(study=study, prepared=stacks)


def _study_facts(facts: InstanceFacts) -> dict[str, Any]:
    text = facts.study.get("StudyDate", "")
    return {
        "date": parse_date(f"{text[:4]}-{text[4:6]}-{text[6:8]}") if len(text) == 8 else None,
        "description": facts.study.get("StudyDescription", "")[:64],
    }


def show_stacks(*, study: Study, prepared: list[Prepared]) -> None:
    """Make these the study's stacks, in the caller's transaction; old folders go at its commit."""
    new = {one.directory for one in prepared}
    before = list(study.series.order_by("place", "pk").values_list("uid", "pk", "directory"))
    old = [directory for _uid, _pk, directory in before if directory not in new]
    numbers: dict[str, list[int]] = {}
    for uid, pk, _directory in before:
        numbers.setdefault(uid, []).append(pk)
    study.series.all().delete()
    Series.objects.bulk_create(
        Series(
            # A page about a stack goes on being about it: a series keeps its number.
            pk=numbers[one.stack.series_uid].pop(0) if numbers.get(one.stack.series_uid) else None,
            study=study,
            uid=one.stack.series_uid,
            place=place,
            kind=one.stack.kind.value,
            modality=one.facts.modality[:16],
            description=one.facts.description[:64],
            body_part=one.facts.body_part[:16],
            frame_count=len(one.stack.frames),
            spacing_mm=one.stack.spacing_mm,
            phases=one.stack.phases,
            missing=one.stack.missing,
            doubles=one.stack.doubles,
            is_uneven=one.stack.is_uneven,
            is_defaced=one.facts.is_faceless,
            may_show_face=not one.facts.is_faceless
            and may_show_face(
                [one.facts.body_part, one.facts.description, one.facts.protocol],
                modality=one.facts.modality,
                slices=len(one.stack.frames),
            ),
            directory=one.directory,
            index=one.index,
        )
        for place, one in enumerate(prepared)
    )
    old += forget_light_stacks(stacks=old)
    open_light_stacks(series=study.series.all())
    transaction.on_commit(lambda: remove_directories(old))


def sweep_imports() -> int:
    """Put every import that a worker could go on with into the queue, once; return how many."""
    kept = ImportJob.objects.exclude(upload="").filter(pk__in=claimable(ImportJob))
    return enqueue_missing(task=run_import, pks=kept.values_list("pk", flat=True))
