"""Forms of learners and teachers."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .domain.messages import BODY_CHARACTERS, SUBJECT_CHARACTERS
from .models import Cohort, CourseFeedback

RATINGS = (
    (5, _("5: excellent")),
    (4, _("4: good")),
    (3, _("3: useful in part")),
    (2, _("2: of little use")),
    (1, _("1: a waste of time")),
)


class FeedbackForm(forms.ModelForm):
    """How a course was."""

    rating = forms.TypedChoiceField(
        label=_("How good was this course for your work?"),
        choices=RATINGS,
        coerce=int,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = CourseFeedback
        fields = ["rating", "helped", "missing"]
        labels = {
            "helped": _("What helped you most?"),
            "missing": _("What was missing, or should be otherwise?"),
        }
        help_texts = {
            "missing": _("The teachers read your words without your name."),
        }
        widgets = {
            "helped": forms.Textarea(attrs={"rows": 3}),
            "missing": forms.Textarea(attrs={"rows": 3}),
        }


class CohortForm(forms.ModelForm):
    """A cohort's name and days."""

    class Meta:
        model = Cohort
        fields = ["name", "starts_on", "ends_on", "is_open"]
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day to join is not before the first day."))
        name = cleaned.get("name")
        same = Cohort.objects.filter(course_key=self.instance.course_key, name=name)
        if name and same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("There is a cohort of this name in the course already."))
        return cleaned


class MembersForm(forms.Form):
    """People to put into a cohort, by their addresses."""

    emails = forms.CharField(
        label=_("E-mail addresses"),
        max_length=20_000,
        help_text=_("One a line, or with commas between. They need an account here."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_emails(self) -> list[str]:
        return self.cleaned_data["emails"].replace(",", " ").replace(";", " ").split()


class LetterForm(forms.Form):
    """A letter to a cohort, in one or more languages."""

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(settings.LANGUAGES)
        self.languages = languages
        for code in languages:
            words = {"language": names.get(code, code)}
            self.fields[f"subject_{code}"] = forms.CharField(
                label=_("Subject (%(language)s)") % words,
                max_length=SUBJECT_CHARACTERS,
                required=False,
                widget=forms.TextInput(attrs={"lang": code}),
            )
            self.fields[f"body_{code}"] = forms.CharField(
                label=_("Letter (%(language)s)") % words,
                max_length=BODY_CHARACTERS,
                required=False,
                widget=forms.Textarea(attrs={"rows": 6, "lang": code}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for code in self.languages:
            subject, body = cleaned.get(f"subject_{code}"), cleaned.get(f"body_{code}")
            if body and not subject:
                self.add_error(f"subject_{code}", _("The letter needs a subject."))
            if subject and not body:
                self.add_error(f"body_{code}", _("The letter needs some words."))
        if not self.errors and not any(cleaned.get(f"body_{code}") for code in self.languages):
            self.add_error(None, _("Write the letter in one language at least."))
        return cleaned

    @property
    def texts(self) -> dict[str, tuple[str, str]]:
        """{language code: (subject, body)} as typed."""
        return {
            code: (self.cleaned_data[f"subject_{code}"], self.cleaned_data[f"body_{code}"])
            for code in self.languages
        }
