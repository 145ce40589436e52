"""Letters on their way, and which kinds of them a person does not want."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models import LeasedWork, WorkState


class Outcome(models.TextChoices):
    """What became of a letter that is done with."""

    SENT = "sent", _("Sent")
    NEEDLESS = "needless", _("Not needed any more")
    UNWANTED = "unwanted", _("Not wanted by the reader")
    CANCELLED = "cancelled", _("Cancelled")


class Letter(LeasedWork):
    """One mail to one reader: worded when it is sent, from what holds then.

    `about` names what it is about by plain keys ({"round": 3}); what the kind's `compose` reads.
    `key` is made of kind, reader and `about`: the same letter is never written twice.
    """

    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(max_length=64, unique=True, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name=_("reader"),
    )
    # For readers without an account, and where a letter was sent in the end.
    address = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    about = models.JSONField(_("about"), default=dict)
    # Letters that belong together ("courses.message:12"), to be counted together.
    batch = models.CharField(max_length=80, blank=True, db_index=True)
    priority = models.SmallIntegerField(_("priority"), default=0)
    # The same in every attempt, so that mail programmes know a second copy.
    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # As sent; emptied after a while.
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    body = models.TextField(_("text"), blank=True)
    # A text that cannot be worded anew, enciphered, until it is sent (`domain.account_mail`).
    sealed = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "not_before"], name="outbox_letters_to_send"),
            models.Index(fields=["kind", "created_at"], name="outbox_letters_by_kind"),
            models.Index(fields=["created_at"], name="outbox_letters_by_age"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=False) | ~models.Q(address=""),
                name="outbox_letter_has_a_reader",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="sent") | models.Q(sent_at__isnull=False),
                name="outbox_sent_letter_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.to}"

    @property
    def to(self) -> str:
        """The address it goes to, or went to."""
        return self.address or (self.recipient.email if self.recipient else "")

    @property
    def standing(self) -> str:
        """In words where it stands: the outcome once there is one, else the state."""
        return self.get_outcome_display() or str(WorkState(self.state).label)


class Refusal(models.Model):
    """A person wants no letters of this kind."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="letters_refused"
    )
    kind = models.CharField(_("kind"), max_length=60)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("refused kind of letter")
        verbose_name_plural = _("refused kinds of letters")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="outbox_refused_once_per_kind")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.kind}"
