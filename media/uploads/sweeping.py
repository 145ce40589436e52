"""What is left of uploads that nobody finished, and of recordings that were replaced."""

import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from media.models import Lecture, LectureState, Upload, private_storage

from .domain import FOLDER, incoming, remove_upload

# A used upload is remembered for so long, so that a form sent twice makes one lecture.
USED_KEPT = timedelta(days=1)
# Files that the database doesn't know: perhaps it was restored from an older copy.
UNKNOWN_KEPT_S = 7 * 24 * 3600.0
# What a multipart form left behind when its server was killed.
MULTIPART_KEPT_S = 24 * 3600.0


def sweep_uploads() -> int:
    """Remove expired uploads, files of none, and originals that were replaced; return how many."""
    removed = 0
    for upload in Upload.objects.filter(expires_at__lt=timezone.now(), used_at=None):
        remove_upload(upload=upload)
        removed += 1
    return removed + _sweep_used() + _sweep_files() + _sweep_multipart()


def _sweep_used() -> int:
    """Forget used uploads after a day; what they replaced goes once the new recording plays."""
    removed = 0
    for upload in Upload.objects.exclude(used_at=None).select_related("lecture"):
        lecture = upload.lecture
        assert upload.used_at is not None
        if upload.replaced and (lecture is None or _plays_since(lecture, upload.used_at)):
            private_storage().delete(upload.replaced)
            Upload.objects.filter(pk=upload.pk).update(replaced="")
            upload.replaced = ""
            removed += 1
        if not upload.replaced and upload.used_at < timezone.now() - USED_KEPT:
            incoming(upload).remove()
            upload.delete()
    return removed


def _plays_since(lecture: Lecture, moment: datetime) -> bool:
    return (
        lecture.state == LectureState.READY
        and lecture.published_at is not None
        and lecture.published_at > moment
    )


def _sweep_files() -> int:
    """Files whose upload is unknown or used; listed before the database is asked."""
    folder = Path(settings.PRIVATE_ROOT) / FOLDER
    listed = [path for path in folder.glob("*.*") if path.suffix in (".part", ".writer")]
    uploads = {upload.pk.hex: upload for upload in Upload.objects.all()} if listed else {}
    removed = 0
    for path in listed:
        upload = uploads.get(path.stem)
        if (upload is None and _age_s(path) > UNKNOWN_KEPT_S) or (upload and upload.used_at):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _sweep_multipart() -> int:
    folder = settings.FILE_UPLOAD_TEMP_DIR
    old = [
        path
        for path in (Path(folder).glob("*.upload*") if folder else ())
        if _age_s(path) > MULTIPART_KEPT_S
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
