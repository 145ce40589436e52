"""Leased work: rows that say what is to be done, who does it and until when they may.

The row is the truth, the queue only a hint: a queued task says "look at this row", and any
number of workers may look. A worker may act only while it holds the lease, and may write
only with the fencing token it got with it (Kleppmann, "How to do distributed locking", 2016):
one that was paused past its lease finds its token outdated and its write refused.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkState(models.TextChoices):
    """Where a piece of work stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


OPEN_STATES = (WorkState.WAITING, WorkState.RUNNING)


class LeasedWork(models.Model):
    """One piece of work that survives any crash of whoever does it."""

    state = models.CharField(
        _("state"), max_length=10, choices=WorkState.choices, default=WorkState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("most attempts"), default=4)
    token = models.PositiveIntegerField(_("fencing token"), default=0)
    holder = models.CharField(_("worker"), max_length=120, blank=True)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    progress = models.FloatField(_("progress"), default=0.0, help_text=_("From 0 to 1."))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    failure_code = models.CharField(_("reason of failure"), max_length=40, blank=True)
    failure_detail = models.TextField(_("detail"), blank=True)

    class Meta:
        abstract = True


class WorkerBeat(models.Model):
    """A worker's sign of life, so that its absence can be seen."""

    name = models.CharField(_("worker"), max_length=120, unique=True)
    started_at = models.DateTimeField(_("started"))
    seen_at = models.DateTimeField(_("last seen"), db_index=True)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name
