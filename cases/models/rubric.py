"""The rubric of a peer review: five criteria, one to five points each, and what the points mean."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LOWEST, HIGHEST = 1, 5


class Decision(models.TextChoices):
    """What an editor decides on a round; reviewers recommend one of the same."""

    ACCEPT = "accept", _("Accept")
    MINOR = "minor", _("Minor revision")
    MAJOR = "major", _("Major revision")
    REJECT = "reject", _("Reject")


@dataclass(frozen=True)
class Criterion:
    """One line of the rubric: what is judged, and what one, two … five points say."""

    name: str
    label: str | Promise
    question: str | Promise
    meanings: tuple[str | Promise, ...]


RUBRIC = (
    Criterion(
        "image_quality",
        _("Image quality"),
        _("Do the pictures show what the case is about?"),
        (
            _("Not diagnostic: the finding cannot be seen."),
            _("Poor: windows, planes or cropping hide much."),
            _("Usable: the finding is seen, with effort."),
            _("Good: well chosen, small flaws."),
            _("Excellent: nothing to wish for."),
        ),
    ),
    Criterion(
        "educational_value",
        _("Educational value"),
        _("Does a resident take something away?"),
        (
            _("None: nothing to learn from it."),
            _("Little: known to every resident."),
            _("Fair: a useful repetition."),
            _("High: a point many will not know."),
            _("Outstanding: changes how one reads."),
        ),
    ),
    Criterion(
        "correctness",
        _("Correctness"),
        _("Are findings, diagnosis and discussion right and supported?"),
        (
            _("Wrong: the diagnosis or the key is not right."),
            _("Doubtful: important statements lack support."),
            _("Mostly right: several details to correct."),
            _("Right: small details only."),
            _("Right throughout, with good references."),
        ),
    ),
    Criterion(
        "language",
        _("Language"),
        _("Is it clear, short and in the terms of the field?"),
        (
            _("Cannot be understood."),
            _("Hard to follow; wants rewriting."),
            _("Understandable; wants editing."),
            _("Clear, with slips."),
            _("Clear and concise."),
        ),
    ),
    Criterion(
        "privacy",
        _("Privacy"),
        _("Could anybody tell who the patient is?"),
        (
            _("Yes: a name, number, date or face is there."),
            _("Probably: details that identify together."),
            _("Perhaps: a detail should go."),
            _("Hardly: nothing that must be changed."),
            _("No: nothing identifies anybody."),
        ),
    ),
)
CRITERIA = tuple(criterion.name for criterion in RUBRIC)
