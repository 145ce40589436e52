"""Solving step by step: what is asked on the way, what was answered, who chose to read instead."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable

from quizzes.models import Confidence

from .pages import CasePage


class Stage(models.TextChoices):
    """What of a case opens next, in this order; the diagnosis opens everything."""

    FINDINGS = "findings", _("Findings")
    DIFFERENTIAL = "differential", _("Differential diagnosis")
    DIAGNOSIS = "diagnosis", _("Diagnosis")


class CaseStep(Orderable):
    """A question on the way to the diagnosis. Known by `key`, the same in every language."""

    page = ParentalKey(CasePage, related_name="steps", on_delete=models.CASCADE)
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    reveals = models.CharField(
        _("opens"),
        max_length=12,
        choices=[
            (Stage.FINDINGS, Stage.FINDINGS.label),
            (Stage.DIFFERENTIAL, Stage.DIFFERENTIAL.label),
        ],
        default=Stage.FINDINGS,
        help_text=_("What learners see once they have committed an answer to it."),
    )
    question = models.ForeignKey(
        "quizzes.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="case_steps",
        verbose_name=_("question"),
        help_text=_("Without one, learners write in their own words."),
    )

    panels = [FieldPanel("reveals"), FieldPanel("question")]

    class Meta(Orderable.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self) -> str:
        return f"{self.page_id} · {self.get_reveals_display()}"


class StepAnswer(models.Model):
    """What a learner committed to at a step. Given once, never changed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="case_step_answers"
    )
    case_key = models.UUIDField(db_index=True)
    step_key = models.UUIDField()
    version = models.ForeignKey(
        "quizzes.ItemVersion", models.PROTECT, null=True, related_name="case_step_answers"
    )
    response = models.JSONField()
    is_correct = models.BooleanField(null=True)
    share = models.FloatField(null=True, help_text=_("Points given of those possible, 0 to 1."))
    confidence = models.PositiveSmallIntegerField(choices=Confidence.choices, null=True, blank=True)
    after_reading = models.BooleanField(default=False)
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to a step")
        verbose_name_plural = _("answers to steps")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "case_key", "step_key"], name="cases_step_answered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.step_key}"


class ReadCase(models.Model):
    """Who chose to read a case without solving it; later answers say nothing about the question."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="read_cases")
    case_key = models.UUIDField(db_index=True)
    chosen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("case read without solving")
        verbose_name_plural = _("cases read without solving")
        constraints = [
            models.UniqueConstraint(fields=["user", "case_key"], name="cases_read_once_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.case_key}"
