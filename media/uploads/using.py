"""Finished uploads become lectures: by moving their bytes, and exactly once."""

import errno
import shutil
import uuid
from pathlib import Path, PurePath

from django.core.files import File
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import transaction
from django.utils import timezone

from media.domain.stages import open_stages
from media.models import Lecture, LectureState, Upload, private_storage
from people.models import User

from .domain import UploadGone, expiry, incoming, original_name


class UploadUnfinished(Exception):
    """Not every byte has arrived yet."""


def take_in_file(*, key: uuid.UUID, owner: User, file: UploadedFile) -> Upload:
    """Make a finished upload of a file that came whole, with a form.

    `key` stands in the form, so that the same form sent twice is one upload.
    """
    known = Upload.objects.filter(pk=key).first()
    if known and known.owner_id == owner.pk:
        return known
    upload = Upload(pk=uuid.uuid4() if known else key, name=PurePath(file.name or "").name[:255])
    target = incoming(upload)
    target.create()
    if isinstance(file, TemporaryUploadedFile):
        _move(Path(file.temporary_file_path()), target.path)
    else:
        with target.path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
    size_bytes = target.path.stat().st_size
    made, _is_new = Upload.objects.get_or_create(
        pk=upload.pk,
        defaults={
            "owner": owner,
            "name": upload.name,
            "size_bytes": size_bytes,
            "received_bytes": size_bytes,
            "expires_at": expiry(),
            "finished_at": timezone.now(),
        },
    )
    return made


def _moved(upload: Upload) -> str:
    """Move the bytes to where originals are kept, if they aren't there yet; return the name.

    Done before the transaction that makes use of it: a crash between leaves the upload as it
    was, but for its place, and this finds it there the next time. Raises `UploadGone`.
    """
    name, source = original_name(upload=upload), incoming(upload).path
    storage = private_storage()
    try:
        target = Path(storage.path(name))
    except NotImplementedError:
        if source.exists():
            storage.delete(name)
            with source.open("rb") as opened:
                storage.save(name, File(opened, name=name))
        elif not storage.exists(name):
            raise UploadGone from None
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        _move(source, target)
    incoming(upload).remove()
    return name


def _move(source: Path, target: Path) -> None:
    """Rename `source`; fine if that was done before. Raises `UploadGone`."""
    try:
        source.replace(target)
    except FileNotFoundError:
        if not target.exists():
            raise UploadGone from None
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Another disk: the copy gets its name when it is whole.
        partial = target.with_name(f".{target.name}")
        shutil.copyfile(source, partial)
        partial.replace(target)
        source.unlink(missing_ok=True)


def create_lecture_of(*, upload: Upload, lecture: Lecture) -> Lecture:
    """Make the unsaved `lecture` of a finished upload, once: asked again, return the first.

    Raises `UploadUnfinished`, `UploadGone`.
    """
    known = _lecture_of(upload)
    if known:
        return known
    name = place(upload=upload)
    with transaction.atomic():
        locked = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if locked and locked.lecture:
            return locked.lecture
        if locked is None:
            # It expired while it was moved.
            private_storage().delete(name)
        if locked is None or locked.used_at:
            raise UploadGone
        _set_original(lecture, locked, name)
        lecture.save()
        _use(locked, lecture)
        open_stages(lecture=lecture)
    return lecture


def replace_recording(*, upload: Upload, lecture: Lecture) -> None:
    """Have `lecture` transcoded anew from a finished upload, once; its address stays.

    What is published plays on until the new recording is; the old original is kept as long.
    Raises `UploadUnfinished`, `UploadGone` (also if the upload became another lecture).
    """
    if _lecture_of(upload) == lecture:
        return
    name = place(upload=upload)
    with transaction.atomic():
        locked = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if locked and locked.lecture_id == lecture.pk:
            return
        if locked is None or locked.used_at:
            raise UploadGone
        current = Lecture.objects.select_for_update().get(pk=lecture.pk)
        locked.replaced = current.original.name or ""
        _set_original(current, locked, name)
        current.generation += 1
        current.state = LectureState.QUEUED
        current.save(
            update_fields=["original", "original_name", "original_bytes", "generation", "state"]
        )
        _use(locked, current)
        open_stages(lecture=current)
    lecture.refresh_from_db()


def _lecture_of(upload: Upload) -> Lecture | None:
    current = Upload.objects.select_related("lecture").filter(pk=upload.pk).first()
    return current.lecture if current else None


def place(*, upload: Upload) -> str:
    """Move a finished upload to where originals are kept; return its name there.

    Fine to be asked again. Raises `UploadUnfinished`, `UploadGone`.
    """
    try:
        upload.refresh_from_db()
    except Upload.DoesNotExist:
        raise UploadGone from None
    if not upload.is_finished:
        raise UploadUnfinished
    return _moved(upload)


def _set_original(lecture: Lecture, upload: Upload, name: str) -> None:
    lecture.original.name = name
    lecture.original_name = upload.name
    lecture.original_bytes = upload.size_bytes


def _use(upload: Upload, lecture: Lecture) -> None:
    upload.lecture, upload.used_at = lecture, timezone.now()
    upload.save(update_fields=["lecture", "used_at", "replaced"])


def hand_over(*, upload: Upload, target: Path) -> None:
    """Move a finished upload's bytes to `target` and forget it, in the caller's transaction.

    Fine to be asked again for the same target after a crash. Raises `UploadUnfinished`,
    `UploadGone`.
    """
    locked = Upload.objects.select_for_update().filter(pk=upload.pk, used_at=None).first()
    if locked is None:
        raise UploadGone
    if not locked.is_finished:
        raise UploadUnfinished
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _move(incoming(locked).path, target)
    locked.delete()
    transaction.on_commit(lambda: incoming(upload).remove())
