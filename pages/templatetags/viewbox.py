"""Filters that put measures into words."""

from __future__ import annotations

from django import template
from django.template.defaultfilters import stringfilter
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

MINUTE_S = 60
HOUR_S = 3600


def _whole(value: object) -> int | None:
    try:
        return max(0, round(float(value)))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


@register.filter
def duration(seconds: object) -> str:
    """A length in words, as a reader plans with it: ``"12 min"``, ``"1 h 5 min"``, ``"40 s"``."""
    total_s = _whole(seconds)
    if total_s is None:
        return ""
    if total_s < MINUTE_S:
        return _("%(count)d s") % {"count": total_s}
    minutes = round(total_s / MINUTE_S)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(_("%(count)d h") % {"count": hours})
    if minutes:
        parts.append(_("%(count)d min") % {"count": minutes})
    return " ".join(parts)


@register.filter
def timecode(seconds: object) -> str:
    """A place in a lecture: ``"1:15"``, ``"1:01:15"`` (H:MM:SS)."""
    total_s = _whole(seconds)
    if total_s is None:
        return ""
    hours, rest_s = divmod(total_s, HOUR_S)
    minutes, seconds_left = divmod(rest_s, MINUTE_S)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds_left:02d}"
    return f"{minutes}:{seconds_left:02d}"


@register.filter
def iso_duration(seconds: object) -> str:
    """A length for ``<time datetime>`` and schema.org: ``"PT1H1M15S"``."""
    total_s = _whole(seconds)
    if total_s is None:
        return ""
    hours, rest_s = divmod(total_s, HOUR_S)
    minutes, seconds_left = divmod(rest_s, MINUTE_S)
    parts = [(hours, "H"), (minutes, "M"), (seconds_left, "S")]
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")


@register.filter
def percent(share: object) -> str:
    """A share from 0 to 1 as ``"45 %"`` in the reader's language."""
    try:
        whole = round(float(share) * 100)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    return _("%(number)s%%") % {"number": formats.number_format(whole)}


@register.filter
def percentage(number: int) -> str:
    """A whole number of hundredths as ``"45 %"`` in the reader's language; never rounded up."""
    return _("%(number)s%%") % {"number": formats.number_format(number)}


@register.filter
def lessons(count: int) -> str:
    """``"5 lessons"``."""
    return ngettext("%(count)d lesson", "%(count)d lessons", count) % {"count": count}


@register.filter
def pictures(count: int) -> str:
    """``"3 pictures"``."""
    return ngettext("%(count)d picture", "%(count)d pictures", count) % {"count": count}


@register.filter
def results(count: int) -> str:
    """``"24 results"``."""
    return ngettext("%(count)d result", "%(count)d results", count) % {"count": count}


@register.filter
@stringfilter
def in_list(value: str, choices: str) -> bool:
    """Whether a word is one of a comma-separated list: ``{% if kind|in_list:"a,b" %}``."""
    return value in choices.split(",")


@register.filter
def letter(counter: int) -> str:
    """The letter of an option counted from 1: ``1`` is ``"A"``, in Russian ``"А"``."""
    # Translators: letters that number the options of a question, in alphabetical order.
    letters = _("ABCDEFGHI")
    return letters[counter - 1] if 0 < counter <= len(letters) else str(counter)
