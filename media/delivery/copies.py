"""Keeps the bucket's copy of what is published level with MEDIA_ROOT.

MEDIA_ROOT/.bucket/<name>.copied says that a published directory is in the bucket, whole. What has
no such note is copied, what is noted but no longer published is removed: by `copy_published` at
once, and by the sweep if that was cut short.
"""

import logging
from pathlib import Path

from django.conf import settings

from . import bucket

logger = logging.getLogger("media")

_NOTES = ".bucket"
_SUFFIX = ".copied"


def copy_published(directory: Path, *, name: str) -> None:
    """Copy one published directory, if a bucket sends them."""
    if settings.DELIVERY != "s3":
        return
    bucket.store(directory, name=name)
    note = _note(name)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch()


def sweep_bucket(*, again: bool = False) -> int:
    """Copy what is missing in the bucket (with `again`: everything), remove what is too much."""
    if settings.DELIVERY != "s3":
        return 0
    root = Path(settings.MEDIA_ROOT)
    published = {
        path.relative_to(root).as_posix()
        for path in root.glob("lectures/*/*")
        if path.is_dir() and not path.name.startswith(".")
    }
    noted = {
        path.relative_to(root / _NOTES).as_posix().removesuffix(_SUFFIX)
        for path in (root / _NOTES).rglob(f"*{_SUFFIX}")
    }
    for name in sorted(published if again else published - noted):
        copy_published(root / name, name=name)
        logger.info("%s is in the bucket", name)
    for name in sorted(noted - published):
        bucket.remove(name=name)
        _note(name).unlink(missing_ok=True)
    return len(published ^ noted)


def _note(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / _NOTES / f"{name}{_SUFFIX}"
