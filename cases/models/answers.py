"""What learners committed to before a case was revealed."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from quizzes.models import Confidence

from .pages import CasePage


class CaseAnswer(models.Model):
    """What a learner committed to before the case was revealed. Given once, never changed.

    Known by the case's translation key: who has solved a case has solved it in every language.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="case_answers")
    case_key = models.UUIDField(default=uuid.uuid4, db_index=True)
    case = models.ForeignKey(CasePage, models.SET_NULL, null=True, related_name="answers")
    version = models.ForeignKey(
        "quizzes.ItemVersion", models.PROTECT, null=True, related_name="case_answers"
    )
    response = models.JSONField()
    is_correct = models.BooleanField(null=True)
    share = models.FloatField(null=True, help_text=_("Points given of those possible, 0 to 1."))
    confidence = models.PositiveSmallIntegerField(choices=Confidence.choices, null=True, blank=True)
    after_reading = models.BooleanField(
        default=False,
        help_text=_("Given after the solution had been read."),
    )
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to a case")
        verbose_name_plural = _("answers to cases")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "case_key"], name="cases_answer_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.case_key}"
