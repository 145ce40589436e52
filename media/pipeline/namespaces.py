"""A box of Linux namespaces: its own users, processes, network and a file system of a few mounts.

What bubblewrap does, for machines where it isn't installed but namespaces(7) are open to
everybody. Run by :mod:`confine` (standard library only) before it becomes the program.
"""

import ctypes
import os
import platform
import resource
import select
import signal
import struct
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

_NEW_MOUNTS, _NEW_UTS, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USERS, _NEW_PROCESSES, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_EVERYTHING = _NEW_MOUNTS | _NEW_UTS | _NEW_IPC | _NEW_USERS | _NEW_PROCESSES | _NEW_NETWORK

_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4

_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_SECUREBITS = 1, 24, 28
_NOROOT_AND_LOCKED = 3
_CAPABILITIES = 64

# Somewhere that every system has: our file system is mounted over it, seen by nobody else.
_STAGE = Path("/tmp")  # noqa: S108  nothing is stored there
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_MAX_PROCESSES = 4096

_libc = ctypes.CDLL(None, use_errno=True)


def run_in_box(
    start: Callable[[], NoReturn], *, reads: Iterable[Path], writes: Iterable[Path]
) -> NoReturn:
    """Become a box in which ``start`` runs and sees nothing but ``reads`` and ``writes``.

    The working directory stays where it is, which must be one of them. This process waits for
    the program and ends as it ends. Raises OSError where the system offers no such box.
    """
    directory = Path.cwd()
    user, group = os.getuid(), os.getgid()
    _check(_libc.unshare(_EVERYTHING), "unshare")
    for name, content in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path("/proc/self", name).write_text(content)
    _furnish(reads=reads, writes=writes)
    try:
        os.chdir(directory)
    except OSError:
        os.chdir("/")
    _drop_capabilities()
    _run_as_second_process(start)


def _furnish(*, reads: Iterable[Path], writes: Iterable[Path]) -> None:
    """Build a file system of bind mounts and make it the only one there is."""
    # Links that begin at the root lead nowhere once the root has moved.
    readable = {path: path.resolve() for path in (*reads, *map(Path, _DEVICES))}
    writable = {path: path.resolve() for path in writes}
    _mount(None, Path("/"), None, _MS_REC | _MS_PRIVATE)
    _mount("tmpfs", _STAGE, "tmpfs", _MS_NOSUID | _MS_NODEV)
    (_STAGE / "new").mkdir(mode=0o755)
    (_STAGE / "old").mkdir()
    _pivot(_STAGE, _STAGE / "old")
    new = Path("/new")
    _mount(str(new), new, None, _MS_BIND)
    for path, real in sorted(readable.items()):
        _bind(path, real, new, is_writable=False)
    for path, real in sorted(writable.items()):
        _bind(path, real, new, is_writable=True)
    os.chdir(new)
    _pivot(Path(), Path())
    _check(_libc.umount2(b".", _MNT_DETACH), "umount2")
    os.chdir("/")
    _set_attributes(Path("/"), _ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV, recursively=False)


def _bind(path: Path, real: Path, new: Path, *, is_writable: bool) -> None:
    source, target = Path("/old", *real.parts[1:]), Path(new, *path.parts[1:])
    if not target.exists():
        if source.is_dir():
            target.mkdir(parents=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
    _mount(str(source), target, None, _MS_BIND | _MS_REC)
    is_device = str(path) in _DEVICES
    attributes = _ATTR_NOSUID | (0 if is_device else _ATTR_NODEV)
    _set_attributes(target, attributes | (0 if is_writable else _ATTR_RDONLY), recursively=True)


def _mount(source: str | None, target: Path, kind: str | None, flags: int) -> None:
    result = _libc.mount(
        None if source is None else os.fsencode(source),
        os.fsencode(target),
        None if kind is None else kind.encode(),
        ctypes.c_ulong(flags),
        None,
    )
    _check(result, f"mount {target}")


def _pivot(new: Path, old: Path) -> None:
    number = _PIVOT_ROOT.get(platform.machine())
    if number is None:
        raise OSError(f"no system call numbers known for {platform.machine()}")
    _check(_libc.syscall(number, os.fsencode(new), os.fsencode(old)), "pivot_root")


def _set_attributes(target: Path, attributes: int, *, recursively: bool) -> None:
    structure = struct.pack("QQQQ", attributes, 0, 0, 0)
    result = _libc.syscall(
        _MOUNT_SETATTR,
        _AT_FDCWD,
        os.fsencode(target),
        _AT_RECURSIVE if recursively else 0,
        structure,
        ctypes.c_size_t(len(structure)),
    )
    _check(result, f"mount_setattr {target}")


def _drop_capabilities() -> None:
    """A user 0 keeps no power over the box through exec either; others lose theirs by exec."""
    _libc.prctl(_PR_SET_SECUREBITS, _NOROOT_AND_LOCKED, 0, 0, 0)
    for capability in range(_CAPABILITIES):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def _run_as_second_process(start: Callable[[], NoReturn]) -> NoReturn:
    """Run the program below an init that reaps and, when it ends, takes all the others along.

    The program isn't the box's first process itself: that one is deaf to most signals.
    """
    lifeline_read, lifeline_write = os.pipe()
    answer_read, answer_write = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(lifeline_write)
        os.close(answer_read)
        _be_init(start, lifeline_read, answer_write)
    os.close(lifeline_read)
    os.close(answer_write)
    # Our copies would keep the pipes open after the program closed its own.
    for stream in (0, 1):
        os.close(stream)
    answer = os.read(answer_read, 4)
    os.waitpid(first, 0)
    if len(answer) < 4:
        _end_as(signal.SIGKILL)
    (status,) = struct.unpack("i", answer)
    if os.WIFSIGNALED(status):
        _end_as(os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def _be_init(start: Callable[[], NoReturn], lifeline: int, answer: int) -> NoReturn:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The parent may have died before the request was made; then its end of the pipe is closed.
    if select.select([lifeline], [], [], 0)[0]:
        os._exit(1)
    program = os.fork()
    if program == 0:
        os.close(answer)
        os.close(lifeline)
        _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
        most = _MAX_PROCESSES if hard < 0 else min(hard, _MAX_PROCESSES)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
        try:
            start()
        except BaseException as error:  # noqa: BLE001  nothing may return into the caller's code
            sys.stderr.write(f"{error}\n")
            sys.stderr.flush()
        os._exit(127)
    for stream in (0, 1, 2):
        os.close(stream)
    while True:
        ended, status = os.wait()
        if ended == program:
            os.write(answer, struct.pack("i", status))
            os._exit(0)


def _end_as(number: int) -> NoReturn:
    signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
    os.kill(os.getpid(), number)
    signal.pause()
    os._exit(1)


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
