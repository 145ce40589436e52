"""xAPI: statements on their way to the learning record store, and who is who in them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.models import LeasedWork


class Pseudonym(models.Model):
    """The opaque name under which a person appears in statements.

    With the account it is erased, and with it the only way back to the person.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="xapi_pseudonym"
    )
    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        verbose_name = _("pseudonym")
        verbose_name_plural = _("pseudonyms")

    def __str__(self) -> str:
        return str(self.code)


class Statement(LeasedWork):
    """A statement for the record store; its id makes sending it again harmless."""

    statement_id = models.UUIDField(_("id"), unique=True)
    verb = models.CharField(_("verb"), max_length=40)
    body = models.JSONField()
    created_at = models.DateTimeField(_("queued"), auto_now_add=True)

    class Meta:
        verbose_name = _("xAPI statement")
        verbose_name_plural = _("xAPI statements")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "not_before"], name="interop_statements_to_send")]

    def __str__(self) -> str:
        return f"{self.verb} · {self.statement_id}"


class Viewing(models.Model):
    """One sitting at a lecture, as its player's reports show it; open until it falls silent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    lecture = models.ForeignKey("media.Lecture", models.CASCADE, related_name="+")
    session = models.UUIDField(default=uuid.uuid4, editable=False)
    position_s = models.FloatField()
    last_at = models.DateTimeField(db_index=True)
    # How many statements it has made: part of the next one's id.
    steps = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("sitting at a lecture")
        verbose_name_plural = _("sittings at lectures")
        constraints = [
            models.UniqueConstraint(fields=["user", "lecture"], name="interop_one_open_viewing")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.lecture_id}"
