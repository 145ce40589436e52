"""Where a lecture's files lie, how they are published, and which of them may go.

    WORK_ROOT/lectures/<lecture>/<generation>/<stage>-<token>/   one attempt at one stage
    WORK_ROOT/lectures/<lecture>/<generation>/renditions/        finished chunks, of all attempts
    MEDIA_ROOT/lectures/<lecture>/<generation>-<token>/          one published transcoding
    MEDIA_ROOT/lectures/<lecture>/<generation>-early-<token>/    its first, thrifty part
    MEDIA_ROOT/lectures/<lecture>/<generation>-opening-<token>/  its beginning, before that
    MEDIA_ROOT/lectures/<lecture>/stills-<generation>-<token>-<hash>/   its published stills

The fencing token in each name keeps attempts apart: a worker that lost its lease goes on
writing into a directory that nobody looks at.
"""

import errno
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from jobs.domain.leases import Lease, LeaseLost
from jobs.models import WorkState
from media.delivery.copies import copy_published
from media.models import Lecture, Stage, StageKind

FOLDER = "lectures"
RENDITIONS = "renditions"
# What is published of a long lecture while it is examined.
OPENING = "opening"
# Visitors who began before a new transcoding was published still play the old one.
OLD_GENERATION_KEPT = timedelta(days=1)
# Files of a lecture the database doesn't know: perhaps it was restored from an older copy.
UNKNOWN_KEPT_S = 7 * 24 * 3600.0


def work_directory(*, lecture_id: int, generation: int) -> Path:
    """Where all stages of one transcoding put their output."""
    return Path(settings.WORK_ROOT) / FOLDER / str(lecture_id) / str(generation)


def attempt_directory(stage: Stage, *, token: int) -> Path:
    """Where one attempt at a stage puts its output."""
    work = work_directory(lecture_id=stage.lecture_id, generation=stage.generation)
    return work / attempt_name(kind=stage.kind, part=stage.part, token=token)


def attempt_name(*, kind: str, part: str, token: int) -> str:
    """The last part of an attempt's directory."""
    return f"{kind}.{part}-{token}" if part else f"{kind}-{token}"


def renditions_directory(*, lecture_id: int, generation: int) -> Path:
    """Where the finished chunks of one transcoding lie until they are packaged."""
    return work_directory(lecture_id=lecture_id, generation=generation) / RENDITIONS


def remove_renditions(*, lecture_id: int, generation: int) -> None:
    """Have all chunks of one transcoding made anew."""
    shutil.rmtree(
        renditions_directory(lecture_id=lecture_id, generation=generation), ignore_errors=True
    )


def published_name(*, lecture_id: int, generation: int, token: int, part: str = "") -> str:
    """Where a transcoding, or a part of it, is published, below MEDIA_ROOT."""
    return f"{FOLDER}/{lecture_id}/{generation}-{part}-{token}".replace("--", "-")


def published_generation(lecture: Lecture) -> int:
    """The number of the transcoding that plays; 0 if none does."""
    number = PurePosixPath(lecture.directory).name.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def stills_name(*, lecture_id: int, generation: int, token: int, digest: str) -> str:
    """Where stills are published, below MEDIA_ROOT; `digest` is a hash of their content."""
    return f"{FOLDER}/{lecture_id}/{StageKind.STILLS}-{generation}-{token}-{digest}"


@contextmanager
def local_original(lecture: Lecture, *, work: Path) -> Iterator[Path]:
    """The upload as a file on this machine, fetched into `work` where the storage is remote."""
    with local_file(lecture.original, work=work, name="original") as path:
        yield path


@contextmanager
def local_file(file: FieldFile, *, work: Path, name: str) -> Iterator[Path]:
    """A stored file on this machine, fetched to `name` in `work` where the storage is remote."""
    try:
        path = Path(file.path)
    except NotImplementedError:
        work.mkdir(parents=True, exist_ok=True)
        path = work / name
        try:
            with file.open("rb") as remote, path.open("wb") as local:
                shutil.copyfileobj(remote, local)
            yield path
        finally:
            path.unlink(missing_ok=True)
    else:
        yield path


def publish(made: Path, *, name: str) -> Path:
    """Move the finished directory `made` to MEDIA_ROOT/`name` in one step; return where it is."""
    target = Path(settings.MEDIA_ROOT) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        made.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Work and uploads lie on different disks: the copy gets its name when it is whole.
        partial = target.with_name(f".{target.name}")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(made, partial)
        partial.replace(target)
        shutil.rmtree(made, ignore_errors=True)
    copy_published(target, name=name)
    return target


@contextmanager
def publishing(made: Path, *, name: str, lease: Lease) -> Iterator[None]:
    """Publish the directory `made`; the block that tells the database of it is one transaction.

    Whoever has lost the lease takes back what was published, and raises `LeaseLost`.
    """
    publish(made, name=name)
    try:
        with transaction.atomic():
            lease.check()
            yield
    except LeaseLost:
        unpublish(name=name)
        raise


