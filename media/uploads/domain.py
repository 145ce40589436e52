"""Uploads: opened, continued, removed."""

import errno
import hmac
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from media.models import Upload, private_storage
from media.pipeline.disk import ensure_room
from media.pipeline.refusals import Refused
from people.models import User

from .limits import MAX_OPEN_UPLOADS
from .protocol import Checksum
from .purposes import RECORDING, NotWanted, purpose_of
from .store import FileGone, IncomingFile, Writer, WrongOffset

FOLDER = "incoming"
# Pieces begin small, so that a slow line shows signs of life, and grow while they come quickly.
SMALLEST_PIECE, LARGEST_PIECE = 16 * 1024, 1024 * 1024
QUICK_S = 0.1
_DIGEST = re.compile(r"[0-9a-f]{64}")


class TooLarge(Exception):
    """The file is larger than this person may upload for this purpose."""

    def __init__(self, most_bytes: int, purpose: str = RECORDING) -> None:
        super().__init__(f"at most {most_bytes} bytes")
        self.most_bytes = most_bytes
        self.purpose = purpose


class QuotaExceeded(Exception):
    """The person's open uploads leave too little of their quota."""

    def __init__(self, free_bytes: int, purpose: str = RECORDING) -> None:
        super().__init__(f"{free_bytes} bytes are left")
        self.free_bytes = max(0, free_bytes)
        self.purpose = purpose


class TooManyOpen(Exception):
    """The person has as many uploads open as one may have."""

    def __init__(self, purpose: str = RECORDING) -> None:
        super().__init__("too many")
        self.purpose = purpose


class BeyondSize(Exception):
    """More bytes are announced than the upload has."""


class ChecksumMismatch(Exception):
    """What arrived is not what was sent."""


class Interrupted(Exception):
    """The connection ended before the announced bytes had arrived."""


class UploadGone(Exception):
    """The upload is not there any more."""


def incoming(upload: Upload) -> IncomingFile:
    """The file in which the upload's bytes lie."""
    return IncomingFile(Path(settings.PRIVATE_ROOT) / FOLDER, upload.pk.hex)


def open_upload(
    *,
    owner: User,
    size_bytes: int,
    purpose: str = RECORDING,
    name: str = "",
    fingerprint: str = "",
    metadata: str = "",
) -> Upload:
    """Begin an upload of `size_bytes`.

    Raises `UnknownPurpose`, `TooLarge`, `QuotaExceeded`, `TooManyOpen`, `NotWanted`, `Refused`
    (empty file, full disk).
    """
    wanted = purpose_of(purpose)
    limits = wanted.limits(owner)
    if size_bytes > limits.file_bytes:
        raise TooLarge(limits.file_bytes, purpose)
    if size_bytes == 0:
        wanted.look(b"")
    if not wanted.keeps_name:
        # The fingerprint is a number; the protocol's copy of all that was said would hold more.
        name = metadata = ""
        fingerprint = fingerprint if _DIGEST.fullmatch(fingerprint) else ""
    upload = Upload(
        owner=owner,
        purpose=purpose,
        name=PurePath(name).name[:255],
        fingerprint=fingerprint[:400],
        metadata=metadata,
        size_bytes=size_bytes,
        expires_at=expiry(),
    )
    incoming(upload).create()
    try:
        with transaction.atomic():
            # Two uploads begun at once must not both fit into the last of the quota.
            User.objects.select_for_update().get(pk=owner.pk)
            mine = Upload.objects.filter(owner=owner, used_at=None, purpose=purpose)
            free = limits.open_bytes - (mine.aggregate(all=Sum("size_bytes"))["all"] or 0)
            if size_bytes > free:
                raise QuotaExceeded(free, purpose)
            if mine.count() >= MAX_OPEN_UPLOADS:
                raise TooManyOpen(purpose)
            ensure_room(incoming(upload).path.parent, size_bytes + _still_to_come())
            upload.save(force_insert=True)
    except BaseException:
        incoming(upload).remove()
        raise
    return upload


def expiry() -> datetime:
    """Until when an upload is kept that goes on now."""
    return timezone.now() + timedelta(days=settings.UPLOAD_DAYS)


def _still_to_come() -> int:
    """Bytes for which the disk must have room, of all uploads that are open."""
    missing = F("size_bytes") - F("received_bytes")
    return Upload.objects.filter(finished_at=None).aggregate(all=Sum(missing))["all"] or 0


