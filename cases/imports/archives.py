"""What is in an upload: one file, a folder, or a zip; within limits, one file at a time.

Names are never used as paths, nor passed on: they hold patients' names as often as not. A file
is known by its place in the upload, counted in the order of the names.
"""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cases.deidentification.refusals import Refusal, Refused

_CHUNK = 1024**2
_END_RECORD = b"PK\x05\x06"
_END64_RECORD = b"PK\x06\x06"
_ZIP_MAGIC = b"PK\x03\x04"
_EMPTY_ZIP = _END_RECORD
_COMMENT_AND_RECORD = 65_535 + 22
_FULL_16 = 0xFFFF
_NESTED = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_SYSTEM_FILES = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class UploadLimits:
    """How much one import takes."""

    files: int = 20_000
    file_bytes: int = 1024**3
    total_bytes: int = 8 * 1024**3


@dataclass(frozen=True)
class Entry:
    """One file of an upload: its place, and the file itself or why it is not opened."""

    label: str
    path: Path | None
    refusal: Refusal | None = None


def is_zip(path: Path) -> bool:
    """Whether the file begins as a zip archive does."""
    with path.open("rb") as opened:
        return opened.read(4) in (_ZIP_MAGIC, _EMPTY_ZIP)


def entries(path: Path, *, scratch: Path, limits: UploadLimits | None = None) -> Iterator[Entry]:
    """The upload's files one by one; a zip's are unpacked to `scratch` and gone at the next.

    Raises `Refused` for what is wrong with the upload as a whole, before the first entry.
    """
    limits = limits or UploadLimits()
    if path.is_symlink():
        raise Refused(Refusal.LINK)
    if path.is_dir():
        return _folder(path, limits)
    if not path.is_file():
        raise Refused(Refusal.NOT_FOUND)
    if path.stat().st_size == 0:
        raise Refused(Refusal.EMPTY_FILE)
    if is_zip(path):
        return _archive(path, _checked_members(path, limits), scratch, limits)
    return iter([Entry(label="1", path=path)])


def count(path: Path) -> int:
    """About how many files there are, for progress; at least one."""
    try:
        if path.is_dir():
            return max(1, sum(len(files) for _root, _folders, files in os.walk(path)))
        return max(1, _declared_count(path)) if is_zip(path) else 1
    except (OSError, Refused):
        return 1


def _folder(path: Path, limits: UploadLimits) -> Iterator[Entry]:
    found: list[Path] = []
    for root, folders, files in os.walk(path, followlinks=False):
        folders.sort()
        linked = [folder for folder in folders if (Path(root) / folder).is_symlink()]
        found.extend(Path(root) / name for name in sorted([*files, *linked]))
        if len(found) > limits.files:
            raise Refused(Refusal.TOO_MANY_FILES)
    return _of_folder(found)


def _of_folder(found: list[Path]) -> Iterator[Entry]:
    number = 0
    for file in found:
        if file.name in _SYSTEM_FILES:
            continue
        number += 1
        label = str(number)
        if file.is_symlink():
            yield Entry(label, None, Refusal.LINK)
        elif not stat.S_ISREG(file.stat().st_mode):
            yield Entry(label, None, Refusal.NOT_DICOM)
        elif _is_nested(file):
            yield Entry(label, None, Refusal.NESTED_ARCHIVE)
        else:
            yield Entry(label, file)


def _is_nested(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(4).startswith(_NESTED)


def _declared_count(path: Path) -> int:
    """How many members the archive says it has, without reading its directory."""
    size = path.stat().st_size
    with path.open("rb") as opened:
        opened.seek(max(0, size - _COMMENT_AND_RECORD - 1024))
        tail = opened.read()
    at = tail.rfind(_END_RECORD)
    if at < 0 or at + 22 > len(tail):
        raise Refused(Refusal.BAD_ARCHIVE)
    (number,) = struct.unpack_from("<H", tail, at + 10)
    at64 = tail.rfind(_END64_RECORD)
    if number == _FULL_16 and 0 <= at64 <= len(tail) - 40:
        (number,) = struct.unpack_from("<Q", tail, at64 + 32)
    return int(number)


def _checked_members(path: Path, limits: UploadLimits) -> list[zipfile.ZipInfo]:
    """The members in the order of their names. Raises `Refused` beyond the limits."""
    if _declared_count(path) > limits.files:
        raise Refused(Refusal.TOO_MANY_FILES)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError):
        raise Refused(Refusal.BAD_ARCHIVE) from None
    if len(members) > limits.files:
        raise Refused(Refusal.TOO_MANY_FILES)
    if sum(member.file_size for member in members) > limits.total_bytes:
        raise Refused(Refusal.ZIP_BOMB)
    if any(member.flag_bits & 1 for member in members):
        raise Refused(Refusal.ENCRYPTED)
    return sorted(members, key=lambda member: member.filename)


def _archive(
    path: Path, members: list[zipfile.ZipInfo], scratch: Path, limits: UploadLimits
) -> Iterator[Entry]:
    scratch.mkdir(parents=True, exist_ok=True)
    unpacked = scratch / "unpacked"
    left = limits.total_bytes
    number = 0
    with zipfile.ZipFile(path) as archive:
        for member in members:
            parts = PurePosixPath(member.filename).parts
            if not parts or _SYSTEM_FILES & set(parts):
                continue
            number += 1
            label = str(number)
            refusal = _refusal_of(member, parts, limits)
            if refusal is None:
                try:
                    left -= _unpack(archive, member, unpacked, most=min(left, limits.file_bytes))
                except _TooMuch:
                    unpacked.unlink(missing_ok=True)
                    raise Refused(Refusal.ZIP_BOMB) from None
                except _Unreadable:
                    refusal = Refusal.BAD_ARCHIVE
            if refusal is None and _is_nested(unpacked):
                refusal = Refusal.NESTED_ARCHIVE
            yield Entry(label, None if refusal else unpacked, refusal)
            unpacked.unlink(missing_ok=True)


def _refusal_of(
    member: zipfile.ZipInfo, parts: tuple[str, ...], limits: UploadLimits
) -> Refusal | None:
    name = member.filename
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in parts[0]:
        return Refusal.UNSAFE_NAME
    if stat.S_ISLNK(member.external_attr >> 16):
        return Refusal.LINK
    if member.file_size > limits.file_bytes:
        return Refusal.TOO_LARGE
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Refusal.BAD_ARCHIVE
    return None


class _Unreadable(Exception):
    """The member is damaged."""


class _TooMuch(Exception):
    """The member unpacks to more than is left."""


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path, *, most: int) -> int:
    written = 0
    with to.open("wb") as out:
        for piece in _pieces(archive, member):
            written += len(piece)
            if written > most:
                raise _TooMuch
            out.write(piece)
    return written


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's content. Only reading fails here: a full disk is no damaged archive."""
    try:
        with archive.open(member) as packed:
            while piece := packed.read(_CHUNK):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        raise _Unreadable from None
