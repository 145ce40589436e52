"""Groups that take a course together, and what their teachers write to them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.models import LeasedWork


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


class CohortMessage(LeasedWork):
    """A letter to everybody in a cohort, each in their language where it was written in it.

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


class MessageDelivery(models.Model):
    """A letter's way to one member: who gets it is fixed when it is written."""

    message = models.ForeignKey(CohortMessage, models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # The mail server would not have it; said to the sender, not tried again.
    refusal = models.CharField(_("refused"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("delivery of a message")
        verbose_name_plural = _("deliveries of messages")
        constraints = [
            models.UniqueConstraint(
                fields=["message", "user"], name="courses_message_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.message} · {self.user}"
