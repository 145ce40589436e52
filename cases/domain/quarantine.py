"""Looking at held instances: see every frame, mask, sign; or reject."""

import secrets
import shutil
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from pydicom import dcmread
from pydicom.dataset import FileDataset

from cases.deidentification.instance import write_instance
from cases.deidentification.pixels import Rectangle, mask, state_cleaned
from cases.deidentification.quiet import without_echo
from cases.imports.geometry import facts_of
from cases.imports.places import held_root, work_root
from cases.imports.publishing import prepare, put_in_place, study_folder
from cases.models import Instance, InstanceState, Study
from people.models import User

from .defacing import remove_preview
from .imports import show_stacks
from .light import forget_light_stacks
from .stacks import published_instances, remove_directories


class NotHeld(Exception):
    """The instance has been decided upon already."""


class FramesUnseen(Exception):
    """Some frames have not been looked at; `missing` counts them."""

    def __init__(self, missing: int) -> None:
        self.missing = missing
        super().__init__(f"{missing} frames unseen")


def open_held(*, instance: Instance) -> FileDataset:
    """The held file's dataset. Raises `NotHeld`."""
    if instance.state != InstanceState.HELD or not instance.held_file:
        raise NotHeld(instance.pk)
    with without_echo():
        return dcmread(held_root() / instance.held_file)


@transaction.atomic
def note_seen(*, instance: Instance, frame: int) -> None:
    """Record that a frame was put before somebody's eyes."""
    locked = Instance.objects.select_for_update().get(pk=instance.pk)
    if frame not in locked.seen_frames:
        locked.seen_frames = sorted([*locked.seen_frames, frame])
        locked.save(update_fields=["seen_frames"])


def sign_off(*, instance: Instance, rectangles: list[Rectangle], user: User) -> None:
    """Overwrite the rectangles in every frame and show the instance; who and when is on record.

    Raises `NotHeld`, `FramesUnseen`, and `Refused` when the picture can't be decoded.
    """
    unseen = instance.frame_count - len(instance.seen_frames)
    if unseen > 0:
        raise FramesUnseen(unseen)
    dataset = open_held(instance=instance)
    if rectangles:
        mask(dataset, rectangles)
    state_cleaned(dataset)
    work = work_root() / f"review-{instance.pk}-{secrets.token_hex(4)}"
    work.mkdir(parents=True)
    try:
        write_instance(dataset, work / "signed.dcm")
        _publish(instance, dataset, work, rectangles=rectangles, user=user)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _publish(
    instance: Instance,
    dataset: FileDataset,
    work: Path,
    *,
    rectangles: list[Rectangle],
    user: User,
) -> None:
    placed = []
    try:
        with transaction.atomic():
            # Two sign-offs in one study come one after the other, or the first would get lost.
            study = Study.objects.select_for_update().get(pk=instance.study_id)
            locked = Instance.objects.select_for_update().get(pk=instance.pk)
            if locked.state != InstanceState.HELD:
                raise NotHeld(instance.pk)
            facts, files = published_instances(study)
            facts.append(facts_of(dataset))
            files[instance.uid] = work / "signed.dcm"
            folder = study_folder(case_key=str(study.case_key), study_uid=study.uid)
            prepared = prepare(facts, files, folder=folder, work=work)
            root = Path(settings.MEDIA_ROOT)
            placed = [one for one in prepared if put_in_place(one, root=root)]
            show_stacks(study=study, prepared=prepared)
            _decide(locked, InstanceState.SHOWN, rectangles, user)
    except BaseException:
        remove_directories([one.directory for one in placed])
        raise
    instance.refresh_from_db()


def _decide(
    instance: Instance, state: InstanceState, rectangles: list[Rectangle], user: User
) -> None:
    name = instance.held_file
    instance.state = state
    instance.masks = [rectangle.to_data() for rectangle in rectangles]
    instance.reviewed_by, instance.reviewed_at = user, timezone.now()
    instance.held_file = ""
    instance.save()
    transaction.on_commit(lambda: (held_root() / name).unlink(missing_ok=True))


@transaction.atomic
def reject(*, instance: Instance, user: User) -> None:
    """Delete the held file; the row stays as a record. Raises `NotHeld`."""
    locked = Instance.objects.select_for_update().get(pk=instance.pk)
    if locked.state != InstanceState.HELD:
        raise NotHeld(instance.pk)
    _decide(locked, InstanceState.REJECTED, [], user)
    instance.refresh_from_db()


@transaction.atomic
def delete_study(*, study: Study) -> None:
    """Remove a study with all its files."""
    directories = list(study.series.values_list("directory", flat=True))
    held = list(study.instances.exclude(held_file="").values_list("held_file", flat=True))
    previews = list(study.defacings.exclude(preview="").values_list("preview", flat=True))
    study.delete()
    directories += forget_light_stacks(stacks=directories)

    def remove_files() -> None:
        remove_directories(directories)
        for name in held:
            (held_root() / name).unlink(missing_ok=True)
        for name in previews:
            remove_preview(name)

    transaction.on_commit(remove_files)
