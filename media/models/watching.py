"""Who watched what."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .lectures import Lecture


class WatchRecord(models.Model):
    """What one person has seen of one lecture, whichever device or page they saw it on."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watch_records")
    lecture = models.ForeignKey(Lecture, models.CASCADE, related_name="watch_records")
    position_s = models.FloatField(default=0.0)
    # Stretches really played, merged and sorted: [[from_s, to_s], …].
    intervals = models.JSONField(default=list)
    watched_share = models.FloatField(default=0.0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("watch record")
        verbose_name_plural = _("watch records")
        constraints = [
            models.UniqueConstraint(fields=["user", "lecture"], name="media_watch_once_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.lecture}"
