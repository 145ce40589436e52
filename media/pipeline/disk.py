"""Errors of the disk as the pipeline's own."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from media.pipeline.refusals import Refusal, Refused


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn "no space" and "over quota" into ``Refused(DISK_FULL)``; other errors go on up."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refused(Refusal.DISK_FULL, str(error)) from error
        raise
