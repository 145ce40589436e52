"""The bytes of an unfinished upload: one file, one writer at a time, true after any crash.

    <root>/<key>.part     what has arrived; its length is the offset to go on from
    <root>/<key>.writer   who is writing: "<token> <start>", empty when nobody is

One PATCH can last for minutes, and a database lock held for so long would stop everybody on
SQLite. So the lock lies beside the file: a writer leaves a token, and each of its writes checks
it under `flock`. Whoever died or fell silent is superseded, and finds its token outdated when it
wakes up (fencing, as for leased work). `start` is given when what arrives can only be trusted
once its checksum is known: then whatever came after it is dropped unless the writer finished.
"""

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

# A writer that has written nothing for so long counts as gone.
SILENT_AFTER_S = 15.0


class FileGone(Exception):
    """The upload's file is not there: removed, expired, or never begun."""


class Busy(Exception):
    """Somebody else is writing this upload."""


class Superseded(Exception):
    """Another writer took over, or the upload was removed while it was written."""


class WrongOffset(Exception):
    """The writer wants to begin elsewhere than where the file ends."""

    def __init__(self, received: int) -> None:
        super().__init__(f"{received} bytes are here")
        self.received = received


class IncomingFile:
    """The file of one upload below `root`, named by its `key`."""

    def __init__(self, root: Path, key: str) -> None:
        self.path = root / f"{key}.part"
        self._mark = root / f"{key}.writer"

    def create(self) -> None:
        """Make the empty file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        self._mark.touch(mode=0o600)

    def settle(self, *, silent_after_s: float | None = None) -> int:
        """Return how much has safely arrived, after dropping what a dead writer left unproved.

        Raises `Busy` while a writer is at it, `FileGone`.
        """
        with self._locked() as mark:
            self._clear(mark, silent_after_s)
            return self._length()

    def begin(
        self, *, offset: int, proved_at_end: bool = False, silent_after_s: float | None = None
    ) -> "Writer":
        """Become the writer, going on at `offset`.

        With `proved_at_end`, what is written counts only once `Writer.finish` was called.
        Raises `Busy`, `WrongOffset`, `FileGone`.
        """
        with self._locked() as mark:
            self._clear(mark, silent_after_s)
            received = self._length()
            if received != offset:
                raise WrongOffset(received)
            token = secrets.token_hex(8)
            os.pwrite(mark, f"{token} {offset if proved_at_end else ''}".encode(), 0)
            if proved_at_end:
                os.fsync(mark)
        return Writer(self.path, self._mark, token, offset)

    def head(self, length: int) -> bytes:
        """The first `length` bytes, or as many as there are."""
        with self.path.open("rb") as file:
            return file.read(length)

    def remove(self) -> None:
        """Remove the file; a writer at it is superseded."""
        with contextlib.suppress(FileGone), self._locked() as mark:
            os.ftruncate(mark, 0)
        self.path.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)

    def _length(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError as error:
            raise FileGone(str(self.path)) from error

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        try:
            mark = os.open(self._mark, os.O_RDWR)
        except FileNotFoundError as error:
            raise FileGone(str(self.path)) from error
        try:
            fcntl.flock(mark, fcntl.LOCK_EX)
            yield mark
        finally:
            os.close(mark)

    def _clear(self, mark: int, silent_after_s: float | None) -> None:
        """Supersede a writer that died or fell silent. Raises `Busy` if it is alive."""
        writer = os.pread(mark, 64, 0).decode()
        if not writer:
            return
        self._length()  # or there is nothing to take over
        after_s = SILENT_AFTER_S if silent_after_s is None else silent_after_s
        seen_at = max(os.fstat(mark).st_mtime, self.path.stat().st_mtime)
        if time.time() - seen_at < after_s:
            raise Busy
        start = writer.partition(" ")[2]
        if start:
            os.truncate(self.path, int(start))
        os.ftruncate(mark, 0)


class Writer:
    """The one who may append to an upload; a context manager that leaves the file true."""

    def __init__(self, path: Path, mark: Path, token: str, offset: int) -> None:
        self.offset = self._start = offset
        self._token = token
        self._data = os.open(path, os.O_RDWR)
        self._mark = os.open(mark, os.O_RDWR)
        self._ended = False

    def write(self, piece: bytes) -> None:
        """Append a piece. Raises `Superseded`, `OSError`."""
        with self._mine():
            view = memoryview(piece)
            while view:
                written = os.pwrite(self._data, view, self.offset)
                self.offset += written
                view = view[written:]

    def finish(self) -> int:
        """Make what was written last; return the length. Raises `Superseded`."""
        os.fsync(self._data)
        with self._mine():
            os.ftruncate(self._mark, 0)
        self._ended = True
        return self.offset

    def abandon(self) -> int:
        """End without the last byte: keep what needs no proof; return the length.

        Raises `Superseded`.
        """
        with self._mine() as start:
            if start:
                self.offset = int(start)
            os.ftruncate(self._data, self.offset)
            os.fsync(self._data)
            os.ftruncate(self._mark, 0)
        self._ended = True
        return self.offset

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            if not self._ended:
                with contextlib.suppress(Superseded, OSError):
                    self.abandon()
        finally:
            os.close(self._data)
            os.close(self._mark)

    @contextlib.contextmanager
    def _mine(self) -> Iterator[str]:
        """Hold the lock while the token is still ours; gives `start`. Raises `Superseded`."""
        fcntl.flock(self._mark, fcntl.LOCK_EX)
        try:
            token, _, start = os.pread(self._mark, 64, 0).decode().partition(" ")
            if token != self._token:
                raise Superseded
            yield start
        finally:
            fcntl.flock(self._mark, fcntl.LOCK_UN)
