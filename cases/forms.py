"""What authors fill in to import studies, and to sign what was held back."""

import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from media.models import Upload
from media.uploads.queries import open_uploads
from people.models import User

from .deidentification.pixels import Rectangle
from .domain.defacing import FURTHEST_MM
from .uploads import IMAGES

_MOST_UPLOADS = 20
_MOST_RECTANGLES = 50


class ManyFilesInput(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Files, or none where none is required; cleans to a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Each file by the rules of one file."""
        files = data if isinstance(data, list | tuple) else [data]
        if not self.required and not any(files):
            return []
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


class ImportForm(forms.Form):
    """Files of one patient that came with the form, or uploads that came in pieces (`upload`)."""

    files = ManyFilesField(
        label=_("DICOM files, or one zip"),
        required=False,
        help_text=_(
            "Of one patient. Names, dates and numbers of the patient are removed before anything "
            "is shown."
        ),
    )
    uploads: list[Upload]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Find the uploads that are meant; say so where one is gone, unfinished, or none is."""
        cleaned = super().clean() or self.cleaned_data
        keys = self.data.getlist("upload")[:_MOST_UPLOADS] if self.is_bound else []
        wanted = [key for key in dict.fromkeys(keys) if _is_key(key)]
        mine = open_uploads(self.user, purpose=IMAGES).in_bulk([uuid.UUID(key) for key in wanted])
        self.uploads = list(mine.values())
        if len(mine) < len(wanted):
            self.add_error(None, _("An upload is no longer kept. Please start it again."))
        elif not all(upload.is_finished for upload in self.uploads):
            self.add_error(None, _("Not everything has arrived yet. Please continue the upload."))
        elif not self.uploads and not cleaned.get("files"):
            self.add_error("files", _("Choose the images."))
        return cleaned


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


class DefacingForm(forms.Form):
    """Where the plane is to lie that parts face and brain."""

    advance_mm = forms.IntegerField(
        label=_("Move the plane forward, mm"),
        required=False,
        min_value=-FURTHEST_MM,
        max_value=FURTHEST_MM,
        help_text=_("Forward overwrites less; backward, with a minus, more."),
    )


class SignOffForm(forms.Form):
    """Rectangles to be overwritten, and the promise that every frame was looked at."""

    rectangles = forms.CharField(
        label=_("Rectangles to overwrite"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "dir": "ltr"}),
        help_text=_(
            "Drag over the text in any frame, or write one rectangle in a line: column, row, "
            "width, height in pixels. They are overwritten in every frame."
        ),
    )
    confirmed = forms.BooleanField(
        label=_(
            "I have looked at every frame. Outside the rectangles nothing tells who the patient is."
        )
    )

    def clean_rectangles(self) -> list[Rectangle]:
        """The rectangles, one for each line."""
        lines = [line for line in self.cleaned_data["rectangles"].splitlines() if line.strip()]
        if len(lines) > _MOST_RECTANGLES:
            raise forms.ValidationError(gettext("These are too many rectangles."))
        try:
            return [
                Rectangle.from_data([int(part) for part in line.replace(",", " ").split()])
                for line in lines
            ]
        except ValueError as error:
            raise forms.ValidationError(
                gettext("Each line has four whole numbers: column, row, width, height.")
            ) from error
