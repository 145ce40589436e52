"""Take what a child writes to a named pipe, in records of one size, while it writes."""

import contextlib
import fcntl
import os
import select
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

_WAIT_S = 0.2
_BIG_PIPE = 1 << 20


class Tap:
    """A named pipe whose records are handed to ``on_record`` in a thread of its own.

    Use as a context manager around the child's run: it is opened before the child starts, so
    that the child never waits for a reader, and drained when the run is over. An error in the
    callback closes the pipe, which ends the child; :meth:`check` raises it afterwards.

    With ``whole`` false, records are whatever arrives, up to the given size.
    """

    def __init__(
        self,
        path: Path,
        *,
        record_bytes: int,
        on_record: Callable[[bytearray], None],
        whole: bool = True,
    ) -> None:
        self.path = path
        self._size = record_bytes
        self._on_record = on_record
        self._whole = whole
        self._child_ended = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"tap-{path.name}")

    def __enter__(self) -> "Tap":
        os.mkfifo(self.path, 0o600)
        # Without waiting for a writer; after that, reads do wait.
        self._handle = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(self._handle, True)
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            # A convenience that a system may limit.
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._handle, fcntl.F_SETPIPE_SZ, _BIG_PIPE)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._child_ended.set()
        self._thread.join()
        self.path.unlink(missing_ok=True)

    def check(self) -> None:
        """Raise what the callback raised, if it did."""
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            with os.fdopen(self._handle, "rb", buffering=0) as opened:
                if self._has_writer(opened.fileno()):
                    self._read(opened)
        except Exception as error:  # noqa: BLE001  told by `check` in the caller's thread
            self._error = error

    def _has_writer(self, handle: int) -> bool:
        while not select.select([handle], [], [], _WAIT_S)[0]:
            if self._child_ended.is_set():
                # Since the last look it may have come, left all it had in the pipe, and gone.
                return bool(select.select([handle], [], [], 0)[0])
        return True

    def _read(self, opened: Any) -> None:
        while True:
            record = bytearray(self._size)
            filled = opened.readinto(record)
            while self._whole and 0 < filled < self._size:
                more = opened.readinto(memoryview(record)[filled:])
                if not more:
                    return
                filled += more
            if not filled:
                return
            self._on_record(record if filled == self._size else record[:filled])
