"""The blocks a case is made of."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from pages.blocks import PictureBlock


class CasePictureBlock(PictureBlock):
    """A picture of a case: what may be said of it before the answer, and what after."""

    alt = blocks.CharBlock(
        label=_("Text alternative"),
        max_length=255,
        help_text=_("What the picture shows, for those who can't see it. Read once it is solved."),
    )
    early_alt = blocks.CharBlock(
        label=_("Text alternative before the answer"),
        required=False,
        max_length=255,
        help_text=_(
            "Read aloud to those who have yet to solve the case: plane, window, level; nothing of "
            "the findings. The text alternative and the caption appear with the solution."
        ),
    )


class CasePicturesBlock(blocks.StreamBlock):
    """The pictures of a case, in reading order."""

    picture = CasePictureBlock()

    class Meta:
        icon = "image"


class DifferentialBlock(blocks.StructBlock):
    """One diagnosis that had to be thought of."""

    diagnosis = blocks.CharBlock(label=_("Diagnosis"), max_length=200)
    reasoning = blocks.TextBlock(
        label=_("For and against"),
        rows=3,
        help_text=_("What speaks for it here, and what against."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Differential diagnosis")
        template = "cases/blocks/differential.html"
        preview_value = {
            "diagnosis": "Subdural haematoma",
            "reasoning": "Crescent-shaped and free to cross sutures.",
        }
        description = _("A diagnosis to consider, with reasons for and against")
