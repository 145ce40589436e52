"""Why launches are refused, in words for whoever sees the page and can pass them on."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_EXPLANATIONS: dict[str, str | Promise] = {
    "unregistered": _("Your learning platform is not registered here."),
    "incomplete": _("Your learning platform did not say who you are or where you want to go."),
    "state": _("This launch is not known here, or it is over."),
    "late": _("This launch took too long. Please open the link in your course again."),
    "repeated": _("This launch was used before. Please open the link in your course again."),
    "nonce": _("The platform's answer belongs to another launch."),
    "platform": _("Your learning platform could not sign you in."),
    "anonymous": _(
        "Your learning platform does not say who you are. Its administrator can allow it to."
    ),
    "deployment": _("Your learning platform's deployment id is not registered here."),
    "version": _("Your learning platform speaks another version of LTI than 1.3."),
    "message": _("Your learning platform asks for something that is not offered here."),
    "claims": _("Your learning platform's answer lacks something that we need."),
    "no_token": _("Your learning platform's answer has no token in it."),
    "algorithm": _("Your learning platform signs in a way that is not accepted here."),
    "signature": _("The signature of your learning platform is not right."),
    "key": _("Your learning platform signs with a key that is not in its key set."),
    "key_set": _("The key set of your learning platform could not be read. Please try again."),
    "expired": _("The platform's answer has run out, or its clock is wrong."),
    "issuer": _("The answer comes from another platform than was asked."),
    "audience": _("The answer is meant for another tool than this one."),
    "not_teaching": _("Only those who teach a course on your learning platform choose its links."),
    "no_target": _("What this link leads to is not here any more."),
    "other_account": _("This person from your learning platform has another account here."),
}


def explanation(code: str) -> str:
    """A sentence for a code of `LaunchRefused`."""
    return str(_EXPLANATIONS.get(code, _EXPLANATIONS["claims"]))
