"""How a lecture is divided: its chapters."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .lectures import Lecture

TITLE_CHARACTERS = 200


class Chapter(models.Model):
    """A part of a lecture that begins at a second and has a title in the lecture's language."""

    lecture = models.ForeignKey(Lecture, models.CASCADE, related_name="chapters")
    start_s = models.FloatField(_("start"), validators=[MinValueValidator(0.0)])
    title = models.CharField(_("title"), max_length=TITLE_CHARACTERS)

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        ordering = ["lecture", "start_s"]
        constraints = [
            models.UniqueConstraint(
                fields=["lecture", "start_s"], name="media_chapter_once_per_second"
            ),
            models.CheckConstraint(
                condition=models.Q(start_s__gte=0), name="media_chapter_not_before_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lecture} · {self.title}"
