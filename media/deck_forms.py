"""What authors fill in for slides that come as a document."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from .domain.decks import check_slides
from .failures import failure_sentence
from .outline_forms import ClockField
from .pipeline.deck import LEAST_SHOWN_S, MOST_PAGES
from .pipeline.refusals import Refused

ACCEPTED = ".pdf,.pptx,application/pdf"


class SlidesField(forms.FileField):
    """A PDF or PowerPoint document, judged by its first bytes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Slides"))
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ACCEPTED}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        """The document. Raises `ValidationError` with the sentence of a refusal."""
        file = super().clean(data, initial)
        if file:
            try:
                check_slides(file)
            except Refused as refused:
                raise forms.ValidationError(failure_sentence(refused.code.value)) from refused
        return file


class WithSlidesMixin(forms.Form):
    """A recording's form that takes its slides along, asked for right after it."""

    slides = SlidesField(
        required=False,
        help_text=_(
            "For a recorded voice: a PDF, one slide on each page, or a PowerPoint file. "
            "When each slide is shown is said afterwards."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["original", "slides", *self.fields])


class DeckForm(forms.Form):
    """The document whose pages are the slides."""

    document = SlidesField(
        help_text=_("A PDF, one slide on each page, or a PowerPoint file (.pptx).")
    )


class StartForm(forms.Form):
    """When a page is shown; empty, it is left out."""

    start_s = ClockField(
        label=_("Shown from"),
        required=False,
        widget=forms.TextInput(
            attrs={"dir": "ltr", "size": 9, "maxlength": 20, "placeholder": "12:30"}
        ),
    )


class BaseStartFormSet(forms.BaseFormSet):
    """A time for each page of a document, in the order of its pages."""

    def __init__(self, *args: Any, duration_s: float | None = None, **kwargs: Any) -> None:
        self.duration_s = duration_s
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        """At least one page, no two at one second, none after the end."""
        seen: list[float] = []
        for form in self.forms:
            start_s = form.cleaned_data.get("start_s") if form.is_valid() else None
            if start_s is None:
                continue
            if any(abs(start_s - other) < LEAST_SHOWN_S for other in seen):
                form.add_error("start_s", _("Another slide is shown from this second on."))
            if self.duration_s and start_s >= self.duration_s:
                form.add_error("start_s", _("The lecture has ended by then."))
            seen.append(start_s)
        if not seen and not any(form.errors for form in self.forms):
            raise forms.ValidationError(_("Give at least one slide a time."))

    @property
    def starts_s(self) -> list[float | None]:
        """The seconds of a valid form, None for pages that are left out."""
        return [form.cleaned_data.get("start_s") for form in self.forms]


StartFormSet = forms.formset_factory(
    StartForm, formset=BaseStartFormSet, extra=0, max_num=MOST_PAGES, absolute_max=MOST_PAGES
)
