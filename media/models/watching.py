"""Who watched what, and the moments they marked."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .lectures import Lecture

NOTE_CHARACTERS = 500


class WatchRecord(models.Model):
    """What one person has seen of one lecture, whichever device or page they saw it on."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watch_records")
    lecture = models.ForeignKey(Lecture, models.CASCADE, related_name="watch_records")
    position_s = models.FloatField(default=0.0)
    # When the person was at `position_s`: a report that was held up offline must not move them
    # back from where another device has brought them since.
    position_at = models.DateTimeField(null=True, blank=True)
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


class Bookmark(models.Model):
    """A second of a lecture that somebody wants to find again, with a note for themselves."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="lecture_bookmarks"
    )
    lecture = models.ForeignKey(Lecture, models.CASCADE, related_name="bookmarks")
    position_s = models.PositiveIntegerField(_("second"))
    note = models.CharField(_("note"), max_length=NOTE_CHARACTERS, blank=True)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")
        ordering = ["position_s"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "lecture", "position_s"], name="media_bookmark_once_per_second"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.lecture} · {self.position_s} s"
