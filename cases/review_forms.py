"""The forms of peer review and publication."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pages.vocabulary import ModalityCode

from .models import RUBRIC, Decision, PeerReview
from .models.rubric import LOWEST

_ROWS = {"rows": 6}
_LAST_MINUTE = dt.time(23, 59)


class RubricForm(forms.ModelForm):
    """A review: five lines of points with their meanings, comments, a recommendation.

    A draft may be kept with anything missing; what a whole review needs is the domain's matter.
    """

    class Meta:
        model = PeerReview
        fields = ["to_author", "to_editor", "recommendation"]
        labels = {
            "to_author": _("Comments to the authors"),
            "to_editor": _("Confidential comments to the editor"),
            "recommendation": _("Your recommendation"),
        }
        help_texts = {
            "to_author": _("The authors read this word for word. Your name is not given to them."),
            "to_editor": _("Only the editors read this."),
        }
        widgets = {
            "to_author": forms.Textarea(attrs={"rows": 10}),
            "to_editor": forms.Textarea(attrs=_ROWS),
            "recommendation": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recommendation"].choices = Decision.choices
        rubric = {}
        for criterion in RUBRIC:
            choices = [
                (str(points), f"{points} – {meaning}")
                for points, meaning in enumerate(criterion.meanings, start=LOWEST)
            ]
            rubric[criterion.name] = forms.TypedChoiceField(
                label=criterion.label,
                help_text=criterion.question,
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                initial=getattr(self.instance, criterion.name),
            )
        self.fields = rubric | self.fields


class InviteForm(forms.Form):
    """Whom to ask, and until when."""

    reviewers = forms.ModelMultipleChoiceField(
        label=_("Reviewers"),
        queryset=None,
        error_messages={"required": _("Choose at least one reviewer.")},
    )
    due_on = forms.DateField(
        label=_("Deadline"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The end of that day, in your time zone."),
    )

    def __init__(self, *args: Any, reviewers: Any, days: int = 21, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].queryset = reviewers
        self.fields["due_on"].initial = timezone.localdate() + dt.timedelta(days=days)

    @property
    def due_at(self) -> dt.datetime:
        """The chosen day's last minute where the editor is."""
        return end_of_day(self.cleaned_data["due_on"])


class DeadlineForm(forms.Form):
    """Another deadline for one reviewer."""

    due_on = forms.DateField(
        label=_("New deadline"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    @property
    def due_at(self) -> dt.datetime:
        return end_of_day(self.cleaned_data["due_on"])


def end_of_day(day: dt.date) -> dt.datetime:
    """The last minute of a day in the active time zone."""
    return timezone.make_aware(dt.datetime.combine(day, _LAST_MINUTE))


class DecisionForm(forms.Form):
    """The editor's decision and the letter with it."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=Decision.choices, widget=forms.RadioSelect
    )
    letter = forms.CharField(
        label=_("Letter to the authors"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("The reviewers' comments to the authors are added below it, without names."),
    )
    what_changed = forms.CharField(
        label=_("What changed, for the readers"),
        required=False,
        max_length=500,
        help_text=_("A sentence for the case's history of versions."),
    )

    def __init__(self, *args: Any, is_published: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_published:
            del self.fields["what_changed"]


class CorrectionForm(forms.Form):
    """A correction of a published case."""

    note = forms.CharField(
        label=_("What is corrected"),
        max_length=500,
        help_text=_(
            "A sentence for the case's history of versions: “Side of the lesion put right.”"
        ),
    )


class WithdrawalForm(forms.Form):
    """Taking a case from its readers."""

    notice = forms.CharField(
        label=_("Notice"),
        widget=forms.Textarea(attrs=_ROWS),
        help_text=_("Why the case was withdrawn. Stands in its place from now on."),
    )
    confirmed = forms.BooleanField(label=_("I know that this cannot be taken back."))


class BeginCaseForm(forms.Form):
    """What kind of case is begun."""

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        help_text=_("As a learner sees it before solving: no diagnosis."),
    )
    modality = forms.ChoiceField(
        label=_("Modality"),
        widget=forms.RadioSelect,
        help_text=_("Its template sets the headings of the findings."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["modality"].choices = ModalityCode.choices
