"""A child behind the wall that answers many requests: for work too small to start a process for.

Requests and answers are bytes after their length in eight (big-endian). A child that crashes, falls
silent or answers more than it may is gone; whoever asked is told and begins another.
"""

import os
import selectors
import struct
import subprocess
import time

from media.pipeline.process import Limits, child_environment, confined_command, kill_group
from media.pipeline.sandbox import Reach, boxed, protection

_PIECE = 1 << 20
_LENGTH = struct.Struct(">Q")


class HelperGone(Exception):
    """The child crashed, was killed, or took too long; this request was not answered."""


class Helper:
    """One child. To be used, as it dies, with the thread that made it."""

    def __init__(
        self, command: list[str], *, limits: Limits, reach: Reach, env: dict[str, str] | None = None
    ) -> None:
        """Start `command`. Raises ``Refused`` where a box is required and can't be had."""
        wall = protection()
        options, program = boxed(command, reach, wall=wall, directory=None)
        self._child = subprocess.Popen(  # noqa: S603  the command is built by us, no shell
            confined_command(program, limits=limits, options=options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What a codec complains about may quote the file; nobody reads it.
            stderr=subprocess.DEVNULL,
            env=child_environment(env),
            start_new_session=True,
        )
        self._wall_s = limits.wall_s
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._to, self._from = self._child.stdin, self._child.stdout
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)

    def ask(self, request: bytes, *, most_bytes: int) -> bytes:
        """The child's answer, of `most_bytes` at most. Raises `HelperGone`."""
        deadline = time.monotonic() + self._wall_s
        try:
            self._send(_LENGTH.pack(len(request)) + request, deadline)
            (length,) = _LENGTH.unpack(self._receive(_LENGTH.size, deadline))
            if length > most_bytes:
                raise HelperGone("it answers too much")
            return self._receive(length, deadline)
        except (HelperGone, OSError) as error:
            self.close()
            raise HelperGone(str(error)) from error
        except BaseException:
            # Half an exchange: the next answer would be taken for another's.
            self.close()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._child.poll() is None

    def close(self) -> None:
        """Kill the child and all that it started."""
        kill_group(self._child)
        for pipe in (self._to, self._from):
            try:
                pipe.close()
            except OSError:
                continue

    def _send(self, data: bytes, deadline: float) -> None:
        left = memoryview(data)
        while left:
            _wait(self._to.fileno(), selectors.EVENT_WRITE, deadline)
            left = left[os.write(self._to.fileno(), left[:_PIECE]) :]

    def _receive(self, length: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < length:
            _wait(self._from.fileno(), selectors.EVENT_READ, deadline)
            piece = os.read(self._from.fileno(), min(_PIECE, length - len(data)))
            if not piece:
                raise HelperGone("it ended")
            data += piece
        return bytes(data)


def _wait(descriptor: int, event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, event)
        if not selector.select(timeout=max(0.0, deadline - time.monotonic())):
            raise HelperGone("it took too long")
