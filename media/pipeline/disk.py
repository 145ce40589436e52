"""Room on the disk: asked for in time, and missed in one way only."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from media.pipeline.refusals import Refusal, Refused

# Kept free for everybody else on the disk, the database first of all.
RESERVE_BYTES = 64 << 20


def ensure_room(directory: Path, needed_bytes: int = 0) -> None:
    """Raise ``Refused(DISK_FULL)`` when less than the reserve would be left free.

    Asked while ffmpeg writes: its HLS writer says nothing of a full disk and exits with 0.
    """
    free_bytes = shutil.disk_usage(directory).free
    if free_bytes - needed_bytes < RESERVE_BYTES:
        raise Refused(Refusal.DISK_FULL, f"{free_bytes} bytes are free, {needed_bytes} needed")


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn "no space" and "over quota" into ``Refused(DISK_FULL)``; other errors go on up."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refused(Refusal.DISK_FULL, str(error)) from error
        raise
