"""What editors and authors fill in for a lecture."""

from pathlib import PurePath
from typing import Any

from django import forms
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

from .elsewhere import InvalidLink, read_link
from .failures import failure_sentence
from .models import Lecture
from .pipeline.refusals import Refusal
from .rules import LecturePermissionPolicy, lecture_permission_policy
from .uploads.limits import limits_for


class LectureForm(BaseCollectionMemberForm):
    """The facts about a lecture; the collection is one that the person may add to."""

    collection = CollectionChoiceField(
        label=_("Collection"), queryset=Collection.objects.all(), empty_label=None
    )

    class Meta:
        model = Lecture
        fields = ["title", "language", "speaker", "description", "visibility", "collection"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visibility"].required = False

    def clean_visibility(self) -> str:
        """Unsaid, it stays as it is: nothing becomes public by leaving something out."""
        return self.cleaned_data["visibility"] or self.instance.visibility

    @cached_property
    def permission_policy(self) -> LecturePermissionPolicy:
        return lecture_permission_policy()


class LinkForm(LectureForm):
    """A recording that others keep: its address and its facts."""

    link = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"dir": "ltr", "placeholder": "https://"}),
        help_text=_(
            "As your browser shows it. Recordings at YouTube, Vimeo and PeerTube can be played on "
            "a page of this site; others are opened where they are."
        ),
    )

    class Meta(LectureForm.Meta):
        fields = ["link", *LectureForm.Meta.fields]

    def clean_link(self) -> str:
        """An https address of a public site."""
        try:
            return read_link(self.cleaned_data["link"]).url
        except InvalidLink as error:
            raise forms.ValidationError(
                _("Copy the whole address of the recording, beginning with https://.")
            ) from error


def check_size(file: UploadedFile | None, user: Any) -> UploadedFile | None:
    """Give `file` back unless it is larger than `user` may upload. Raises `ValidationError`."""
    most_bytes = limits_for(user).file_bytes
    if file and file.size > most_bytes:
        raise forms.ValidationError(
            _(
                "This file has %(size)s; this site takes at most %(most)s. Please export "
                "the recording at a smaller picture size, or cut it into parts."
            ),
            params={"size": filesizeformat(file.size), "most": filesizeformat(most_bytes)},
        )
    return file


class UploadForm(LectureForm):
    """A recording with its facts. Any file is taken: what it holds is examined afterwards."""

    class Meta(LectureForm.Meta):
        fields = ["original", *LectureForm.Meta.fields]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.get("user")
        super().__init__(*args, **kwargs)
        field = self.fields["original"]
        # A file can't be kept over a refused form: what can be guessed is not asked for.
        self.fields["title"].required = False
        self.fields["title"].help_text = gettext("Left empty, the file's name is taken.")
        field.help_text = gettext("%(help)s At most %(size)s.") % {
            "help": field.help_text,
            "size": filesizeformat(limits_for(self.user).file_bytes),
        }
        field.error_messages["empty"] = failure_sentence(Refusal.EMPTY_FILE.value)

    def clean_original(self) -> UploadedFile:
        """The recording, if it is not too large."""
        return check_size(self.cleaned_data["original"], self.user)

    def clean(self) -> dict[str, Any]:
        """Name a lecture without a title after its file."""
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("original")
        if file and not cleaned.get("title"):
            stem = PurePath(file.name).stem.replace("_", " ").strip()
            cleaned["title"] = stem[:255] or gettext("Lecture")
        return cleaned


GroupLecturePermissionFormSet = collection_member_permission_formset_factory(
    Lecture,
    [
        ("add_lecture", _("Add"), _("Add/edit lectures you own")),
        ("change_lecture", _("Edit"), _("Edit any lecture")),
        ("choose_lecture", _("Choose"), _("Select lectures in choosers")),
    ],
    "media/admin/group_permissions.html",
)
