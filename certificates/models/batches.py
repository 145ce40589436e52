"""Certificates that are issued together: who attended, presented, reviewed or taught."""

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jobs.models import LeasedWork

from .certificates import Certificate, CreditType


class Batch(LeasedWork):
    """What an editor certifies of several people at once; a worker issues the certificates.

    `titles` is {language code: what is certified}; `unknown` are addresses that nobody here has.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    titles = models.JSONField()
    credit_type = models.CharField(_("credit type"), max_length=12, choices=CreditType.choices)
    credits = models.DecimalField(
        _("credits"), max_digits=5, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    completed_on = models.DateField(_("completed on"))
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    unknown = models.JSONField(default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("batch of certificates")
        verbose_name_plural = _("batches of certificates")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What is certified, in the reader's language where it was written in it."""
        return self.titles.get(get_language()) or next(iter(self.titles.values()), "")


class Refusal(models.TextChoices):
    """Why somebody in a batch has no certificate."""

    NO_NAME = "no_name", _("has given no name to print")


class BatchMember(models.Model):
    """One person in a batch, and the certificate they got."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    certificate = models.OneToOneField(
        Certificate, models.SET_NULL, null=True, related_name="batch_member"
    )
    refusal = models.CharField(_("refused"), max_length=12, choices=Refusal.choices, blank=True)

    class Meta:
        verbose_name = _("person in a batch of certificates")
        verbose_name_plural = _("people in batches of certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "user"], name="certificates_once_per_person_in_batch"
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch} · {self.user}"
