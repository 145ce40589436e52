"""Choosing the letters one gets."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .registry import Kind


class ChoicesForm(forms.Form):
    """The kinds that a person can stop; ticked are those they get."""

    kinds = forms.MultipleChoiceField(
        label=_("Send me"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, kinds: Sequence[Kind], refused: Collection[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kinds"]
        field.choices = [(kind.name, kind.label) for kind in kinds]
        field.initial = [kind.name for kind in kinds if kind.name not in refused]
