"""What the upload pages show."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from media.models import Upload
from people.models import User

from .purposes import RECORDING, purpose_of


def open_uploads(owner: User, *, purpose: str = RECORDING) -> QuerySet[Upload]:
    """The person's uploads for that purpose of which nothing has been made yet."""
    return Upload.objects.filter(owner=owner, used_at=None, purpose=purpose)


def uploader_context(owner: User, *, single: bool = False) -> dict[str, Any]:
    """What `media/admin/uploader.html` shows; `single` where one recording is wanted.

    `words` are for the script: it has none of its own.
    """
    hint = (
        _("You can also drop the file here.")
        if single
        else _("You can choose several files, or drop them here; each becomes a lecture.")
    )
    return {
        "heading": _("Recordings"),
        "hint": hint,
        "remove_view": "lectures_admin:remove_upload",
        "uploads": [] if single else open_uploads(owner),
        "single": single,
        "options": uploader_options(owner, purpose=RECORDING, single=single),
    }


def uploader_options(
    owner: User,
    *,
    purpose: str,
    field: str = "id_original",
    single: bool = False,
    packs: bool = False,
    words: dict[str, str] | None = None,
) -> dict[str, Any]:
    """What the script is told. `field` is the form's file input; `packs`: many files become one."""
    wanted = purpose_of(purpose)
    return {
        "endpoint": reverse("lectures:uploads:uploads"),
        "purpose": purpose,
        "keepsName": wanted.keeps_name,
        "field": field,
        "single": single,
        "packs": packs,
        "firstBytes": wanted.head_bytes,
        "mostBytes": wanted.limits(owner).file_bytes,
        "words": _words() | (words or {}),
    }


def _words() -> dict[str, str]:
    return {
        "waiting": _("Waiting for its turn"),
        "uploading": _("{done} of {total}, {speed}, {left} left"),
        "starting": _("{done} of {total}"),
        "paused": _("Paused at {percent}"),
        "offline": _("No connection at {percent}. It goes on by itself."),
        "kept": _("{percent} of it has arrived. Choose the same file again to go on."),
        "finished": _("Has arrived, {total}"),
        "tooLarge": _(
            "This file has {size}; this site takes at most {most} from you. Please export the "
            "recording at a smaller picture size, or cut it into parts."
        ),
        "failed": _("The upload did not succeed. Please try again."),
        "removed": _("{name} is removed."),
        "known": _("{name} has arrived already."),
        "announce": _("{name}: {percent}"),
        "announceFinished": _("{name} has arrived."),
        "announceOffline": _("The connection is lost. What has arrived is kept."),
        "announceOnline": _("The connection is back. The upload goes on."),
        "willSubmit": _("The lectures are made as soon as everything has arrived."),
    }
