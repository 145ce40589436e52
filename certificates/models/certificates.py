"""Certificates: what was certified, of whom, by whom, and whether it still holds."""

from datetime import date

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certificates.numbers import new_number


class CreditType(models.TextChoices):
    """Kinds of learning that accreditation bodies count apart (EACCME counts a recording as
    enduring material, never as live)."""

    LIVE = "live", _("Live education")
    ENDURING = "enduring", _("Enduring material")
    PRESENTING = "presenting", _("Presenting")
    REVIEWING = "reviewing", _("Reviewing")
    TEACHING = "teaching", _("Teaching")


class Standing(models.TextChoices):
    """Whether a certificate holds today."""

    VALID = "valid", _("Valid")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class Certificate(models.Model):
    """One certificate. What it says never changes: a correction revokes it and issues another.

    It outlives the account: after that is erased, the printed name is all that is kept.
    """

    number = models.CharField(
        _("number"), max_length=24, unique=True, default=new_number, editable=False
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="certificates",
        verbose_name=_("holder"),
    )
    printed_name = models.CharField(_("name as printed"), max_length=200)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    # What was certified: a key of the room that issues ("course") and of the thing in it.
    subject_kind = models.CharField(max_length=40)
    subject_key = models.UUIDField()
    title = models.CharField(_("certified"), max_length=255)
    credit_type = models.CharField(_("credit type"), max_length=12, choices=CreditType.choices)
    credits = models.DecimalField(
        _("credits"), max_digits=5, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    issuer = models.CharField(_("issued by"), max_length=200)
    completed_on = models.DateField(_("completed on"))
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)

    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    revocation_reason = models.TextField(_("reason"), blank=True)
    replaced_by = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="replaces"
    )

    # The PDF as first set: later downloads are these bytes, so that an altered one is found out.
    document = models.CharField(max_length=200, blank=True)
    document_sha256 = models.CharField(max_length=64, blank=True, db_index=True)

    # Its bit in the lists of revoked badges (`domain.status_lists`), from its first badge on.
    status_index = models.PositiveIntegerField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "subject_kind", "subject_key", "credit_type"],
                condition=models.Q(revoked_at=None, holder__isnull=False),
                name="certificates_one_that_holds_per_subject",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.printed_name} · {self.title}"

    def standing(self, *, today: date | None = None) -> Standing:
        """Whether the certificate holds on a day (today)."""
        if self.revoked_at:
            return Standing.REVOKED
        if self.expires_on and self.expires_on < (today or timezone.localdate()):
            return Standing.EXPIRED
        return Standing.VALID

    @property
    def verification_path(self) -> str:
        """Where anybody can check it, in the reader's language."""
        return reverse("certificates:verify_number", args=[self.number])
