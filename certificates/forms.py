"""Forms around certificates."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .domain.verification import MOST_BYTES


class VerifyForm(forms.Form):
    """A number or a file; one is enough."""

    number = forms.CharField(
        label=_("Number of the certificate"),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
        help_text=_("Sixteen characters, as 7QKM-3T9X-0C5R-HW2E."),
    )
    file = forms.FileField(
        label=_("Or the file"),
        required=False,
        help_text=_("The PDF, or the badge (.jwt), as you received it. It is not kept."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jwt,.txt,application/pdf"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(_("No certificate is as large as this file."))
        return file

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned.get("number") and not cleaned.get("file"):
            raise forms.ValidationError(_("Type the number, or choose the file."))
        return cleaned


class RevokeForm(forms.Form):
    """Why a certificate is taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For the society's records. Whoever checks the certificate does not see it."),
    )


class ReissueForm(RevokeForm):
    """The name as it should have been, and why."""

    printed_name = forms.CharField(label=_("Name as printed"), max_length=200)
    field_order = ["printed_name", "reason"]