def unpublish(*, name: str) -> None:
    """Remove a published directory, and the lecture's folder when it was the last one."""
    target = Path(settings.MEDIA_ROOT) / name
    shutil.rmtree(target, ignore_errors=True)
    _remove_if_empty(target.parent)


def remove_work(*, lecture_id: int, generation: int) -> None:
    """Remove what the stages of one transcoding left; what goes on beside it is left alone."""
    work = work_directory(lecture_id=lecture_id, generation=generation)
    for attempt in work.glob("*"):
        if not attempt.name.startswith((f"{StageKind.STILLS}-", f"{StageKind.SPEECH}-")):
            shutil.rmtree(attempt, ignore_errors=True)
    _remove_if_empty(work)
    _remove_if_empty(work.parent)


def remove_all(*, lecture_id: int) -> None:
    """Remove everything made of a lecture; its original is its storage's matter."""
    for root in (settings.WORK_ROOT, settings.MEDIA_ROOT):
        shutil.rmtree(Path(root) / FOLDER / str(lecture_id), ignore_errors=True)


def sweep_files() -> int:
    """Remove directories that no attempt owns and no lecture shows; return how many.

    Directories are listed before the database is asked, so that one made meanwhile is not
    mistaken for an orphan. What belongs to the newest token of a running stage is left alone
    even if its lease has lapsed: as long as nobody else claims it, its worker may still finish.
    """
    listed = [*_listed_work(), *_listed_published()]
    lectures = {
        lecture.pk: lecture
        for lecture in Lecture.objects.filter(
            pk__in={lecture_id for lecture_id, _directory in listed}
        ).prefetch_related("stages")
    }
    removed = 0
    for lecture_id, directory in listed:
        lecture = lectures.get(lecture_id)
        if lecture is None:
            superfluous = time.time() - directory.stat().st_mtime > UNKNOWN_KEPT_S
        elif directory.is_relative_to(Path(settings.WORK_ROOT)):
            superfluous = not _is_needed_work(lecture, directory)
        else:
            superfluous = not _is_needed_publication(lecture, directory)
        if superfluous:
            shutil.rmtree(directory, ignore_errors=True)
            for parent in (directory.parent, directory.parent.parent):
                if parent.name != FOLDER:
                    _remove_if_empty(parent)
            removed += 1
    return removed


def _listed_work() -> list[tuple[int, Path]]:
    return _listed(Path(settings.WORK_ROOT) / FOLDER, depth=2)


def _listed_published() -> list[tuple[int, Path]]:
    return _listed(Path(settings.MEDIA_ROOT) / FOLDER, depth=1)


def _listed(root: Path, *, depth: int) -> list[tuple[int, Path]]:
    """Directories `depth` levels below those of the lectures, with the lectures' keys."""
    return [
        (int(lecture.name), path)
        for lecture in root.glob("[0-9]*")
        if lecture.name.isdecimal()
        for path in lecture.glob("/".join("*" * depth))
        if path.is_dir()
    ]


def _is_needed_work(lecture: Lecture, directory: Path) -> bool:
    stages = [s for s in lecture.stages.all() if str(s.generation) == directory.parent.name]
    packaged = all(s.state == WorkState.DONE for s in stages if s.kind == StageKind.PACKAGE)
    if directory.name == RENDITIONS:
        return bool(stages) and stages[0].generation == lecture.generation and not packaged
    for stage in stages:
        if directory.name == attempt_name(kind=stage.kind, part=stage.part, token=stage.token):
            return stage.state == WorkState.RUNNING or (
                stage.state == WorkState.DONE
                and stage.generation == lecture.generation
                and not packaged
            )
    return False


# Kinds of stage that publish transcodings.
_PUBLISHING = frozenset({StageKind.PROBE, StageKind.PACKAGE})


def _is_needed_publication(lecture: Lecture, directory: Path) -> bool:
    name = f"{FOLDER}/{lecture.pk}/{directory.name.removeprefix('.')}"
    if directory.name.removeprefix(".").startswith(f"{StageKind.STILLS}-"):
        # Those before have their last day from the moment they were replaced.
        age_s = time.time() - directory.stat().st_mtime
        return lecture.stills_directory == name or age_s < OLD_GENERATION_KEPT.total_seconds()
    if lecture.directory == name:
        # Its half-made copy across disks, if that is what lies here, was published since.
        return not directory.name.startswith(".")
    for stage in lecture.stages.all():
        if stage.kind in _PUBLISHING and name == published_name(
            lecture_id=lecture.pk,
            generation=stage.generation,
            part=OPENING if stage.kind == StageKind.PROBE else stage.part,
            token=stage.token,
        ):
            if stage.state == WorkState.RUNNING:
                return True
            since = lecture.published_at or timezone.now()
            return stage.state == WorkState.DONE and timezone.now() - since < OLD_GENERATION_KEPT
    return False


def _remove_if_empty(directory: Path) -> None:
    try:
        directory.rmdir()
    except OSError:
        return
