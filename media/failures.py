"""What an editor reads when a lecture could not be made, in their own language."""

from django.utils.translation import gettext

from jobs.domain.leases import GAVE_UP

from .pipeline.refusals import SENTENCES, Refusal

# Reasons of our own, beside the pipeline's.
UNEXPECTED = "unexpected"
CANCELLED = "cancelled"


def failure_sentence(code: str) -> str:
    """The sentence for a stored reason of failure; empty for none."""
    if not code:
        return ""
    if code == GAVE_UP:
        return gettext(
            "The server stopped several times while converting this lecture, so it was set "
            "aside. Your upload is kept. Please try again; if it fails again, tell the site's "
            "administrator."
        )
    if code == CANCELLED:
        return gettext(
            "Converting was stopped by hand. Your upload is kept; choose Try again to go on."
        )
    try:
        return gettext(SENTENCES[Refusal(code)])
    except ValueError:
        return gettext(
            "Something went wrong on the server while converting this lecture. Your upload is "
            "kept. Please try again; if it fails again, tell the site's administrator."
        )
