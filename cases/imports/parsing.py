"""One file's dataset. Its structure is walked and counted before pydicom makes objects of it."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from cases.deidentification.quiet import without_echo
from cases.deidentification.refusals import Refusal, Refused

_PREAMBLE = 128
_MAGIC = b"DICM"
_LONG_VRS = frozenset(
    {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
)
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = (0xFFFE, 0xE000), (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)
_PIXELS = (0x7FE0, 0x0010)


@dataclass(frozen=True)
class ParseLimits:
    """How much structure a file may have; enhanced objects of 10,000 frames fit."""

    file_bytes: int = 1024**3
    elements: int = 600_000
    depth: int = 12
    header_bytes: int = 128 * 1024**2


def looks_like_dicom(head: bytes) -> bool:
    """Whether the first bytes are a DICOM file's (PS3.10, 7.1), or an old one's."""
    if head[_PREAMBLE : _PREAMBLE + 4] == _MAGIC:
        return True
    if len(head) < 8:
        return False
    group, element = struct.unpack_from("<HH", head)
    (length,) = struct.unpack_from("<I", head, 4)
    explicit = head[4:6].isalpha() and head[4:6].isupper()
    return group in (0x0002, 0x0008) and element < 0x100 and (explicit or length < 0x200)


def read_dataset(path: Path, *, limits: ParseLimits | None = None) -> FileDataset:
    """The dataset of the file. Raises `Refused`, and nothing but `OSError` besides."""
    limits = limits or ParseLimits()
    size = path.stat().st_size
    if size == 0:
        raise Refused(Refusal.EMPTY_FILE)
    if size > limits.file_bytes:
        raise Refused(Refusal.TOO_LARGE)
    with path.open("rb") as opened:
        head = opened.read(_PREAMBLE + 4)
        if not looks_like_dicom(head):
            raise Refused(Refusal.NOT_DICOM)
        has_preamble = head[_PREAMBLE:] == _MAGIC
        opened.seek(_PREAMBLE + 4 if has_preamble else 0)
        _Walk(opened, size=size, limits=limits).file()
    return _parse(path)


def _parse(path: Path) -> FileDataset:
    with without_echo():
        try:
            dataset = dcmread(path, force=True)
            # Values are read now: later the file is gone.
            if not dataset.keys():
                raise Refused(Refusal.NOT_DICOM)
            syntax = dataset.file_meta.get("TransferSyntaxUID")
            if syntax is None:
                dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        except (Refused, OSError, MemoryError):
            raise
        except Exception:  # noqa: BLE001  pydicom and its codecs raise anything
            raise Refused(Refusal.DAMAGED) from None
    return dataset


class _Walk:
    """Counts elements and depth by headers alone, without recursion; values are skipped."""

    def __init__(self, opened: BinaryIO, *, size: int, limits: ParseLimits) -> None:
        self.opened, self.size, self.limits = opened, size, limits
        self.elements = 0
        self.explicit, self.order = True, "<"
        self.syntax = b""

    def file(self) -> None:
        """Walk the meta information and the dataset. Raises `Refused` beyond the limits."""
        self._meta()
        if self.syntax == DeflatedExplicitVRLittleEndian.encode():
            self._bounded_deflate()
            return
        self.explicit = self.syntax != ImplicitVRLittleEndian.encode() and self._looks_explicit()
        self.order = ">" if self.syntax == ExplicitVRBigEndian.encode() else "<"
        self._walk()

    def _bounded_deflate(self) -> None:
        """pydicom inflates such a file whole: let it be small enough for the worst ratio."""
        if (self.size - self.opened.tell()) * 1032 > self.limits.file_bytes:
            raise Refused(Refusal.TOO_LARGE)

    def _looks_explicit(self) -> bool:
        here = self.opened.tell()
        head = self.opened.read(6)
        self.opened.seek(here)
        return head[4:6].isalpha() and head[4:6].isupper()

    def _meta(self) -> None:
        while True:
            here = self.opened.tell()
            head = self.opened.read(4)
            if len(head) < 4 or struct.unpack("<H", head[:2])[0] != 0x0002:
                self.opened.seek(here)
                return
            tag, length = self._header(head)
            if length == _UNDEFINED or length > 1024**2:
                raise Refused(Refusal.DAMAGED)
            value = self.opened.read(length)
            if tag == (0x0002, 0x0010):
                self.syntax = value.strip(b"\0 ")

    def _header(self, head: bytes) -> tuple[tuple[int, int], int]:
        """Tag and length of the element whose first four bytes are given."""
        group, element = struct.unpack(f"{self.order}HH", head)
        self.elements += 1
        if self.elements > self.limits.elements:
            raise Refused(Refusal.TOO_COMPLEX)
        rest = self.opened.read(4)
        if len(rest) < 4:
            raise Refused(Refusal.DAMAGED)
        self.vr = b""
        if group == 0xFFFE or not self.explicit:
            return (group, element), struct.unpack(f"{self.order}I", rest)[0]
        self.vr = rest[:2]
        if self.vr in _LONG_VRS:
            long = self.opened.read(4)
            if len(long) < 4:
                raise Refused(Refusal.DAMAGED)
            return (group, element), struct.unpack(f"{self.order}I", long)[0]
        if not self.vr.isalpha():
            # Some writers fall back to implicit VR within an explicit file.
            return (group, element), struct.unpack(f"{self.order}I", rest)[0]
        return (group, element), struct.unpack(f"{self.order}H", rest[2:])[0]

    def _walk(self) -> None:
        ends: list[int | None] = [None]  # of the containers we are in; None for undefined length
        while True:
            here = self.opened.tell()
            while len(ends) > 1 and ends[-1] is not None and here >= ends[-1]:
                ends.pop()
            head = self.opened.read(4)
            if len(head) < 4:
                return
            tag, length = self._header(head)
            if len(ends) == 1 and tag == _PIXELS:
                return
            if here > self.limits.header_bytes:
                raise Refused(Refusal.TOO_COMPLEX)
            self._enter(tag, length, ends)
            if len(ends) > self.limits.depth * 2 + 2:
                raise Refused(Refusal.TOO_COMPLEX)

    def _enter(self, tag: tuple[int, int], length: int, ends: list[int | None]) -> None:
        """Step into sequences and items, out at their ends, over everything else."""
        if tag in (_ITEM_END, _SEQUENCE_END):
            if len(ends) > 1:
                ends.pop()
            return
        container = tag == _ITEM or self.vr == b"SQ" or length == _UNDEFINED
        if container:
            ends.append(None if length == _UNDEFINED else self.opened.tell() + length)
            return
        if not self.explicit and self._holds_item(length):
            ends.append(self.opened.tell() + length)
            return
        if length > self.size:
            raise Refused(Refusal.DAMAGED)
        self.opened.seek(length, 1)

    def _holds_item(self, length: int) -> bool:
        """In implicit VR a sequence is known by the item that its value begins with."""
        if length < 8:
            return False
        here = self.opened.tell()
        begins = self.opened.read(4)
        self.opened.seek(here)
        return begins == b"\xfe\xff\x00\xe0"
