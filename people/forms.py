"""Forms about one's own account: allauth's, in this hub's words, and the profile."""

from allauth.account import forms as account
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import gettext_lazy as _

from .models import User, time_zone_choices

NAME_FIELDS = {"first_name": _("Given name"), "last_name": _("Family name")}


class PlainLabels:
    """Labels in our words; no placeholders, which repeat the label and vanish on typing."""

    labels: dict = {}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)


class SignInForm(PlainLabels, account.LoginForm):
    labels = {
        "login": _("E-mail address"),
        "password": _("Password"),
        "remember": _("Keep me signed in on this device"),
    }


class SignUpForm(PlainLabels, account.SignupForm):
    """E-mail and password; the browser adds its time zone when it can."""

    first_name = forms.CharField(
        label=NAME_FIELDS["first_name"],
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=NAME_FIELDS["last_name"],
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput())

    labels = {
        "email": _("E-mail address"),
        "password1": _("Password"),
        "password2": _("Password once more"),
    }
    field_order = ["email", "first_name", "last_name", "password1", "password2", "time_zone"]


class ResetPasswordForm(PlainLabels, account.ResetPasswordForm):
    labels = {"email": _("E-mail address")}


class ResetPasswordKeyForm(PlainLabels, account.ResetPasswordKeyForm):
    labels = {"password1": _("New password"), "password2": _("New password once more")}


class ChangePasswordForm(PlainLabels, account.ChangePasswordForm):
    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password once more"),
    }


class SetPasswordForm(PlainLabels, account.SetPasswordForm):
    labels = {"password1": _("Password"), "password2": _("Password once more")}


class AddEmailForm(PlainLabels, account.AddEmailForm):
    labels = {"email": _("New e-mail address")}


class ReauthenticateForm(PlainLabels, account.ReauthenticateForm):
    labels = {"password": _("Password")}


class CodeForm(PlainLabels, second_factor.AuthenticateForm):
    labels = {"code": _("Code")}


class ReauthenticateByCodeForm(PlainLabels, second_factor.ReauthenticateForm):
    labels = {"code": _("Code")}


class ActivateTOTPForm(PlainLabels, totp.ActivateTOTPForm):
    labels = {"code": _("Code that the app shows now")}


class ProfileForm(forms.ModelForm):
    """What people may change about themselves."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "printed_name", "language", "time_zone"]
        labels = NAME_FIELDS
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zone_choices,
        help_text=_("Dates and times are shown in this zone."),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        offer_current_zone(self.fields["time_zone"], self.instance.time_zone)


def offer_current_zone(field: forms.ChoiceField, zone: str) -> None:
    """Keep the zone that is set choosable: browsers report older names too ("Asia/Calcutta")."""
    if zone not in dict(field.choices):
        field.choices = [*field.choices, (zone, zone.replace("_", " "))]
