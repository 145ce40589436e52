"""Question files on their way in: between upload and the choice of what to take."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class QuestionFile(models.Model):
    """An uploaded file of questions, kept until its questions are taken in or a day has passed."""

    name = models.CharField(_("file"), max_length=200)
    file_format = models.CharField(_("format"), max_length=12)
    data = models.BinaryField()
    department = models.ForeignKey(
        "people.Department", models.CASCADE, null=True, blank=True, related_name="+"
    )
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("question file")
        verbose_name_plural = _("question files")

    def __str__(self) -> str:
        return self.name