def settled_offset(*, upload: Upload) -> int:
    """How much has safely arrived; the row is brought up to it. Raises `Busy`, `UploadGone`."""
    if upload.is_finished:
        return upload.size_bytes
    try:
        received = incoming(upload).settle()
    except FileGone as error:
        raise UploadGone from error
    _follow(upload, received)
    return received


def receive(
    *,
    upload: Upload,
    offset: int,
    length: int,
    read: Callable[[int], bytes],
    checksum: Checksum | None = None,
) -> int:
    """Append `length` bytes at `offset`, as `read` gives them; return the new offset.

    Whatever arrived before an interruption is kept, except under a checksum, which proves the
    whole piece or nothing. Raises `WrongOffset`, `Busy`, `Superseded`, `BeyondSize`,
    `ChecksumMismatch`, `Interrupted`, `UploadGone`, and `Refused` or `NotWanted` when the first
    bytes show that the file is not what is asked for (it is removed then) or the disk is full.
    """
    if offset + length > upload.size_bytes:
        raise BeyondSize
    if upload.is_finished:
        return _nothing_more(upload, offset)
    try:
        writer = incoming(upload).begin(offset=offset, proved_at_end=checksum is not None)
    except FileGone as error:
        raise UploadGone from error
    with writer:
        try:
            _copy(upload, writer, length, read, checksum)
        except (Refused, NotWanted):
            remove_upload(upload=upload)
            raise
        except (ChecksumMismatch, Interrupted, OSError) as reason:
            _follow(upload, writer.abandon())
            if isinstance(reason, OSError) and reason.errno in (errno.ENOSPC, errno.EDQUOT):
                ensure_room(incoming(upload).path.parent, length)
            raise
        received = writer.finish()
    _follow(upload, received)
    return received


def _nothing_more(upload: Upload, offset: int) -> int:
    if offset != upload.size_bytes:
        raise WrongOffset(upload.size_bytes)
    return offset


def _copy(
    upload: Upload,
    writer: Writer,
    length: int,
    read: Callable[[int], bytes],
    checksum: Checksum | None,
) -> None:
    hasher = checksum.hasher() if checksum else None
    piece_bytes, left = SMALLEST_PIECE, length
    while left:
        asked_at = time.monotonic()
        try:
            piece = read(min(piece_bytes, left))
        except OSError as error:
            raise Interrupted from error
        if not piece:
            raise Interrupted
        left -= len(piece)
        writer.write(piece)
        if hasher:
            hasher.update(piece)
        elif not upload.container:
            _look_at_head(upload, writer.offset)
        if time.monotonic() - asked_at < QUICK_S:
            piece_bytes = min(2 * piece_bytes, LARGEST_PIECE)
    if checksum and hasher and not hmac.compare_digest(hasher.digest(), checksum.digest):
        raise ChecksumMismatch
    if not upload.container:
        _look_at_head(upload, writer.offset)


def _look_at_head(upload: Upload, received: int) -> None:
    """Refuse what is of no use as soon as its first bytes show it."""
    purpose = purpose_of(upload.purpose)
    enough = min(purpose.head_bytes, upload.size_bytes)
    if received >= enough:
        upload.container = purpose.look(incoming(upload).head(enough))
        Upload.objects.filter(pk=upload.pk).update(container=upload.container)


def _follow(upload: Upload, received: int) -> None:
    """Bring the row up to what has arrived."""
    upload.received_bytes, upload.expires_at = received, expiry()
    changes: dict[str, Any] = {"received_bytes": received, "expires_at": upload.expires_at}
    if received == upload.size_bytes and not upload.is_finished:
        upload.finished_at = changes["finished_at"] = timezone.now()
    Upload.objects.filter(pk=upload.pk).update(**changes)


def remove_upload(*, upload: Upload) -> None:
    """Forget an upload with its bytes, unless a lecture was made of it."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().filter(pk=upload.pk, used_at=None).first()
        if locked is None:
            return
        locked.delete()
    incoming(upload).remove()
    private_storage().delete(original_name(upload=upload))


def original_name(*, upload: Upload) -> str:
    """Where the recording lies once it is a lecture's original; the same for every attempt."""
    suffix = PurePath(upload.name).suffix.lower()
    suffix = suffix if suffix[1:].isalnum() and len(suffix) <= 6 else ""
    return f"lectures/{upload.created_at:%Y/%m}/{upload.pk.hex}{suffix}"
