"""Forms of connections."""

from django import forms

from .models import Invitation


class InvitationForm(forms.ModelForm):
    """Which platform may register itself."""

    class Meta:
        model = Invitation
        fields = ["name"]
