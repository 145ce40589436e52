"""Where uploads, work, held and published files of imports lie, and which of them may go.

PRIVATE_ROOT/dicom/uploads/<token>/…     originals, until their job has ended
PRIVATE_ROOT/dicom/held/<token>.dcm      de-identified, to be looked at
WORK_ROOT/dicom/<job>-<token>/           one attempt at a job
PRIVATE_ROOT/dicom/previews/<token>/     a face before and after, for its author
WORK_ROOT/dicom/face-<row>-<token>/      one attempt at a step of a de-facing
WORK_ROOT/dicom/light-<row>-<token>/     one attempt at a light stack
MEDIA_ROOT/dicom/<study>/<stack>/        published, light stacks beside
"""

import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.files import File

from cases.models import Defacing, ImportJob, Instance, LightStack, Series
from jobs.models import OPEN_STATES, WorkState

from .publishing import FOLDER

# Rows whose attempts have work folders, and how those begin.
_PREFIXES = ((ImportJob, ""), (LightStack, "light-"), (Defacing, "face-"))
# What an upload in one piece is called.
ONLY_FILE = "000000"
# Longer than any upload that is being written now.
_FRESH_S = 3600.0
# Published files the database doesn't know: perhaps it was restored from an older copy.
_UNKNOWN_KEPT_S = 7 * 24 * 3600.0


def uploads_root() -> Path:
    """Where originals wait."""
    return Path(settings.PRIVATE_ROOT) / FOLDER / "uploads"


def held_root() -> Path:
    """Where instances wait for a person."""
    return Path(settings.PRIVATE_ROOT) / FOLDER / "held"


def work_root() -> Path:
    """Where jobs work."""
    return Path(settings.WORK_ROOT) / FOLDER


def upload_directory(job: ImportJob) -> Path:
    """The job's originals."""
    return uploads_root() / job.upload


def work_directory(job: ImportJob, *, token: int) -> Path:
    """Where one attempt at the job works."""
    return work_root() / f"{job.pk}-{token}"


def light_work_directory(pk: int, *, token: int) -> Path:
    """Where one attempt at a light stack works."""
    return work_root() / f"light-{pk}-{token}"


def defacing_work_directory(defacing: Defacing, *, token: int) -> Path:
    """Where one attempt at a step of a de-facing works."""
    return work_root() / f"face-{defacing.pk}-{token}"


def previews_root() -> Path:
    """Where pictures of faces before and after wait for their author."""
    return Path(settings.PRIVATE_ROOT) / FOLDER / "previews"


def store_upload(files: Iterable[File]) -> str:
    """Write the uploaded files under names of our own; return the folder's name."""
    name = secrets.token_hex(16)
    folder = uploads_root() / name
    folder.mkdir(parents=True, mode=0o700)
    try:
        for number, file in enumerate(files):
            with (folder / f"{number:06d}").open("wb") as out:
                for piece in file.chunks():
                    out.write(piece)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return name


def remove_upload(name: str) -> None:
    """Delete a job's originals."""
    if name:
        shutil.rmtree(uploads_root() / name, ignore_errors=True)


def hold_file(path: Path) -> str:
    """Move a clean file to where it waits for a person; return its name."""
    root = held_root()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{secrets.token_hex(16)}.dcm"
    shutil.move(path, root / name)
    return name


def sweep_import_files() -> int:
    """Remove originals of jobs that have ended, and what no job or row refers to."""
    return _sweep_uploads() + _sweep_work() + _sweep_held() + _sweep_previews() + _sweep_published()


def _listed(root: Path, pattern: str = "*") -> list[Path]:
    return sorted(root.glob(pattern)) if root.is_dir() else []


def _is_fresh(path: Path, seconds: float = _FRESH_S) -> bool:
    try:
        return time.time() - path.stat().st_mtime < seconds
    except FileNotFoundError:
        return True


def _remove(path: Path) -> int:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    return 1


def _sweep_uploads() -> int:
    """Originals go as soon as their job has ended, whatever ended it."""
    listed = _listed(uploads_root())
    jobs = dict(ImportJob.objects.exclude(upload="").values_list("upload", "state"))
    return sum(
        _remove(folder)
        for folder in listed
        if (jobs[folder.name] not in OPEN_STATES if folder.name in jobs else not _is_fresh(folder))
    )


def _sweep_work() -> int:
    listed = _listed(work_root())
    running = {
        f"{prefix}{pk}-{token}"
        for model, prefix in _PREFIXES
        for pk, token in model.objects.filter(state=WorkState.RUNNING).values_list("pk", "token")
    }
    # Sign-offs work in folders of their own, for a moment.
    return sum(
        _remove(folder)
        for folder in listed
        if folder.name not in running
        and not (folder.name.startswith("review-") and _is_fresh(folder))
    )


def _sweep_held() -> int:
    listed = _listed(held_root())
    known = set(Instance.objects.exclude(held_file="").values_list("held_file", flat=True))
    return sum(_remove(file) for file in listed if file.name not in known and not _is_fresh(file))


def _sweep_previews() -> int:
    listed = _listed(previews_root())
    known = set(Defacing.objects.exclude(preview="").values_list("preview", flat=True))
    return sum(_remove(one) for one in listed if one.name not in known and not _is_fresh(one))


def _sweep_published() -> int:
    root = Path(settings.MEDIA_ROOT)
    listed = _listed(root / FOLDER, "*/*")
    known = set(Series.objects.values_list("directory", flat=True))
    known |= set(LightStack.objects.values_list("directory", flat=True))
    return sum(
        _remove(folder)
        for folder in listed
        if str(folder.relative_to(root)) not in known and not _is_fresh(folder, _UNKNOWN_KEPT_S)
    )
