"""An author's marks on a stack: arrows, ellipses, measured lines, tied to phrases."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SeriesMarks(models.Model):
    """The marks on one stack of a case, as JSON (`cases.marks`); all languages share them.

    The stack is known by `cases.viewing.stack_key`: series come and go with every import.
    """

    case_key = models.UUIDField(_("case"), db_index=True)
    series = models.CharField(_("series"), max_length=16)
    marks = models.JSONField(_("marks"), default=list)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("marks on a stack")
        verbose_name_plural = _("marks on stacks")
        constraints = [
            models.UniqueConstraint(
                fields=["case_key", "series"], name="cases_marks_once_per_stack"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_key} · {self.series}"
