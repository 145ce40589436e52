"""Who wrote a case, as it is cited."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable

from .pages import CasePage


class CaseAuthor(Orderable):
    """One author of a case, in the order of the citation."""

    case = ParentalKey(CasePage, on_delete=models.CASCADE, related_name="authors")
    family_name = models.CharField(_("family name"), max_length=100)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
        help_text=_("Where the author has one here: so that nobody reviews their own case."),
    )

    panels = [FieldPanel("given_name"), FieldPanel("family_name"), FieldPanel("user")]

    class Meta(Orderable.Meta):
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def cited(self) -> str:
        """Family name and initials, as in the Vancouver style: "Orlova EA"."""
        initials = "".join(part[0] for part in self.given_name.replace("-", " ").split())
        return f"{self.family_name} {initials}".strip()
