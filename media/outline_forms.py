"""What editors fill in for a lecture's captions, chapters and poster."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from .captions import (
    MAX_CHARACTERS,
    Fault,
    InvalidCaptions,
    decode,
    parse,
    shifted,
    timestamp,
    to_webvtt,
)
from .models import Caption, Lecture
from .models.outline import TITLE_CHARACTERS
from .outline import Mark

MAX_CAPTION_BYTES = 4 * MAX_CHARACTERS
CAPTION_FILES = ".vtt,.srt,.ass,.ssa,.ttml,.dfxp,.xml,.txt,text/vtt,application/x-subrip"
SHOWN_FAULTS = 20
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]?\d(?:[.,]\d{1,3})?)")


class CaptionForm(forms.Form):
    """Captions in one language: typed, pasted, edited row by row, or from a file.

    `text` keeps what was sent whatever is wrong with it: a refused form loses nothing.
    """

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    file = forms.FileField(
        label=_("Caption file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": CAPTION_FILES}),
        help_text=_(
            "WebVTT, SubRip (SRT), ASS/SSA or TTML, in any encoding. "
            "Replaces what is in the field below."
        ),
    )
    webvtt = forms.CharField(
        label=_("Captions"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true", "dir": "auto"}),
        help_text=_(
            "The first line is WEBVTT; an empty line parts one caption from the next. "
            "Captions pasted in one of the other formats are understood, too."
        ),
    )
    offset_s = forms.FloatField(
        label=_("Shift all by (seconds)"),
        required=False,
        min_value=-86_400,
        max_value=86_400,
        widget=forms.NumberInput(attrs={"step": "0.1"}),
        help_text=_("3.5 shows every caption three and a half seconds later, -2 two earlier."),
    )

    def __init__(self, *args: Any, caption: Caption | None = None, **kwargs: Any) -> None:
        if caption:
            kwargs["initial"] = {"language": caption.language, "webvtt": caption.webvtt}
        super().__init__(*args, **kwargs)
        # What is wrong with the text, by line; known after validation.
        self.faults: list[Fault] = []
        if caption:
            self.fields["language"].disabled = True

    def clean(self) -> dict[str, Any]:
        """Put normalised captions into `webvtt`, whichever way they came, or tell the faults."""
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        text = self._read(file, cleaned.get("language", "")) if file else cleaned.get("webvtt", "")
        if text is None:
            return cleaned
        if not text.strip():
            self.add_error("webvtt", _("Type the captions, or choose a file."))
            return cleaned
        try:
            cues = parse(text)
        except InvalidCaptions as error:
            self.faults = error.faults[:SHOWN_FAULTS]
            self.add_error("webvtt", _("Mend the lines named above, then save again."))
        else:
            cleaned["webvtt"] = to_webvtt(shifted(cues, cleaned.get("offset_s") or 0.0))
        if file:
            # A file can't be kept over a refused form; what was in it can.
            self._show(text)
        return cleaned

    def _show(self, text: str) -> None:
        self.data = self.data.copy()
        self.data[self.add_prefix("webvtt")] = text[:MAX_CHARACTERS]

    def _read(self, file: UploadedFile, language: str) -> str | None:
        if file.size > MAX_CAPTION_BYTES:
            self.add_error("file", _("This file is too large for captions."))
            return None
        return decode(file.read(), language=language)


class ClockField(forms.Field):
    """A place in a lecture, written as ``12:30`` or ``1:02:30.5``; seconds in Python."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("Write the time like 12:30 or 1:02:30.")}

    def prepare_value(self, value: Any) -> Any:
        """Seconds as a clock, without what is nothing."""
        if not isinstance(value, float | int):
            return value
        clock = timestamp(float(value))
        clock = clock.removesuffix(".000")
        return clock.removeprefix("00:") if value < 3600 else clock

    def to_python(self, value: Any) -> float | None:
        """Seconds of a clock."""
        text = str(value or "").strip()
        if not text:
            return None
        match = _CLOCK.fullmatch(text)
        if match is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        hours, minutes, seconds = match.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another second is meant, however it is written."""
        return super().has_changed(self.prepare_value(initial), data)


class ChapterForm(forms.Form):
    """A chapter; an empty row is none."""

    start_s = ClockField(
        label=_("Start"),
        required=False,
        widget=forms.TextInput(
            attrs={"dir": "ltr", "size": 9, "maxlength": 20, "placeholder": "12:30"}
        ),
    )
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=TITLE_CHARACTERS,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both or neither."""
        cleaned = super().clean() or {}
        if cleaned.get("title") and cleaned.get("start_s") is None and "start_s" in cleaned:
            self.add_error("start_s", _("When does this chapter begin?"))
        if cleaned.get("start_s") is not None and not cleaned.get("title"):
            self.add_error("title", _("Give this chapter a title, or empty its time, too."))
        return cleaned


class BaseChapterFormSet(forms.BaseFormSet):
    """The chapters of a lecture in any order."""

    def __init__(self, *args: Any, duration_s: float | None = None, **kwargs: Any) -> None:
        self.duration_s = duration_s
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        """No two at one second, none after the end."""
        seen: set[float] = set()
        for form in self.forms:
            start_s = form.cleaned_data.get("start_s") if form.is_valid() else None
            if start_s is None:
                continue
            if round(start_s, 1) in seen:
                form.add_error("start_s", _("Another chapter begins at this second."))
            if self.duration_s and start_s >= self.duration_s:
                form.add_error("start_s", _("The lecture has ended by then."))
            seen.add(round(start_s, 1))

    @property
    def marks(self) -> list[Mark]:
        """The chapters of a valid form."""
        return [
            Mark(form.cleaned_data["start_s"], form.cleaned_data["title"])
            for form in self.forms
            if form.cleaned_data.get("title")
        ]


ChapterFormSet = forms.formset_factory(
    ChapterForm, formset=BaseChapterFormSet, extra=3, max_num=100, absolute_max=120
)


class PosterForm(forms.Form):
    """One of the pictures found in the lecture, or none of them."""

    at_s = forms.TypedChoiceField(
        label=_("Poster"), required=False, coerce=float, empty_value=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, lecture: Lecture, **kwargs: Any) -> None:
        chosen = lecture.chosen_poster
        kwargs.setdefault("initial", {"at_s": str(chosen["at_s"]) if chosen else ""})
        super().__init__(*args, **kwargs)
        self.fields["at_s"].choices = [
            ("", _("Let the hub choose")),
            *((str(p["at_s"]), p["name"]) for p in lecture.stills.get("posters", [])),
        ]
