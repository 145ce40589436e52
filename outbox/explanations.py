"""Reasons of trouble in words for editors."""

from django.utils.translation import gettext as _

from jobs.domain.leases import GAVE_UP

from .domain.posting import AWAY, DEFERRED, REFUSED, WORDING


def explanation(code: str) -> str:
    """A sentence for a letter's `failure_code`; empty where nothing is wrong."""
    return {
        "": "",
        AWAY: _("The mail server could not be reached."),
        DEFERRED: _("The mail server asked to try again later."),
        REFUSED: _("The mail server refused the address or the letter."),
        WORDING: _("The letter could not be worded: tell whoever runs the hub."),
        GAVE_UP: _("Given up: every attempt broke off."),
    }.get(code, code)
