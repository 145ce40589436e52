"""What editors and authors fill in to make lectures of uploads."""

import uuid
from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from media.deck_forms import WithSlidesMixin
from media.forms import UploadForm, check_size
from media.models import Lecture, Upload

from .purposes import RECORDING
from .using import take_in_file

MAX_AT_ONCE = 60


class UploadsMixin(forms.Form):
    """Recordings that came in pieces (`upload`, by key), or one with the form (`original`).

    `submission` makes one upload of a file that is sent twice with the same form.
    """

    submission = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)
    user: Any = None
    uploads: list[Upload]

    def clean(self) -> dict[str, Any]:
        """Find the uploads meant; say so where there is none, or one is not complete."""
        cleaned = super().clean() or self.cleaned_data
        keys = self.data.getlist("upload") if hasattr(self.data, "getlist") else []
        self.uploads = self._found(keys[:MAX_AT_ONCE])
        unfinished = [upload for upload in self.uploads if not upload.is_finished]
        if unfinished:
            message = ngettext(
                "%(name)s has not arrived completely. Continue or remove it, please.",
                "%(count)s recordings have not arrived completely: %(name)s. Continue or remove "
                "them, please.",
                len(unfinished),
            )
            names = ", ".join(str(upload) for upload in unfinished)
            self.add_error(None, message % {"name": names, "count": len(unfinished)})
        elif not self.uploads and not cleaned.get("original") and "original" not in self.errors:
            self.add_error("original", _("Choose a recording."))
        return cleaned

    def _found(self, keys: list[str]) -> list[Upload]:
        wanted = []
        for key in keys:
            try:
                wanted.append(uuid.UUID(key))
            except ValueError:
                continue
        mine = Upload.objects.filter(owner=self.user, purpose=RECORDING).in_bulk(wanted)
        missing = [key for key in wanted if key not in mine]
        if missing:
            self.add_error(None, _("An upload is no longer kept. Please start it again."))
        return [mine[key] for key in dict.fromkeys(wanted) if key in mine]

    def received(self) -> list[Upload]:
        """The finished uploads to make use of, the file that came with the form among them."""
        file = self.cleaned_data.get("original")
        if not file:
            return self.uploads
        key = self.cleaned_data.get("submission") or uuid.uuid4()
        return [*self.uploads, take_in_file(key=key, owner=self.user, file=file)]


class LecturesForm(WithSlidesMixin, UploadsMixin, UploadForm):
    """Facts for one lecture or many; each is named by its own title, or after its file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["original"].required = False
        self.fields["original"].widget.is_required = False

    def clean(self) -> dict[str, Any]:
        """Slides belong to one voice."""
        cleaned = super().clean()
        if cleaned.get("slides") and len(self.uploads) + bool(cleaned.get("original")) > 1:
            self.add_error("slides", _("Slides go with one recording. Upload the others later."))
        return cleaned

    def lecture_of(self, upload: Upload, *, alone: bool) -> Lecture:
        """An unsaved lecture of `upload` with what was filled in."""
        self.save(commit=False)  # fills in the collection where there is no choice
        facts = ("language", "speaker", "description", "visibility", "collection")
        lecture = Lecture(**{name: getattr(self.instance, name) for name in facts})
        own = str(self.data.get(f"title-{upload.pk}", "")).strip()
        lecture.title = (own or (self.cleaned_data["title"] if alone else ""))[:255]
        lecture.title = lecture.title or title_of(upload.name)
        lecture.uploaded_by = self.user
        return lecture


class ReplaceForm(UploadsMixin):
    """A new recording for a lecture that has one."""

    original = forms.FileField(label=_("Recording"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_original(self) -> Any:
        """The recording, if it is not too large."""
        return check_size(self.cleaned_data["original"], self.user)

    def clean(self) -> dict[str, Any]:
        """Exactly one recording."""
        cleaned = super().clean()
        if len(self.uploads) + bool(cleaned.get("original")) > 1:
            self.add_error(None, _("A lecture has one recording. Remove the others, please."))
        return cleaned


def title_of(name: str) -> str:
    """A lecture's title made of its file's name."""
    stem = PurePath(name).stem.replace("_", " ").strip()
    return stem[:255] or gettext("Lecture")
