"""Vocabulary terms as rows, so that content can be filtered and counted by them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from pages.vocabulary import MODALITY_ABBREVIATIONS, BodyRegionCode, ModalityCode


class Term(models.Model):
    """A term of a vocabulary we ship: rows are made by `prepare_site`, names by gettext."""

    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def name(self) -> str:
        """The term in the active language."""
        return self.get_code_display()  # type: ignore[attr-defined]


class Modality(Term):
    code = models.CharField(_("code"), max_length=8, unique=True, choices=ModalityCode.choices)

    class Meta(Term.Meta):
        verbose_name = _("modality")
        verbose_name_plural = _("modalities")

    @property
    def abbreviation(self) -> str:
        """The short name in the active language, as on lists of cases."""
        return str(MODALITY_ABBREVIATIONS[ModalityCode(self.code)])


class BodyRegion(Term):
    code = models.CharField(_("code"), max_length=12, unique=True, choices=BodyRegionCode.choices)

    class Meta(Term.Meta):
        verbose_name = _("body region")
        verbose_name_plural = _("body regions")
