"""Where learners' results go: links in platforms' courses, who came by them, scores to send."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.models import LeasedWork

from .platforms import Identity, Platform


class TargetKind(models.TextChoices):
    """What a platform may launch."""

    COURSE = "course", _("Course")
    QUIZ = "quiz", _("Quiz")
    CASE = "case", _("Case")


class ResourceLink(models.Model):
    """A link in a platform's course to something here, and the column of its grade book."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="links")
    deployment_id = models.CharField(max_length=255)
    link_id = models.CharField(max_length=255)
    target_kind = models.CharField(_("kind"), max_length=10, choices=TargetKind.choices)
    # The translation key, which the target has in all its languages.
    target_key = models.UUIDField(db_index=True)
    line_item = models.CharField(_("column of grades"), max_length=1000, blank=True)
    line_items = models.CharField(max_length=1000, blank=True)
    scopes = models.JSONField(default=list)
    # Where the platform names the members of its course, if it does (LTI-NRPS 2.0).
    members_url = models.CharField(max_length=1000, blank=True)
    title = models.CharField(_("title"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("link in a platform's course")
        verbose_name_plural = _("links in platforms' courses")
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "deployment_id", "link_id"], name="interop_link_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.platform} · {self.title or self.link_id}"


class Placement(models.Model):
    """That a person has come by a link: their results in its target go to its column."""

    link = models.ForeignKey(ResourceLink, models.CASCADE, related_name="placements")
    identity = models.ForeignKey(Identity, models.CASCADE, related_name="placements")

    class Meta:
        verbose_name = _("learner at a link")
        verbose_name_plural = _("learners at links")
        constraints = [
            models.UniqueConstraint(fields=["link", "identity"], name="interop_placement_once")
        ]

    def __str__(self) -> str:
        return f"{self.link} · {self.identity.subject}"


class Grade(LeasedWork):
    """A score on its way to a platform: one row for each result, the newest wins.

    `given` of `maximum` points; None where only the state is told (begun, to be marked).
    """

    placement = models.ForeignKey(Placement, models.CASCADE, related_name="grades")
    given = models.FloatField(_("points"), null=True, blank=True)
    maximum = models.FloatField(_("possible"), default=100.0)
    activity = models.CharField(max_length=20)
    grading = models.CharField(max_length=20)
    achieved_at = models.DateTimeField(_("achieved"))
    created_at = models.DateTimeField(_("queued"), auto_now_add=True)

    class Meta:
        verbose_name = _("grade for a platform")
        verbose_name_plural = _("grades for platforms")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "not_before"], name="interop_grades_to_send")]

    def __str__(self) -> str:
        return f"{self.placement} · {self.given} / {self.maximum}"
