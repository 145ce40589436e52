"""What uploads are for: who may send them, how much, what they must look like.

Recordings are known here; rooms above register theirs from `AppConfig.ready` and take what has
arrived by `media.uploads.using.hand_over`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from media.pipeline.sniff import HEAD_BYTES, sniff_bytes

from .limits import Limits, limits_for

RECORDING = "recording"


class UnknownPurpose(Exception):
    """Nothing here takes uploads for this."""


class NotWanted(Exception):
    """The first bytes show that the file is of no use; `sentence` is for the person."""

    def __init__(self, sentence: str | Promise) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


@dataclass(frozen=True)
class Purpose:
    """One kind of upload.

    `permission` is asked of the person alone. `look` is given the first `head_bytes` (or all of a
    shorter file) and returns a short name of the container, or raises `NotWanted` or `Refused`.
    The sentences take `%(most)s` and `%(free)s`.
    """

    permission: str
    look: Callable[[bytes], str]
    limits: Callable[[Any], Limits]
    too_large: str | Promise
    quota_exceeded: str | Promise
    too_many_open: str | Promise
    head_bytes: int = HEAD_BYTES
    # False where names of files tell what must not be kept.
    keeps_name: bool = True


_purposes: dict[str, Purpose] = {
    RECORDING: Purpose(
        permission="media.upload_recording",
        look=lambda head: sniff_bytes(head).container,
        limits=limits_for,
        too_large=_(
            "This site takes recordings of at most %(most)s from you. Please export the recording "
            "at a smaller picture size, or cut it into parts."
        ),
        quota_exceeded=_(
            "Your unfinished uploads leave room for %(free)s. Make lectures of those that have "
            "arrived, or remove some, and try again."
        ),
        too_many_open=_(
            "You have many unfinished uploads. Make lectures of those that have arrived, or "
            "remove some, and try again."
        ),
    )
}


def register_purpose(name: str, purpose: Purpose) -> None:
    """Take uploads for `name` from now on."""
    _purposes[name] = purpose


def purpose_of(name: str) -> Purpose:
    """The purpose of that name. Raises `UnknownPurpose`."""
    try:
        return _purposes[name]
    except KeyError:
        raise UnknownPurpose(name) from None


def permissions() -> list[str]:
    """One of these is needed to upload anything at all."""
    return [purpose.permission for purpose in _purposes.values()]
