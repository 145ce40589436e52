"""Recordings on their way to the hub."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .lectures import Lecture


class Upload(models.Model):
    """A file that arrives in pieces, until something is made of it: a lecture, of most.

    The bytes lie in a file of their own (`media.uploads.store`); its length is the truth about
    what has arrived, and `received_bytes` follows it for lists and quotas.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="uploads", verbose_name=_("owner")
    )
    # What becomes of it: see `media.uploads.purposes`.
    purpose = models.CharField(_("purpose"), max_length=20, default="recording")
    name = models.CharField(_("file name"), max_length=255, blank=True)
    # What the uploader's browser knows the file by, so that it is found again after a break.
    fingerprint = models.CharField(max_length=400, blank=True)
    # Upload-Metadata as it was given; the protocol wants it back unchanged.
    metadata = models.TextField(blank=True)
    size_bytes = models.BigIntegerField(_("file size"))
    received_bytes = models.BigIntegerField(_("received"), default=0)
    # The container found by its first bytes; empty until they have arrived.
    container = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    expires_at = models.DateTimeField(_("kept until"), db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    lecture = models.ForeignKey(
        Lecture, models.SET_NULL, null=True, blank=True, related_name="uploads"
    )
    used_at = models.DateTimeField(null=True, blank=True)
    # The recording that this one replaced; kept until the lecture plays the new one.
    replaced = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["created_at"]
        indexes = [models.Index(fields=["owner", "used_at"], name="media_upload_of_owner")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received_bytes__gte=0)
                & models.Q(received_bytes__lte=models.F("size_bytes")),
                name="media_upload_not_beyond_its_size",
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.pk)

    @property
    def label(self) -> str:
        """What the owner knows it by: the file's name, where that may be kept."""
        begun = date_format(timezone.localtime(self.created_at), "SHORT_DATETIME_FORMAT")
        return self.name or gettext("Begun on %(date)s") % {"date": begun}

    @property
    def is_finished(self) -> bool:
        """Whether every byte has arrived."""
        return self.finished_at is not None

    @property
    def percent(self) -> int:
        """How much has arrived."""
        return int(100 * self.received_bytes / self.size_bytes) if self.size_bytes else 0
