"""DICOM images that arrive in pieces (`media.uploads`): who may send them, and what they are."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from media.uploads.limits import Limits
from media.uploads.purposes import NotWanted, Purpose
from media.uploads.queries import open_uploads, uploader_options
from people.models import User

IMAGES = "images"
# PS3.10, 7.1: a preamble of 128 bytes, then "DICM".
_PREAMBLE, _PREFIX = 128, b"DICM"
_ZIP = b"PK\x03\x04"
# So many studies may wait to be imported, as many times the largest import.
_OPEN_IMPORTS = 3


def look(head: bytes) -> str:
    """Take archives and DICOM files with their prefix. Raises `NotWanted` for all others."""
    if head.startswith(_ZIP):
        return "zip"
    if head[_PREAMBLE:].startswith(_PREFIX):
        return "dicom"
    raise NotWanted(gettext_lazy("These are neither DICOM files nor a zip of them."))


def limits(_user: Any) -> Limits:
    """What one import takes."""
    return Limits(settings.DICOM_MAX_BYTES, _OPEN_IMPORTS * settings.DICOM_MAX_BYTES)


PURPOSE = Purpose(
    permission="cases.upload_images",
    look=look,
    limits=limits,
    too_large=gettext_lazy(
        "This site takes at most %(most)s in one import. Please divide the images."
    ),
    quota_exceeded=gettext_lazy(
        "Your unfinished uploads leave room for %(free)s. Import those that have arrived, or "
        "remove some, and try again."
    ),
    too_many_open=gettext_lazy(
        "You have many unfinished uploads. Import those that have arrived, or remove some, and "
        "try again."
    ),
    head_bytes=_PREAMBLE + len(_PREFIX),
    keeps_name=False,
)


def uploader_context(owner: User) -> dict[str, Any]:
    """What `media/admin/uploader.html` shows on the page of a case's studies."""
    return {
        "heading": _("Images on their way"),
        "hint": _("You can also drop files, a folder or a zip here."),
        "remove_view": "cases_dicom:remove_upload",
        "uploads": open_uploads(owner, purpose=IMAGES),
        "single": False,
        "options": uploader_options(
            owner, purpose=IMAGES, field="id_files", packs=True, words=_words()
        ),
    }


def _words() -> dict[str, str]:
    return {
        "packName": _("Files: {count}"),
        "packing": _("Preparing the files: {percent}. Their names stay on this computer."),
        "packedNothing": _("There are no images among these files."),
        "packFailed": _("A file could not be read. Please choose the folder again."),
        "tooLarge": _(
            "These are {size}; this site takes at most {most} in one import. Please divide the "
            "images."
        ),
        "kept": _("{percent} of it has arrived. Choose the same files again to go on."),
        "known": _("These files have arrived already."),
        "willSubmit": _("The import begins as soon as everything has arrived."),
    }
