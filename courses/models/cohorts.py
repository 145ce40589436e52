"""Groups that take a course together, and what their teachers write to them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Cohort(models.Model):
    """Learners who begin a course on the same day."""

    course_key = models.UUIDField(db_index=True)
    name = models.CharField(_("name"), max_length=120, help_text=_("Learners see it."))
    starts_on = models.DateField(
        _("first day"), help_text=_("Lessons open from this day on, in each learner's time zone.")
    )
    ends_on = models.DateField(
        _("last day to join"), null=True, blank=True, help_text=_("Empty: no last day.")
    )
    is_open = models.BooleanField(
        _("open to everybody"),
        default=True,
        help_text=_("Learners may join it themselves. Off: only you put people into it."),
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["-starts_on", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["course_key", "name"], name="courses_cohort_named_once_per_course"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="courses_cohort_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CohortMessage(models.Model):
    """What a teacher wrote to a cohort; each member's copy is a letter in the outbox.

    `texts` is {language code: {"subject", "body"}}.
    """

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="messages")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    texts = models.JSONField()
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("message to a cohort")
        verbose_name_plural = _("messages to cohorts")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.cohort} · {self.created_at:%Y-%m-%d}"

    @property
    def batch(self) -> str:
        """What its letters in the outbox have in common."""
        return f"courses.message:{self.pk}"
