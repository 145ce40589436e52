"""Forms around certificates."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .domain.verification import MOST_BYTES
from .models import Batch, CreditType

# A meeting's participants; more would make the form itself slow.
MOST_AT_ONCE = 5_000


class VerifyForm(forms.Form):
    """A number or a file; one is enough."""

    one_is_enough = True

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
    """Name and credits as they should have been, and why."""

    printed_name = forms.CharField(label=_("Name as printed"), max_length=200)
    credits = forms.DecimalField(
        label=_("Credits"), min_value=0, max_digits=5, decimal_places=2, required=False
    )
    field_order = ["printed_name", "credits", "reason"]


class BatchForm(forms.ModelForm):
    """What is certified of whom: attendance, a presentation, reviews, teaching."""

    emails = forms.CharField(
        label=_("E-mail addresses of their accounts"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("One on each line."),
    )

    class Meta:
        model = Batch
        fields = ["credit_type", "credits", "completed_on", "expires_on"]
        labels = {"credits": _("Credits, hours"), "completed_on": _("Day")}
        widgets = {
            "completed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credit_type"].initial = CreditType.LIVE
        self.title_fields = {code: f"title_{code}" for code, _name in settings.LANGUAGES}
        for code, name in settings.LANGUAGES:
            self.fields[self.title_fields[code]] = forms.CharField(
                label=_("Title in %(language)s") % {"language": _(name)},
                max_length=255,
                required=False,
            )
        self.order_fields(["credit_type", *self.title_fields.values()])

    def clean_completed_on(self):
        day = self.cleaned_data["completed_on"]
        if day > timezone.localdate():
            raise ValidationError(_("What has not happened yet cannot be certified."))
        return day

    def clean_emails(self) -> list[str]:
        emails = [line.strip() for line in self.cleaned_data["emails"].splitlines()]
        emails = [line for line in emails if line]
        if len(emails) > MOST_AT_ONCE:
            raise ValidationError(
                _("At most %(count)d addresses at once.") % {"count": MOST_AT_ONCE}
            )
        for email in emails:
            try:
                validate_email(email)
            except ValidationError:
                raise ValidationError(
                    _("“%(line)s” is no e-mail address.") % {"line": email}
                ) from None
        return emails

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        titles = {code: cleaned.get(name, "") for code, name in self.title_fields.items()}
        cleaned["titles"] = {code: title for code, title in titles.items() if title}
        if not cleaned["titles"]:
            raise ValidationError(_("Say in one language at least what is certified."))
        day, until = cleaned.get("completed_on"), cleaned.get("expires_on")
        if day and until and until <= day:
            self.add_error("expires_on", _("It would have expired on the day it is for."))
        return cleaned
