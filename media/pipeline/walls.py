"""Walls that a process of Linux puts around itself: Landlock for files, seccomp for the network.

Neither needs a privilege, so they hold inside containers, too. Run by :mod:`confine` before it
becomes the program (standard library only); numbers are those of the kernel's headers.
"""

import ctypes
import os
import platform
import struct
from collections.abc import Iterable
from pathlib import Path

PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

# landlock(7): rights of the first version, those added since by version, and the scopes.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_FIRST_RIGHTS = (1 << 13) - 1
_LATER_RIGHTS = ((2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_TRUNCATE = 1 << 14
_TCP_SINCE, _TCP_BIND_AND_CONNECT = 4, 3
_SCOPES_SINCE, _SIGNALS_AND_ABSTRACT_SOCKETS = 6, 3
_READING = _EXECUTE | _READ_FILE | _READ_DIR
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE

# Machine: audit's number of the architecture, and the system calls that lead out of a box:
# io_uring_setup opens sockets past any filter; ptrace and process_vm_* reach into other
# processes of the same user.
_LEADING_OUT = {
    "x86_64": (0xC000003E, {"socket": 41, "ptrace": 101, "vm_read": 310, "vm_write": 311}),
    "aarch64": (0xC00000B7, {"socket": 198, "ptrace": 117, "vm_read": 270, "vm_write": 271}),
}
_IO_URING_SETUP = 425
# The x32 interface of x86-64 gives the same calls other numbers.
_X32_BIT = 0x40000000
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 13

_libc = ctypes.CDLL(None, use_errno=True)


def without_network() -> None:
    """Refuse sockets (EACCES) from now on, also to what this process becomes or starts.

    Raises OSError where the kernel or this kind of machine can't.
    """
    program = _filter()
    instructions = ctypes.create_string_buffer(program, len(program))
    prog = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    _set_no_new_privileges()
    _check(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, prog, 0, 0), "seccomp")


def _filter() -> bytes:
    """The classic BPF program over struct seccomp_data: number at 0, architecture at 4."""
    machine = platform.machine()
    if machine not in _LEADING_OUT:
        raise OSError(f"no system call numbers known for {machine}")
    architecture, calls = _LEADING_OUT[machine]
    refused = [*calls.values(), _IO_URING_SETUP]
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    lines = [
        (load, 0, 0, 4),
        (equal, 1, 0, architecture),
        (answer, 0, 0, _KILL),
        (load, 0, 0, 0),
        (at_least, len(refused) + 1, 0, _X32_BIT),
    ]
    for place, number in enumerate(refused):
        # Jump over the other comparisons and over "allow" to "refuse".
        lines.append((equal, len(refused) - place, 0, number))
    lines += [(answer, 0, 0, _ALLOW), (answer, 0, 0, _REFUSE)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def landlock_version() -> int:
    """The version of Landlock that the kernel offers; 0 for none."""
    version = _libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, 1)
    return max(0, int(version))


def only_these_files(
    *, reads: Iterable[Path], writes: Iterable[Path], lists: Iterable[Path] = ()
) -> None:
    """Hide every file but those below ``reads`` and, to be written as well, ``writes``.

    Below ``lists`` the names of files may be seen, not what is in them.
    Raises OSError where the kernel can't.
    """
    version = landlock_version()
    if not version:
        raise OSError("the kernel offers no Landlock")
    rights = _FIRST_RIGHTS
    for since, right in _LATER_RIGHTS:
        rights |= right if version >= since else 0
    attributes = struct.pack(
        "QQQ",
        rights,
        _TCP_BIND_AND_CONNECT if version >= _TCP_SINCE else 0,
        _SIGNALS_AND_ABSTRACT_SOCKETS if version >= _SCOPES_SINCE else 0,
    )
    # Older kernels refuse a structure with fields they don't know.
    size = 24 if version >= _SCOPES_SINCE else 16 if version >= _TCP_SINCE else 8
    ruleset = _libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, size, 0)
    _check(ruleset, "landlock")
    for path in reads:
        _allow(ruleset, path, _READING)
    for path in writes:
        _allow(ruleset, path, rights & ~_EXECUTE)
    for path in lists:
        _allow(ruleset, path, _READ_DIR)
    _set_no_new_privileges()
    _check(_libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0), "landlock")
    os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not path.is_dir():
            rights &= _OF_A_FILE
        rule = struct.pack("<Qi", rights, opened)
        _check(_libc.syscall(_LANDLOCK_ADD_RULE, ruleset, 1, rule, 0), f"landlock: {path}")
    finally:
        os.close(opened)


def _set_no_new_privileges() -> None:
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
