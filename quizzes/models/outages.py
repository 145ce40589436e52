"""When the hub itself was away: times that no learner is charged for."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HubBeat(models.Model):
    """The hub's last sign of life: one row, kept fresh by every web process."""

    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return f"{self.seen_at:%Y-%m-%d %H:%M:%S}"


class Outage(models.Model):
    """A time in which no web process could serve or reach the database."""

    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"))

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        ordering = ["-began_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__gt=models.F("began_at")),
                name="quizzes_outage_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M:%S} – {self.ended_at:%H:%M:%S}"
