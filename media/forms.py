"""What editors and authors fill in for a lecture."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.collections import (
    BaseCollectionMemberForm,
    CollectionChoiceField,
    collection_member_permission_formset_factory,
)
from wagtail.models import Collection

from .failures import failure_sentence
from .models import Caption, Lecture
from .pipeline.refusals import Refusal
from .rules import LecturePermissionPolicy, lecture_permission_policy
from .webvtt import InvalidCaptions, normalised

MAX_CAPTION_BYTES = 4 * 1024**2


class LectureForm(BaseCollectionMemberForm):
    """The facts about a lecture; the collection is one that the person may add to."""

    collection = CollectionChoiceField(
        label=_("Collection"), queryset=Collection.objects.all(), empty_label=None
    )

    class Meta:
        model = Lecture
        fields = ["title", "language", "speaker", "description", "collection"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    @cached_property
    def permission_policy(self) -> LecturePermissionPolicy:
        return lecture_permission_policy()


class UploadForm(LectureForm):
    """A recording with its facts. Any file is taken: what it holds is examined afterwards."""

    class Meta(LectureForm.Meta):
        fields = ["original", *LectureForm.Meta.fields]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["original"]
        # A file can't be kept over a refused form: what can be guessed is not asked for.
        self.fields["title"].required = False
        self.fields["title"].help_text = gettext("Left empty, the file's name is taken.")
        field.help_text = gettext("%(help)s At most %(size)s.") % {
            "help": field.help_text,
            "size": filesizeformat(settings.LECTURE_MAX_BYTES),
        }
        field.error_messages["empty"] = failure_sentence(Refusal.EMPTY_FILE.value)

    def clean_original(self) -> UploadedFile:
        """The recording, if it is not too large."""
        file = self.cleaned_data["original"]
        if file.size > settings.LECTURE_MAX_BYTES:
            raise forms.ValidationError(
                _(
                    "This file has %(size)s; this site takes at most %(most)s. Please export "
                    "the recording at a smaller picture size, or cut it into parts."
                ),
                params={
                    "size": filesizeformat(file.size),
                    "most": filesizeformat(settings.LECTURE_MAX_BYTES),
                },
            )
        return file

    def clean(self) -> dict[str, Any]:
        """Name a lecture without a title after its file."""
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("original")
        if file and not cleaned.get("title"):
            stem = PurePath(file.name).stem.replace("_", " ").strip()
            cleaned["title"] = stem[:255] or gettext("Lecture")
        return cleaned


class CaptionForm(forms.Form):
    """Captions in one language: typed, pasted, or from a .vtt file."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    file = forms.FileField(
        label=_("WebVTT file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".vtt,text/vtt"}),
        help_text=_("Replaces what is in the field below."),
    )
    webvtt = forms.CharField(
        label=_("Captions"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true", "dir": "auto"}),
        help_text=_("The first line is WEBVTT; an empty line parts one caption from the next."),
    )

    def __init__(self, *args: Any, caption: Caption | None = None, **kwargs: Any) -> None:
        if caption:
            kwargs["initial"] = {"language": caption.language, "webvtt": caption.webvtt}
        super().__init__(*args, **kwargs)
        if caption:
            self.fields["language"].disabled = True

    def clean(self) -> dict[str, Any]:
        """Put the captions into `webvtt`, whichever way they came, or say what is wrong where."""
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        text = self._read(file) if file else cleaned.get("webvtt", "")
        if text is None:
            return cleaned
        if not text.strip():
            self.add_error("webvtt", _("Type the captions, or choose a file."))
            return cleaned
        try:
            cleaned["webvtt"] = normalised(text)
        except InvalidCaptions as error:
            self.add_error("file" if file else "webvtt", [str(f) for f in error.faults[:20]])
        return cleaned

    def _read(self, file: UploadedFile) -> str | None:
        if file.size > MAX_CAPTION_BYTES:
            self.add_error("file", _("This file is too large for captions."))
            return None
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error(
                "file", _("This file is not UTF-8 text. Save it again as UTF-8, please.")
            )
            return None


GroupLecturePermissionFormSet = collection_member_permission_formset_factory(
    Lecture,
    [
        ("add_lecture", _("Add"), _("Add/edit lectures you own")),
        ("change_lecture", _("Edit"), _("Edit any lecture")),
        ("choose_lecture", _("Choose"), _("Select lectures in choosers")),
    ],
    "media/admin/group_permissions.html",
)
