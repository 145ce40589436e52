"""What authors fill in to import studies, and to sign what was held back."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .deidentification.pixels import Rectangle

_MOST_RECTANGLES = 50


class ManyFilesInput(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or more files; cleans to a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Each file by the rules of one file."""
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


class ImportForm(forms.Form):
    """Files of one patient: DICOM files, or a zip of them."""

    files = ManyFilesField(
        label=_("DICOM files, or one zip"),
        help_text=_(
            "Of one patient. More than a hundred files: please pack the folder into a zip. Names, "
            "dates and numbers of the patient are removed before anything is shown."
        ),
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
